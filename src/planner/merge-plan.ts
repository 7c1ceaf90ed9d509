import type { Plan, PlanFile } from '../domain/spec.ts';

type TierOfFile = PlanFile['tiers'][number];

/** A plan as its file has it, beside the same plan with every phase read in. */
export interface WrittenPlan {
  readonly source: PlanFile;
  /** Tier by tier and phase by phase the same as `source`. */
  readonly read: Pick<Plan, 'tiers'>;
}

/**
 * The plan of which some landed and the rest was planned anew: what landed stays where and as it is written, the rest
 * stands in the tiers of `rest`, in their order. Goes on from the run `continues`.
 */
export function mergedPlan(
  { source, read }: WrittenPlan,
  landed: ReadonlySet<string>,
  rest: PlanFile,
  continues: string,
): PlanFile {
  const kept = source.tiers
    .map((tier, at) => ({
      ...tier,
      phases: tier.phases.filter((_, index) => landed.has(read.tiers[at]?.phases[index]?.id ?? '')),
    }))
    .filter(({ phases }) => phases.length > 0);
  const tiers: TierOfFile[] = [...kept];
  let last = 0;
  for (const tier of rest.tiers) {
    const at = tiers.findIndex(({ id }) => id === tier.id);
    // A tier that the plan had keeps its title and its budget.
    const written = source.tiers.find(({ id }) => id === tier.id);
    if (at >= last && at >= 0) {
      const kept = tiers[at] as TierOfFile;
      tiers[at] = { ...kept, phases: [...kept.phases, ...tier.phases] };
      last = at;
    } else {
      const named = { ...(written ?? tier), phases: tier.phases };
      tiers.push(at < 0 ? named : { ...named, id: freeName(tier.id, tiers) });
      last = tiers.length - 1;
    }
  }
  return { ...source, continues, tiers };
}

/** A tier that stands before the one it should follow cannot be added to: the rest of it becomes a tier of its own. */
function freeName(id: string, tiers: readonly TierOfFile[]): string {
  for (let number = 2; ; number++) {
    const name = `${id}-${number}`;
    if (!tiers.some((tier) => tier.id === name)) return name;
  }
}
