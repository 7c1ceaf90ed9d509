import { mkdir, mkdtemp, readdir, readFile, rename, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { copyTree } from './dependency-folders.ts';
import { removeTree } from './scratch.ts';

/** How many states of a repository's dependencies are kept: the newest ones. */
const kept = 4;

/** What `checks.setup` made, kept for every check of a tree with the same lock files. */
export interface Prepared {
  /** Holds the paths at their places. */
  readonly directory: string;
  /** Topmost files and folders, relative. */
  readonly paths: readonly string[];
}

const listSchema = z.array(z.string().min(1));

export async function findPrepared(store: string, key: string): Promise<Prepared | null> {
  const folder = path.join(store, key);
  try {
    const paths = listSchema.parse(JSON.parse(await readFile(path.join(folder, 'paths.json'), 'utf8')));
    await utimes(folder, new Date(), new Date());
    return { directory: path.join(folder, 'files'), paths };
  } catch {
    return null;
  }
}

/** Moves the paths out of a worktree into the store: whole, or not at all where another process was faster. */
export async function keepPrepared(
  store: string,
  key: string,
  worktree: string,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  await mkdir(store, { recursive: true });
  const building = await mkdtemp(path.join(store, '.building-'));
  try {
    await mkdir(path.join(building, 'files'));
    for (const relative of paths) {
      const target = path.join(building, 'files', relative);
      await mkdir(path.dirname(target), { recursive: true });
      await move(path.join(worktree, relative), target, signal);
    }
    await writeFile(path.join(building, 'paths.json'), JSON.stringify(paths));
    await rename(building, path.join(store, key)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
  } finally {
    await removeTree(building);
  }
  await prune(store);
}

async function move(from: string, to: string, signal: AbortSignal): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error;
    await copyTree(from, to, signal);
    await removeTree(from);
  }
}

async function prune(store: string): Promise<void> {
  const names = (await readdir(store)).filter((name) => !name.startsWith('.'));
  const aged = await Promise.all(
    names.map(async (name) => ({ name, at: (await stat(path.join(store, name)).catch(() => null))?.mtimeMs ?? 0 })),
  );
  const old = aged.sort((one, other) => other.at - one.at).slice(kept);
  // Never younger than a day: a check of another process may be reading it.
  const dayAgo = Date.now() - 86_400_000;
  for (const each of old) if (each.at < dayAgo) await removeTree(path.join(store, each.name));
}

/** Removes all that was prepared and that no check has used for an hour: one may be reading it. */
export async function clearPrepared(store: string): Promise<void> {
  const hourAgo = Date.now() - 3_600_000;
  for (const name of await readdir(store).catch(() => [])) {
    const folder = path.join(store, name);
    const found = await stat(folder).catch(() => null);
    if (found && found.mtimeMs < hourAgo) await removeTree(folder);
  }
}

/** Every path below a folder, links not followed. */
export async function listPaths(folder: string): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  await walk(folder, '', (name) => {
    found.add(name);
    return true;
  });
  return found;
}

/** The topmost paths that were not there before. */
export async function newPaths(folder: string, before: ReadonlySet<string>): Promise<readonly string[]> {
  const made: string[] = [];
  await walk(folder, '', (name) => {
    if (before.has(name)) return true;
    made.push(name);
    return false;
  });
  return made.sort();
}

async function walk(top: string, folder: string, enter: (name: string) => boolean): Promise<void> {
  for (const entry of await readdir(path.join(top, folder), { withFileTypes: true })) {
    if (entry.name === '.git') continue;
    const name = folder ? path.join(folder, entry.name) : entry.name;
    if (enter(name) && entry.isDirectory()) await walk(top, name, enter);
  }
}
