import { commands, Range, Selection, TabInputText, TabInputTextDiff, TextEditorRevealType, window } from 'vscode';
import { type HunkTarget, proposalEditor, proposedIn } from './hunks.ts';

/** Editors of one file step within it; the multi-diff editor has steps of its own, which lead across files. */
function inMultiDiff(): boolean {
  const input = window.tabGroups.activeTabGroup.activeTab?.input;
  return !(input instanceof TabInputText) && !(input instanceof TabInputTextDiff);
}

/** Puts the cursor on a hunk of the editor in front. */
export function goTo({ hunk }: HunkTarget): void {
  const editor = proposalEditor();
  if (!editor) return;
  const line = Math.min(hunk.from, editor.document.lineCount - 1);
  editor.selection = new Selection(line, 0, line, 0);
  editor.revealRange(
    new Range(line, 0, Math.max(line, hunk.to - 1), 0),
    TextEditorRevealType.InCenterIfOutsideViewport,
  );
}

/** The editor's own step; what lies in one hunk of ours may be several of its changes. */
const mostSteps = 50;

/** Goes on to the hunk after this one, in the next file where there is none, or stays at the last. */
export async function nextHunkFrom(target: HunkTarget): Promise<void> {
  await step(target, 1);
}

export async function step(target: HunkTarget, direction: 1 | -1): Promise<void> {
  const { change, hunk } = target;
  const within = change.hunks(hunk.path).find(({ number }) => number === hunk.number + direction);
  if (within) {
    goTo({ change, hunk: within });
    return;
  }
  if (!inMultiDiff()) return;
  const command = direction === 1 ? 'multiDiffEditor.goToNextChange' : 'multiDiffEditor.goToPreviousChange';
  for (let steps = 0; steps < mostSteps; steps += 1) {
    await commands.executeCommand(command);
    const editor = proposalEditor();
    const file = editor && proposedIn(editor.document.uri);
    if (file && file.path !== hunk.path) return;
  }
}
