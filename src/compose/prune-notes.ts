import { lstat, readdir, rm } from 'node:fs/promises';
import path from 'node:path';

const noteFile = /^notes-[\w-]+\.json$/;

/**
 * Removes the notes of runs that wrote none since `before` (ISO time): they go when the run's prompts and replies do.
 * Links and folders of such a name are let be. A file that cannot be removed stays for the next time.
 */
export async function pruneNotes(stateDirectory: string, before: string): Promise<void> {
  const latest = Date.parse(before);
  const names = await readdir(stateDirectory).catch(() => []);
  for (const name of names.filter((one) => noteFile.test(one))) {
    const file = path.join(stateDirectory, name);
    const found = await lstat(file).catch(() => null);
    if (found?.isFile() && found.mtimeMs < latest) await rm(file, { force: true }).catch(() => undefined);
  }
}
