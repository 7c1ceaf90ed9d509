import { commands, type Disposable, window } from 'vscode';
import { contextKeys } from '../../manifest/context-keys.ts';
import { throttled } from '../throttled.ts';
import { type Hunks, proposedIn } from './hunks.ts';

/** Computing what was chosen reads whole files, so it is done at most this often. */
const intervalMs = 250;

/** Keeps the context keys of the change in front. */
export function followReviewKeys(hunks: Hunks): Disposable[] {
  const update = throttled(() => {
    const set = (key: string, value: boolean) => void commands.executeCommand('setContext', key, value);
    const active = window.activeTextEditor;
    set(contextKeys.onProposal, active !== undefined && proposedIn(active.document.uri) !== null);
    const shown = [active, ...window.visibleTextEditors].find((editor) => editor && proposedIn(editor.document.uri));
    set(contextKeys.evidenceStale, shown !== undefined && hunks.known(shown.document.uri)?.standing.stale === true);
  }, intervalMs);
  update();
  return [
    { dispose: () => update.cancel() },
    window.onDidChangeActiveTextEditor(update),
    window.onDidChangeVisibleTextEditors(update),
    hunks.onDidChange(update),
  ];
}
