import { realpath } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { EngineError, faultOf } from '../domain/engine-error.ts';
import type { Fault } from '../domain/fault.ts';
import type { Landing, Staged } from '../domain/proposal.ts';
import type { Result } from '../domain/result.ts';
import type { Head, Repository, RepositoryReader } from '../engine/ports/repository.ts';
import { cleanAbandonedPools } from './abandoned-pools.ts';
import { baseWithPaths } from './base-with-paths.ts';
import { type Context, type RepositoryOptions, repositoryId } from './context.ts';
import { discover, pinned } from './discover.ts';
import { examineState } from './examine-state.ts';
import { findLanding } from './find-landing.ts';
import { isDiskFull } from './git-failure.ts';
import { hardenedGit } from './hardening.ts';
import { skippedHooks } from './hooks.ts';
import { land, resolveCommit } from './land.ts';
import { type LineOrigin, lineOrigin } from './line-origin.ts';
import { lineSurvival } from './line-survival.ts';
import { isAncestor } from './merge-trees.ts';
import { writeNote } from './notes.ts';
import { checkLandable } from './preflight.ts';
import { pruneStaged } from './prune-refs.ts';
import { type Remotes, remotesOf } from './push.ts';
import type { Recovery } from './recover.ts';
import { diffCommits, repositoryReader } from './repository-reader.ts';
import { headBranch } from './repository-state.ts';
import { reuseStaged } from './reuse-staged.ts';
import { rollback } from './rollback.ts';
import { mergeRunBranch, openRunBranch } from './run-branch.ts';
import { listSavePoints, restoreSavePoint } from './save-points.ts';
import { sourceTree } from './source-tree.ts';
import { restage, stage, stagePart, stageTexts } from './stage.ts';
import { type ExistingChange, stageBranch, stageIndex } from './stage-existing.ts';
import { alone } from './state-lock.ts';
import { undo } from './undo.ts';
import { openWorktreePool, type PooledWorktrees } from './worktree-pool.ts';

/** The repository with all that the room offers beyond the engine's port. */
export interface OpenRepository extends Repository {
  /** Stable name of this repository in the user's cache. */
  readonly id: string;
  readonly worktrees: PooledWorktrees;
  readonly reader: RepositoryReader;
  readonly remotes: Remotes;
  /** Where dependencies that checks need are kept, on the worktrees' own disk. Made when it is needed. */
  readonly preparedDirectory: string;
  /** A private commit of the staged change's base with these paths as the change has them. */
  baseWithPaths(staged: Staged, paths: readonly string[]): Promise<string>;
  /** What would keep a landing on this branch from succeeding now, apart from the files it touches; null for nothing. */
  checkLandable(branch: string): Promise<Fault | null>;
  /** What the index holds beyond HEAD, as a change to audit. Fails with `patch/changes-nothing`, `repository/busy`. */
  stagedInIndex(): Promise<Result<ExistingChange>>;
  /** What HEAD holds beyond where it left the commit or branch of that name. */
  sinceBase(name: string): Promise<Result<ExistingChange>>;
  /** Removes the check worktrees of repositories that are gone. Gives the bytes freed. */
  cleanAbandonedPools(): Promise<number>;
  /** Lets go of staged changes made more than so many days ago; gives how many. */
  pruneStaged(olderThanDays: number): Promise<number>;
  /** Where a line of a file comes from; `line` counts from 1 in `text`, the file as an editor has it. */
  lineOrigin(path: string, line: number, text: string): Promise<LineOrigin>;
  /** Share (0 to 1) of a landing's added lines that its branch had at that moment (ISO 8601); null where unknown. */
  lineSurvival(landing: Pick<Landing, 'commit' | 'branch'>, at: string, signal: AbortSignal): Promise<number | null>;
  /** Names of the commit hooks that are there and that a landing leaves out. */
  skippedHooks(): Promise<readonly string[]>;
  /** What of Countersign's own state does not fit the repository, one sentence each. */
  examineState(): Promise<readonly string[]>;
  /** As `recover`, with what became of each move as data. */
  recoverMoves(): Promise<readonly Recovery[]>;
}

/**
 * Opens the repository around a directory. Reads only. Throws `repository/none`, `repository/bare`,
 * `repository/unsafe`, `repository/unsupported`, and `git/missing` where git is absent or too old.
 */
export async function openRepository(directory: string, options: RepositoryOptions = {}): Promise<OpenRepository> {
  const variables = options.environment ?? process.env;
  const start = await realpath(resolve(directory)).catch(() => {
    throw new EngineError({ code: 'repository/none', directory });
  });
  const git = await hardenedGit(start, variables, options.program);
  const place = await discover(git);
  const context: Context = {
    ...place,
    git: pinned(git, place),
    stateDirectory: join(place.commonDirectory, 'countersign'),
    id: repositoryId(place.commonDirectory),
    options,
    listings: new Map(),
  };
  const cache = options.cacheDirectory ?? defaultCache(variables);
  const guard = <Value>(work: Promise<Value>) => orDiskFull(context, work);
  const recoverMoves = () => guard(recoverUnlessBusy(context));
  return {
    root: context.root,
    stateDirectory: context.stateDirectory,
    id: context.id,
    worktrees: openWorktreePool(context, cache),
    reader: repositoryReader(context),
    remotes: remotesOf(context),
    cleanAbandonedPools: () => cleanAbandonedPools(cache),
    preparedDirectory: join(cache, 'prepared', context.id),
    baseWithPaths: (staged, paths) => baseWithPaths(context, staged, paths),
    head: () => readHead(context),
    tree: (commit) => sourceTree(context, commit),
    stage: (request) => guard(stage(context, request)),
    stagedInIndex: async () => guard(stageIndex(context, (await readHead(context)).commit)),
    sinceBase: async (name) => guard(stageBranch(context, (await readHead(context)).commit, name)),
    annotate: (commit, text) => writeNote(context, commit, text),
    restage: (scope, staged, base) => guard(restage(context, scope, staged, base)),
    reuseStaged: (scope, staged) => guard(reuseStaged(context, scope, staged)),
    stagePart: (scope, staged, hunks) => guard(stagePart(context, scope, staged, hunks)),
    stageTexts: (scope, staged, texts) => guard(stageTexts(context, scope, staged, texts)),
    findLanding: (runId, phaseId, branch) => findLanding(context, runId, phaseId, branch),
    land: (request) => guard(land(context, request)),
    rollback: (landings, trailers) => guard(rollback(context, landings, trailers)),
    undo: (landings) => guard(undo(context, landings)),
    openRunBranch: (runId, commit) => guard(openRunBranch(context, runId, commit)),
    mergeRunBranch: (...asked) => guard(mergeRunBranch(context, ...asked)),
    holds: (tip, commit) => isAncestor(context, commit, tip),
    resolve: (ref) => resolveCommit(context, ref),
    diff: (from, to) => diffCommits(context, from, to),
    savePoints: () => listSavePoints(context),
    restoreSavePoint: (ref) => guard(restoreSavePoint(context, ref)),
    checkLandable: (branch) => checkLandable(context, branch),
    pruneStaged: (olderThanDays) => guard(pruneStaged(context, olderThanDays)),
    lineOrigin: (path, line, text) => lineOrigin(context, path, line, text),
    lineSurvival: (landing, at, signal) => lineSurvival(context, landing, at, signal),
    skippedHooks: () => skippedHooks(context),
    examineState: () => examineState(context),
    recoverMoves,
    recover: async () => (await recoverMoves()).map(({ message }) => message),
  };
}

/** Whoever is moving a branch just now has recovered before it began: there is nothing to wait for. */
async function recoverUnlessBusy(context: Context): Promise<readonly Recovery[]> {
  try {
    return await alone(context, async (recoveries) => recoveries);
  } catch (error) {
    if (faultOf(error).code === 'repository/locked') return [];
    throw error;
  }
}

/** A full disk is named, wherever it was met. */
async function orDiskFull<Value>(context: Context, work: Promise<Value>): Promise<Value> {
  try {
    return await work;
  } catch (error) {
    if (!isDiskFull(error)) throw error;
    throw new EngineError({ code: 'environment/disk-full', path: context.root }, error);
  }
}

async function readHead(context: Context): Promise<Head> {
  const [commit, branch] = await Promise.all([resolveCommit(context, 'HEAD'), headBranch(context)]);
  if (!commit) throw new EngineError({ code: 'repository/no-commit', directory: context.root });
  return { commit, branch };
}

function defaultCache(variables: NodeJS.ProcessEnv): string {
  const cache = variables.XDG_CACHE_HOME;
  return join(cache?.startsWith('/') ? cache : join(variables.HOME || homedir(), '.cache'), 'countersign');
}
