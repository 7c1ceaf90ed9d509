import type { ReviewSummaryView } from '../../contract/review-summary.ts';
import { localize } from '../../contract/words.ts';

/** What of a summary is worth saying aloud, after what was shown before; nothing for the first one, which is read. */
export function newsOf(before: ReviewSummaryView | null, now: ReviewSummaryView): readonly string[] {
  if (!before || before.runId !== now.runId || before.phaseId !== now.phaseId) return [];
  if (before.headline !== now.headline) return [now.headline];
  const decided = ({ standing }: ReviewSummaryView) => standing.accepted + standing.rejected;
  if (decided(before) === decided(now)) return [];
  return [localize('{0} of {1} hunks decided', decided(now), now.standing.hunks)];
}
