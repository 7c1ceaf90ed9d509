import { l10n, type Memento, window } from 'vscode';

const runOpen = l10n.t('Run Without Sandbox');

/** Asks once for each repository whether checks may run though the machine has no sandbox. A no is asked again. */
export async function agreesToRunOpen(state: Memento, root: string, reason: string): Promise<boolean> {
  const key = `runsWithoutSandbox:${root}`;
  if (state.get(key, false)) return true;
  const detail = l10n.t(
    '{0} A check is a program that a model may have changed: it could read your files and use the network.',
    reason,
  );
  const answer = await window.showWarningMessage(
    l10n.t('Checks would run without a sandbox here.'),
    { modal: true, detail },
    runOpen,
  );
  if (answer !== runOpen) return false;
  await state.update(key, true);
  return true;
}
