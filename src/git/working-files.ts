import { link, lstat, mkdir, readdir, readFile, readlink, rename, rmdir, symlink, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { hashOf } from './durable-file.ts';
import { hasCode } from './git-failure.ts';

/** What stands at a path: enough to know it again. */
export interface FileState {
  readonly kind: 'file' | 'link';
  /** SHA-256 of the content, or of what a link points to. */
  readonly hash: string;
  readonly executable: boolean;
}

/** The state of a file or link, null where there is nothing, `other` for a folder or something else. */
export async function stateOf(path: string): Promise<FileState | 'other' | null> {
  try {
    const found = await lstat(path);
    if (found.isSymbolicLink()) return { kind: 'link', hash: hashOf(await readlink(path)), executable: false };
    if (!found.isFile()) return 'other';
    return { kind: 'file', hash: hashOf(await readFile(path)), executable: (found.mode & 0o100) !== 0 };
  } catch (error) {
    if (isAbsent(error)) return null;
    throw error;
  }
}

export function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

export function isSameState(state: FileState | 'other' | null, expected: FileState | null): boolean {
  if (state === null || expected === null || state === 'other') return state === expected;
  return state.kind === expected.kind && state.hash === expected.hash && state.executable === expected.executable;
}

/** Brings a file to a path where nothing may be, from another on the same file system. Fails with `EEXIST`. */
export async function placeFile(from: string, to: string): Promise<void> {
  const found = await lstat(from);
  if (found.isSymbolicLink()) {
    await symlink(await readlink(from), to);
    await unlink(from);
    return;
  }
  try {
    await link(from, to);
  } catch (error) {
    if (!['EPERM', 'ENOTSUP', 'EMLINK', 'ENOSYS'].some((code) => hasCode(error, code))) throw error;
    // No hard links here: a rename is whole too, but cannot refuse; look first.
    if ((await stateOf(to)) !== null) throw Object.assign(new Error(`${to} exists`), { code: 'EEXIST' });
    await rename(from, to);
    return;
  }
  await unlink(from);
}

/** Takes whatever stands at a path out of the way, whole and at once. False where nothing was there. */
export async function captureFile(path: string, to: string): Promise<boolean> {
  try {
    await rename(path, to);
    return true;
  } catch (error) {
    if (isAbsent(error)) return false;
    throw error;
  }
}

/** True where both paths are the same file on disk: a placement that was cut off before its source was removed. */
export async function isSameFile(one: string, other: string): Promise<boolean> {
  const [first, second] = await Promise.all(
    [one, other].map((path) => lstat(path, { bigint: true }).catch(() => null)),
  );
  return first != null && second != null && first.ino === second.ino && first.dev === second.dev;
}

export async function makeParents(path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
}

/** The folders above these paths that are not there yet, or are still a file, outermost first. */
export async function missingFolders(root: string, paths: readonly string[]): Promise<readonly string[]> {
  const missing = new Set<string>();
  for (const path of paths) {
    for (let folder = dirname(path); folder !== '.' && !missing.has(folder); folder = dirname(folder)) {
      if ((await stateOf(join(root, folder))) !== 'other') missing.add(folder);
    }
  }
  return [...missing].sort();
}

/** Removes the folders above a path that are empty, up to the root. */
export async function removeEmptyParents(root: string, path: string): Promise<void> {
  for (let folder = dirname(path); folder !== '.' && folder !== ''; folder = dirname(folder)) {
    const gone = await rmdir(join(root, folder)).then(
      () => true,
      (error) => isAbsent(error),
    );
    if (!gone) return;
  }
}

/** True where a folder on the way to a path is a link: nothing is ever written through one. */
export async function leadsThroughLink(root: string, path: string): Promise<boolean> {
  for (let folder = dirname(path); folder !== '.'; folder = dirname(folder)) {
    const found = await lstat(join(root, folder)).catch(() => null);
    if (found?.isSymbolicLink()) return true;
  }
  return false;
}

/** Every file below a folder, relative to it. Links are not followed. */
export async function filesBelow(folder: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (!entry.isDirectory()) found.push(entry.name);
    else for (const inner of await filesBelow(join(folder, entry.name))) found.push(`${entry.name}/${inner}`);
  }
  return found;
}

export function isAbsent(error: unknown): boolean {
  return hasCode(error, 'ENOENT') || hasCode(error, 'ENOTDIR');
}
