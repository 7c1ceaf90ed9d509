import path from 'node:path';
import { l10n, ProgressLocation, Uri, window, workspace } from 'vscode';
import type { PlannedGoal } from '../../compose/plans/plan-goal.ts';
import type { App, Handler } from '../app.ts';
import { askForApproval } from '../commands/approve-configuration.ts';
import { reportProgress } from '../progress.ts';
import { askTexts } from './ask-text.ts';
import { forecastWords } from './forecast-items.ts';

/** Asks for a goal, has it planned, and opens the plan to be read and edited. Nothing of it runs. A text is the goal to begin with. */
export const planFromGoal: Handler = async (app, argument) => {
  const answers = await askTexts([
    () => ({
      title: l10n.t('Plan from Goal'),
      prompt: l10n.t('What should be there in the end? A model turns it into phases, for you to read and edit.'),
      value: typeof argument === 'string' ? argument : '',
      problemOf: (text) => (text.trim() === '' ? l10n.t('A plan needs a goal.') : null),
    }),
  ]);
  if (!answers) return;
  await askForApproval(app);
  const { file } = await plannedInEditor(app, (answers[0] ?? '').trim());
  await window.showTextDocument(await workspace.openTextDocument(Uri.file(file)));
  const { forecastPlan } = await import('../../compose/plans/forecast-plan.ts');
  const told = await app.session.use(async (opened) => {
    const { plan } = await opened.readNamedFiles([file], path.dirname(file));
    return forecastPlan(opened, plan);
  });
  app.status.tell(forecastWords(told));
};

async function plannedInEditor({ session }: App, goal: string): Promise<PlannedGoal> {
  const { planGoal } = await import('../../compose/plans/plan-goal.ts');
  const stopped = new AbortController();
  const options = { location: ProgressLocation.Notification, title: l10n.t('Planning'), cancellable: true };
  return window.withProgress(options, async (progress, token) => {
    token.onCancellationRequested(() => stopped.abort());
    const listening = reportProgress(session, progress);
    try {
      return await session.run((opened) => planGoal(opened, goal, null, stopped.signal));
    } finally {
      listening.dispose();
    }
  });
}
