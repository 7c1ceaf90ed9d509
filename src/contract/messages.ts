import { z } from 'zod';
import { runSpendSchema, spendTotalsSchema, spendViewSchema } from './spend-view.ts';

/** What the host tells the Spend view: everything once it is ready, afterwards only the part that changed. */
export const toSpendViewSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('snapshot'), view: spendViewSchema }),
  z.strictObject({ type: z.literal('run-changed'), run: runSpendSchema }),
  z.strictObject({ type: z.literal('totals-changed'), totals: spendTotalsSchema }),
]);
export type ToSpendView = z.infer<typeof toSpendViewSchema>;

/** What the Spend view tells the host. */
export const fromSpendViewSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('ready') }),
  z.strictObject({ type: z.literal('open-caps') }),
  /** Something went wrong in the view; for the log. */
  z.strictObject({ type: z.literal('defect'), detail: z.string().max(4000) }),
]);
export type FromSpendView = z.infer<typeof fromSpendViewSchema>;
