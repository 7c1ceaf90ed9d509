import { lstat, mkdir } from 'node:fs/promises';
import path from 'node:path';

/**
 * Makes folders below the state directory, for this user alone, and returns the innermost. Throws where one of them is a
 * link or a file: a repository may arrive with a state directory, and nothing is written or removed through it.
 */
export async function ownFolder(stateDirectory: string, ...names: readonly string[]): Promise<string> {
  await mkdir(stateDirectory, { recursive: true, mode: 0o700 });
  let folder = stateDirectory;
  for (const name of names) {
    folder = path.join(folder, name);
    await mkdir(folder, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
    if (!(await lstat(folder)).isDirectory()) throw new Error(`${folder} is no folder of our own; it is left alone.`);
  }
  return folder;
}
