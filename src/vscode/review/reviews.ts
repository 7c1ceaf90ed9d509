import {
  commands,
  type Disposable,
  l10n,
  TabInputText,
  TabInputTextDiff,
  type TextEditor,
  type Uri,
  window,
  workspace,
} from 'vscode';
import type { PhaseRecord, RunRecord } from '../../domain/run.ts';
import { titleOf } from '../../domain/spec.ts';
import { contextKeys } from '../../manifest/context-keys.ts';
import type { Session } from '../session.ts';
import { proposalUri, type ReviewKey, readProposalUri } from './proposal-uri.ts';

export interface PendingReview {
  readonly run: RunRecord;
  readonly phase: PhaseRecord;
}

const tabTitle = (phase: PhaseRecord) => l10n.t('Review: {0}', titleOf(phase.spec));

/** Whether a tab shows one file of a phase's change: opened by itself, or by the editor because it holds an edit. */
function isOf({ runId, id }: PhaseRecord, input: unknown): boolean {
  const uri = input instanceof TabInputTextDiff ? input.modified : input instanceof TabInputText ? input.uri : null;
  return uri !== null && isFileOf({ runId, id }, uri);
}

function isFileOf({ runId, id }: Pick<PhaseRecord, 'runId' | 'id'>, uri: Uri): boolean {
  const file = readProposalUri(uri);
  return file?.runId === runId && file.phaseId === id;
}

/** Changes that wait for a signature, and the tabs that show them. */
export class Reviews implements Disposable {
  readonly #session: Session;
  readonly #listening: Disposable;

  constructor(session: Session) {
    this.#session = session;
    this.#listening = window.onDidChangeVisibleTextEditors(() => this.#updateKey());
    this.#updateKey();
  }

  /** Those that wait, the oldest first. */
  pending(): Promise<readonly PendingReview[]> {
    return this.#session.use(async ({ reader }) => {
      const phases = await reader.pendingReviews();
      const runs = await Promise.all(phases.map(({ runId }) => reader.run(runId)));
      return phases.flatMap((phase, index) => {
        const run = runs[index];
        return run ? [{ run, phase }] : [];
      });
    });
  }

  /** The change that this names, where it can be signed. */
  signable({ runId, phaseId }: ReviewKey): Promise<PendingReview | null> {
    return this.#session.use(({ ledger, signable }) => {
      const run = ledger.run(runId);
      const phase = run && signable(run).find(({ id }) => id === phaseId);
      return run && phase ? { run, phase } : null;
    });
  }

  /** The change in the editor in front; null where that shows none. */
  shown(): ReviewKey | null {
    const keyOf = (editor: TextEditor | undefined) => editor && readProposalUri(editor.document.uri);
    for (const editor of [window.activeTextEditor, ...window.visibleTextEditors]) {
      const key = keyOf(editor);
      if (key) return { runId: key.runId, phaseId: key.phaseId };
    }
    return null;
  }

  /** Opens the change in the multi-diff editor: as it is now on the left, as proposed on the right. */
  async openChanges({ run, phase }: PendingReview): Promise<void> {
    const { staged } = phase;
    if (!staged) return;
    const existing = await this.#session.use(({ repository }) =>
      repository.tree(staged.base).read(staged.files.map(({ path }) => path)),
    );
    const proposed = await this.#session.use(({ repository }) =>
      repository.tree(staged.commit).read(staged.files.map(({ path }) => path)),
    );
    const key = { runId: run.id, phaseId: phase.id };
    const rows = staged.files.map(({ path }) => {
      const current = proposalUri({ ...key, side: 'current', commit: staged.base, path });
      const next = proposalUri({ ...key, side: 'proposed', commit: staged.commit, path });
      const [left, right] = [existing.has(path) ? current : undefined, proposed.has(path) ? next : undefined];
      return [right ?? current, left, right];
    });
    await commands.executeCommand('vscode.changes', tabTitle(phase), rows);
    // A review is not a glance: the next file that is opened must not take its place.
    await commands.executeCommand('workbench.action.keepEditor');
  }

  /** Closes the tabs that show a change. */
  async closeChanges(phase: PhaseRecord): Promise<void> {
    // The input of a multi-diff tab is not in the API, so its title has to tell; the editor adds the number of files.
    const title = tabTitle(phase);
    const tabs = window.tabGroups.all
      .flatMap((group) => group.tabs)
      .filter(({ label, input }) => label === title || label.startsWith(`${title} (`) || isOf(phase, input));
    // Edits of what is decided are drafts of ours: the editor need not ask about them.
    const unsaved = workspace.textDocuments.filter(({ isDirty, uri }) => isDirty && isFileOf(phase, uri));
    for (const document of unsaved) await document.save();
    await window.tabGroups.close(tabs, true);
  }

  dispose(): void {
    this.#listening.dispose();
  }

  #updateKey(): void {
    const inReview = window.visibleTextEditors.some(({ document }) => readProposalUri(document.uri) !== null);
    void commands.executeCommand('setContext', contextKeys.inReview, inReview);
  }
}
