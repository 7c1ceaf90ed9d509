import { rateOf } from '../domain/calibration.ts';

/** Intervals and tests for rates and means of two arms. All at 95 %, two-sided, unless said otherwise. */

/** Standard normal quantile for 97.5 %. */
const z = 1.959963984540054;

export interface Interval {
  readonly low: number;
  readonly high: number;
}

export interface Rate {
  readonly hits: number;
  readonly of: number;
}

/** Wilson's score interval of a proportion; all of 0 to 1 where nothing was counted. */
export function wilson({ hits, of }: Rate): Interval {
  const { low, high } = rateOf(hits, of);
  return { low: low ?? 0, high: high ?? 1 };
}

/**
 * Interval of the difference `b − a` of two independent proportions.
 * Source: R. G. Newcombe, "Interval estimation for the difference between independent proportions", 1998, method 10.
 */
export function rateDifference(a: Rate, b: Rate): Interval & { readonly difference: number } {
  if (a.of === 0 || b.of === 0) return { difference: 0, low: -1, high: 1 };
  const [rateA, rateB] = [a.hits / a.of, b.hits / b.of];
  const [boundsA, boundsB] = [wilson(a), wilson(b)];
  const difference = rateB - rateA;
  return {
    difference,
    low: difference - Math.hypot(rateB - boundsB.low, boundsA.high - rateA),
    high: difference + Math.hypot(boundsB.high - rateB, rateA - boundsA.low),
  };
}

export interface Sample {
  readonly count: number;
  readonly mean: number;
  /** Unbiased; 0 for fewer than two values. */
  readonly variance: number;
}

export function sampleOf(values: readonly number[]): Sample {
  const count = values.length;
  const mean = count === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / count;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { count, mean, variance: count < 2 ? 0 : squares / (count - 1) };
}

/**
 * Interval of the difference `b − a` of two means with unequal variances; null where an arm has fewer than two values.
 * Source: B. L. Welch, "The generalization of Student's problem when several different population variances are
 * involved", 1947; quantiles of t after G. W. Hill, "Algorithm 396: Student's t-quantiles", 1970.
 */
export function meanDifference(a: Sample, b: Sample): (Interval & { readonly difference: number }) | null {
  if (a.count < 2 || b.count < 2) return null;
  const [partA, partB] = [a.variance / a.count, b.variance / b.count];
  const difference = b.mean - a.mean;
  if (partA + partB === 0) return { difference, low: difference, high: difference };
  const freedom = (partA + partB) ** 2 / (partA ** 2 / (a.count - 1) + partB ** 2 / (b.count - 1));
  const half = tQuantile(freedom) * Math.sqrt(partA + partB);
  return { difference, low: difference - half, high: difference + half };
}

/** Quantile of Student's t for 97.5 %, `freedom` ≥ 1. Cornish-Fisher expansion; within 0.1 % from 3 degrees on. */
export function tQuantile(freedom: number): number {
  if (freedom < 1.5) return 12.706;
  if (freedom < 2.5) return 4.303;
  const terms = [
    (z ** 3 + z) / 4,
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96,
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384,
    (79 * z ** 9 + 776 * z ** 7 + 1482 * z ** 5 - 1920 * z ** 3 - 945 * z) / 92_160,
  ];
  return terms.reduce((sum, term, index) => sum + term / freedom ** (index + 1), z);
}

export type Finding = 'passes' | 'fails' | 'undecided';

/**
 * Whether `b` is no worse than `a` by more than `margin`: it passes where the whole interval of the difference is
 * above −margin, fails where the whole interval is below, and is undecided in between.
 */
export function nonInferior({ low, high }: Interval, margin: number): Finding {
  if (low > -margin) return 'passes';
  return high < -margin ? 'fails' : 'undecided';
}
