import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import path from 'node:path';
import { searchPath } from './environment.ts';

/** Where a program would be started from: PATH, or the working folder where the name has a slash. Null if nowhere. */
export async function findProgram(
  name: string,
  where: { readonly environment: NodeJS.ProcessEnv; readonly directory: string },
): Promise<string | null> {
  const candidates = name.includes('/')
    ? [path.resolve(where.directory, name)]
    : searchPath(where.environment).map((folder) => path.join(folder, name));
  for (const candidate of candidates) {
    try {
      await access(candidate, constants.X_OK);
      if ((await stat(candidate)).isFile()) return candidate;
    } catch {
      // Not here: the next folder may have it.
    }
  }
  return null;
}
