import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { builtInReviewers } from '../domain/audit.ts';
import { EngineError } from '../domain/engine-error.ts';
import type { Position } from '../domain/fault.ts';
import { graphFault } from '../domain/plan-graph.ts';
import { type PhaseSpec, type Plan, type PlanFile, phaseSpecSchema, planFileSchema, titleOf } from '../domain/spec.ts';
import { parseLocated, readAs } from './located-yaml.ts';

/** What the files named on a command line come to. */
export interface NamedWork {
  readonly plan: Plan;
  /** False where single phases were named: they land on the current branch unless told otherwise. */
  readonly isPlan: boolean;
}

/** Reads one phase spec from its text. Throws `spec/invalid` with line and column. */
export function readPhaseText(text: string, file: string, reviewers: readonly string[] = builtInReviewers): PhaseSpec {
  const read = readAs(phaseSpecSchema, text, file);
  if (!read.ok) throw new EngineError({ code: 'spec/invalid', ...read.fault });
  assertReviewers(read.value.value, reviewers, (step) => read.value.source.locate(step));
  return read.value.value;
}

/** A reviewer that nobody knows would be asked nothing: an error that names those there are. */
function assertReviewers(
  { auditor }: PhaseSpec,
  reviewers: readonly string[],
  locate: (path: readonly PropertyKey[]) => Position,
): void {
  for (const [index, name] of (auditor.panel ?? []).entries()) {
    if (reviewers.includes(name)) continue;
    const problem = `There is no reviewer \`${name}\`; there are ${reviewers.join(', ')}.`;
    throw new EngineError({ code: 'spec/invalid', problem, at: locate(['auditor', 'panel', index]) });
  }
}

/**
 * Reads phase specs or one plan, as files name them; `reviewers` are those that a panel may name. Throws `spec/*` and
 * `plan/*` faults.
 */
export async function readNamedFiles(
  files: readonly string[],
  directories: readonly string[],
  reviewers: readonly string[] = builtInReviewers,
): Promise<NamedWork> {
  const texts = await Promise.all(files.map((file) => readNamed(file, directories)));
  const [first] = texts;
  if (!first)
    throw new EngineError({ code: 'arguments/invalid', problem: 'No file is named.', usage: 'countersign run FILE…' });
  if (texts.some((text) => looksLikePlan(text))) {
    if (texts.length > 1) {
      const problem = 'A plan is run alone; name one plan, or only phases.';
      throw new EngineError({ code: 'arguments/invalid', problem, usage: 'countersign run PLAN | PHASE…' });
    }
    return { plan: await readPlanText(first.text, first.file, reviewers), isPlan: true };
  }
  const phases = texts.map(({ text, file }) => readPhaseText(text, file, reviewers));
  return { plan: planOf(phases, first.file), isPlan: false };
}

interface NamedText {
  readonly file: string;
  readonly text: string;
}

async function readNamed(file: string, directories: readonly string[]): Promise<NamedText> {
  for (const directory of directories) {
    const absolute = path.resolve(directory, file);
    const text = await readIfThere(absolute);
    if (text !== null) return { file: absolute, text };
  }
  throw new EngineError({ code: 'spec/not-found', file });
}

async function readIfThere(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR') return null;
    throw error;
  }
}

function looksLikePlan({ text, file }: NamedText): boolean {
  const parsed = parseLocated(text, file);
  return (
    parsed.ok && typeof parsed.value.value === 'object' && parsed.value.value !== null && 'tiers' in parsed.value.value
  );
}

/** Reads a plan from its text, and the phases it names from their files. Throws `spec/*` and `plan/*` faults. */
export async function readPlanText(
  text: string,
  file: string,
  reviewers: readonly string[] = builtInReviewers,
): Promise<Plan> {
  const read = readAs(planFileSchema, text, file);
  if (!read.ok) throw new EngineError({ code: 'spec/invalid', ...read.fault });
  const source: PlanFile = read.value.value;
  for (const [tier, { phases }] of source.tiers.entries()) {
    for (const [phase, spec] of phases.entries()) {
      if (typeof spec === 'string') continue;
      assertReviewers(spec, reviewers, (step) => read.value.source.locate(['tiers', tier, 'phases', phase, ...step]));
    }
  }
  const tiers = await Promise.all(
    source.tiers.map(async ({ id, title, budget, phases }) => ({
      id,
      title: title ?? id,
      budget,
      phases: await Promise.all(
        phases.map((phase) => (typeof phase === 'string' ? readReferenced(phase, file, reviewers) : phase)),
      ),
    })),
  );
  return checked(
    {
      id: source.id,
      goal: source.goal,
      autonomy: source.autonomy ?? null,
      landingBranch: source.landing.branch ?? null,
      budget: source.budget,
      tiers,
      file,
      ...(source.continues ? { continues: source.continues } : {}),
    },
    file,
  );
}

/** A phase that a plan names by its path, relative to the plan. */
async function readReferenced(name: string, planFile: string, reviewers: readonly string[]): Promise<PhaseSpec> {
  const { text, file } = await readNamed(name, [path.dirname(planFile)]);
  return readPhaseText(text, file, reviewers);
}

/** Phases named without a plan, as a plan of one tier. */
export function planOf(phases: readonly PhaseSpec[], file: string): Plan {
  const [first] = phases as readonly [PhaseSpec, ...PhaseSpec[]];
  return checked(
    {
      id: first.id,
      goal: phases.map(titleOf).join('; '),
      autonomy: null,
      landingBranch: null,
      budget: {},
      tiers: [{ id: 'phases', title: 'Phases', budget: {}, phases }],
    },
    file,
  );
}

function checked(plan: Plan, file: string): Plan {
  const fault = graphFault(plan, file);
  if (fault) throw new EngineError(fault);
  return plan;
}
