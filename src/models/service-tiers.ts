/** Factors on a model's prices, by service tier. */
export type ServiceTierFactors = Readonly<Record<string, number>>;

/** What providers call the tier that their price list is about. */
const usual = new Set(['', 'auto', 'default', 'standard', 'on_demand']);

/** What OpenAI and Azure state for all models; how much more `priority` costs differs between them. */
export const openaiFactors: ServiceTierFactors = { batch: 0.5, flex: 0.5 };

export interface Factor {
  readonly factor: number;
  /** False where nobody states it and this is a guess to the dear side. */
  readonly stated: boolean;
}

export function factorOf(factors: ServiceTierFactors, tier: string | null): Factor {
  const name = tier?.toLowerCase() ?? '';
  if (Object.hasOwn(factors, name)) return { factor: factors[name] as number, stated: true };
  if (usual.has(name)) return { factor: 1, stated: true };
  return { factor: name === 'priority' ? 2 : 1, stated: false };
}

/** The most that a request for this tier may cost: a cheaper tier may turn out not to be the one that serves it. */
export function worstFactor(factors: ServiceTierFactors, asked: string | null): number {
  return Math.max(1, factorOf(factors, asked).factor);
}
