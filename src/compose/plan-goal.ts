/** From a goal to a plan file: what the planner needs, put together for both faces. */

import type { Workspace } from '../compose.ts';
import { readPlanningFiles } from '../config/read-planning.ts';
import { assertFree, formatPlan, writePlan } from '../config/write-plan.ts';
import type { PlanFile } from '../domain/spec.ts';
import { strategyTable } from '../engine/strategy.ts';
import { matching } from '../patch/scope.ts';
import { makePlan, type Planned } from '../planner/planner.ts';

export interface PlannedGoal extends Planned {
  readonly plan: PlanFile;
  /** Where it stands, for the user to read and edit. */
  readonly file: string;
}

/** Phases of one run at most. */
const mostPhases = 25;

/**
 * Plans a goal against HEAD by one metered run of its own, and writes the plan as a file. Never overwrites one. Throws
 * what the planner, the budget or the file system throws; then nothing is written.
 */
export async function planGoal(
  { engine, repository, config: { config } }: Workspace,
  goal: string,
  file: string | null,
  signal: AbortSignal,
): Promise<PlannedGoal> {
  assertFree(file);
  const { catalogue, profiles } = await readPlanningFiles(repository.root);
  const { commit } = await repository.head();
  const planned = await engine.job({ name: 'plan', goal: `Plan: ${goal}` }, 'planner', ({ scope, models }) =>
    makePlan(
      {
        goal,
        model: models.for('planner'),
        scope,
        tree: repository.tree(commit),
        catalogue,
        profiles,
        categories: strategyTable(),
        bounds: { tokens: config.budget.tokens, phases: mostPhases },
        matching,
        outputLimit: config.models.maxOutputTokens,
        file: file ?? '.countersign/plans',
      },
      signal,
    ),
  );
  const plan = withBase(planned.plan, commit);
  const text = formatPlan(plan, remarksOf(planned));
  return { ...planned, plan, file: await writePlan(repository.root, plan, text, file) };
}

/** Each phase says which commit it was written against, so that a plan that has grown old is noticed. */
function withBase(plan: PlanFile, base: string): PlanFile {
  const tiers = plan.tiers.map((tier) => ({
    ...tier,
    phases: tier.phases.map((phase) => (typeof phase === 'string' ? phase : { ...phase, base })),
  }));
  return { ...plan, tiers };
}

function remarksOf({ warnings, questions }: Planned): readonly string[] {
  return [
    ...warnings.map((warning) => `Note: ${warning}`),
    ...questions.map(({ phase, question }) => `Question${phase === null ? '' : ` (${phase})`}: ${question}`),
  ];
}
