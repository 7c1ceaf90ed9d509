import {
  Disposable,
  EventEmitter,
  type FileChangeEvent,
  FilePermission,
  type FileStat,
  FileSystemError,
  type FileSystemProvider,
  FileType,
  l10n,
  type Uri,
  workspace,
} from 'vscode';

/** Where the files of a scheme of ours come from. */
export interface FileSource {
  /** Null where there is no such file. */
  read(uri: Uri): Promise<Uint8Array | null>;
  /** When a file that may be edited was saved last, in milliseconds; null for one that may not. Without it none may. */
  savedAt?(uri: Uri): number | null;
  /** Takes what a person made of a file that may be edited. */
  write?(uri: Uri, content: Uint8Array): Promise<void>;
}

/**
 * Files without folders that nobody makes, moves or removes: those of a commit, which may be edited where their source
 * takes it. A file system rather than a content provider, because the editor restores its tabs.
 */
class FlatFiles implements FileSystemProvider {
  readonly #source: FileSource;
  readonly #refusal: string;
  readonly onDidChangeFile = new EventEmitter<FileChangeEvent[]>().event;

  constructor(source: FileSource, refusal: string) {
    this.#source = source;
    this.#refusal = refusal;
  }

  async stat(uri: Uri): Promise<FileStat> {
    const { byteLength: size } = await this.readFile(uri);
    const savedAt = this.#source.savedAt?.(uri) ?? null;
    const file = { type: FileType.File, ctime: 0, mtime: savedAt ?? 0, size };
    return savedAt === null ? { ...file, permissions: FilePermission.Readonly } : file;
  }

  async readFile(uri: Uri): Promise<Uint8Array> {
    const content = await this.#source.read(uri);
    if (!content) throw FileSystemError.FileNotFound(uri);
    return content;
  }

  async writeFile(uri: Uri, content: Uint8Array): Promise<void> {
    if (!this.#source.write || (this.#source.savedAt?.(uri) ?? null) === null) this.#refuse();
    await this.#source.write?.(uri, content);
  }

  watch(): Disposable {
    return new Disposable(() => {});
  }

  readDirectory(): never {
    throw FileSystemError.Unavailable(l10n.t('There are no folders here.'));
  }

  createDirectory(): never {
    return this.#refuse();
  }

  delete(): never {
    return this.#refuse();
  }

  rename(): never {
    return this.#refuse();
  }

  #refuse(): never {
    throw FileSystemError.NoPermissions(this.#refusal);
  }
}

/** Serves a scheme; `refusal` says in a sentence why what is asked beyond reading and writing is not done. */
export function registerFlatFiles(scheme: string, source: FileSource, refusal: string): Disposable {
  const options = { isReadonly: source.write === undefined, isCaseSensitive: true };
  return workspace.registerFileSystemProvider(scheme, new FlatFiles(source, refusal), options);
}
