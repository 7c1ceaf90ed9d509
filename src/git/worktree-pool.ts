import { lstat, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { EngineError } from '../domain/engine-error.ts';
import type { Worktree, WorktreePool } from '../engine/ports/checks.ts';
import type { Context } from './context.ts';
import { type Git, gitFields, gitText, runGit } from './exec.ts';
import { ensurePoolRepository, layOutSlot, type Slot, slotAt, slotGit } from './pool-repository.ts';
import { type HeldLock, takeLock } from './process-lock.ts';
import { diskUse, removeTree } from './remove-tree.ts';

const recordSchema = z.object({ used: z.string() });

export interface PoolUse {
  readonly directory: string;
  readonly worktrees: number;
  /** Most worktrees that are kept. */
  readonly most: number;
  readonly bytes: number;
}

/** The check worktrees of one repository: few, made once, moved from commit to commit by difference. */
export interface PooledWorktrees extends WorktreePool {
  /**
   * A worktree with the commit's files and nothing else. Waits where all are in use. Throws `interrupted`, and git's
   * faults.
   */
  lease(commit: string, signal: AbortSignal): Promise<Worktree>;
  use(): Promise<PoolUse>;
  /** Removes worktrees that nobody uses and nobody has used for so many days; 0 removes all. Gives the bytes freed. */
  clean(olderThanDays: number): Promise<number>;
}

const defaultSize = 4;
const reclaimDays = 14;

export function openWorktreePool(context: Context, cacheDirectory: string): PooledWorktrees {
  const pool = join(cacheDirectory, context.id);
  const size = context.options.worktrees ?? defaultSize;
  return {
    lease: (commit, signal) => lease(context, pool, size, commit, signal),
    use: async () => ({
      directory: pool,
      worktrees: (await existingSlots(pool)).length,
      most: size,
      bytes: await diskUse(pool),
    }),
    clean: (olderThanDays) => clean(pool, size, olderThanDays),
  };
}

async function lease(
  context: Context,
  pool: string,
  size: number,
  commit: string,
  signal: AbortSignal,
): Promise<Worktree> {
  signal.throwIfAborted();
  await ensurePoolRepository(context, pool);
  await clean(pool, size, reclaimDays);
  const { slot, lock } = await takeSlot(context, pool, size, signal);
  try {
    const git = await slotGit(context, pool, slot);
    await moveSlot(context, git, slot, commit, signal);
    return {
      directory: slot.directory,
      release: async () => {
        await recordUse(slot);
        await lock.release();
      },
    };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** A free worktree, an existing one rather than a new one; waits where there is none. */
async function takeSlot(context: Context, pool: string, size: number, signal: AbortSignal) {
  for (;;) {
    const existing = await existingSlots(pool);
    const fresh = Array.from({ length: size }, (_, number) => number).filter((number) => !existing.includes(number));
    for (const number of [...existing.filter((known) => known < size), ...fresh]) {
      signal.throwIfAborted();
      const slot = slotAt(pool, number);
      const lock = await takeLock(slot.lock, context.options.holder ?? 'Countersign', 0, signal);
      if ('release' in lock) return { slot, lock: lock as HeldLock };
    }
    await sleep(100, undefined, { signal });
  }
}

async function existingSlots(pool: string): Promise<readonly number[]> {
  const names = await readdir(pool).catch(() => []);
  return names
    .flatMap((name) => /^worktree-(\d+)$/.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b);
}

/** Brings a worktree to a commit. One that cannot be brought there, after a kill or a full disk, is made anew. */
async function moveSlot(context: Context, git: Git, slot: Slot, commit: string, signal: AbortSignal): Promise<void> {
  // Without a record it was never brought to a commit whole.
  const used = await lastUse(slot);
  if (used === null) await removeSlot(slot);
  try {
    await bringTo(context, git, slot, commit, signal);
  } catch (error) {
    if (used === null || !(error instanceof EngineError) || error.fault.code !== 'git/failed') throw error;
    await removeSlot(slot);
    await bringTo(context, git, slot, commit, signal);
  }
}

async function bringTo(context: Context, git: Git, slot: Slot, commit: string, signal: AbortSignal): Promise<void> {
  // Only this process uses the slot: a lock that is left here is a killed one's.
  await rm(join(slot.gitDirectory, 'index.lock'), { force: true });
  await layOutSlot(slot, commit);
  await runGit(git, ['read-tree', '--reset', '-u', commit], { signal });
  await removeStrangers(git, slot);
  const [tree, wanted] = await Promise.all([
    gitText(git, ['write-tree'], { signal }),
    gitText(context.git, ['rev-parse', '--verify', `${commit}^{tree}`]),
  ]);
  if (tree !== wanted)
    throw new EngineError({ code: 'internal/defect', detail: `a worktree has ${tree}, not ${wanted}` });
  await recordUse(slot);
}

/** Paths that are not of the commit, ignored ones too. A folder with nothing tracked in it is one path. */
async function strangers(git: Git): Promise<string[]> {
  const found = await gitFields(git, ['ls-files', '-z', '--others', '--directory']);
  return found.map((path) => path.replace(/\/$/, '')).filter((path) => path !== '.git');
}

async function removeStrangers(git: Git, slot: Slot): Promise<void> {
  for (const path of await strangers(git)) await removeTree(join(slot.directory, path));
  const submodules = await gitFields(git, ['ls-files', '-z', '--stage', '--', '.gitmodules']);
  if (submodules.length === 0) return;
  for (const entry of await gitFields(git, ['ls-files', '-z', '--stage'])) {
    if (!entry.startsWith('160000 ')) continue;
    const folder = join(slot.directory, entry.slice(entry.indexOf('\t') + 1));
    await removeTree(folder);
    await mkdir(folder, { recursive: true });
  }
}

/** When a worktree was used last; null for one that holds nothing whole. */
async function lastUse(slot: Slot): Promise<string | null> {
  const text = await readFile(slot.record, 'utf8').catch(() => null);
  const parsed = text === null ? null : recordSchema.safeParse(parseJson(text));
  return parsed?.success ? parsed.data.used : null;
}

function recordUse(slot: Slot): Promise<void> {
  return writeFile(slot.record, JSON.stringify({ used: new Date().toISOString() }));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

async function removeSlot(slot: Slot): Promise<void> {
  await rm(slot.record, { force: true });
  await removeTree(slot.directory);
  await removeTree(slot.gitDirectory);
}

/** Removes worktrees that were not used for so many days, and those beyond the size of the pool. */
async function clean(pool: string, size: number, olderThanDays: number): Promise<number> {
  let bytes = 0;
  for (const number of await existingSlots(pool)) {
    const slot = slotAt(pool, number);
    const used = (await lastUse(slot)) ?? (await lstat(slot.directory)).mtime.toISOString();
    if (number < size && Date.now() - Date.parse(used) < olderThanDays * 86_400_000) continue;
    const lock = await takeLock(slot.lock, 'cleaning', 0);
    if (!('release' in lock)) continue;
    bytes += await diskUse(slot.directory);
    await removeSlot(slot);
    await lock.release();
  }
  return bytes;
}
