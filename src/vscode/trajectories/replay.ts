import { ProgressLocation, window } from 'vscode';
import { describeEvent, plural } from '../../domain/describe-event.ts';
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
    { location: ProgressLocation.Notification, title: 'Replaying kept replies', cancellable: true },
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
  const used = `${plural(replies, 'kept reply', 'kept replies')} played back; no model was called.`;
  const lines = [...differences.map(describeDifference), ...notReplayable.map(describeNotReplayable)];
  for (const line of lines) log.info(line);
  const [first] = lines;
  const sentence = {
    identical: `It comes out the same. ${used}`,
    differs: `It comes out otherwise. ${first ?? ''} ${used}`,
    'not-replayable': `Not all of it can be replayed. ${first ?? ''} ${used}`,
  }[result];
  if (result === 'identical') void window.showInformationMessage(sentence);
  else {
    void window.showWarningMessage(sentence, 'Show Output').then((answer) => {
      if (answer) log.show();
    });
  }
}
