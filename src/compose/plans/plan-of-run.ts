import { readFile, realpath } from 'node:fs/promises';
import path from 'node:path';
import { readAs } from '../../config/located-yaml.ts';
import { readPlanText } from '../../config/read-plan.ts';
import { formatPlan } from '../../config/write-plan.ts';
import type { RunRecord } from '../../domain/run.ts';
import { type PhaseSpec, planFileSchema } from '../../domain/spec.ts';
import type { WrittenPlan } from '../../planner/merge-plan.ts';

/** The plan of a run as its file has it. */
export interface PlanOfRun extends WrittenPlan {
  readonly text: string;
  /** Relative to the repository; null where there is none any more. */
  readonly file: string | null;
}

/** The plan as its file has it now; where that cannot be had or read, as the run had it. Throws `spec/invalid`, `plan/*`. */
export async function planOf(root: string, { plan }: RunRecord): Promise<PlanOfRun> {
  const text = plan.file === undefined ? null : await readInside(root, plan.file);
  if (text !== null && plan.file !== undefined) {
    const absolute = path.join(root, plan.file);
    const read = await readPlanText(text, absolute);
    const written = readAs(planFileSchema, text, absolute);
    if (written.ok) return { text, file: plan.file, source: written.value.value, read };
  }
  const source = planFileSchema.parse({
    id: plan.id,
    goal: plan.goal,
    budget: plan.budget,
    tiers: plan.tiers,
    ...(plan.continues ? { continues: plan.continues } : {}),
  });
  const tiers = source.tiers.map((tier, at) => ({
    ...tier,
    title: tier.title ?? tier.id,
    phases: tier.phases.map((phase, index) =>
      typeof phase === 'string' ? (plan.tiers[at]?.phases[index] as PhaseSpec) : phase,
    ),
  }));
  return { text: formatPlan(source, []), file: null, source, read: { tiers } };
}

/** A file of the repository that no link leads out of; null where it is not there. */
async function readInside(root: string, file: string): Promise<string | null> {
  try {
    const [real, top] = await Promise.all([realpath(path.join(root, file)), realpath(root)]);
    return real === path.join(top, file) ? await readFile(real, 'utf8') : null;
  } catch {
    return null;
  }
}
