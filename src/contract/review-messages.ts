import { z } from 'zod';
import { reviewSummarySchema } from './review-summary.ts';

const numbered = { id: z.int().positive() };

/** What the host tells the review summary. The page is small, so it is always told the whole. */
export const toReviewSchema = z.discriminatedUnion('type', [
  z.strictObject({ ...numbered, type: z.literal('snapshot'), view: reviewSummarySchema }),
  /** There is no such review any more. */
  z.strictObject({ ...numbered, type: z.literal('missing'), sentence: z.string() }),
]);
export type ToReview = z.infer<typeof toReviewSchema>;

type WithoutNumber<Message> = Message extends ToReview ? Omit<Message, 'id'> : never;
/** A message before it is numbered. */
export type ReviewDraft = WithoutNumber<ToReview>;

export const reviewActions = ['approve', 'checkAgain', 'requestChanges', 'reject', 'openChanges', 'rollBack'] as const;
export const findingActions = ['askForFix', 'dismissFinding', 'keepAsIssue', 'goToEvidence'] as const;

/** What the review summary tells the host. */
export const fromReviewSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('ready') }),
  z.strictObject({ type: z.literal('ack'), id: z.int().positive() }),
  z.strictObject({ type: z.literal('act'), action: z.enum(reviewActions) }),
  z.strictObject({
    type: z.literal('act-on-finding'),
    action: z.enum(findingActions),
    fingerprint: z.string().max(200),
  }),
  /** Show a line of the proposed side. */
  z.strictObject({ type: z.literal('open-place'), path: z.string().max(4000), line: z.int().positive() }),
  z.strictObject({ type: z.literal('defect'), detail: z.string().max(4000) }),
]);
export type FromReview = z.infer<typeof fromReviewSchema>;
export type ReviewAction = (typeof reviewActions)[number];
export type FindingAction = (typeof findingActions)[number];

/** What the page keeps over a reload: which review it shows. */
export const reviewStateSchema = z.object({ runId: z.string(), phaseId: z.string() });
