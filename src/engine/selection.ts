import { type Config, type ModelTier, modelTiers } from '../domain/config.ts';
import { type Ladder, ladderOf, modelsBelow, type RouteFacts, type RouteRule } from '../domain/route.ts';
import type { PhaseSpec } from '../domain/spec.ts';
import { type CategoryStrategy, moreComplex } from '../domain/strategy.ts';

export interface SelectionInput {
  readonly spec: Pick<PhaseSpec, 'category' | 'complexity' | 'risk' | 'builder'>;
  readonly models: Pick<Config['models'], 'roles' | 'tiers' | 'categories' | 'highRisk'>;
  /** What holds for the spec's category. */
  readonly strategy: Pick<CategoryStrategy, 'complexity' | 'highRisk'>;
  /** Whether the worst case of one call to a model fits the budget. */
  readonly fits: (model: string) => boolean;
  /** The tier that an earlier attempt has brought the phase to; it never falls below. Null at first. */
  readonly reached: ModelTier | null;
}

/** A model for the Builder, with the reason. */
export interface Selection {
  /** `PROVIDER/MODEL`; undefined leaves it to the role's configuration. */
  readonly model: string | undefined;
  /** Models of lower tiers, best first: to be asked where this one turns out not to fit what is left. */
  readonly cheaper: readonly string[];
  readonly facts: RouteFacts;
  /** In words, without a full stop. */
  readonly reason: string;
}

const difficulties: Readonly<Record<PhaseSpec['complexity'], number>> = { low: 0.2, medium: 0.5, high: 0.9 };

function tierOfDifficulty(difficulty: number): ModelTier {
  if (difficulty < 0.4) return 'cheap';
  return difficulty < 0.7 ? 'middle' : 'top';
}

interface Wish {
  readonly tier: ModelTier;
  readonly rule: RouteRule;
  readonly reason: string;
}

/**
 * Chooses the Builder's model: what the spec names; what the configuration names for the category; without tiers, what
 * it names for the role; else the tier that the risk or the difficulty asks for, and the best below it where that one's
 * worst case does not fit the budget.
 */
export function selectModel(input: SelectionInput): Selection {
  const { spec, models, reached } = input;
  const difficulty = difficulties[complexityOf(input)];
  const pinned = (model: string | undefined, rule: RouteRule, reason: string): Selection => ({
    model,
    cheaper: [],
    facts: { rule, tier: null, tooDear: null, difficulty },
    reason,
  });
  if (spec.builder.model !== undefined) return pinned(spec.builder.model, 'spec', 'named by the spec');
  const own = Object.hasOwn(models.categories, spec.category) ? models.categories[spec.category] : undefined;
  if (own?.includes('/')) return pinned(own, 'category', `configured for the category ${spec.category}`);
  const ladder = ladderOf(models);
  if (!ladder) return pinned(undefined, 'role', 'configured for the Builder');
  const wish = wishOf(input, own as ModelTier | undefined, difficulty);
  const higher = reached !== null && modelTiers.indexOf(reached) > modelTiers.indexOf(wish.tier) ? reached : null;
  const wanted: Wish = higher ? { tier: higher, rule: 'escalation', reason: 'reached by escalation' } : wish;
  const tier = bestThatFits(ladder, wanted.tier, input.fits);
  const tooDear = tier === wanted.tier ? null : wanted.tier;
  return {
    model: ladder[tier],
    cheaper: modelsBelow(ladder, tier),
    facts: { rule: wanted.rule, tier, tooDear, difficulty },
    reason: `${tier} tier: ${wanted.reason}${tooDear ? `, but the ${tooDear} tier does not fit the budget` : ''}`,
  };
}

/** A category that the user's own list leaves out of high risk is not raised by what is built in for it. */
function complexityOf({ spec, models, strategy }: SelectionInput): PhaseSpec['complexity'] {
  const isLeftOut = strategy.highRisk && models.highRisk !== undefined && !models.highRisk.includes(spec.category);
  return isLeftOut ? spec.complexity : moreComplex(spec.complexity, strategy.complexity);
}

function wishOf(input: SelectionInput, own: ModelTier | undefined, difficulty: number): Wish {
  const { spec, models, strategy } = input;
  const { category } = spec;
  if (own) return { tier: own, rule: 'category', reason: `configured for the category ${category}` };
  const listed = models.highRisk ? models.highRisk.includes(category) : strategy.highRisk;
  if (listed) return { tier: 'top', rule: 'high-risk', reason: `the category ${category} is of high risk` };
  if (spec.risk === 'high') return { tier: 'top', rule: 'high-risk', reason: 'the spec states high risk' };
  const reason = `difficulty ${difficulty}, of ${complexityOf(input)} complexity`;
  return { tier: tierOfDifficulty(difficulty), rule: 'difficulty', reason };
}

/** Where nothing fits, the lowest one: the call itself will say what it needs and what is left. */
function bestThatFits(ladder: Ladder, wanted: ModelTier, fits: SelectionInput['fits']): ModelTier {
  const below = modelTiers.slice(0, modelTiers.indexOf(wanted) + 1).reverse();
  return below.find((tier) => fits(ladder[tier])) ?? 'cheap';
}
