import { lstat, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { EngineError } from '../domain/engine-error.ts';
import type { Worktree, WorktreePool } from '../engine/ports.ts';
import type { Context } from './context.ts';
import { type Git, gitFields, gitText, runGit } from './exec.ts';
import { ensurePoolRepository, layOutSlot, type Slot, slotAt, slotGit } from './pool-repository.ts';
import { type HeldLock, takeLock } from './process-lock.ts';
import { diskUse, removeTree } from './remove-tree.ts';

const recordSchema = z.object({
  used: z.string(),
  /** What a finished setup made here: its key, and the paths that stay between uses. */
  setup: z.object({ key: z.string(), paths: z.array(z.string()) }).nullable(),
});
type SlotRecord = z.infer<typeof recordSchema>;

/** A leased worktree. It holds the commit's files and what setup made, and nothing else. */
export interface PooledWorktree extends Worktree {
  readonly commit: string;
  /** Key of the setup whose products are here, or null. */
  readonly setupKey: string | null;
  /** Everything that is here now and not of the commit came from a setup with this key: it stays between uses. */
  remember(key: string): Promise<readonly string[]>;
  /** Removes what an earlier setup made. */
  forget(): Promise<void>;
}

export interface PoolUse {
  readonly directory: string;
  readonly worktrees: number;
  readonly bytes: number;
}

/** The check worktrees of one repository: few, made once, moved from commit to commit by difference. */
export interface PooledWorktrees extends WorktreePool {
  /** Waits where all are in use. Throws `interrupted`, and git's faults. */
  lease(commit: string, signal: AbortSignal): Promise<PooledWorktree>;
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
      bytes: await diskUse(pool),
    }),
    clean: (olderThanDays) => clean(pool, olderThanDays),
  };
}

/** Removes the pools in a cache whose repositories are gone. Gives the bytes freed. */
export async function cleanAbandonedPools(cacheDirectory: string): Promise<number> {
  let bytes = 0;
  for (const name of await readdir(cacheDirectory).catch(() => [])) {
    const pool = join(cacheDirectory, name);
    const origin = await readFile(join(pool, 'repository.json'), 'utf8').catch(() => null);
    if (origin === null) continue;
    const { commonDirectory } = z.object({ commonDirectory: z.string() }).parse(JSON.parse(origin));
    if (await lstat(commonDirectory).catch(() => null)) continue;
    bytes += await diskUse(pool);
    await removeTree(pool);
  }
  return bytes;
}

async function lease(
  context: Context,
  pool: string,
  size: number,
  commit: string,
  signal: AbortSignal,
): Promise<PooledWorktree> {
  signal.throwIfAborted();
  await ensurePoolRepository(context, pool);
  await clean(pool, reclaimDays);
  const { slot, lock } = await takeSlot(context, pool, size, signal);
  try {
    const git = await slotGit(context, pool, slot);
    let record = await moveSlot(context, git, slot, commit, signal);
    const save = async (setup: SlotRecord['setup']) => {
      record = { used: new Date().toISOString(), setup };
      await writeFile(slot.record, JSON.stringify(record));
    };
    return {
      directory: slot.directory,
      commit,
      get setupKey() {
        return record.setup?.key ?? null;
      },
      async remember(key) {
        const paths = await strangers(git);
        await save({ key, paths });
        return paths;
      },
      async forget() {
        await save(null);
        await removeStrangers(git, slot, []);
      },
      release: async () => {
        await save(record.setup);
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
async function moveSlot(
  context: Context,
  git: Git,
  slot: Slot,
  commit: string,
  signal: AbortSignal,
): Promise<SlotRecord> {
  const record = await readRecord(slot);
  try {
    return await bringTo(context, git, slot, commit, record, signal);
  } catch (error) {
    if (!(error instanceof EngineError) || error.fault.code !== 'git/failed' || !record) throw error;
    await removeSlot(slot);
    return bringTo(context, git, slot, commit, null, signal);
  }
}

async function bringTo(
  context: Context,
  git: Git,
  slot: Slot,
  commit: string,
  record: SlotRecord | null,
  signal: AbortSignal,
): Promise<SlotRecord> {
  if (!record) await removeSlot(slot);
  // Only this process uses the slot: a lock that is left here is a killed one's.
  await rm(join(slot.gitDirectory, 'index.lock'), { force: true });
  await layOutSlot(slot, commit);
  await runGit(git, ['read-tree', '--reset', '-u', commit], { signal });
  await removeStrangers(git, slot, record?.setup?.paths ?? []);
  const [tree, wanted] = await Promise.all([
    gitText(git, ['write-tree'], { signal }),
    gitText(context.git, ['rev-parse', '--verify', `${commit}^{tree}`]),
  ]);
  if (tree !== wanted)
    throw new EngineError({ code: 'internal/defect', detail: `a worktree has ${tree}, not ${wanted}` });
  const now = { used: new Date().toISOString(), setup: record?.setup ?? null };
  await writeFile(slot.record, JSON.stringify(now));
  return now;
}

/** Paths that are not of the commit, ignored ones too. A folder with nothing tracked in it is one path. */
async function strangers(git: Git): Promise<string[]> {
  const found = await gitFields(git, ['ls-files', '-z', '--others', '--directory']);
  return found.map((path) => path.replace(/\/$/, '')).filter((path) => path !== '.git');
}

async function removeStrangers(git: Git, slot: Slot, keep: readonly string[]): Promise<void> {
  const kept = new Set(keep);
  for (const path of await strangers(git)) await removeExcept(slot.directory, path, kept);
  const submodules = await gitFields(git, ['ls-files', '-z', '--stage', '--', '.gitmodules']);
  if (submodules.length === 0) return;
  for (const entry of await gitFields(git, ['ls-files', '-z', '--stage'])) {
    if (!entry.startsWith('160000 ')) continue;
    const folder = join(slot.directory, entry.slice(entry.indexOf('\t') + 1));
    await removeTree(folder);
    await mkdir(folder, { recursive: true });
  }
}

async function removeExcept(root: string, path: string, kept: ReadonlySet<string>): Promise<void> {
  if (kept.has(path)) return;
  if (![...kept].some((each) => each.startsWith(`${path}/`))) return removeTree(join(root, path));
  for (const name of await readdir(join(root, path)).catch(() => [])) await removeExcept(root, `${path}/${name}`, kept);
}

async function readRecord(slot: Slot): Promise<SlotRecord | null> {
  const text = await readFile(slot.record, 'utf8').catch(() => null);
  const parsed = text === null ? null : recordSchema.safeParse(parseJson(text));
  return parsed?.success ? parsed.data : null;
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

async function clean(pool: string, olderThanDays: number): Promise<number> {
  let bytes = 0;
  for (const number of await existingSlots(pool)) {
    const slot = slotAt(pool, number);
    const used = (await readRecord(slot))?.used ?? (await lstat(slot.directory)).mtime.toISOString();
    if (Date.now() - Date.parse(used) < olderThanDays * 86_400_000) continue;
    const lock = await takeLock(slot.lock, 'cleaning', 0);
    if (!('release' in lock)) continue;
    bytes += await diskUse(slot.directory);
    await removeSlot(slot);
    await lock.release();
  }
  return bytes;
}
