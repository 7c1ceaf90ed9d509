import type { Workspace } from '../../compose.ts';
import { assertFree, formatPlan, writePlan } from '../../config/write-plan.ts';
import type { PlanFile } from '../../domain/spec.ts';
import type { Planned } from '../../planner/planner.ts';
import { askForPlan, remarksOf, withBase } from './ask-for-plan.ts';

export interface PlannedGoal extends Planned {
  readonly plan: PlanFile;
  /** Where it stands, for the user to read and edit. */
  readonly file: string;
}

/**
 * Plans a goal against HEAD by one metered run of its own, and writes the plan as a file. Never overwrites one. Throws
 * what the planner, the budget or the file system throws; then nothing is written.
 */
export async function planGoal(
  workspace: Workspace,
  goal: string,
  file: string | null,
  signal: AbortSignal,
): Promise<PlannedGoal> {
  assertFree(file);
  const { repository } = workspace;
  const { commit } = await repository.head();
  const question = { goal, title: `Plan: ${goal}`, commit, file: file ?? '.countersign/plans' };
  const planned = await askForPlan(workspace, question, signal);
  const plan = withBase(planned.plan, commit);
  const text = formatPlan(plan, remarksOf(planned));
  return { ...planned, plan, file: await writePlan(repository.root, plan, text, file) };
}
