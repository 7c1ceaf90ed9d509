import { createHash } from 'node:crypto';
import { lstat, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Approval } from './load-config.ts';

/** A profile for training data that a workspace brings: a program, so it counts only once its content was approved. */
export interface ProfileFile extends Approval {
  readonly name: string;
  /** As it was read and hashed; nothing else may be run for it. */
  readonly source: string;
}

const mostFiles = 50;
const sizeLimit = 64 * 1024;

/** Reads `.countersign/profiles/*.mjs`. A link, a name that is none, and a file over 64 KiB are no profile. */
export async function readProfileFiles(root: string): Promise<readonly ProfileFile[]> {
  const folder = path.join(root, '.countersign', 'profiles');
  const names = (await readdir(folder).catch(() => [])).filter((name) => /^[a-z0-9][a-z0-9-]{0,63}\.mjs$/.test(name));
  const files: ProfileFile[] = [];
  for (const name of names.sort().slice(0, mostFiles)) {
    const file = path.join(folder, name);
    const found = await lstat(file);
    // A link could lead to a file that a person approved for something else.
    if (!found.isFile() || found.size > sizeLimit) continue;
    const source = await readFile(file, 'utf8');
    const hash = createHash('sha256').update(source).digest('hex');
    files.push({ name: path.basename(name, '.mjs'), file, hash, source });
  }
  return files;
}
