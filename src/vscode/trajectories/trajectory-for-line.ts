import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { l10n, type TextEditor, window } from 'vscode';
import type { Workspace } from '../../compose.ts';
import type { Place } from '../../contract/trajectories-messages.ts';
import type { Handler } from '../app.ts';

type Answer = { readonly place: Place } | { readonly sentence: string };

/** From the line of the cursor to the run that wrote it, through blame and the trailers of the commit. */
export const trajectoryForLine: Handler = async ({ trajectories, session }) => {
  const editor = window.activeTextEditor;
  if (editor?.document.uri.scheme !== 'file') {
    void window.showInformationMessage(l10n.t('Open a file of this repository and put the cursor in a line.'));
    return;
  }
  const answer = await session.use((opened) => placeOfLine(opened, editor));
  if ('place' in answer) await trajectories.open(answer.place);
  else void window.showInformationMessage(answer.sentence);
};

async function placeOfLine({ repository, ledger }: Workspace, { document, selection }: TextEditor): Promise<Answer> {
  const file = path
    .relative(repository.root, await realpath(document.uri.fsPath))
    .split(path.sep)
    .join('/');
  const origin = await repository.lineOrigin(file, selection.active.line + 1, document.getText());
  const { commit } = origin;
  if (commit === null) return { sentence: l10n.t('This line is not committed yet.') };
  const landing = origin.runId === null ? ledger.landings({ commit, limit: 1 })[0] : null;
  const runId = origin.runId ?? landing?.runId;
  if (runId === undefined) return { sentence: l10n.t('{0} was not landed by Countersign.', commit.slice(0, 7)) };
  const run = ledger.run(runId);
  if (run?.id !== runId) {
    const sentence = l10n.t(
      '{0} was landed by run {1}, which the history here does not have.',
      commit.slice(0, 7),
      runId,
    );
    return { sentence };
  }
  const phaseId = origin.phaseId ?? landing?.phaseId ?? null;
  return { place: { runId, phaseId: run.phases.some(({ id }) => id === phaseId) ? phaseId : null, attempt: null } };
}
