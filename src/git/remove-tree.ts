import { chmod, lstat, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode } from './git-failure.ts';

/** Removes a file or folder with all that is in it, also where a program took away the right to. */
export async function removeTree(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true });
  } catch (error) {
    if (!hasCode(error, 'EACCES') && !hasCode(error, 'EPERM')) throw error;
    await openFolders(path);
    await rm(path, { recursive: true, force: true });
  }
}

/** Bytes on disk of everything below a path. */
export async function diskUse(path: string): Promise<number> {
  const found = await lstat(path).catch(() => null);
  if (!found) return 0;
  let bytes = (found.blocks ?? 0) * 512;
  if (found.isDirectory()) {
    for (const name of await readdir(path).catch(() => [])) bytes += await diskUse(join(path, name));
  }
  return bytes;
}

async function openFolders(path: string): Promise<void> {
  if (!(await lstat(path)).isDirectory()) return;
  await chmod(path, 0o700);
  for (const name of await readdir(path)) await openFolders(join(path, name));
}
