import { lstat, readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { PastCommit, RepositoryReader } from '../../engine/ports/repository.ts';
import { putWhole } from './put-whole.ts';

const commitSchema = z.object({ commit: z.string(), message: z.string(), paths: z.array(z.string()) });
const fileSchema = z.object({ version: z.literal(1), commits: z.array(commitSchema) });

const largestFile = 32 * 1024 * 1024;
const longestMessage = 2_000;

/** The last commits up to one, from what is kept where it is kept, and from git where it is not. */
export function createHistory(reader: RepositoryReader, file: string | null, most: number) {
  let known: Map<string, PastCommit> | undefined;
  let last: { readonly commit: string; readonly commits: readonly PastCommit[] } | undefined;
  return {
    async before(commit: string): Promise<readonly PastCommit[]> {
      if (last?.commit === commit) return last.commits;
      known ??= new Map((file ? await readKept(file) : []).map((past) => [past.commit, past]));
      const ids = await reader.commits(commit, most);
      const cache = known;
      const missing = new Set(ids.filter((id) => !cache.has(id)));
      if (missing.size > 0) {
        for (const past of await reader.pastCommits([...missing])) {
          // A message could pretend to be a record: only what was asked for counts.
          if (!missing.has(past.commit)) continue;
          cache.set(past.commit, { ...past, message: past.message.slice(0, longestMessage) });
        }
      }
      const commits = ids.flatMap((id) => cache.get(id) ?? []);
      if (file && missing.size > 20) await keep(file, commits);
      last = { commit, commits };
      return commits;
    },
  };
}

/** What does not fit the schema is as good as nothing: it is read from git again. */
async function readKept(file: string): Promise<readonly PastCommit[]> {
  const found = await lstat(file).catch(() => null);
  if (!found?.isFile() || found.size > largestFile) return [];
  try {
    return fileSchema.parse(JSON.parse(await readFile(file, 'utf8'))).commits;
  } catch {
    return [];
  }
}

async function keep(file: string, commits: readonly PastCommit[]): Promise<void> {
  await putWhole(file, [Buffer.from(JSON.stringify({ version: 1, commits }))]);
}
