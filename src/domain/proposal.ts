import { z } from 'zod';
import type { Claim } from './building.ts';
import { fileStatSchema, patchFlagSchema, repairSchema } from './patch.ts';

/** The Builder's reply: its text as it came, read later by the patch engine. */
export interface Proposal {
  readonly reply: string;
  readonly model: string;
  readonly summary: string;
  /** What the reply says of itself, outside the patch. */
  readonly claims: readonly Claim[];
  /** Test files that it says are new or changed. */
  readonly tests: readonly string[];
}

/** A patch that stands on a private commit: nothing of the user's was touched. */
export const stagedSchema = z.object({
  /** Commit the patch applies to. */
  base: z.string(),
  /** The private commit, kept reachable under `refs/countersign/`. */
  commit: z.string(),
  tree: z.string(),
  ref: z.string(),
  /** Canonical git patch from `base` to `commit`. */
  patch: z.string(),
  files: z.array(fileStatSchema),
  repairs: z.array(repairSchema),
  flags: z.array(patchFlagSchema),
});
export type Staged = z.infer<typeof stagedSchema>;

export const landingSchema = z.object({
  commit: z.string(),
  parent: z.string(),
  tree: z.string(),
  /** Full ref that moved, such as `refs/heads/main`. */
  branch: z.string(),
});
export type Landing = z.infer<typeof landingSchema>;
