import { l10n, ProgressLocation, window } from 'vscode';
import type { ResumeOptions } from '../../compose.ts';
import { EngineError, faultOf } from '../../domain/engine-error.ts';
import { announce } from '../announce.ts';
import type { App } from '../app.ts';
import { reportProgress } from '../progress.ts';

/** Goes on with a run in this window. Asks first where it was begun with other models, prices or rules. */
export async function goOnWith(app: App, runId: string, options: ResumeOptions): Promise<void> {
  try {
    await goOn(app, runId, options);
  } catch (error) {
    const fault = faultOf(error);
    if (fault.code !== 'run/changed') throw error;
    const question = l10n.t('This run was begun with other models, prices or rules.');
    const keep = l10n.t('Keep What It Began With');
    const take = l10n.t('Take What Holds Now');
    const detail = fault.differences.join('\n');
    const chosen = await window.showWarningMessage(question, { modal: true, detail }, keep, take);
    if (chosen === keep) await goOn(app, runId, { ...options, keepFrozen: true });
    if (chosen === take) await goOn(app, runId, { ...options, acceptChanges: true });
  }
}

async function goOn(app: App, runId: string, options: ResumeOptions): Promise<void> {
  const { session } = app;
  app.status.forget();
  const stopped = new AbortController();
  const record = await session.use(({ ledger }) => ledger.run(runId));
  if (!record) throw new EngineError({ code: 'run/not-found', selector: runId });
  const title = record.plan.goal.trim().split('\n', 1)[0] as string;
  await window.withProgress(
    { location: ProgressLocation.Notification, title, cancellable: true },
    async (progress, token) => {
      token.onCancellationRequested(() => stopped.abort());
      const listening = reportProgress(session, progress);
      try {
        await session.run(({ engine }) => engine.resume(record, stopped.signal, options));
      } finally {
        listening.dispose();
      }
    },
  );
  await announce(app, runId);
}
