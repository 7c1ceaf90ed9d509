import { z } from 'zod';

/** A share with its 95 % Wilson interval; null bounds where nothing was counted. */
export const rateSchema = z.object({
  hits: z.int().nonnegative(),
  of: z.int().nonnegative(),
  share: z.number().nullable(),
  low: z.number().nullable(),
  high: z.number().nullable(),
});
export type Rate = z.infer<typeof rateSchema>;

/** How one reviewer on one model did on faults seeded into this repository, and on clean changes among them. */
export const calibrationSchema = z.object({
  component: z.string(),
  model: z.string(),
  /** ISO 8601. */
  at: z.string(),
  /** Seeded faults that it reported as major. */
  recall: rateSchema,
  /** Clean changes in which it reported a major. */
  falseAlarms: rateSchema,
  /** Share of its majors that were right; null where it made none. */
  precision: z.number().nullable(),
  costMicros: z.int(),
  costLabel: z.string(),
  seconds: z.number(),
  /** False where replies were recorded: then it shows that the machinery works and nothing of the model. */
  live: z.boolean(),
});
export type Calibration = z.infer<typeof calibrationSchema>;

const z95 = 1.959964;

/** Wilson's score interval: honest for few cases and for shares near 0 and 1. */
export function rateOf(hits: number, of: number): Rate {
  if (of === 0) return { hits, of, share: null, low: null, high: null };
  const share = hits / of;
  const square = z95 * z95;
  const centre = (share + square / (2 * of)) / (1 + square / of);
  const half = (z95 / (1 + square / of)) * Math.sqrt((share * (1 - share)) / of + square / (4 * of * of));
  // At the ends the formula is exact but for the last binary place.
  const low = hits === 0 ? 0 : Math.max(0, centre - half);
  return { hits, of, share, low, high: hits === of ? 1 : Math.min(1, centre + half) };
}

/** Such as `3 of 5 (23–88 %)`. */
export function rateText({ hits, of, low, high }: Rate): string {
  if (low === null || high === null) return 'none';
  return `${hits} of ${of} (${Math.round(low * 100)}–${Math.round(high * 100)} %)`;
}
