import { l10n, window } from 'vscode';
import { localize } from '../../contract/words.ts';
import { diffStat } from '../../domain/describe-event.ts';
import { EngineError } from '../../domain/engine-error.ts';
import { formatCost } from '../../domain/money.ts';
import { titleOf } from '../../domain/spec.ts';
import type { App } from '../app.ts';
import type { ReviewKey } from './proposal-uri.ts';
import type { PendingReview } from './reviews.ts';

function keyIn(value: unknown): ReviewKey | null {
  if (typeof value !== 'object' || value === null) return null;
  const { runId, phaseId } = value as Partial<ReviewKey>;
  return typeof runId === 'string' && typeof phaseId === 'string' ? { runId, phaseId } : null;
}

/** A whole run, such as a row of the Runs view. */
function runIn(value: unknown): string | null {
  if (typeof value !== 'object' || value === null || !('runId' in value)) return null;
  return typeof value.runId === 'string' ? value.runId : null;
}

/**
 * The review that a command is about: what its argument names, what the editor in front shows, the only one that waits,
 * or the one that the user picks. Null where the user picks none. Throws `review/nothing-pending`.
 */
export async function chooseReview({ reviews, summary }: App, argument: unknown): Promise<PendingReview | null> {
  const run = runIn(argument);
  const key = keyIn(argument) ?? (run === null ? (summary.inFront ?? reviews.shown()) : null);
  if (key) {
    const named = await reviews.signable(key);
    if (!named) throw new EngineError({ code: 'review/nothing-pending', selector: `${key.runId}/${key.phaseId}` });
    return named;
  }
  const pending = (await reviews.pending()).filter((review) => run === null || review.run.id === run);
  if (pending.length === 0) throw new EngineError({ code: 'review/nothing-pending', selector: 'this repository' });
  if (pending.length === 1) return pending[0] ?? null;
  const items = pending.map((review) => ({
    label: titleOf(review.phase.spec),
    description: `${diffStat(review.phase.staged?.files ?? [], localize)} · ${formatCost(review.phase.spend.cost, localize)}`,
    detail: review.phase.reason ?? '',
    review,
  }));
  const chosen = await window.showQuickPick(items, { placeHolder: l10n.t('Choose a change to review') });
  return chosen?.review ?? null;
}
