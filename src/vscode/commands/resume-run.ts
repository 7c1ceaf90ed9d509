import { localize } from '../../contract/words.ts';
import type { Handler } from '../app.ts';
import { chooseRun } from '../runs/choose-run.ts';
import { controlRun } from '../runs/control-run.ts';
import { goOnWith } from '../runs/go-on.ts';

/** Goes on with a run where it was: where it is paused, or in this window where it was stopped or cut off. */
export const resumeRun: Handler = async (app, argument) => {
  const target = await chooseRun(app, argument, {
    title: localize('Resume Run'),
    placeHolder: localize('Choose the run to go on with'),
    states: ['paused', 'cancelled', 'failed', 'running'],
  });
  if (!target) return;
  const isLive = await app.session.use(({ ledger }) => ledger.isRunLive(target.runId));
  if (isLive) await controlRun(app, { ...target, phaseId: null }, 'resume', null);
  else await goOnWith(app, target.runId, {});
};
