import { z } from 'zod';
import { runSpendSchema, spendHistorySchema, spendTotalsSchema, spendViewSchema } from './spend-view.ts';

const numbered = { id: z.int().positive() };

/** What the host tells the Spend view: everything once it is ready, afterwards only the part that changed. */
export const toSpendViewSchema = z.discriminatedUnion('type', [
  z.strictObject({ ...numbered, type: z.literal('snapshot'), view: spendViewSchema }),
  z.strictObject({ ...numbered, type: z.literal('run-changed'), run: runSpendSchema }),
  z.strictObject({ ...numbered, type: z.literal('totals-changed'), totals: spendTotalsSchema }),
  z.strictObject({ ...numbered, type: z.literal('history-changed'), history: spendHistorySchema }),
]);
export type ToSpendView = z.infer<typeof toSpendViewSchema>;

type WithoutNumber<Message> = Message extends ToSpendView ? Omit<Message, 'id'> : never;
/** A message before it is numbered. */
export type SpendDraft = WithoutNumber<ToSpendView>;

/** What the Spend view tells the host. */
export const fromSpendViewSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('ready') }),
  /** The message of this number was shown. */
  z.strictObject({ type: z.literal('ack'), id: z.int().positive() }),
  z.strictObject({ type: z.literal('open-caps') }),
  /** A landing was chosen: show what it rests on. */
  z.strictObject({ type: z.literal('open-landing'), runId: z.string(), phaseId: z.string() }),
  /** Something went wrong in the view; for the log. */
  z.strictObject({ type: z.literal('defect'), detail: z.string().max(4000) }),
]);
export type FromSpendView = z.infer<typeof fromSpendViewSchema>;
