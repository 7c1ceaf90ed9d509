import { lstat, realpath, rmdir } from 'node:fs/promises';
import path from 'node:path';
import type { CheckResult } from '../domain/checks.ts';
import type { Config } from '../domain/config.ts';
import { EngineError } from '../domain/engine-error.ts';
import type { CheckProgress } from '../engine/ports/checks.ts';
import { copyTree, isDependencyFolder, placeWithin } from './dependency-folders.ts';
import { lockKey } from './lock-files.ts';
import { findPrepared, keepPrepared, listPaths, newPaths } from './prepared-store.ts';
import { runStep } from './run-step.ts';
import type { Scratch } from './scratch.ts';
import type { VisibleFolder } from './toolchain.ts';
import type { Workplaces } from './workplace.ts';

/** Seconds that one command of `checks.setup` may take. */
const setupTimeout = 1800;

export interface PreparationOptions {
  readonly repositoryRoot: string;
  readonly checks: Config['checks'];
  /** Where prepared dependencies are kept, beside the worktrees. */
  readonly store: string;
  readonly workplaces: Workplaces;
}

/** A tree that is to be prepared in a worktree that has nothing but the tree's own files. */
export interface Site {
  readonly worktree: string;
  readonly scratch: Scratch;
  readonly sandbox: string | null;
  readonly progress: CheckProgress;
  readonly signal: AbortSignal;
}

/** The name under which a site's dependencies are kept. `own` sets them apart from every other tree's. */
export async function preparationKey(
  options: PreparationOptions,
  worktree: string,
  own: string | null,
): Promise<string> {
  const { setup, share } = options.checks;
  const settings = [process.platform, process.arch, ...setup, '', ...share];
  return `${own ?? 'locked'}-${await lockKey(worktree, settings)}`;
}

/**
 * Runs `checks.setup` on the shared folders' copies and keeps what came of it under the key. Returns the command that
 * failed, or null.
 */
export async function runSetup(
  options: PreparationOptions,
  site: Site,
  key: string,
  network: boolean,
): Promise<CheckResult | null> {
  const { worktree, scratch, sandbox, progress, signal } = site;
  const before = await listPaths(worktree);
  for (const shared of await sharedFolders(options, worktree)) await copyTree(shared.source, shared.at, signal);
  await copyListed(options, worktree, signal);
  const place = await options.workplaces.at({ directory: worktree, scratch, network, linked: [] }, sandbox);
  for (const command of options.checks.setup) {
    await progress.onStart(command);
    const step = { run: command, timeout: setupTimeout, shell: false, flaky: false };
    const result = await runStep(step, place, signal);
    await progress.onEnd(result);
    if (result.outcome !== 'passed') return result;
  }
  const listed = new Set(options.checks.copy.map((file) => path.normalize(file)));
  const made = (await newPaths(worktree, before)).filter((name) => !listed.has(name));
  await keepPrepared(options.store, key, worktree, made, signal);
  return null;
}

/**
 * Puts dependencies and listed files into a worktree. In a sandbox dependencies are shown read-only, which costs
 * nothing; without one they are copied, because a link would let a patch's program change what it points to. Throws
 * `check/not-startable` where the configuration names what is not there.
 */
export async function furnish(
  options: PreparationOptions,
  site: Site,
  key: string | null,
): Promise<readonly VisibleFolder[]> {
  const { worktree, sandbox, signal } = site;
  const linked: VisibleFolder[] = [];
  for (const folder of await wantedFolders(options, worktree, key)) {
    if (sandbox && isDependencyFolder(folder.at) && (await lstat(folder.source)).isDirectory()) linked.push(folder);
    else await copyTree(folder.source, folder.at, signal);
  }
  await copyListed(options, worktree, signal);
  return linked;
}

/** Takes away the empty folders that dependencies were shown on. */
export async function clearAway(linked: readonly VisibleFolder[]): Promise<void> {
  for (const folder of linked) await rmdir(folder.at).catch(() => undefined);
}

async function wantedFolders(
  options: PreparationOptions,
  worktree: string,
  key: string | null,
): Promise<readonly VisibleFolder[]> {
  if (key === null) return sharedFolders(options, worktree);
  const prepared = await findPrepared(options.store, key);
  if (!prepared) throw new EngineError({ code: 'internal/defect', detail: `Prepared dependencies ${key} are gone.` });
  const folders: VisibleFolder[] = [];
  for (const relative of prepared.paths) {
    const at = await placeWithin(worktree, relative);
    if (at && !(await exists(at))) folders.push({ source: path.join(prepared.directory, relative), at });
  }
  return folders;
}

/** `checks.share`, as far as the tree does not have them itself. */
async function sharedFolders(options: PreparationOptions, worktree: string): Promise<readonly VisibleFolder[]> {
  const { checks, repositoryRoot } = options;
  const folders: VisibleFolder[] = [];
  for (const relative of checks.share) {
    const at = await placeWithin(worktree, relative);
    if (!at) throw notThere(`checks.share: ${relative}`, 'It is no path within the repository.');
    if (await exists(at)) continue;
    const source = await realpath(path.join(repositoryRoot, relative)).catch(() => null);
    if (source) folders.push({ source, at });
    else if (checks.setup.length === 0) {
      throw notThere(
        `checks.share: ${relative}`,
        'It is not in the working tree: install there, or use `checks.setup`.',
      );
    }
  }
  return folders;
}

async function copyListed(options: PreparationOptions, worktree: string, signal: AbortSignal): Promise<void> {
  for (const relative of options.checks.copy) {
    const at = await placeWithin(worktree, relative);
    const source = await placeWithin(options.repositoryRoot, relative);
    const found = source === null ? null : await lstat(source).catch(() => null);
    if (!at || !found?.isFile()) throw notThere(`checks.copy: ${relative}`, 'It is no file of the working tree.');
    if (!(await exists(at))) await copyTree(source as string, at, signal);
  }
}

async function exists(file: string): Promise<boolean> {
  return (await lstat(file).catch(() => null)) !== null;
}

function notThere(command: string, detail: string): EngineError {
  return new EngineError({ code: 'check/not-startable', command, detail });
}
