import { l10n, ProgressLocation, window } from 'vscode';
import { EngineError } from '../../domain/engine-error.ts';
import type { Decision } from '../../domain/review.ts';
import { titleOf } from '../../domain/spec.ts';
import { announce } from '../announce.ts';
import type { App } from '../app.ts';
import { reportProgress } from '../progress.ts';
import type { PendingReview } from './reviews.ts';

/**
 * Carries out a decision. What landed or was rejected is closed; where something stood in the way, the change stays
 * open and the fault is thrown.
 */
export async function decide(app: App, { run, phase }: PendingReview, decision: Decision): Promise<void> {
  const { session, reviews } = app;
  app.status.forget();
  const revises = decision.type === 'revise';
  const options = {
    location: revises ? ProgressLocation.Notification : ProgressLocation.Window,
    title: revises ? titleOf(phase.spec) : 'Countersign',
    cancellable: revises,
  };
  // The change that is being made anew must not look as if it could still be signed.
  if (revises) await reviews.closeChanges(phase);
  const stopped = new AbortController();
  const { ending } = await window.withProgress(options, (progress, token) => {
    token.onCancellationRequested(() => stopped.abort());
    const listening = reportProgress(session, progress);
    const deciding = session.run(async ({ engine, ledger }) =>
      engine.decide(ledger.run(run.id) ?? run, phase, decision, stopped.signal),
    );
    return deciding.finally(() => listening.dispose());
  });
  if (ending.fault && ending.state !== 'landed' && decision.type === 'approve') throw new EngineError(ending.fault);
  if (ending.state === 'awaiting-review' && decision.type === 'approve') {
    void window.showWarningMessage(
      l10n.t('Not landed: {0} Read the change again, then approve.', ending.reason ?? l10n.t('the branch moved')),
    );
    return;
  }
  if (ending.state !== 'awaiting-review') {
    await reviews.closeChanges(phase);
    await app.hunks.drafts.forget({ runId: run.id, phaseId: phase.id });
  }
  if (decision.type === 'reject') app.status.tell(l10n.t('Rejected, nothing changed'), 'circle-slash');
  else await announce(app, run.id);
}
