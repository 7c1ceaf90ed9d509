import { l10n, window } from 'vscode';
import type { Handler } from '../app.ts';
import { chooseRun } from '../runs/choose-run.ts';
import { controlRun } from '../runs/control-run.ts';

/** Leaves a phase of a run that is under way; without one, those at work now. */
export const skipPhase: Handler = async (app, argument) => {
  const question = {
    title: l10n.t('Skip Phase'),
    placeHolder: l10n.t('Choose the run'),
    states: ['running', 'paused'],
  } as const;
  const target = await chooseRun(app, argument, question);
  if (!target) return;
  const reason = await window.showInputBox({
    title: l10n.t('Skip Phase'),
    prompt: l10n.t('Why? It is kept with the run. What depends on the phase is not run either.'),
    placeHolder: l10n.t('Optional'),
  });
  if (reason !== undefined) await controlRun(app, target, 'skip', reason.trim() || null);
};
