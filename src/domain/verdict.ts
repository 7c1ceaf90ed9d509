import { z } from 'zod';
import { faultSchema } from './fault.ts';

/** Why an attempt did not land, in the form that feeds the next attempt. */
export const becauseSchema = z.object({
  kind: z.enum(['patch', 'checks', 'findings', 'person', 'fault']),
  /** One sentence for a person. */
  summary: z.string(),
  /** The evidence: the patch fault with the file's lines, a check's output, the findings, a person's note. */
  detail: z.string(),
  /** Equal for the same failure with other line numbers, times and paths. */
  signature: z.string(),
});
export type Because = z.infer<typeof becauseSchema>;

/** What becomes of an attempt; made by `decide`, never by a model. */
export const verdictSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('land'), reasons: z.array(z.string()) }),
  z.object({ type: z.literal('review'), reasons: z.array(z.string()) }),
  z.object({ type: z.literal('revise'), because: becauseSchema }),
  z.object({ type: z.literal('stop'), because: becauseSchema, fault: faultSchema.nullable() }),
]);
export type Verdict = z.infer<typeof verdictSchema>;
