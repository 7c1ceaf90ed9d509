import { z } from 'zod';
import { findingCategorySchema, severitySchema } from './audit.ts';

/** A finding that landed with its change and was not mended or dismissed since. */
export const backlogIssueSchema = z.object({
  fingerprint: z.string(),
  severity: severitySchema,
  category: findingCategorySchema,
  file: z.string().nullable(),
  line: z.int().positive().nullable(),
  claim: z.string(),
  /** Distinct runs in which it was seen, however often in each. */
  runs: z.int().positive(),
  /** Most tiers of one run of several tiers in which it was seen. */
  tiers: z.int().nonnegative(),
  /** ISO 8601. */
  firstSeen: z.string(),
  lastSeen: z.string(),
  /** It is old enough that it should be cleaned up. */
  needsCleanup: z.boolean(),
});
export type BacklogIssue = z.infer<typeof backlogIssueSchema>;

/** What a run changed in the backlog. */
export interface BacklogChanges {
  readonly added: readonly BacklogIssue[];
  /** What its landings mended. */
  readonly closed: readonly BacklogIssue[];
  /** What became old enough by it to be cleaned up. */
  readonly due: readonly BacklogIssue[];
}

/** From how many runs or tiers on a minor should be cleaned up; sooner where safety hangs on it. */
const patience = { runs: 3, tiers: 2 };
const safetyPatience = { runs: 2, tiers: 1 };

export function needsCleanup({ category, runs, tiers }: Pick<BacklogIssue, 'category' | 'runs' | 'tiers'>): boolean {
  const limit = category === 'security' ? safetyPatience : patience;
  return runs >= limit.runs || tiers >= limit.tiers;
}
