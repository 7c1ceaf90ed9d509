import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fail, ok, type Result } from '../domain/result.ts';
import { hasCode } from './git-failure.ts';
import { type Journal, journalFiles, tokenOf } from './move-journal.ts';

export function indexFile(journal: Journal): string {
  return join(journal.intent.gitDirectory, 'index');
}

function lockFile(journal: Journal): string {
  return join(journal.intent.gitDirectory, 'index.lock');
}

/**
 * Takes git's own lock on the index, so that no add, commit, switch or reset starts meanwhile. It is a link to the
 * journal's token: there at once and with its content, never an empty file that might be anybody's.
 */
export async function lockIndex(journal: Journal, waitSeconds: number): Promise<Result<void>> {
  const until = Date.now() + waitSeconds * 1000;
  const lock = lockFile(journal);
  for (;;) {
    if (await linkToken(journal, lock)) return ok(undefined);
    if (Date.now() >= until) return fail({ code: 'repository/locked', lock, holder: 'another git command' });
    await sleep(50);
  }
}

/** Removes the index lock where it is this move's; leaves anybody else's. */
export async function unlockIndex(journal: Journal): Promise<void> {
  const lock = lockFile(journal);
  const content = await readFile(lock, 'utf8').catch(() => null);
  if (content === tokenOf(journal.intent)) await rm(lock, { force: true });
}

async function linkToken(journal: Journal, lock: string): Promise<boolean> {
  try {
    await link(journalFiles.token(journal.folder), lock);
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    if (!hasCode(error, 'EPERM') && !hasCode(error, 'ENOTSUP') && !hasCode(error, 'EXDEV')) throw error;
    return writeFile(lock, tokenOf(journal.intent), { flag: 'wx' }).then(
      () => true,
      (failure) => {
        if (hasCode(failure, 'EEXIST')) return false;
        throw failure;
      },
    );
  }
}
