import { existsSync } from 'node:fs';
import { mkdir, realpath, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { stringify } from 'yaml';
import { EngineError } from '../domain/engine-error.ts';
import { type PhaseSpec, type PlanFile, phaseSpecSchema } from '../domain/spec.ts';

/** Width at which long text is folded. */
export const lineWidth = 100;
/** A name that is taken gets a number; past this many somebody is writing plans in a loop. */
const mostTries = 100;

/**
 * A plan as a person would write it: defaults are left out, and `remarks` (warnings, questions) stand as comments
 * above it. Reads back as the same plan.
 */
export function formatPlan(plan: PlanFile, remarks: readonly string[]): string {
  const written = {
    id: plan.id,
    goal: plan.goal,
    ...(plan.autonomy ? { autonomy: plan.autonomy } : {}),
    ...(Object.keys(plan.budget).length > 0 ? { budget: plan.budget } : {}),
    ...(plan.landing.branch ? { landing: plan.landing } : {}),
    ...(plan.continues ? { continues: plan.continues } : {}),
    tiers: plan.tiers.map(({ id, title, budget, phases }) => ({
      id,
      ...(title ? { title } : {}),
      ...(Object.keys(budget).length > 0 ? { budget } : {}),
      phases: phases.map((phase) => (typeof phase === 'string' ? phase : withoutDefaults(phase))),
    })),
  };
  return commented(remarks) + stringify(written, { lineWidth });
}

/** Remarks as comments, a line each. */
export function commented(remarks: readonly string[]): string {
  return remarks.map((remark) => `# ${remark.replace(/\s+/g, ' ')}\n`).join('');
}

/** A phase as a person would write it. */
export function withoutDefaults(phase: PhaseSpec): unknown {
  return lessThan(phase, phaseSpecSchema.parse({ id: phase.id, goal: phase.goal }), ['id', 'goal']);
}

/** What differs from the defaults, all the way down; steps of `verify` keep only what they say. */
function lessThan(value: object, defaults: object, always: readonly string[] = []): Record<string, unknown> {
  const plain = defaults as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, own]) => {
      if (key === 'verify')
        return (own as PhaseSpec['verify']).length === 0 ? [] : [[key, (own as PhaseSpec['verify']).map(bareStep)]];
      if (!always.includes(key) && JSON.stringify(own) === JSON.stringify(plain[key])) return [];
      const isRecord = typeof own === 'object' && own !== null && !Array.isArray(own);
      return [[key, isRecord ? lessThan(own, (plain[key] ?? {}) as object) : own]];
    }),
  );
}

function bareStep(step: PhaseSpec['verify'][number]): unknown {
  const defaults = { timeout: 600, profile: 'normal', shell: false, flaky: false };
  return { run: step.run, ...lessThan({ ...step, run: undefined }, { ...defaults, run: undefined }) };
}

/**
 * Writes a plan where nothing is overwritten: to `file` if it is named (a file in its place is a fault), else under
 * `.countersign/plans/`, with a number where the name is taken. Resolves to the path.
 */
export async function writePlan(root: string, plan: PlanFile, text: string, file: string | null): Promise<string> {
  if (file !== null) return writeNew(file, text);
  const folder = path.join(root, '.countersign', 'plans');
  await mkdir(folder, { recursive: true });
  await assertInside(folder, root);
  for (let number = 1; number <= mostTries; number++) {
    const name = number === 1 ? plan.id : `${plan.id}-${number}`;
    try {
      return await writeNew(path.join(folder, `${name}.yaml`), text);
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
    }
  }
  throw taken(path.join(folder, `${plan.id}.yaml`));
}

/** A repository may bring a `.countersign` that is a link to somewhere else. */
async function assertInside(folder: string, root: string): Promise<void> {
  const [inner, outer] = await Promise.all([realpath(folder), realpath(root)]);
  if (inner.startsWith(outer + path.sep)) return;
  const problem = `${folder} leads out of the repository, to ${inner}; nothing was written.`;
  throw new EngineError({ code: 'arguments/invalid', problem, usage: null });
}

/**
 * Writes a new spec as `.countersign/phases/ID.yaml`, with a number where the name is taken. Defaults are left out.
 * Resolves to the path.
 */
export async function writePhase(root: string, phase: PhaseSpec): Promise<string> {
  const folder = path.join(root, '.countersign', 'phases');
  await mkdir(folder, { recursive: true });
  await assertInside(folder, root);
  for (let number = 1; number <= mostTries; number++) {
    const id = number === 1 ? phase.id : `${phase.id}-${number}`;
    if (['yaml', 'yml', 'json'].some((ending) => existsSync(path.join(folder, `${id}.${ending}`)))) continue;
    return writeNew(path.join(folder, `${id}.yaml`), stringify(withoutDefaults({ ...phase, id }), { lineWidth }));
  }
  throw taken(path.join(folder, `${phase.id}.yaml`));
}

/** Before any money is spent: a named file that is there already would refuse the plan in the end. */
export function assertFree(file: string | null): void {
  if (file !== null && existsSync(file)) throw taken(file);
}

async function writeNew(file: string, text: string): Promise<string> {
  await mkdir(path.dirname(file), { recursive: true });
  try {
    await writeFile(file, text, { flag: 'wx' });
    return file;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw taken(file);
    throw error;
  }
}

function taken(file: string): EngineError {
  const problem = `${file} exists already; nothing was written over it.`;
  return new EngineError({ code: 'arguments/invalid', problem, usage: 'countersign plan "GOAL" --out NEW-FILE' });
}
