import { randomBytes } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { hasCode } from './git-failure.ts';

const holderSchema = z.object({
  pid: z.int().positive(),
  /** Tells two processes with one number apart; null where the system does not say. */
  started: z.string().nullable(),
  host: z.string(),
  name: z.string(),
  since: z.string(),
});
type Holder = z.infer<typeof holderSchema>;

export interface HeldLock {
  release(): Promise<void>;
}

const pollMilliseconds = 50;

/**
 * Takes a lock file between processes, waiting up to `waitSeconds`. A lock whose process is gone is taken over.
 * Returns who holds it where it stays taken.
 */
export async function takeLock(
  file: string,
  name: string,
  waitSeconds: number,
  signal?: AbortSignal,
): Promise<HeldLock | { readonly holder: string }> {
  const until = Date.now() + waitSeconds * 1000;
  const mine: Holder = {
    pid: process.pid,
    started: await startOf(process.pid),
    host: hostname(),
    name,
    since: new Date().toISOString(),
  };
  const content = JSON.stringify({ ...mine, token: randomBytes(8).toString('hex') });
  for (;;) {
    signal?.throwIfAborted();
    if (await place(file, content)) return { release: () => removeIf(file, content) };
    const found = await readFile(file, 'utf8').catch(() => null);
    if (found === null) continue;
    const holder = parseHolder(found);
    if (holder === null || (await isGone(holder))) {
      await removeIf(file, found);
      continue;
    }
    if (Date.now() >= until)
      return { holder: `${holder.name} (process ${holder.pid} on ${holder.host}, since ${holder.since})` };
    await sleep(pollMilliseconds, undefined, { ...(signal ? { signal } : {}) });
  }
}

/** True where a process of this number and start still runs on this machine. */
export async function isAlive(pid: number, started: string | null): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return hasCode(error, 'EPERM');
  }
  const now = await startOf(pid);
  return started === null || now === null || started === now;
}

/** The kernel's start time of a process, where `/proc` tells it. A process that has ended but was not reaped is none. */
export async function startOf(pid: number): Promise<string | null> {
  const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  if (status === null) return null;
  const fields = status.slice(status.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' ? 'ended' : (fields[19] ?? null);
}

/** Tells one lock file from any other, also from a later one at the same path whose inode was used again. */
export function identityOf(found: BigIntStats): string {
  return `${found.dev}:${found.ino}:${found.mtimeNs}`;
}

async function isGone(holder: Holder): Promise<boolean> {
  return holder.host === hostname() && !(await isAlive(holder.pid, holder.started));
}

/** A link appears at once and with its content, so that no one ever reads half a lock. */
async function place(file: string, content: string): Promise<boolean> {
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  try {
    await writeFile(draft, content, { mode: 0o600 });
    await link(draft, file);
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    if (!hasCode(error, 'EPERM') && !hasCode(error, 'ENOTSUP')) throw error;
    return await writeFile(file, content, { flag: 'wx', mode: 0o600 }).then(
      () => true,
      () => false,
    );
  } finally {
    await rm(draft, { force: true });
  }
}

/** Removes the lock only where it is still this one: moved aside first, so that two who try cannot remove a third's. */
async function removeIf(file: string, content: string): Promise<void> {
  const aside = `${file}.${randomBytes(6).toString('hex')}`;
  try {
    await rename(file, aside);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return;
    throw error;
  }
  if ((await readFile(aside, 'utf8')) !== content) await link(aside, file).catch(() => undefined);
  await rm(aside, { force: true });
}

function parseHolder(text: string): Holder | null {
  try {
    return holderSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
