import { commands, type Disposable, l10n, Uri, window, workspace } from 'vscode';
import type { Workspace } from '../../compose.ts';
import type { Staged } from '../../domain/proposal.ts';
import { attemptScheme } from '../../manifest/context-keys.ts';
import { registerFlatFiles } from '../flat-files.ts';
import type { Session } from '../session.ts';
import { openPhase } from './open-phase.ts';

/** A text of one step. */
export interface TextKey {
  readonly runId: string;
  readonly phaseId: string;
  readonly stepId: string;
  readonly key: string;
}

/**
 * Serves what attempts left, read-only: the files of a change from its private commit, and the texts of steps. Its own
 * scheme, because nothing of the past is to be signed: the buttons of a review stand on the other.
 */
export function registerAttemptFiles(session: Session): Disposable {
  const read = async (uri: Uri) => {
    const text = await textAt(session, uri);
    return text === null ? null : new TextEncoder().encode(text);
  };
  return registerFlatFiles(attemptScheme, { read }, l10n.t('The past cannot be edited.'));
}

async function textAt(session: Session, uri: Uri): Promise<string | null> {
  const query = new URLSearchParams(uri.query);
  const commit = query.get('commit');
  if (commit !== null) {
    if (!/^[0-9a-f]{4,64}$/.test(commit)) return null;
    const path = uri.path.slice(1);
    const texts = await session.use(({ repository }) => repository.tree(commit).read([path]));
    return texts.get(path) ?? null;
  }
  const [runId, phaseId, stepId, key] = ['run', 'phase', 'step', 'text'].map((name) => query.get(name));
  if (!runId || !phaseId || !stepId || !key) return null;
  const phase = openPhase(runId, phaseId);
  return session.look(async ({ reader }) => (await phase.read(reader)) && phase.text(reader, stepId, key));
}

/** Opens one text in an editor beside the panel. */
export async function openText({ runId, phaseId, stepId, key }: TextKey): Promise<void> {
  const query = new URLSearchParams({ run: runId, phase: phaseId, step: stepId, text: key }).toString();
  const name = key === 'patch' ? 'patch.diff' : `${key}.txt`;
  const uri = Uri.from({ scheme: attemptScheme, path: `/${phaseId}/${name}`, query });
  await window.showTextDocument(await workspace.openTextDocument(uri), { preview: true });
}

/** Opens the change of an attempt in the native diff: before on the left, as proposed on the right. */
export async function openDiff({ repository }: Workspace, title: string, staged: Staged): Promise<void> {
  const paths = staged.files.map(({ path }) => path);
  const [before, after] = await Promise.all([
    repository.tree(staged.base).read(paths),
    repository.tree(staged.commit).read(paths),
  ]);
  const uri = (commit: string, path: string) =>
    Uri.from({ scheme: attemptScheme, path: `/${path}`, query: new URLSearchParams({ commit }).toString() });
  const rows = paths.map((path) => {
    const left = before.has(path) ? uri(staged.base, path) : undefined;
    const right = after.has(path) ? uri(staged.commit, path) : undefined;
    return [right ?? uri(staged.base, path), left, right];
  });
  await commands.executeCommand('vscode.changes', title, rows);
}
