import { createHash, randomBytes } from 'node:crypto';
import { chmod, lstat, mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { EngineError } from '../domain/engine-error.ts';
import type { Place } from './discover.ts';
import type { Git } from './exec.ts';

/** One entry of a tree, as `ls-tree` tells it. */
export interface TreeEntry {
  readonly mode: string;
  readonly object: string;
  readonly path: string;
}

export interface Identity {
  readonly name: string;
  readonly email: string;
}

export interface RepositoryOptions {
  /** Variables that git's environment is made from; `process.env` unless given. */
  readonly environment?: NodeJS.ProcessEnv;
  /** Absolute path of git, where not the first in PATH. */
  readonly program?: string;
  /** Where check worktrees live; `$XDG_CACHE_HOME/countersign` unless given. */
  readonly cacheDirectory?: string;
  /** Most check worktrees that this machine keeps for the repository. */
  readonly worktrees?: number;
  /** Run the user's commit hooks on a landing. */
  readonly hooks?: boolean;
  /** Sign landed commits as the user's own configuration says. */
  readonly sign?: boolean;
  /** Content filters that may run, as the user's own configuration defines them. From user settings only. */
  readonly allowedFilters?: readonly string[];
  readonly author?: Identity;
  readonly committer?: Identity;
  /** Larger files are not read as source. Bytes. */
  readonly fileLimit?: number;
  /** Who this process is, for another that waits: `editor`, `command line`. */
  readonly holder?: string;
  /** How long to wait for another Countersign or git command before saying who is in the way. */
  readonly waitSeconds?: number;
  /** Asked just before anything moves: files that an editor holds unsaved, relative to the root, with `/`. */
  readonly unsavedPaths?: () => readonly string[];
  /** Told the name of each step of a landing or rollback just before it is taken; a throw there stops it. */
  readonly failpoint?: (name: string) => Promise<void> | void;
}

/** What every part of this room works on. */
export interface Context extends Place {
  /** Pinned to this repository, hardened. Content filters are not yet off: see `forWorkingTree`. */
  readonly git: Git;
  readonly stateDirectory: string;
  /** Folder name for this repository in the cache: stable as long as it is not moved. */
  readonly id: string;
  readonly options: RepositoryOptions;
  /** Trees listed last, by commit: reading, staging and staging again mostly ask for the same. */
  readonly listings: Map<string, Promise<readonly TreeEntry[]>>;
}

export async function failpoint(context: Context, name: string): Promise<void> {
  await context.options.failpoint?.(name);
}

export function repositoryId(commonDirectory: string): string {
  const parts = commonDirectory.split('/');
  const name = basename(commonDirectory) === '.git' ? (parts.at(-2) ?? '') : (parts.at(-1) ?? '');
  const hash = createHash('sha256').update(commonDirectory).digest('hex').slice(0, 16);
  return `${name.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, 40)}-${hash}`;
}

/** A folder inside the state directory, made on first use and for this user alone. */
export async function stateFolder(context: Context, ...names: readonly string[]): Promise<string> {
  const folder = join(context.stateDirectory, ...names);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const found = await lstat(context.stateDirectory);
  if (!found.isDirectory()) {
    const detail = `\`${context.stateDirectory}\` is not a directory`;
    throw new EngineError({ code: 'repository/unsafe', directory: context.root, detail });
  }
  if ((found.mode & 0o077) !== 0) await chmod(context.stateDirectory, 0o700);
  return folder;
}

/** Sortable by time, unique, safe in refs and file names. */
export function newId(): string {
  const time = new Date().toISOString().replace(/[-:]/g, '').replace('.', '-');
  return `${time}-${randomBytes(4).toString('hex')}`;
}
