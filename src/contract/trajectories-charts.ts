import { z } from 'zod';
import { amountSchema } from './amount.ts';

/**
 * One chart with the table behind it. A series is a line of the legend; `values` has one entry for each label, in the
 * chart's unit, null where there is nothing to show.
 */
export const chartSchema = z.strictObject({
  key: z.enum(['cost-by-day', 'cost-per-landing', 'attempts', 'audits', 'latency', 'forecast']),
  title: z.string(),
  /** What it shows in one sentence, for who cannot see it. */
  sentence: z.string(),
  /** What must be known to read it. */
  note: z.string(),
  unit: z.enum(['usd', 'count', 'seconds']),
  shape: z.enum(['stacked', 'bars', 'ranges']),
  /** Head of the first column of the table. */
  heading: z.string(),
  labels: z.array(z.string()),
  series: z.array(z.strictObject({ name: z.string(), values: z.array(z.number().nullable()) })),
  /** Rows of the table, one for each label, as text: what the bars stand for, with counts and marks. */
  table: z.strictObject({ columns: z.array(z.string()), rows: z.array(z.array(z.string())) }),
});
export type Chart = z.infer<typeof chartSchema>;

export const chartsViewSchema = z.strictObject({
  /** Runs that were read so far, of those that pass the filters. */
  read: z.int().nonnegative(),
  matching: z.int().nonnegative(),
  spent: amountSchema,
  charts: z.array(chartSchema),
});
export type ChartsView = z.infer<typeof chartsViewSchema>;
