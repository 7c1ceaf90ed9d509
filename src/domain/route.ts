import { z } from 'zod';
import { type Config, type ModelTier, modelTierSchema, modelTiers } from './config.ts';
import { armSchema } from './deployment.ts';

/**
 * What decided on the Builder's model: the spec names it; the configuration names it for the category, or for the
 * role alone; the risk asks for the top tier; the difficulty gives a tier; the same failure again moved it up.
 */
export const routeRuleSchema = z.enum(['spec', 'category', 'role', 'high-risk', 'difficulty', 'escalation']);
export type RouteRule = z.infer<typeof routeRuleSchema>;

/** How the model of an attempt was chosen. */
export const routeSchema = z.object({
  rule: routeRuleSchema,
  /** Tier that the model is taken from; null where no tiers have a say. */
  tier: modelTierSchema.nullable(),
  /** Tier that the rules asked for, where its worst case does not fit the budget. */
  tooDear: modelTierSchema.nullable(),
  /** From 0 to 1, by the complexity that the spec states. */
  difficulty: z.number(),
  /** Where a deployed version has a say: which of its arms serves. */
  arm: armSchema.optional(),
});
export type RouteFacts = z.infer<typeof routeSchema>;

export type Ladder = Readonly<Record<ModelTier, string>>;

/**
 * The model of each tier; null where no tiers are configured. A gap is filled by the Builder's own model, else by the
 * next tier above, else by the one below.
 */
export function ladderOf({ roles, tiers }: Pick<Config['models'], 'roles' | 'tiers'>): Ladder | null {
  const named = modelTiers.flatMap((tier, height) => {
    const model = tiers[tier];
    return model === undefined ? [] : [{ height, model }];
  });
  const [lowest] = named;
  if (!lowest) return null;
  const at = (height: number): string => {
    const own = named.find((rung) => rung.height === height)?.model ?? roles.builder;
    const nearest = named.find((rung) => rung.height > height) ?? named.at(-1) ?? lowest;
    return own ?? nearest.model;
  };
  return { cheap: at(0), middle: at(1), top: at(2) };
}

/** The next higher tier with another model; null at the top. */
export function tierAbove(ladder: Ladder, tier: ModelTier): ModelTier | null {
  const above = modelTiers.slice(modelTiers.indexOf(tier) + 1);
  return above.find((one) => ladder[one] !== ladder[tier]) ?? null;
}

/** Other models of the tiers below one, best first. */
export function modelsBelow(ladder: Ladder, tier: ModelTier): readonly string[] {
  const below = modelTiers.slice(0, modelTiers.indexOf(tier)).reverse();
  return [...new Set(below.map((one) => ladder[one]))].filter((model) => model !== ladder[tier]);
}
