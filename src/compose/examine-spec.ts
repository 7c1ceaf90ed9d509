/** Files of `.countersign/` while they are written: what does not fit in them, and where their parts stand. */
import { type Invalid, parseLocated, problemsAs } from '../config/located-yaml.ts';
import { readPhaseText, readPlanText } from '../config/read-plan.ts';
import { describeFault } from '../domain/describe-fault.ts';
import { faultOf } from '../domain/engine-error.ts';
import { type FileKind, fileSchemas } from '../domain/file-schemas.ts';
import { planFileSchema } from '../domain/spec.ts';

export { reviewerNames } from '../config/reviewer-files.ts';

const onlyComments = /^(\s*(#.*)?\n)*\s*(#.*)?$/;

/**
 * Everything that keeps a file from being read as what it is, with the places. `reviewers` are those that a panel may
 * name. The phases that a plan names are read from their files.
 */
export async function problemsOf(
  kind: FileKind,
  text: string,
  file: string,
  reviewers?: readonly string[],
): Promise<readonly Invalid[]> {
  // A configuration that says nothing is one.
  if (kind === 'config' && onlyComments.test(text)) return [];
  const problems = problemsAs(fileSchemas[kind], text, file);
  if (problems.length > 0) return problems;
  try {
    if (kind === 'phase') readPhaseText(text, file, reviewers);
    if (kind === 'plan') await readPlanText(text, file, reviewers);
    return [];
  } catch (error) {
    return [inThisFile(error, text, file)];
  }
}

/** Where a plan's fault lies in a file that it names, the place is where it is named. */
function inThisFile(error: unknown, text: string, file: string): Invalid {
  const fault = faultOf(error);
  const problem = describeFault(fault).message;
  const start = { file, line: 1, column: 1 };
  if (fault.code === 'spec/invalid') {
    if (fault.at.file === file) return { problem: fault.problem, at: fault.at.line === null ? start : fault.at };
    return { problem, at: namedAt(text, file, fault.at.file) ?? start };
  }
  if (fault.code === 'spec/not-found') return { problem, at: namedAt(text, file, fault.file) ?? start };
  return { problem, at: start };
}

/** Where a plan names another file. */
function namedAt(text: string, file: string, named: string): Invalid['at'] | null {
  const parsed = parseLocated(text, file);
  if (!parsed.ok) return null;
  const plan = planFileSchema.safeParse(parsed.value.value);
  for (const [tier, { phases }] of (plan.data?.tiers ?? []).entries()) {
    for (const [phase, spec] of phases.entries()) {
      if (typeof spec !== 'string' || !named.endsWith(spec.replace(/^(\.\.?\/)+/, ''))) continue;
      return parsed.value.locate(['tiers', tier, 'phases', phase]);
    }
  }
  return null;
}

/** A phase as its file says it, with 1-based lines. */
export interface PhaseOutline {
  readonly id: string;
  /** Its title, else the first line of its goal, else its id. */
  readonly title: string;
  readonly line: number;
  readonly acceptance: readonly { readonly criterion: string; readonly line: number }[];
  readonly verify: readonly { readonly run: string; readonly line: number }[];
}

/** The phases that stand in a file itself; none where it cannot be read yet. */
export function outlineOf(kind: 'phase' | 'plan', text: string, file: string): readonly PhaseOutline[] {
  const parsed = parseLocated(text, file);
  if (!parsed.ok) return [];
  const { value, locate } = parsed.value;
  if (kind === 'phase') return phaseAt(value, [], locate);
  const tiers = listIn(value, 'tiers');
  return tiers.flatMap((tier, t) =>
    listIn(tier, 'phases').flatMap((phase, p) => phaseAt(phase, ['tiers', t, 'phases', p], locate)),
  );
}

function phaseAt(
  value: unknown,
  path: readonly PropertyKey[],
  locate: (path: readonly PropertyKey[]) => Invalid['at'],
): readonly PhaseOutline[] {
  const id = fieldOf(value, 'id');
  if (typeof id !== 'string') return [];
  const lineOf = (...rest: readonly PropertyKey[]) => locate([...path, ...rest]).line ?? 1;
  const acceptance = listIn(value, 'acceptance').flatMap((criterion, index) =>
    typeof criterion === 'string' ? [{ criterion, line: lineOf('acceptance', index) }] : [],
  );
  const verify = listIn(value, 'verify').flatMap((step, index) => {
    const run = fieldOf(step, 'run');
    return typeof run === 'string' ? [{ run, line: lineOf('verify', index, 'run') }] : [];
  });
  return [{ id, title: titleAt(value) ?? id, line: lineOf('id'), acceptance, verify }];
}

function titleAt(value: unknown): string | null {
  const texts = [fieldOf(value, 'title'), fieldOf(value, 'goal')];
  const [first] = texts.filter((text): text is string => typeof text === 'string' && text.trim() !== '');
  return first?.trim().split('\n', 1)[0] ?? null;
}

function fieldOf(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[key];
}

function listIn(value: unknown, key: string): readonly unknown[] {
  const list = fieldOf(value, key);
  return Array.isArray(list) ? list : [];
}
