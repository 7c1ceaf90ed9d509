import { l10n, ProgressLocation, window } from 'vscode';
import { counted } from '../../contract/words.ts';
import { describeEvent } from '../../domain/describe-event.ts';
import { EngineError } from '../../domain/engine-error.ts';
import { describeDifference, describeNotReplayable, type ReplaySummary } from '../../domain/replay.ts';
import type { App, Handler } from '../app.ts';
import { newestRun, placeOf } from './show-trajectory.ts';

/** Goes through a run once more with the replies that were kept: nothing is called, paid or landed. */
export const replay: Handler = async (app, argument) => {
  const { session, trajectories } = app;
  const named = placeOf(argument) ?? trajectories.looksAt.place;
  const place = named ?? (await session.look(({ reader }) => newestRun(reader)));
  if (!place) throw new EngineError({ code: 'run/not-found', selector: 'last' });
  const { runId, phaseId, attempt } = place;
  const summary = await window.withProgress(
    { location: ProgressLocation.Notification, title: l10n.t('Replaying kept replies'), cancellable: true },
    (progress, cancelled) => {
      const stop = new AbortController();
      cancelled.onCancellationRequested(() => stop.abort());
      return session.use(async ({ engine, ledger }) => {
        const run = ledger.run(runId);
        if (!run) throw new EngineError({ code: 'run/not-found', selector: runId });
        const tell = (event: Parameters<typeof describeEvent>[0]) => {
          const text = describeEvent(event);
          if (text !== null) progress.report({ message: text.split('\n', 1)[0] ?? '' });
        };
        const from = phaseId === null ? null : { phaseId, attempt };
        return (await engine.replay(run, from, tell, stop.signal)).replay;
      });
    },
  );
  tellSummary(app, summary);
};

function tellSummary({ log }: App, { result, replies, differences, notReplayable }: ReplaySummary): void {
  const used = l10n.t('{0} played back; no model was called.', counted(replies, '{0} kept reply', '{0} kept replies'));
  const lines = [...differences.map(describeDifference), ...notReplayable.map(describeNotReplayable)];
  for (const line of lines) log.info(line);
  const [first] = lines;
  const sentence = {
    identical: l10n.t('It comes out the same. {0}', used),
    differs: l10n.t('It comes out otherwise. {0} {1}', first ?? '', used),
    'not-replayable': l10n.t('Not all of it can be replayed. {0} {1}', first ?? '', used),
  }[result];
  if (result === 'identical') void window.showInformationMessage(sentence);
  else {
    void window.showWarningMessage(sentence, l10n.t('Show Output')).then((answer) => {
      if (answer) log.show();
    });
  }
}
