import {
  type Disposable,
  EventEmitter,
  type FileChangeEvent,
  FilePermission,
  type FileStat,
  FileSystemError,
  type FileSystemProvider,
  FileType,
  type Uri,
  workspace,
} from 'vscode';
import { proposalScheme } from '../../manifest/context-keys.ts';
import type { Session } from '../session.ts';
import type { Drafts } from './drafts.ts';
import { type ProposalFile, readProposalUri } from './proposal-uri.ts';

/** So many files of reviews are kept in memory; a commit's files never change. */
const mostKept = 200;

/**
 * Serves the files of a change from their commits, the proposed side with what a person made of it. Edits are kept as
 * drafts: nothing of them is in the repository before it is staged. A file system, because the editor restores its tabs.
 */
class ProposalFiles implements FileSystemProvider {
  readonly #session: Session;
  readonly #drafts: Drafts;
  readonly #contents = new Map<string, Promise<Uint8Array>>();
  readonly onDidChangeFile = new EventEmitter<FileChangeEvent[]>().event;

  constructor(session: Session, drafts: Drafts) {
    this.#session = session;
    this.#drafts = drafts;
  }

  async stat(uri: Uri): Promise<FileStat> {
    const { byteLength: size } = await this.readFile(uri);
    const file = editable(uri);
    if (file) return { type: FileType.File, ctime: 0, mtime: this.#drafts.file(file).savedAt, size };
    return { type: FileType.File, ctime: 0, mtime: 0, size, permissions: FilePermission.Readonly };
  }

  async readFile(uri: Uri): Promise<Uint8Array> {
    const file = editable(uri);
    const { text } = file ? this.#drafts.file(file) : { text: null };
    return text === null ? this.#content(uri) : new TextEncoder().encode(text);
  }

  async writeFile(uri: Uri, content: Uint8Array): Promise<void> {
    const file = editable(uri);
    if (!file) throw FileSystemError.NoPermissions('Only the proposed side of a change can be edited.');
    const proposed = await this.#content(uri);
    const same = Buffer.compare(proposed, content) === 0;
    await this.#drafts.write(file, same ? null : new TextDecoder('utf-8', { ignoreBOM: true }).decode(content));
  }

  watch(): Disposable {
    return { dispose: () => {} };
  }

  readDirectory(): never {
    throw FileSystemError.Unavailable('A change has no folders.');
  }

  createDirectory(): never {
    throw FileSystemError.NoPermissions('A change under review has no folders.');
  }

  delete(): never {
    throw FileSystemError.NoPermissions('The files of a change under review stay where they are.');
  }

  rename(): never {
    throw FileSystemError.NoPermissions('The files of a change under review stay where they are.');
  }

  #content(uri: Uri): Promise<Uint8Array> {
    const key = uri.toString();
    const known = this.#contents.get(key);
    if (known) return known;
    const reading = this.#read(uri);
    this.#contents.set(key, reading);
    reading.catch(() => this.#contents.delete(key));
    const [oldest] = this.#contents.keys();
    if (this.#contents.size > mostKept && oldest !== undefined) this.#contents.delete(oldest);
    return reading;
  }

  async #read(uri: Uri): Promise<Uint8Array> {
    const file = readProposalUri(uri);
    if (!file) throw FileSystemError.FileNotFound(uri);
    const texts = await this.#session.use(({ repository }) => repository.tree(file.commit).read([file.path]));
    const text = texts.get(file.path);
    if (text === undefined) throw FileSystemError.FileNotFound(uri);
    return new TextEncoder().encode(text);
  }
}

/** The proposed side of a file; null for the current one. */
function editable(uri: Uri): ProposalFile | null {
  const file = readProposalUri(uri);
  return file?.side === 'proposed' ? file : null;
}

export function registerProposalFiles(session: Session, drafts: Drafts): Disposable {
  const options = { isCaseSensitive: true };
  return workspace.registerFileSystemProvider(proposalScheme, new ProposalFiles(session, drafts), options);
}
