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
import { readProposalUri } from './proposal-uri.ts';

/** So many files of reviews are kept in memory; a commit's files never change. */
const mostKept = 200;

/** Serves the files of a change from their commits, read-only. A file system, because the editor restores its tabs. */
class ProposalFiles implements FileSystemProvider {
  readonly #session: Session;
  readonly #contents = new Map<string, Promise<Uint8Array>>();
  readonly onDidChangeFile = new EventEmitter<FileChangeEvent[]>().event;

  constructor(session: Session) {
    this.#session = session;
  }

  async stat(uri: Uri): Promise<FileStat> {
    const { byteLength: size } = await this.#content(uri);
    return { type: FileType.File, ctime: 0, mtime: 0, size, permissions: FilePermission.Readonly };
  }

  readFile(uri: Uri): Promise<Uint8Array> {
    return this.#content(uri);
  }

  watch(): Disposable {
    return { dispose: () => {} };
  }

  readDirectory(): never {
    throw FileSystemError.Unavailable('A change has no folders.');
  }

  createDirectory(): never {
    throw FileSystemError.NoPermissions('A change under review cannot be edited.');
  }

  writeFile(): never {
    throw FileSystemError.NoPermissions('A change under review cannot be edited.');
  }

  delete(): never {
    throw FileSystemError.NoPermissions('A change under review cannot be edited.');
  }

  rename(): never {
    throw FileSystemError.NoPermissions('A change under review cannot be edited.');
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

export function registerProposalFiles(session: Session): Disposable {
  const options = { isReadonly: true, isCaseSensitive: true };
  return workspace.registerFileSystemProvider(proposalScheme, new ProposalFiles(session), options);
}
