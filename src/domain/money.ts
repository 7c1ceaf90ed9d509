import { z } from 'zod';
import { inEnglish, type Localize } from './localize.ts';

/**
 * How sure a figure is, from most to least: `billed` was charged by the provider, `computed` is the provider's
 * own usage at a known price, `estimated` is our count, `unknown` has no price.
 */
export const costLabels = ['billed', 'computed', 'estimated', 'unknown'] as const;
export const costLabelSchema = z.enum(costLabels);
export type CostLabel = z.infer<typeof costLabelSchema>;

/** Tokens of one or more calls. `cached` is the part of `input` that the provider read from its cache. */
export const tokensSchema = z.object({
  input: z.int().nonnegative(),
  cached: z.int().nonnegative(),
  output: z.int().nonnegative(),
});
export type Tokens = z.infer<typeof tokensSchema>;

/** Money in whole micro-dollars (1 USD = 1,000,000), rounded up where it is made. */
export const microsSchema = z.int().nonnegative();

/** Where the price of a call comes from: a name for people, and the day since which it holds, where that is known. */
export const priceOriginSchema = z.object({ source: z.string(), date: z.string().nullable() });
export type PriceOrigin = z.infer<typeof priceOriginSchema>;

/** Cost of one or more calls. With label `unknown` the micros are the known part only ("at least"). */
export const costSchema = z.object({
  micros: microsSchema,
  label: costLabelSchema,
  /** What the provider's cache saved against the full price of the same input; absent where that is not known. */
  savedMicros: microsSchema.optional(),
  /** Of one call; absent where it was billed, has no price, or is a sum. */
  price: priceOriginSchema.optional(),
});
export type Cost = z.infer<typeof costSchema>;

export const spendSchema = z.object({ calls: z.int().nonnegative(), tokens: tokensSchema, cost: costSchema });
/** What a set of calls used. */
export type Spend = z.infer<typeof spendSchema>;

export const noTokens: Tokens = { input: 0, cached: 0, output: 0 };
/** A sum of nothing is known exactly: nothing was billed. */
export const noSpend: Spend = { calls: 0, tokens: noTokens, cost: { micros: 0, label: 'billed' } };

export function addTokens(a: Tokens, b: Tokens): Tokens {
  return { input: a.input + b.input, cached: a.cached + b.cached, output: a.output + b.output };
}

/** The less sure of two labels: a sum is no surer than its least sure part. */
export function leastSure(a: CostLabel, b: CostLabel): CostLabel {
  return costLabels.indexOf(a) >= costLabels.indexOf(b) ? a : b;
}

export function addSpend(a: Spend, b: Spend): Spend {
  const savedMicros = (a.cost.savedMicros ?? 0) + (b.cost.savedMicros ?? 0);
  return {
    calls: a.calls + b.calls,
    tokens: addTokens(a.tokens, b.tokens),
    cost: {
      micros: a.cost.micros + b.cost.micros,
      label: leastSure(a.cost.label, b.cost.label),
      ...(savedMicros === 0 ? {} : { savedMicros }),
    },
  };
}

/** US dollars to micro-dollars, rounded up so that a cap never lets a fraction through. */
export function microsOfUsd(usd: number): number {
  // Binary floats put 0.07 * 1e6 a hair above 70000; two units in the last place are that hair, not money.
  return Math.ceil(usd * 1_000_000 * (1 - 2 ** -51));
}

const marks: Record<CostLabel, string> = { billed: '✓', computed: '=', estimated: '~', unknown: '?' };

/** An amount with its mark, such as `= $0.0123`; a sum with an unknown part reads `? at least $0.01`. */
export function formatCost(cost: Cost, localize: Localize = inEnglish): string {
  const usd = cost.micros / 1_000_000;
  const amount = `$${usd.toFixed(usd !== 0 && usd < 0.1 ? 4 : 2)}`;
  if (cost.label === 'unknown') return cost.micros === 0 ? localize('? unknown') : localize`? at least ${amount}`;
  return `${marks[cost.label]} ${amount}`;
}
