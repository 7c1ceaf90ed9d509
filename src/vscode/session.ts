import { type FSWatcher, realpathSync, watch } from 'node:fs';
import path from 'node:path';
import { type Disposable, EventEmitter, type LogOutputChannel, l10n, type WorkspaceFolder, workspace } from 'vscode';
import type { History, OpenHistory } from '../compose/open-history.ts';
import type { OpenOptions, Workspace } from '../compose.ts';
import { EngineError } from '../domain/engine-error.ts';
import type { EngineEvent } from '../domain/event.ts';
import type { ApiKeys } from './api-keys.ts';
import { throttled } from './throttled.ts';

interface Held {
  readonly workspace: Workspace;
  /** Work that reads or runs with it now. */
  users: number;
  stale: boolean;
  readonly end: () => void;
}

export interface SessionOptions {
  readonly keys: ApiKeys;
  readonly log: LogOutputChannel;
  readonly otherClient: NonNullable<OpenOptions['models']>['otherClient'];
  readonly mayRunOpen: NonNullable<OpenOptions['mayRunOpen']>;
}

/** Views are told of changes at most this often. */
const changeIntervalMs = 250;

/**
 * The repository of the open folder, opened when it is first needed and again when its configuration may have changed.
 * Nothing is opened in an untrusted folder.
 */
export class Session implements Disposable {
  readonly #options: SessionOptions;
  readonly #events = new EventEmitter<EngineEvent>();
  readonly #changes = new EventEmitter<void>();
  #held: Promise<Held> | null = null;
  /** Of an untrusted folder. */
  #history: Promise<OpenHistory> | null = null;
  #running = 0;
  /** Address of the folder that was chosen in a window of several. */
  #chosen: string | null = null;
  readonly #tellChange = throttled(() => this.#changes.fire(), changeIntervalMs);

  /** Every event of every run of this window, after it was kept. */
  readonly onEvent = this.#events.event;
  /** Something that views show may have changed, here or in another process. */
  readonly onDidChange = this.#changes.event;

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  /** The folder that is worked on: the one that was chosen, else the first one on this machine's disk. */
  get folder(): WorkspaceFolder | null {
    const folders = workspace.workspaceFolders?.filter(({ uri }) => uri.scheme === 'file') ?? [];
    return folders.find(({ uri }) => uri.toString() === this.#chosen) ?? folders[0] ?? null;
  }

  /** From now on another folder is worked on. Throws while a run is under way: its controls are those of its folder. */
  workIn({ uri, name }: WorkspaceFolder): void {
    if (this.folder?.uri.toString() === uri.toString()) return;
    if (this.#running > 0) {
      const problem = l10n.t(
        'Work is under way in “{0}”; “{1}” can be worked in once it has ended.',
        this.folder?.name ?? '',
        name,
      );
      throw new EngineError({ code: 'arguments/invalid', problem, usage: null });
    }
    this.#chosen = uri.toString();
    this.refresh();
  }

  /**
   * Does `work` with the open repository. Throws `repository/*`, `config/*` and `store/*` faults where it cannot be
   * opened.
   */
  async use<Value>(work: (workspace: Workspace) => Promise<Value> | Value): Promise<Value> {
    const held = await this.#open();
    held.users += 1;
    try {
      return await work(held.workspace);
    } finally {
      held.users -= 1;
      if (held.stale && held.users === 0) await this.#close(held);
    }
  }

  /**
   * Looks at past runs with the open repository; in an untrusted folder at a copy of its history, where nothing of the
   * folder is run or changed. Throws as `use` does, and `repository/none` where an untrusted folder has no history.
   */
  async look<Value>(work: (history: History) => Promise<Value> | Value): Promise<Value> {
    const { historyOf, openHistory } = await import('../compose/open-history.ts');
    if (workspace.isTrusted) return this.use((opened) => work(historyOf(opened)));
    const directory = this.folder?.uri.fsPath;
    if (directory === undefined) throw new EngineError({ code: 'repository/none', directory: l10n.t('This window') });
    this.#history ??= openHistory(directory);
    return work(await this.#history);
  }

  /** As `use`, with the configuration as it is now. What is under way goes on with the one it began with. */
  async useFresh<Value>(work: (workspace: Workspace) => Promise<Value> | Value): Promise<Value> {
    if (this.#running === 0) await this.#letGo();
    return this.use(work);
  }

  /** As `useFresh`, for work that runs models or moves branches: until it ends, nothing is opened anew. */
  async run<Value>(work: (workspace: Workspace) => Promise<Value>): Promise<Value> {
    const value = this.useFresh(work);
    this.#running += 1;
    try {
      return await value;
    } finally {
      this.#running -= 1;
      this.#tellChange();
    }
  }

  /**
   * Work that another agent asks for, with a repository opened for it alone: nothing lands by itself, and checks run
   * only in a sandbox. Throws as `use` does.
   */
  async serveAgent<Value>(work: (workspace: Workspace) => Promise<Value>): Promise<Value> {
    const { agentBounds } = await import('../domain/agent-tools.ts');
    const opened = await this.#openDirectory(this.#trustedDirectory(), [
      { origin: 'editor', file: null, values: agentBounds },
    ]);
    try {
      return await work(opened);
    } finally {
      await opened.close();
      this.#tellChange();
    }
  }

  /** The configuration changed: the next work that is begun finds it so. */
  refresh(): void {
    if (this.#running === 0) void this.#letGo();
    this.#tellChange();
  }

  dispose(): void {
    this.#tellChange.cancel();
    void this.#letGo();
    this.#events.dispose();
    this.#changes.dispose();
  }

  #open(): Promise<Held> {
    if (this.#held) return this.#held;
    const opening = this.#openAnew();
    this.#held = opening;
    // A failure is not kept: the user may mend its cause at any time.
    opening.catch(() => {
      if (this.#held === opening) this.#held = null;
    });
    return opening;
  }

  async #openAnew(): Promise<Held> {
    const opened = await this.#openDirectory(this.#trustedDirectory());
    const { log } = this.#options;
    for (const notice of opened.notices) log.warn(notice);
    const stopListening = opened.engine.listen((event) => {
      this.#events.fire(event);
      this.#tellChange();
    });
    const watcher = this.#watch(opened.repository.stateDirectory);
    const end = () => {
      stopListening();
      watcher?.close();
    };
    return { workspace: opened, users: 0, stale: false, end };
  }

  #trustedDirectory(): string {
    const directory = this.folder?.uri.fsPath;
    if (directory === undefined) throw new EngineError({ code: 'repository/none', directory: l10n.t('This window') });
    if (workspace.isTrusted) return directory;
    const detail = l10n.t('the folder is not trusted');
    throw new EngineError({ code: 'repository/unsafe', directory, detail });
  }

  /** `bounds` are stronger than what the user set. */
  async #openDirectory(directory: string, bounds: NonNullable<OpenOptions['ownLayers']> = []): Promise<Workspace> {
    const { keys, otherClient, log, mayRunOpen } = this.#options;
    // Loaded now, not when the extension starts: it is most of the code.
    const [{ openWorkspace }, { settingsLayer }, { createLanguageServices }] = await Promise.all([
      import('../compose.ts'),
      import('./read-settings.ts'),
      import('./gather/language-services.ts'),
    ]);
    const environment = process.env;
    let root = directory;
    const opened = await openWorkspace({
      directory,
      environment,
      configFile: null,
      ownLayers: [...bounds, settingsLayer()],
      signal: new AbortController().signal,
      languageServices: createLanguageServices(directory, () => root),
      unsavedPaths: () => unsavedPathsIn(directory, root),
      models: {
        keyFor: (provider) => keys.get(provider),
        storedKeys: keys.providers,
        ...(otherClient ? { otherClient } : {}),
      },
      mayRunOpen,
      holder: 'VS Code',
      onListenerError: (error) => log.error(error instanceof Error ? error : String(error)),
      onWarning: (sentence) => log.warn(sentence),
    });
    root = opened.repository.root;
    return opened;
  }

  /** Other processes write the same history. */
  #watch(stateDirectory: string): FSWatcher | null {
    try {
      return watch(stateDirectory, () => this.#tellChange()).on('error', (error) =>
        this.#options.log.warn(String(error)),
      );
    } catch (error) {
      this.#options.log.warn(`Runs of other programs show only after a refresh: ${String(error)}`);
      return null;
    }
  }

  async #letGo(): Promise<void> {
    const history = this.#history;
    this.#history = null;
    await (await history?.catch(() => null))?.close();
    const holding = this.#held;
    this.#held = null;
    const held = await holding?.catch(() => null);
    if (!held) return;
    held.stale = true;
    if (held.users === 0) await this.#close(held);
  }

  async #close(held: Held): Promise<void> {
    held.end();
    await held.workspace.close();
  }
}

/** Files that an editor holds unsaved, relative to the repository's root, in git's notation. */
function unsavedPathsIn(folder: string, root: string): readonly string[] {
  // The editor names files as the folder was opened, git by their real path.
  const real = realpathSync(folder);
  return workspace.textDocuments
    .filter((document) => document.isDirty && document.uri.scheme === 'file')
    .map(({ uri }) => path.join(real, path.relative(folder, uri.fsPath)))
    .map((file) => path.relative(root, file).split(path.sep).join('/'));
}
