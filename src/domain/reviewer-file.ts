import { z } from 'zod';
import { levelSchema, nameSchema } from './spec.ts';

/** A reviewer of the workspace's own, `.countersign/auditors/NAME.yaml`. It counts once its content was approved. */
export const reviewerFileSchema = z
  .strictObject({
    name: nameSchema.describe('How a spec names it under `auditor.panel`.'),
    prompt: z.string().trim().min(20).max(8_000).describe('What it looks for, in plain words.'),
    when: z
      .strictObject({
        risk: levelSchema.optional().describe('Asked from this risk on.'),
        categories: z.array(z.string().min(1)).optional().describe('Asked for these kinds of work.'),
        files: z.array(z.string().min(1)).optional().describe('Asked where the change touches one of these files.'),
      })
      .prefault({})
      .describe('All that is given must hold. Without it the reviewer is asked only where a spec names it.'),
    required: z.boolean().default(false).describe('Its failure blocks the change.'),
    timeout: z.number().positive().max(900).default(180).describe('Seconds until it is given up.'),
  })
  .meta({ title: 'Countersign reviewer' });
export type ReviewerFile = z.infer<typeof reviewerFileSchema>;
