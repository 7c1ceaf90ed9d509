import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Fault } from '../domain/fault.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import { buildMove, refreshIndex } from './build-move.ts';
import { type Context, failpoint, newId } from './context.ts';
import { hashOfFile } from './durable-file.ts';
import { runGit } from './exec.ts';
import { finishMove, undoMove } from './finish-move.ts';
import { hasCode, isDiskFull } from './git-failure.ts';
import { lockIndex } from './index-lock.ts';
import { type Intent, type Journal, openJournal, writeLocks } from './move-journal.ts';
import { identityOf, startOf } from './process-lock.ts';
import { capturedAsPlanned, putFiles } from './put-files.ts';
import { type PreparedRefs, prepareRefs, type RefMove } from './ref-transaction.ts';
import { obstacleOnBranch, placeOfBranch } from './repository-state.ts';
import { workingGit } from './working-git.ts';

/** A branch goes from one commit to another, and with it the working tree and index where it is checked out. */
export interface BranchMove {
  readonly kind: Intent['kind'];
  readonly branch: string;
  readonly from: string;
  readonly to: string;
  /** Private refs made in the same transaction, with the commits they keep. */
  readonly kept: readonly { readonly ref: string; readonly to: string }[];
  /** For the reflog. */
  readonly reason: string;
}

const defaultWaitSeconds = 5;

/**
 * Moves a branch, all of it or nothing. The caller holds the repository's own lock. Under git's locks on index, HEAD and
 * branch everything is checked and built first; files are then swapped one by one, each taken aside before the new one
 * is put in its place; the ref transaction is the point of no return; the index follows. A journal written before
 * each of these lets `recover` bring a killed move to its beginning or its end.
 */
export async function moveBranch(context: Context, move: BranchMove): Promise<Result<void>> {
  const place = await placeOfBranch(context, move.branch);
  if (place.at === 'elsewhere') {
    const detail = `\`${move.branch}\` is checked out in ${place.directory}; land from there.`;
    return fail({ code: 'repository/unsupported', detail });
  }
  const obstacle = await obstacleOnBranch(context, move.branch);
  if (obstacle) return fail(obstacle);
  return place.at === 'here' ? moveCheckedOut(context, move) : moveRefOnly(context, move);
}

async function moveRefOnly(context: Context, move: BranchMove): Promise<Result<void>> {
  await failpoint(context, `${move.kind}/before-refs`);
  const prepared = await prepareRefs(context.git, refMoves(move), move.reason, waitSeconds(context));
  if (!prepared.ok) return prepared;
  // A switch to this branch may have come in between; from here on none can.
  const place = await placeOfBranch(context, move.branch);
  if (place.at !== 'nowhere') {
    await prepared.value.abort();
    return fail({ code: 'repository/moved', branch: move.branch });
  }
  await prepared.value.commit();
  await failpoint(context, `${move.kind}/refs-moved`);
  return ok(undefined);
}

async function moveCheckedOut(context: Context, move: BranchMove): Promise<Result<void>> {
  if ((await hashOfFile(join(context.gitDirectory, 'index'))) === null) {
    return fail({ code: 'repository/unsupported', detail: 'The working tree has no index: nothing is checked out.' });
  }
  const step = (name: string) => failpoint(context, `${move.kind}/${name}`);
  await step('start');
  let journal = await openJournal(context, intentOf(context, move));
  let refs: PreparedRefs | null = null;
  let committing = false;
  try {
    await step('intent-written');
    const locked = await lockIndex(journal, waitSeconds(context));
    if (!locked.ok) return await giveUp(context, journal, null, locked.fault);
    await step('index-locked');
    const prepared = await prepareRefs(context.git, refMoves(move), move.reason, waitSeconds(context));
    if (!prepared.ok) return await giveUp(context, journal, null, prepared.fault);
    refs = prepared.value;
    await step('refs-locked');
    journal = await writeLocks(journal, await describeLocks(context, refs, move));
    await step('locks-written');
    const git = await workingGit(context);
    const built = await buildMove(context, git, journal);
    if (!built.ok) return await giveUp(context, journal, refs, built.fault);
    journal = built.value;
    await step('plan-written');
    const unsaved = unsavedAmong(journal, context.options.unsavedPaths?.() ?? []);
    if (unsaved.length > 0) {
      return await giveUp(context, journal, refs, { code: 'repository/dirty-path', paths: unsaved });
    }
    const put = await putFiles(context, journal);
    if (!put.ok) return await giveUp(context, journal, refs, put.fault);
    await step('files-put');
    await refreshIndex(git, journal);
    await step('index-built');
    const late = await capturedAsPlanned(journal);
    if (late.length > 0) {
      return await giveUp(context, journal, refs, { code: 'repository/dirty-path', paths: [...late] });
    }
    committing = true;
    await refs.commit();
    await step('refs-moved');
    await finishMove(context, journal);
    return ok(undefined);
  } catch (error) {
    return committing ? settle(context, journal, error) : giveUp(context, journal, refs, null, error);
  }
}

function intentOf(context: Context, move: BranchMove): Intent {
  return {
    version: 1,
    id: newId(),
    kind: move.kind,
    branch: move.branch,
    from: move.from,
    to: move.to,
    kept: move.kept.map(({ ref, to }) => ({ ref, from: null, to })),
    root: context.root,
    gitDirectory: context.gitDirectory,
  };
}

function refMoves(move: BranchMove): readonly RefMove[] {
  const kept = move.kept.map(({ ref, to }) => ({ ref, from: null, to }));
  return [{ ref: move.branch, from: move.from, to: move.to }, ...kept];
}

function waitSeconds(context: Context): number {
  return context.options.waitSeconds ?? defaultWaitSeconds;
}

/** The lock files of this transaction as they are on disk, so that nobody else's is ever taken for them. */
async function describeLocks(context: Context, refs: PreparedRefs, move: BranchMove) {
  const files: Record<string, string> = {};
  const paths = [
    join(context.gitDirectory, 'HEAD.lock'),
    ...refMoves(move).map(({ ref }) => join(context.commonDirectory, `${ref}.lock`)),
  ];
  for (const path of paths) {
    const found = await lstat(path, { bigint: true }).catch(() => null);
    if (found) files[path] = identityOf(found);
  }
  return { pid: refs.pid, started: await startOf(refs.pid), files };
}

function unsavedAmong(journal: Journal, unsaved: readonly string[]): string[] {
  const touched = new Set(journal.plan?.files.map(({ path }) => path));
  return unsaved.filter((path) => touched.has(path)).sort();
}

/** Takes everything back, and reports the fault or the error that made it necessary. */
async function giveUp(
  context: Context,
  journal: Journal,
  refs: PreparedRefs | null,
  fault: Fault | null,
  error?: unknown,
): Promise<Result<void>> {
  await undoMove(context, journal, async () => refs?.abort());
  if (fault) return fail(fault);
  if (hasCode(error, 'EXDEV')) {
    const detail = 'Part of the working tree is a mount of its own; files cannot be swapped across it.';
    return fail({ code: 'repository/unsupported', detail });
  }
  if (isDiskFull(error)) return fail({ code: 'environment/disk-full', path: context.root });
  throw error;
}

/** The transaction was told to commit and something failed: the branch itself says how far it came. */
async function settle(context: Context, journal: Journal, error: unknown): Promise<Result<void>> {
  const { branch, to } = journal.intent;
  const { output } = await runGit(context.git, ['rev-parse', '--verify', '--quiet', branch], { accept: [1] });
  if (output.toString().trim() !== to) return giveUp(context, journal, null, null, error);
  await finishMove(context, journal);
  return ok(undefined);
}
