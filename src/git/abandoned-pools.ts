import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { diskUse, removeTree } from './remove-tree.ts';

const originSchema = z.object({ commonDirectory: z.string() });

/** Removes from a cache what is kept for repositories that are gone. Gives the bytes freed. */
export async function cleanAbandonedPools(cacheDirectory: string): Promise<number> {
  let bytes = 0;
  for (const name of await readdir(cacheDirectory).catch(() => [])) {
    const pool = join(cacheDirectory, name);
    const origin = await readOrigin(join(pool, 'repository.json'));
    if (origin === null || (await lstat(origin).catch(() => null))) continue;
    for (const folder of [pool, join(cacheDirectory, 'prepared', name)]) {
      bytes += await diskUse(folder);
      await removeTree(folder);
    }
  }
  return bytes;
}

/** The repository that a pool was made for; null where that cannot be read: then it is not ours to remove. */
async function readOrigin(file: string): Promise<string | null> {
  try {
    return originSchema.parse(JSON.parse(await readFile(file, 'utf8'))).commonDirectory;
  } catch {
    return null;
  }
}
