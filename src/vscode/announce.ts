import { ConfigurationTarget, commands, l10n, window, workspace } from 'vscode';
import type { PhaseRecord, RunRecord } from '../domain/run.ts';
import { titleOf } from '../domain/spec.ts';
import type { CommandId } from '../manifest/commands.ts';
import type { App } from './app.ts';

const never = l10n.t('Don’t Show Again');

/** Tells how a run stands: the status bar for what is done, one toast where a person is needed. */
export async function announce(app: App, runId: string): Promise<void> {
  const found = await app.session.use(({ ledger, signable }) => {
    const run = ledger.run(runId);
    return run && { run, waiting: signable(run) };
  });
  if (!found) return;
  const { run, waiting } = found;
  const landed = run.phases.flatMap(({ landing, rolledBack }) =>
    landing && rolledBack === null ? [landing.commit] : [],
  );
  const stopped = run.phases.find(({ failure }) => failure === 'budget' || failure === 'environment');
  const other = run.phases.find(({ state }) => state === 'rejected' || state === 'stuck' || state === 'failed');
  if (waiting.length > 0) return askForSignature(waiting);
  if (stopped) {
    app.status.tellStopped(l10n.t('Stopped'), stopped.reason ?? '');
    return tellStopped(run, stopped);
  }
  const part =
    landed.length === 0 ? l10n.t('Not landed') : l10n.t('{0} of {1} landed', landed.length, run.phases.length);
  if (other) app.status.tellStopped(part, `${titleOf(other.spec)}: ${other.reason ?? other.state}`);
  else if (run.state === 'cancelled') app.status.tell(l10n.t('Stopped by you'), 'circle-slash');
  else if (landed.length === 1) app.status.tell(l10n.t('Landed {0}', landed[0]?.slice(0, 7) ?? ''));
  else if (landed.length > 1) app.status.tell(l10n.t('Landed {0} changes', landed.length));
}

async function askForSignature(waiting: readonly PhaseRecord[]): Promise<void> {
  const [first] = waiting;
  if (!first) return;
  const text =
    waiting.length === 1
      ? l10n.t('“{0}” waits for your signature.', titleOf(first.spec))
      : l10n.t('{0} changes wait for your signature.', waiting.length);
  await toast(text, l10n.t('Open Review'), 'countersign.openReview', { runId: first.runId, phaseId: first.id });
}

async function tellStopped(run: RunRecord, phase: PhaseRecord): Promise<void> {
  const budget = phase.failure === 'budget';
  const reason = phase.reason ?? l10n.t('Its reason is in the output.');
  if (budget)
    return toast(
      l10n.t('The run was stopped. {0}', reason),
      l10n.t('Open Settings'),
      'workbench.action.openSettings',
      'countersign.budget',
    );
  await toast(
    l10n.t('“{0}” was stopped. {1}', run.plan.goal.split('\n', 1)[0] as string, reason),
    l10n.t('Show Output'),
    'countersign.showOutput',
  );
}

/** Where a person is needed, unless they want none. Does not wait for the answer: a toast may stay for hours. */
export async function toast(
  text: string,
  label: string,
  command: CommandId | 'workbench.action.openSettings',
  ...args: readonly unknown[]
): Promise<void> {
  const settings = workspace.getConfiguration('countersign');
  if (settings.get('notifications') === 'none') return;
  void window.showInformationMessage(text, label, never).then(async (answer) => {
    if (answer === label) await commands.executeCommand(command, ...args);
    if (answer === never) await settings.update('notifications', 'none', ConfigurationTarget.Global);
  });
}
