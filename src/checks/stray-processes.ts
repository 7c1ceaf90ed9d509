import { readdir, readFile } from 'node:fs/promises';

/** Names each run of a command in its environment, so that what it started is known wherever it went. */
export const strayMarker = 'COUNTERSIGN_CHECK_ID';

const rounds = 5;

/**
 * Ends what a command left running in process groups of its own, as a daemon does: on Linux alone, and not what emptied
 * its environment. In a sandbox nothing of the kind outlives the command.
 */
export async function endStrays(id: string): Promise<void> {
  if (process.platform !== 'linux') return;
  // One that is about to start another may be ended just too late.
  for (let round = 0; round < rounds; round += 1) {
    const found = await straysOf(id);
    if (found.length === 0) return;
    for (const pid of found) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It ended by itself in between.
      }
    }
  }
}

async function straysOf(id: string): Promise<readonly number[]> {
  const wanted = `${strayMarker}=${id}\0`;
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(
    pids.map(async (pid) => {
      // Unreadable where it is another user's, empty where it has ended and waits to be reaped.
      const text = await readFile(`/proc/${pid}/environ`, 'latin1').catch(() => '');
      return text.includes(wanted) ? [pid] : [];
    }),
  );
  return found.flat();
}
