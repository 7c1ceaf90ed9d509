import { z } from 'zod';

/** One hunk of the proposed change, as `review --hunks` counts them. */
export const hunkPlaceSchema = z.object({
  file: z.string(),
  /** From 1 within its file. */
  hunk: z.int().positive(),
  /** 1-based first line in the proposed file. */
  line: z.int().positive(),
  /** Who says so: a reviewer that quotes it, or only the Builder. */
  by: z.enum(['reviewer', 'builder']),
});
export type HunkPlace = z.infer<typeof hunkPlaceSchema>;

/** What shows, or does not show, that one criterion of a phase is met. */
export const evidenceRowSchema = z.object({
  criterion: z.string(),
  /** Where a reviewer or the Builder sees it done; empty where nobody named a place. */
  hunks: z.array(hunkPlaceSchema),
  checks: z.array(
    z.object({
      command: z.string(),
      outcome: z.string(),
      exitCode: z.int().nullable(),
      /** SHA-256 of the whole output. */
      outputHash: z.string(),
      /** The git tree it ran on. */
      tree: z.string(),
    }),
  ),
  /** Fingerprints of open findings that speak against it. */
  findings: z.array(z.string()),
  state: z.enum(['met', 'not-met', 'not-shown']),
  /** One sentence: why it stands so. */
  because: z.string(),
  /** The checks ran on another tree than the change has now: they show nothing. */
  stale: z.boolean(),
});
export type EvidenceRow = z.infer<typeof evidenceRowSchema>;
