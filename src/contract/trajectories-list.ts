import { z } from 'zod';
import { runStateSchema } from '../domain/run.ts';
import { amountSchema } from './amount.ts';

/** What narrows the list of runs; null leaves a property open. */
export const runFiltersSchema = z.strictObject({
  /** Part of a goal or of a phase's title, in any case. Empty for all. */
  text: z.string().max(200),
  state: runStateSchema.nullable(),
  /** `PROVIDER/MODEL`: it made at least one call of the run. */
  model: z.string().max(400).nullable(),
  category: z.string().max(200).nullable(),
  /** Started within so many days. */
  days: z.int().positive().max(36_500).nullable(),
  /** Micro-dollars: what is known of the run's cost is at least this. */
  leastMicros: z.int().nonnegative().nullable(),
});
export type RunFilters = z.infer<typeof runFiltersSchema>;

export const noFilters: RunFilters = {
  text: '',
  state: null,
  model: null,
  category: null,
  days: null,
  leastMicros: null,
};

/** One run as the list shows it. */
export const runRowSchema = z.strictObject({
  id: z.string(),
  /** First line of its goal. */
  title: z.string(),
  /** `cut-off` where its program died before it ended. */
  state: z.enum([...runStateSchema.options, 'cut-off']),
  reason: z.string().nullable(),
  recorded: z.boolean(),
  /** ISO 8601, UTC. */
  startedAt: z.string(),
  phases: z.int().nonnegative(),
  landed: z.int().nonnegative(),
  waiting: z.int().nonnegative(),
  attempts: z.int().nonnegative(),
  calls: z.int().nonnegative(),
  amount: amountSchema,
});
export type RunRow = z.infer<typeof runRowSchema>;

/** Rows of the filtered list from `start` (0-based, newest first). */
export const runsPageSchema = z.strictObject({
  start: z.int().nonnegative(),
  rows: z.array(runRowSchema),
  /** Runs that pass the filters, and all there are. */
  matching: z.int().nonnegative(),
  total: z.int().nonnegative(),
});
export type RunsPage = z.infer<typeof runsPageSchema>;

/** What the filters offer. */
export const facetsSchema = z.strictObject({ models: z.array(z.string()), categories: z.array(z.string()) });
export type Facets = z.infer<typeof facetsSchema>;

/** Something about the store as a whole that a person must know. */
export const storeNoticeSchema = z.strictObject({
  kind: z.enum(['newer', 'damaged']),
  message: z.string(),
  /** Words of its button. */
  button: z.string(),
});
export type StoreNotice = z.infer<typeof storeNoticeSchema>;
