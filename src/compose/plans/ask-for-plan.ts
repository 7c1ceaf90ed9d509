import type { Workspace } from '../../compose.ts';
import { readPlanningFiles } from '../../config/read-planning.ts';
import type { PhaseSpec, PlanFile } from '../../domain/spec.ts';
import { compileStrategy } from '../../domain/strategy.ts';
import { matching } from '../../patch/scope.ts';
import { makePlan, type Planned } from '../../planner/planner.ts';
import type { Remains } from '../../planner/remains.ts';

export interface PlanQuestion {
  readonly goal: string;
  /** What the job is shown as. */
  readonly title: string;
  /** Commit that the plan is written against. */
  readonly commit: string;
  /** Named in faults. */
  readonly file: string;
  readonly remains?: Remains;
}

/** Has a goal, or what remains of one, planned by one metered run of its own. Throws what the planner and the budget throw. */
export async function askForPlan(
  { engine, repository, config: { config } }: Workspace,
  { goal, title, commit, file, remains }: PlanQuestion,
  signal: AbortSignal,
): Promise<Planned> {
  const { catalogue, profiles } = await readPlanningFiles(repository.root);
  const strategy = compileStrategy(config);
  return engine.job({ name: 'plan', goal: title }, 'planner', ({ scope, models }) =>
    makePlan(
      {
        goal,
        model: models.for('planner'),
        scope,
        tree: repository.tree(commit),
        catalogue,
        profiles,
        categories: Object.entries(strategy.categories).map(([name, category]) => ({ name, ...category })),
        bounds: { ...config.budget, phases: strategy.limits.phases, tier: strategy.limits.tier },
        matching,
        outputLimit: config.models.maxOutputTokens,
        file,
        ...(remains ? { remains } : {}),
      },
      signal,
    ),
  );
}

/** Each phase that is new says which commit it was written against, so that a plan that has grown old is noticed. */
export function withBase(plan: PlanFile, base: string, isOld: (phase: PhaseSpec) => boolean = () => false): PlanFile {
  const tiers = plan.tiers.map((tier) => ({
    ...tier,
    phases: tier.phases.map((phase) => (typeof phase === 'string' || isOld(phase) ? phase : { ...phase, base })),
  }));
  return { ...plan, tiers };
}

/** What a person should read above a plan. */
export function remarksOf({ warnings, questions }: Pick<Planned, 'warnings' | 'questions'>): readonly string[] {
  return [
    ...warnings.map((warning) => `Note: ${warning}`),
    ...questions.map(({ phase, question }) => `Question${phase === null ? '' : ` (${phase})`}: ${question}`),
  ];
}
