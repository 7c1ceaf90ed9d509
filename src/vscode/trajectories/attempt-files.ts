import {
  commands,
  type Disposable,
  EventEmitter,
  type FileChangeEvent,
  FilePermission,
  type FileStat,
  FileSystemError,
  type FileSystemProvider,
  FileType,
  Uri,
  window,
  workspace,
} from 'vscode';
import type { Workspace } from '../../compose.ts';
import type { Staged } from '../../domain/proposal.ts';
import { attemptScheme } from '../../manifest/context-keys.ts';
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
class AttemptFiles implements FileSystemProvider {
  readonly #session: Session;
  readonly onDidChangeFile = new EventEmitter<FileChangeEvent[]>().event;

  constructor(session: Session) {
    this.#session = session;
  }

  async stat(uri: Uri): Promise<FileStat> {
    const { byteLength: size } = await this.readFile(uri);
    return { type: FileType.File, ctime: 0, mtime: 0, size, permissions: FilePermission.Readonly };
  }

  async readFile(uri: Uri): Promise<Uint8Array> {
    const text = await textAt(this.#session, uri);
    if (text === null) throw FileSystemError.FileNotFound(uri);
    return new TextEncoder().encode(text);
  }

  watch(): Disposable {
    return { dispose: () => {} };
  }

  readDirectory(): never {
    throw FileSystemError.Unavailable('An attempt has no folders.');
  }

  createDirectory(): never {
    throw FileSystemError.NoPermissions('The past cannot be edited.');
  }

  writeFile(): never {
    throw FileSystemError.NoPermissions('The past cannot be edited.');
  }

  delete(): never {
    throw FileSystemError.NoPermissions('The past cannot be edited.');
  }

  rename(): never {
    throw FileSystemError.NoPermissions('The past cannot be edited.');
  }
}

export function registerAttemptFiles(session: Session): Disposable {
  const options = { isReadonly: true, isCaseSensitive: true };
  return workspace.registerFileSystemProvider(attemptScheme, new AttemptFiles(session), options);
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
