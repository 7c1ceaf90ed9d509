import { window } from 'vscode';
import type { Handler } from '../app.ts';
import { chooseRun } from '../runs/choose-run.ts';
import { controlRun } from '../runs/control-run.ts';

/** Leaves a phase of a run that is under way; without one, those at work now. */
export const skipPhase: Handler = async (app, argument) => {
  const question = { title: 'Skip Phase', placeHolder: 'Choose the run', states: ['running', 'paused'] } as const;
  const target = await chooseRun(app, argument, question);
  if (!target) return;
  const reason = await window.showInputBox({
    title: 'Skip Phase',
    prompt: 'Why? It is kept with the run. What depends on the phase is not run either.',
    placeHolder: 'Optional',
  });
  if (reason !== undefined) await controlRun(app, target, 'skip', reason.trim() || null);
};
