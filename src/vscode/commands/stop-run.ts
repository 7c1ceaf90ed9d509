import { l10n, window } from 'vscode';
import type { Handler } from '../app.ts';
import { chooseRun } from '../runs/choose-run.ts';
import { controlRun } from '../runs/control-run.ts';

/** Ends a run in good order, with a reason if the user has one. */
export const stopRun: Handler = async (app, argument) => {
  const question = {
    title: l10n.t('Stop Run'),
    placeHolder: l10n.t('Choose the run to stop'),
    states: ['running', 'paused'],
  } as const;
  const target = await chooseRun(app, argument, question);
  if (!target) return;
  const reason = await window.showInputBox({
    title: l10n.t('Stop Run'),
    prompt: l10n.t('Why? It is kept with the run. Nothing is lost: the run can be resumed.'),
    placeHolder: l10n.t('Optional'),
  });
  if (reason !== undefined) await controlRun(app, { ...target, phaseId: null }, 'stop', reason.trim() || null);
};
