import { l10n, ProgressLocation, window } from 'vscode';
import { counted } from '../../contract/words.ts';
import { titleOf } from '../../domain/spec.ts';
import type { App, Handler } from '../app.ts';
import { reportProgress } from '../progress.ts';
import { chooseReview } from '../review/choose-review.ts';
import type { PendingReview } from '../review/reviews.ts';

/** Stages what the person chose and edited, and has exactly that checked and reviewed. */
export const checkAgain: Handler = async (app, target) => {
  const review = await chooseReview(app, target);
  if (review) await checkChosen(app, review);
};

export async function checkChosen(app: App, { run, phase }: PendingReview): Promise<void> {
  const { session, hunks, reviews } = app;
  const key = { runId: run.id, phaseId: phase.id };
  const change = phase.staged && (await hunks.change(key, phase.staged.commit));
  if (!change) return;
  for (const document of change.unsaved) await document.save();
  const texts = change.chosen();
  if (texts.size === 0) {
    app.status.tell(l10n.t('The evidence is of this very change'), 'check');
    return;
  }
  const stopped = new AbortController();
  const options = {
    location: ProgressLocation.Notification,
    title: l10n.t('Checking again: {0}', titleOf(phase.spec)),
    cancellable: true,
  };
  const { passed, because } = await window.withProgress(options, (progress, token) => {
    token.onCancellationRequested(() => stopped.abort());
    const listening = reportProgress(session, progress);
    const checking = session.run(async ({ engine, ledger }) =>
      engine.checkAgain(ledger.run(run.id) ?? run, phase.id, texts, stopped.signal),
    );
    return checking.finally(() => listening.dispose());
  });
  if (!passed) {
    void window.showWarningMessage(
      l10n.t('{0} The change waits as it was proposed.', because ?? l10n.t('What you chose did not pass.')),
    );
    return;
  }
  await reviews.closeChanges(phase);
  await hunks.drafts.forget(key);
  const again = await reviews.signable(key);
  if (!again) return;
  const checks = again.phase.checks?.results.length ?? 0;
  const findings = again.phase.audit?.findings.length ?? 0;
  app.status.tell(
    l10n.t(
      'Checked again: {0} passed, {1}',
      counted(checks, '{0} check', '{0} checks'),
      counted(findings, '{0} finding', '{0} findings'),
    ),
  );
  await reviews.openChanges(again);
}
