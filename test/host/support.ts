import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { commands, extensions, Uri, window, workspace } from 'vscode';

export const folder = () => {
  const [opened] = workspace.workspaceFolders ?? [];
  assert.ok(opened, 'A folder is open.');
  return opened.uri.fsPath;
};

export const spec = (name: string) => Uri.file(join(folder(), '.countersign', 'phases', `${name}.yaml`));

export const git = (...args: string[]) => execFileSync('git', args, { cwd: folder(), encoding: 'utf8' }).trim();

export const readText = (path: string) => readFileSync(join(folder(), path), 'utf8');

export const ours = () => {
  const extension = extensions.getExtension('countersign.countersign');
  assert.ok(extension, 'Our extension is installed.');
  return extension;
};

/** Waits until `probe` gives a value; rejects with `what` after some seconds. */
export async function until<Value>(what: string, probe: () => Value | null | undefined | false): Promise<Value> {
  for (let tries = 0; tries < 200; tries += 1) {
    const value = probe();
    if (value) return value;
    await sleep(50);
  }
  throw new Error(`Did not happen: ${what}.`);
}

export const proposals = () =>
  window.visibleTextEditors.filter(({ document }) => document.uri.scheme === 'countersign-proposal');

/** Runs a phase to where it waits for a signature, and opens its change. */
export async function runToReview(name: string): Promise<void> {
  await commands.executeCommand('countersign.runPhase', spec(name));
  await commands.executeCommand('countersign.openChanges');
  await until('the change is open', () => proposals().length > 0);
}

/** Confirms the quick pick or input box that a command has opened, once it is there, and waits for the command's end. */
export async function confirm(
  command: Thenable<unknown>,
  accept = 'workbench.action.acceptSelectedQuickOpenItem',
): Promise<void> {
  let ended = false;
  const end = Promise.resolve(command).finally(() => {
    ended = true;
  });
  while (!ended) {
    await sleep(300);
    if (!ended) await commands.executeCommand(accept);
  }
  await end;
}

/** Changes that wait for a signature, the oldest first, as the history has them. */
export function pending(): readonly { readonly runId: string; readonly phaseId: string }[] {
  const history = new DatabaseSync(join(folder(), '.git', 'countersign', 'ledger.sqlite'), { readOnly: true });
  try {
    const rows = history.prepare("SELECT run_id, id FROM phases WHERE state = 'awaiting-review'").all();
    return rows.map((row) => ({ runId: String(row.run_id), phaseId: String(row.id) }));
  } finally {
    history.close();
  }
}

/** Brings branch and files back to a commit; a test leaves no trace for the next. */
export async function backTo(commit: string): Promise<void> {
  for (const review of pending()) await confirm(commands.executeCommand('countersign.reject', review));
  await commands.executeCommand('workbench.action.files.revert');
  await commands.executeCommand('workbench.action.closeAllEditors');
  git('reset', '--quiet', '--hard', commit);
}
