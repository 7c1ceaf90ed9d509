import { localize } from '../../contract/words.ts';
import type { Handler } from '../app.ts';
import { chooseRun } from '../runs/choose-run.ts';
import { controlRun } from '../runs/control-run.ts';

/** What is begun is finished; then the run waits until it is resumed. */
export const pauseRun: Handler = async (app, argument) => {
  const question = {
    title: localize('Pause Run'),
    placeHolder: localize('Choose the run to pause'),
    states: ['running'],
  } as const;
  const target = await chooseRun(app, argument, question);
  if (target) await controlRun(app, { ...target, phaseId: null }, 'pause', null);
};
