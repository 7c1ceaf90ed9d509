import { EngineError } from '../domain/engine-error.ts';
import type { RunRecord } from '../domain/run.ts';
import type { LandingBranch, Plan } from '../domain/spec.ts';
import type { EngineParts } from './context.ts';

/** Runs that one goes back through at most: a store may arrive with a repository, and with a circle in it. */
const mostRuns = 50;

/** What is left of a plan that goes on from another run. */
export interface Continuation {
  readonly plan: Plan;
  /** Where it goes on: the tip of the branch that it continues; null from where HEAD is. */
  readonly from: { readonly commit: string; readonly mergesInto: string | null } | null;
}

/**
 * A plan without what landed in the runs that it goes on from and still stands in what it is built on. Throws
 * `run/not-found` where it names a run that is not known, `arguments/invalid` where nothing is left to do.
 */
export async function continuationOf(
  plan: Plan,
  { repository, store }: Pick<EngineParts, 'repository' | 'store'>,
  branch: LandingBranch,
): Promise<Continuation> {
  if (plan.continues === undefined) return { plan, from: null };
  const runs = chainOf(plan.continues, store);
  const head = await repository.head();
  const { landsOn, mergesInto } = (runs[0] as RunRecord).plan;
  const tip = branch === 'run' && mergesInto !== null ? await repository.resolve(landsOn) : null;
  // A branch that was brought into the current one already has nothing that this one lacks.
  const from = tip === null || (await repository.holds(head.commit, tip)) ? null : { commit: tip, mergesInto };
  const landed = new Set<string>();
  for (const { id, landing, rolledBack } of runs.flatMap(({ phases }) => phases)) {
    if (!landing || rolledBack !== null || landed.has(id)) continue;
    if (await repository.holds(from?.commit ?? head.commit, landing.commit)) landed.add(id);
  }
  const tiers = plan.tiers
    .map((tier) => ({
      ...tier,
      phases: tier.phases
        .filter(({ id }) => !landed.has(id))
        .map((spec) => ({ ...spec, dependsOn: spec.dependsOn.filter((id) => !landed.has(id)) })),
    }))
    .filter(({ phases }) => phases.length > 0);
  if (tiers.length > 0) return { plan: { ...plan, tiers }, from };
  const problem = `All of this plan landed in run ${plan.continues} and before; nothing is left to do.`;
  throw new EngineError({ code: 'arguments/invalid', problem, usage: null });
}

/** The run and those that it went on from, newest first. */
function chainOf(first: string, store: EngineParts['store']): readonly RunRecord[] {
  const runs: RunRecord[] = [];
  for (let id: string | undefined = first; id !== undefined && runs.length < mostRuns; ) {
    const run: RunRecord | null = store.run(id);
    if (run?.id !== id) throw new EngineError({ code: 'run/not-found', selector: id });
    if (runs.some((known) => known.id === id)) break;
    runs.push(run);
    id = run.plan.continues;
  }
  return runs;
}
