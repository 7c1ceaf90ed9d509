import { commands, l10n, ProgressLocation, Uri, window, workspace } from 'vscode';
import type { PlanProposal } from '../../compose/plans/replan-run.ts';
import type { Workspace } from '../../compose.ts';
import { EngineError } from '../../domain/engine-error.ts';
import type { RunRecord } from '../../domain/run.ts';
import type { App, Handler } from '../app.ts';
import { askForApproval } from '../commands/approve-configuration.ts';
import { reportProgress } from '../progress.ts';
import { chooseRun } from '../runs/choose-run.ts';
import { closePlan, planUri, runOfPlan } from './plan-files.ts';

/** Has what remains of a failed run planned anew, and shows the difference of its plan. Nothing is written. */
export const replanRun: Handler = async (app, argument) => {
  const target = await chooseRun(app, argument, {
    title: l10n.t('Plan What Remains'),
    placeHolder: l10n.t('Choose the run of which the rest is to be planned anew'),
    states: ['failed'],
  });
  if (!target) return;
  await askForApproval(app);
  await show(await proposed(app, target.runId));
};

/** Writes the plan in front to its file and opens it. */
export const acceptPlan: Handler = async (app, argument) => {
  const runId = runOfPlan(argument);
  if (runId !== null) await accept(app, runId);
};

/** Forgets the plan in front; the one before stays. */
export const discardPlan: Handler = async (app, argument) => {
  const runId = runOfPlan(argument);
  if (runId !== null) await discard(app, runId);
};

function recordOf({ ledger }: Workspace, runId: string): RunRecord {
  const run = ledger.run(runId);
  if (!run) throw new EngineError({ code: 'run/not-found', selector: runId });
  return run;
}

async function proposed({ session }: App, runId: string): Promise<PlanProposal> {
  const { proposePlan } = await import('../../compose/plans/replan-run.ts');
  const stopped = new AbortController();
  const title = l10n.t('Planning what remains');
  return window.withProgress(
    { location: ProgressLocation.Notification, title, cancellable: true },
    async (progress, token) => {
      token.onCancellationRequested(() => stopped.abort());
      const listening = reportProgress(session, progress);
      try {
        return await session.run((opened) => proposePlan(opened, recordOf(opened, runId), stopped.signal));
      } finally {
        listening.dispose();
      }
    },
  );
}

/** The native diff, with both answers in its title and below in a message. */
async function show(proposal: PlanProposal): Promise<void> {
  const { runId, file, questions } = proposal;
  const name = file ?? l10n.t('Plan of run {0}', runId);
  const title = l10n.t('{0} ↔ planned anew', name);
  await commands.executeCommand('vscode.diff', planUri(proposal, 'before'), planUri(proposal, 'after'), title);
  const acceptIt = l10n.t('Accept Plan');
  const discardIt = l10n.t('Discard Plan');
  const message =
    questions.length === 0
      ? l10n.t('Another plan for what remains. Nothing is written until you accept it.')
      : l10n.t('Another plan for what remains; its questions stand above it. Nothing is written until you accept it.');
  // The command ends here: the answer may be given later, in the title of the diff too.
  void window.showInformationMessage(message, acceptIt, discardIt).then((answer) => {
    if (answer === acceptIt) void commands.executeCommand('countersign.acceptPlan', planUri(proposal, 'after'));
    if (answer === discardIt) void commands.executeCommand('countersign.discardPlan', planUri(proposal, 'after'));
  });
}

async function accept({ session, status }: App, runId: string): Promise<void> {
  const { acceptProposal } = await import('../../compose/plans/replan-run.ts');
  const file = await session.use((opened) => acceptProposal(opened, recordOf(opened, runId)));
  await closePlan(runId);
  await window.showTextDocument(await workspace.openTextDocument(Uri.file(file)));
  status.tell(l10n.t('Plan written'));
}

async function discard({ session, status }: App, runId: string): Promise<void> {
  const { discardProposal } = await import('../../compose/plans/replan-run.ts');
  await session.use((opened) => discardProposal(opened, recordOf(opened, runId)));
  await closePlan(runId);
  status.tell(l10n.t('The plan stays as it is'));
}
