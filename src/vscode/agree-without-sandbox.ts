import { type Memento, window } from 'vscode';

const runOpen = 'Run Without Sandbox';

/** Asks once for each repository whether checks may run though the machine has no sandbox. A no is asked again. */
export async function agreesToRunOpen(state: Memento, root: string, reason: string): Promise<boolean> {
  const key = `runsWithoutSandbox:${root}`;
  if (state.get(key, false)) return true;
  const detail = `${reason} A check is a program that a model may have changed: it could read your files and use the network.`;
  const answer = await window.showWarningMessage(
    'Checks would run without a sandbox here.',
    { modal: true, detail },
    runOpen,
  );
  if (answer !== runOpen) return false;
  await state.update(key, true);
  return true;
}
