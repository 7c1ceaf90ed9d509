import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:fs';
import { cp, lstat, mkdir, readdir, readlink, symlink } from 'node:fs/promises';
import path from 'node:path';
import { dependencyFolderNames } from '../domain/config.ts';
import { EngineError } from '../domain/engine-error.ts';

/** What tools put beside the dependencies: each use starts without. */
const cacheNames = ['.cache', '.vite', '.vite-temp', '.vitest', '.tmp'];
/** Beyond this many entries the folder is shown as a whole: each mount takes the longer the more there are. */
const mostEntries = 1000;

export function isDependencyFolder(folder: string): boolean {
  return dependencyFolderNames.includes(path.basename(folder));
}

/**
 * Bubblewrap's arguments that show a folder of dependencies: each entry is read-only, and the folder itself is a
 * scratch, so that a tool can put its cache there as it is used to. Nothing reaches the source.
 */
export async function linkedMounts(source: string, at: string, scratch: string): Promise<readonly string[]> {
  const entries = await readdir(source, { withFileTypes: true });
  if (entries.length > mostEntries) return ['--ro-bind', source, at];
  await mkdir(scratch, { recursive: true });
  const mounts = ['--bind', scratch, at];
  for (const entry of entries) {
    const from = path.join(source, entry.name);
    const to = path.join(at, entry.name);
    if (entry.isSymbolicLink()) await symlink(await readlink(from), path.join(scratch, entry.name));
    else if ((entry.isDirectory() && !cacheNames.includes(entry.name)) || entry.isFile())
      mounts.push('--ro-bind', from, to);
  }
  return mounts;
}

/**
 * Copies a file or folder to where nothing is yet, sharing the blocks where the file system can. Links stay links.
 * Throws an Error that says what failed, and `interrupted`.
 */
export async function copyTree(source: string, target: string, signal: AbortSignal): Promise<void> {
  if (signal.aborted) throw new EngineError({ code: 'interrupted' });
  await mkdir(path.dirname(target), { recursive: true });
  if (process.platform !== 'linux') {
    await cp(source, target, { recursive: true, verbatimSymlinks: true, mode: constants.COPYFILE_FICLONE });
    return;
  }
  // Four times as fast as `fs.cp` on tens of thousands of files.
  const child = spawn('cp', ['-a', '--reflink=auto', '--', source, target], {
    stdio: ['ignore', 'ignore', 'pipe'],
    signal,
  });
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => {
    complaint = (complaint + chunk.toString('utf8')).slice(0, 2000);
  });
  try {
    const [code] = await once(child, 'close');
    if (code !== 0) throw new Error(`Copying ${source} failed: ${complaint.trim()}`);
  } catch (error) {
    if (signal.aborted) throw new EngineError({ code: 'interrupted' });
    throw error;
  }
}

/**
 * Where a relative path lies below a folder, or null where it leaves it or goes through a link: a link could lead a
 * copy anywhere.
 */
export async function placeWithin(folder: string, relative: string): Promise<string | null> {
  const steps = path.normalize(relative).split(path.sep).filter(Boolean);
  if (path.isAbsolute(relative) || steps.length === 0 || steps.includes('..') || steps[0] === '.git') return null;
  let at = folder;
  for (const step of steps.slice(0, -1)) {
    at = path.join(at, step);
    const found = await lstat(at).catch(() => null);
    if (found && !found.isDirectory()) return null;
  }
  return path.join(at, steps.at(-1) as string);
}
