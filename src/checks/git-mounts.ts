import { lstat, readFile, realpath, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { keepHarmlessSettings } from './git-settings.ts';
import type { Scratch } from './scratch.ts';

/** The repository that a worktree belongs to, or null where its `.git` is no pointer. */
async function commonDirectoryOf(worktree: string): Promise<string | null> {
  const pointer = await readFile(path.join(worktree, '.git'), 'utf8').catch(() => '');
  const named = /^gitdir: (.+)\n?$/.exec(pointer)?.[1];
  if (!named) return null;
  const gitDirectory = path.resolve(worktree, named);
  const common = await readFile(path.join(gitDirectory, 'commondir'), 'utf8').catch(() => null);
  return common === null ? null : realpath(path.resolve(gitDirectory, common.trim()));
}

/** Git's own data, read-only, without Countersign's state and without settings that may hold a password. */
export async function gitMounts(worktree: string, scratch: Scratch): Promise<readonly string[]> {
  const common = await commonDirectoryOf(worktree);
  if (!common) return [];
  const borrowed = await borrowedObjects(path.join(common, 'objects'));
  const mounts = [...borrowed, common].flatMap((folder) => ['--ro-bind', folder, folder]);
  for (const name of ['countersign', 'modules']) {
    const folder = path.join(common, name);
    if ((await stat(folder).catch(() => null))?.isDirectory()) mounts.push('--tmpfs', folder);
  }
  const settings = await readFile(path.join(common, 'config'), 'utf8').catch(() => null);
  if (settings !== null) {
    const harmless = path.join(scratch.directory, 'git-config');
    await writeFile(harmless, keepHarmlessSettings(settings));
    mounts.push('--ro-bind', harmless, path.join(common, 'config'));
  }
  return mounts;
}

/** Folders of objects that a repository has from others, and those from theirs: git allows five in a row. */
async function borrowedObjects(objects: string, depth = 5): Promise<readonly string[]> {
  const listed = await readFile(path.join(objects, 'info', 'alternates'), 'utf8').catch(() => '');
  const folders = listed.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const found: string[] = [];
  for (const folder of folders.map((line) => path.resolve(objects, line))) {
    if (!(await stat(folder).catch(() => null))?.isDirectory()) continue;
    found.push(folder, ...(depth > 0 ? await borrowedObjects(folder, depth - 1) : []));
  }
  return found;
}

/** A worktree's `.git` file stays as it is: whoever could change it would choose what git reads later. */
export async function gitFileMount(worktree: string): Promise<readonly string[]> {
  const file = path.join(worktree, '.git');
  return (await lstat(file).catch(() => null)) ? ['--ro-bind', file, file] : [];
}
