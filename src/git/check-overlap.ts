import { createHash } from 'node:crypto';
import { lstat, readFile, readlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fail, ok, type Result } from '../domain/result.ts';
import type { Context } from './context.ts';
import { hashOf } from './durable-file.ts';
import { type Git, gitFields, gitText, runGit } from './exec.ts';
import type { TreeChange, TreeFile } from './tree-changes.ts';
import { type FileState, filesBelow, isAbsent } from './working-files.ts';

/**
 * Whether anything of the user's stands where these changes would write: an edit, staged or not, an untracked or
 * ignored file, a folder or a link on the way. `index` is a copy of the user's index that may be refreshed. Changes
 * nothing. Where the way is free it gives what was seen at each path that has a file, so that a later edit is noticed.
 */
export async function findOverlap(
  context: Context,
  git: Git,
  changes: readonly TreeChange[],
  index: string,
): Promise<Result<ReadonlyMap<string, FileState>>> {
  const special = changes.find(({ before, after }) => [before, after].some((file) => file && !isPlaceable(file)));
  if (special) return unsupported(`\`${special.path}\` is a submodule; it is changed with git's own commands.`);
  const foreign = await otherDevice(context, changes);
  if (foreign) return unsupported(`\`${foreign}\` is on another file system than the repository's git directory.`);

  const staged = await stagedDifferences(git, changes, index);
  if (staged.sparse.length > 0) return unsupported(`\`${staged.sparse[0]}\` is outside the sparse checkout.`);
  const working = await workingStates(context, git, changes, index);
  const dirty = new Set([...staged.dirty, ...working.dirty]);
  if (dirty.size > 0) return fail({ code: 'repository/dirty-path', paths: [...dirty].sort() });
  const occupied = await occupiedPaths(context, changes);
  if (occupied.length > 0) return fail({ code: 'repository/path-exists', paths: [...occupied] });
  return ok(working.states);
}

function unsupported(detail: string) {
  return fail({ code: 'repository/unsupported', detail } as const);
}

function isPlaceable(file: TreeFile): boolean {
  return file.mode === '100644' || file.mode === '100755' || file.mode === '120000';
}

/** Files are moved by rename, which does not cross file systems: the first path where that would be needed. */
async function otherDevice(context: Context, changes: readonly TreeChange[]): Promise<string | null> {
  const own = (await lstat(context.stateDirectory)).dev;
  const seen = new Set<string>();
  for (const { path } of changes) {
    for (let folder = dirname(path); !seen.has(folder); folder = dirname(folder)) {
      seen.add(folder);
      const found = await lstat(join(context.root, folder)).catch(() => null);
      if (found && found.dev !== own) return path;
    }
  }
  return null;
}

/** Paths whose index entry is not what the base has there. */
async function stagedDifferences(git: Git, changes: readonly TreeChange[], index: string) {
  const entries = new Map<string, string[]>();
  const paths = changes.map(({ path }) => path);
  for (let at = 0; at < paths.length; at += 500) {
    const words = ['ls-files', '-z', '-v', '--stage', '--', ...paths.slice(at, at + 500)];
    for (const field of await gitFields(git, words, { environment: { GIT_INDEX_FILE: index } })) {
      const tab = field.indexOf('\t');
      const path = field.slice(tab + 1);
      entries.set(path, [...(entries.get(path) ?? []), field.slice(0, tab)]);
    }
  }
  const leaving = new Set(changes.filter(({ after }) => after === null).map(({ path }) => path));
  const dirty: string[] = [];
  const sparse: string[] = [];
  for (const { path, before } of changes) {
    const found = entries.get(path) ?? [];
    entries.delete(path);
    const wanted = before ? `${before.mode} ${before.object} 0` : null;
    if (found.length === 0 ? wanted !== null : found.length > 1 || found[0]?.slice(2) !== wanted) dirty.push(path);
    else if (found[0]?.[0]?.toUpperCase() === 'S') sparse.push(path);
  }
  // What is left lies below a path that becomes a file.
  for (const path of entries.keys()) if (!leaving.has(path)) dirty.push(path);
  return { dirty, sparse };
}

/** What stands in the working tree, and the paths where that is not what the base has. */
async function workingStates(context: Context, git: Git, changes: readonly TreeChange[], index: string) {
  const modes = (await gitText(git, ['config', '--type=bool', '--get', 'core.fileMode'], { accept: [1] })) !== 'false';
  const states = new Map<string, FileState>();
  const dirty: string[] = [];
  const unsure: string[] = [];
  for (const { path, before } of changes) {
    if (!before) continue;
    const seen = await look(context, path);
    if (!seen || (modes && before.mode !== '120000' && seen.state.executable !== (before.mode === '100755'))) {
      dirty.push(path);
      continue;
    }
    states.set(path, seen.state);
    if (seen.object !== before.object || (seen.state.kind === 'link') !== (before.mode === '120000')) unsure.push(path);
  }
  return { states, dirty: [...dirty, ...(await changedForGit(git, unsure, index))] };
}

/** Line ends or a character set may be converted on the way in: git's own comparison decides. */
async function changedForGit(git: Git, paths: readonly string[], index: string): Promise<readonly string[]> {
  if (paths.length === 0) return [];
  const environment = { GIT_INDEX_FILE: index };
  const input = paths.map((path) => `${path}\0`).join('');
  await runGit(git, ['update-index', '--no-assume-unchanged', '-z', '--stdin'], { input, environment });
  const refresh = ['add', '--refresh', '--pathspec-from-file=-', '--pathspec-file-nul'];
  await runGit(git, refresh, { input, environment, accept: [1] });
  const changed: string[] = [];
  for (let at = 0; at < paths.length; at += 500) {
    const words = ['diff-files', '--name-only', '-z', '--', ...paths.slice(at, at + 500)];
    changed.push(...(await gitFields(git, words, { environment })));
  }
  return changed;
}

/** The file or link at a path, with the name git would give its bytes as they are; null for anything else. */
async function look(
  context: Context,
  path: string,
): Promise<{ readonly state: FileState; readonly object: string } | null> {
  const full = join(context.root, path);
  if (!(await parentsAreFolders(context.root, path))) return null;
  const found = await lstat(full).catch((error) => {
    if (isAbsent(error)) return null;
    throw error;
  });
  if (!found || !(found.isFile() || found.isSymbolicLink())) return null;
  const kind = found.isFile() ? 'file' : 'link';
  const content = kind === 'file' ? await readFile(full) : Buffer.from(await readlink(full));
  const executable = kind === 'file' && (found.mode & 0o100) !== 0;
  return {
    state: { kind, hash: hashOf(content), executable },
    object: objectName(content, context.objectFormat),
  };
}

/** Name that git gives to a file's content. */
export function objectName(content: Uint8Array, format: Context['objectFormat']): string {
  return createHash(format).update(`blob ${content.length}\0`).update(content).digest('hex');
}

async function parentsAreFolders(root: string, path: string): Promise<boolean> {
  for (let folder = dirname(path); folder !== '.'; folder = dirname(folder)) {
    const found = await lstat(join(root, folder)).catch(() => null);
    if (!found?.isDirectory()) return false;
  }
  return true;
}

/** Files that stand where one is to be created, whoever ignores them. */
async function occupiedPaths(context: Context, changes: readonly TreeChange[]): Promise<readonly string[]> {
  const leaving = new Set(changes.filter(({ after }) => after === null).map(({ path }) => path));
  const occupied = new Set<string>();
  for (const { path, before } of changes) {
    if (before) continue;
    const blocker = await blockedParent(context.root, path, leaving);
    if (blocker) occupied.add(blocker);
    else for (const found of await standsAt(context.root, path, leaving)) occupied.add(found);
  }
  return [...occupied].sort();
}

/** The first thing on the way to a path that is no folder and stays. */
async function blockedParent(root: string, path: string, leaving: ReadonlySet<string>): Promise<string | null> {
  const parts = path.split('/');
  for (let length = 1; length < parts.length; length += 1) {
    const folder = parts.slice(0, length).join('/');
    const found = await lstat(join(root, folder)).catch(() => null);
    if (!found) return null;
    if (!found.isDirectory()) return leaving.has(folder) ? null : folder;
  }
  return null;
}

async function standsAt(root: string, path: string, leaving: ReadonlySet<string>): Promise<readonly string[]> {
  const found = await lstat(join(root, path)).catch((error) => {
    if (isAbsent(error)) return null;
    throw error;
  });
  if (!found) return [];
  if (found.isDirectory()) {
    const inside = (await filesBelow(join(root, path))).map((name) => `${path}/${name}`);
    return inside.filter((name) => !leaving.has(name));
  }
  // Where upper and lower case are one, the file that is renamed stands at its new name already.
  for (const name of leaving) {
    if (name.toLowerCase() !== path.toLowerCase()) continue;
    const other = await lstat(join(root, name)).catch(() => null);
    if (other && other.ino === found.ino && other.dev === found.dev) return [];
  }
  return [path];
}
