import { chmod, lstat, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

/** A home and a temporary folder for one use, on disk: what a check writes there is gone afterwards. */
export interface Scratch {
  readonly directory: string;
  readonly home: string;
  readonly temporary: string;
  remove(): Promise<void>;
}

export async function createScratch(): Promise<Scratch> {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'countersign-check-'));
  const home = path.join(directory, 'home');
  const temporary = path.join(directory, 'tmp');
  await mkdir(home, { mode: 0o700 });
  await mkdir(temporary, { mode: 0o700 });
  return { directory, home, temporary, remove: () => removeTree(directory) };
}

/** Removes a folder that a check wrote to: folders it made unreadable or unwritable too. Follows no link. */
export async function removeTree(directory: string): Promise<void> {
  try {
    await rm(directory, { recursive: true, force: true });
  } catch {
    await openFolders(directory);
    await rm(directory, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function openFolders(directory: string): Promise<void> {
  const found = await lstat(directory).catch(() => null);
  if (!found?.isDirectory()) return;
  // The removal that failed may still be at work elsewhere in the tree.
  await chmod(directory, 0o700).catch(() => undefined);
  for (const entry of await readdir(directory, { withFileTypes: true }).catch(() => [])) {
    if (entry.isDirectory()) await openFolders(path.join(directory, entry.name));
  }
}
