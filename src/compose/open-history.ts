/** Past runs, for looking at: of an open workspace, or of a folder in which nothing may run. */
import { constants } from 'node:fs';
import { copyFile, lstat, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Workspace } from '../compose.ts';
import { EngineError } from '../domain/engine-error.ts';
import type { PhaseRecord, RunRecord } from '../domain/run.ts';
import { openLedger } from '../ledger/open-ledger.ts';
import { type LedgerReader, openReader } from '../ledger/reader.ts';

export interface History {
  readonly reader: LedgerReader;
  /** Most that a day and a month may cost, as configured; null where the configuration is not read. */
  readonly caps: { readonly dayUsd: number; readonly monthUsd: number | null } | null;
  /** Phases of a run that wait for a signature and can be given it here. */
  signable(run: RunRecord): readonly PhaseRecord[];
}

/** A history of its own. Close it to let go of its store. */
export interface OpenHistory extends History {
  close(): Promise<void>;
}

const storeName = 'ledger.sqlite';
/** A larger store is not copied only to be looked at. */
const mostBytes = 1024 * 1024 * 1024;
const mostTries = 3;
const copyName = 'countersign-history-';

export function historyOf({ reader, signable, config }: Workspace): History {
  const { perDayUsd, perMonthUsd } = config.config.budget;
  return { reader, signable, caps: { dayUsd: perDayUsd, monthUsd: perMonthUsd } };
}

/**
 * The history of a folder that is not trusted. Git is not run, and nothing in the folder is opened for writing: the
 * store is copied and the copy examined as any store that arrives with a repository. Only a plain `.git` directory is
 * looked into, never through a link. Throws `repository/none` where there is no history to be found this way.
 */
export async function openHistory(directory: string): Promise<OpenHistory> {
  const state = await plainState(directory);
  await removeLeftCopies();
  const copy = await mkdtemp(path.join(os.tmpdir(), `${copyName}${process.pid}-`));
  const remove = () => rm(copy, { recursive: true, force: true, maxRetries: 3 });
  try {
    await copyStore(state, copy);
    const ledger = openLedger(copy);
    const reader = openReader({ stateDirectory: copy, userStateDirectory: null });
    return {
      reader,
      caps: null,
      signable: () => [],
      async close() {
        await reader.close();
        ledger.close();
        await remove();
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** A killed editor leaves its copy behind, and that holds prompts: the next one removes it. */
async function removeLeftCopies(): Promise<void> {
  const names = await readdir(os.tmpdir()).catch(() => []);
  for (const name of names.filter((found) => found.startsWith(copyName))) {
    const pid = Number.parseInt(name.slice(copyName.length), 10);
    if (!(pid > 0) || isAlive(pid)) continue;
    // Another user's is theirs to remove.
    await rm(path.join(os.tmpdir(), name), { recursive: true, force: true }).catch(() => {});
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/** `.git/countersign`, where every step on the way there is a directory of its own. */
async function plainState(directory: string): Promise<string> {
  const git = path.join(directory, '.git');
  const state = path.join(git, 'countersign');
  const isPlain =
    (await kindOf(git)) === 'directory' &&
    (await kindOf(state)) === 'directory' &&
    // The state of a linked working tree lies with another repository.
    (await kindOf(path.join(git, 'commondir'))) === null;
  if (!isPlain) throw new EngineError({ code: 'repository/none', directory });
  return state;
}

async function kindOf(file: string): Promise<'directory' | 'file' | 'other' | null> {
  const found = await lstat(file).catch(() => null);
  if (!found) return null;
  if (found.isDirectory()) return 'directory';
  return found.isFile() ? 'file' : 'other';
}

/** The store with what was not yet written back to it. Another process may be writing: then it is copied again. */
async function copyStore(state: string, to: string): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    const before = await stampOf(state);
    for (const name of before.names) {
      await copyFile(path.join(state, name), path.join(to, name), constants.COPYFILE_FICLONE);
    }
    const after = await stampOf(state);
    if (before.stamp === after.stamp) break;
    if (tries === mostTries) throw new EngineError({ code: 'repository/locked', lock: state, holder: null });
    for (const name of before.names) await rm(path.join(to, name), { force: true });
  }
  const blobs = path.join(state, 'blobs');
  // Each is believed only where its content has the name that it was asked for by.
  if ((await kindOf(blobs)) === 'directory') await symlink(blobs, path.join(to, 'blobs'), 'junction');
}

async function stampOf(state: string): Promise<{ readonly names: readonly string[]; readonly stamp: string }> {
  const names: string[] = [];
  const stamps: string[] = [];
  for (const name of [storeName, `${storeName}-wal`]) {
    const found = await lstat(path.join(state, name)).catch(() => null);
    if (!found) continue;
    if (!found.isFile() || found.size > mostBytes) throw new EngineError({ code: 'repository/none', directory: state });
    names.push(name);
    stamps.push(`${name} ${found.size} ${found.mtimeMs}`);
  }
  if (names[0] !== storeName) throw new EngineError({ code: 'repository/none', directory: state });
  return { names, stamp: stamps.join('\n') };
}
