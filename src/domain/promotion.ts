import { z } from 'zod';

export const promotionSchema = z.object({
  how: z.enum(['fast-forward', 'merge', 'pull-request']),
  /** Full ref that the run branch was brought into, or is proposed for. */
  into: z.string(),
  /** What `into` is at since; of a pull request, the tip that is proposed. */
  commit: z.string(),
  /** Of a pull request. */
  url: z.string().nullable(),
});
/** How a run that ended well went on. */
export type Promotion = z.infer<typeof promotionSchema>;
