import { Disposable, type TextDocument, workspace } from 'vscode';
import { proposedIn } from './hunks.ts';

/** Sooner than the editor opens a tab of its own for a file that is edited inside the multi-diff editor (0.8 s). */
const restMs = 300;

/**
 * Keeps what is typed into a proposal as a draft, a moment after it was typed: nothing of it is in the repository before
 * it is checked, so there is nothing to be asked about.
 */
export function saveEdits(): Disposable {
  const waiting = new Map<string, NodeJS.Timeout>();
  const plan = (document: TextDocument) => {
    const name = document.uri.toString();
    if (!document.isDirty || waiting.has(name)) return;
    const save = () => {
      waiting.delete(name);
      if (document.isDirty && !document.isClosed) void document.save();
    };
    // From the first key on, not from the last: somebody who types on would have the tab.
    waiting.set(name, setTimeout(save, restMs));
  };
  return Disposable.from(
    workspace.onDidChangeTextDocument(({ document }) => proposedIn(document.uri) && plan(document)),
    new Disposable(() => {
      for (const timer of waiting.values()) clearTimeout(timer);
    }),
  );
}
