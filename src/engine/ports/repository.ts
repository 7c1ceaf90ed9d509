/** The repository: reading, staging, landing, going back. See `run.ts` for what every port keeps to. */
import type { Fault } from '../../domain/fault.ts';
import type { Landing, Staged } from '../../domain/proposal.ts';
import type { Result } from '../../domain/result.ts';
import type { BranchReturn, SavePoint } from '../../domain/save-point.ts';
import type { PhaseSpec } from '../../domain/spec.ts';
import type { AttemptScope } from './run.ts';

export interface Head {
  readonly commit: string;
  /** Full ref name, or null where HEAD is detached. */
  readonly branch: string | null;
}

/** The files of one commit. Nothing here reads the working tree. */
export interface SourceTree {
  readonly commit: string;
  /** Every regular file, sorted. */
  paths(): Promise<readonly string[]>;
  /** UTF-8 text of each; a missing, binary or over-large file is absent from the map. */
  read(paths: readonly string[]): Promise<ReadonlyMap<string, string>>;
}

/** A regular file of a commit, with the name that git has for its content. */
export interface SourceFile {
  readonly path: string;
  readonly object: string;
}

export interface PastCommit {
  readonly commit: string;
  readonly message: string;
  /** What it touched, as the paths were then. */
  readonly paths: readonly string[];
}

/** What a survey of the repository reads: commits and contents, never the working tree. */
export interface RepositoryReader {
  /** Every regular file of a commit, sorted by path. */
  files(commit: string): Promise<readonly SourceFile[]>;
  /** Contents by their names; those over the limit (bytes) are absent. */
  contents(objects: readonly string[], limit: number): Promise<ReadonlyMap<string, Buffer>>;
  /** Names of the last commits up to this one, newest first, without merges. */
  commits(commit: string, most: number): Promise<readonly string[]>;
  /** These commits with their messages and paths; one that is not there is absent. */
  pastCommits(commits: readonly string[]): Promise<readonly PastCommit[]>;
  /** One line each: commit, date, author, subject; of one path where it is given. */
  log(commit: string, path: string | null, most: number): Promise<string>;
  /** Lines `from` to `to` (from 1) with the commit, author and date that each is from. */
  blame(commit: string, path: string, from: number, to: number): Promise<string>;
  /** The message of a commit and what it changed in these paths. Null where `base` does not come from it. */
  show(base: string, commit: string, paths: readonly string[]): Promise<string | null>;
}

export interface StageRequest {
  readonly scope: AttemptScope;
  readonly spec: PhaseSpec;
  /** Any envelope the patch engine reads. */
  readonly reply: string;
  readonly base: string;
}

export interface LandRequest {
  readonly scope: AttemptScope;
  readonly staged: Staged;
  /** Full ref to move, `refs/heads/…`. */
  readonly branch: string;
  readonly message: string;
  /** Stand as trailers at the end of the message, in this order. */
  readonly trailers: readonly (readonly [name: string, value: string])[];
}

/** One repository and its private refs under `refs/countersign/`. */
export interface Repository {
  /** Top of the working tree. */
  readonly root: string;
  /** `<git common dir>/countersign`, where all state lives. */
  readonly stateDirectory: string;
  /** Throws `repository/no-commit`. */
  head(): Promise<Head>;
  tree(commit: string): SourceTree;
  /** What would keep a landing on this branch from succeeding now, whatever it touches; null for nothing. */
  checkLandable(branch: string): Promise<Fault | null>;
  /** Reads, places and checks a reply and makes a private commit. Never touches the user's files, index or refs. */
  stage(request: StageRequest): Promise<Result<Staged>>;
  /** Puts an audited patch on another base, because the branch moved. */
  restage(scope: AttemptScope, staged: Staged, base: string): Promise<Result<Staged>>;
  /**
   * The commit that the same attempt made earlier of the very same change on the same base; the new one is let go of.
   * Where there is none, the new one.
   */
  reuseStaged(scope: AttemptScope, staged: Staged): Promise<Staged>;
  /** Stages only these hunks of a staged patch (numbered from 1 within their file) on the same base. */
  stagePart(
    scope: AttemptScope,
    staged: Staged,
    hunks: ReadonlyMap<string, readonly number[]>,
  ): Promise<Result<Staged>>;
  /**
   * Stages a change with a person's texts for some of its files, on the same base; null leaves a file's change out.
   * Every rule for patches holds. Fails with `arguments/invalid` for a file that the change does not touch.
   */
  stageTexts(scope: AttemptScope, staged: Staged, texts: ReadonlyMap<string, string | null>): Promise<Result<Staged>>;
  /**
   * Moves the branch to a commit with the staged tree. Fails with `repository/moved` where the branch is no longer at
   * `staged.base`, with `repository/dirty-path`, `path-exists`, `busy` or `locked` where the user is in the way.
   */
  land(request: LandRequest): Promise<Result<Landing>>;
  /** Writes the note of a commit under `refs/notes/countersign`. */
  annotate(commit: string, text: string): Promise<void>;
  /** The commit on a branch that carries the trailers of this run and phase, or null. */
  findLanding(runId: string, phaseId: string, branch: string): Promise<Landing | null>;
  /** Lands the reverse of these commits, newest first, as revert commits; all of them or none. */
  rollback(
    landings: readonly Landing[],
    trailers: readonly (readonly [string, string])[],
  ): Promise<Result<readonly string[]>>;
  /**
   * Takes these landings off their branch as if they had not been. Fails with `rollback/built-upon` where they are not
   * the branch's last commits, with `rollback/not-on-branch` where it no longer has them.
   */
  undo(landings: readonly Landing[]): Promise<Result<BranchReturn>>;
  /** Newest first. */
  savePoints(): Promise<readonly SavePoint[]>;
  /** Brings a save point's branch to it. Fails with `rollback/no-save-point`, `no-branch` or `already-there`. */
  restoreSavePoint(ref: string): Promise<Result<BranchReturn>>;
  /** Makes `refs/heads/countersign/RUN` at the commit unless it is there; returns its full name. */
  openRunBranch(runId: string, commit: string): Promise<string>;
  /** Whether a commit is part of what another one rests on, or that one itself. */
  holds(tip: string, commit: string): Promise<boolean>;
  /** Commit that a full ref points to, or null. */
  resolve(ref: string): Promise<string | null>;
  /** Brings a finished run branch into the branch it left from: fast-forward, else one merge commit with this text. */
  mergeRunBranch(runId: string, into: string, text?: string): Promise<Result<string>>;
  /** What changed from one commit to another, as a git patch. */
  diff(from: string, to: string): Promise<string>;
  /** Finishes or undoes what a killed process left half done; says what it did, one sentence each. */
  recover(): Promise<readonly string[]>;
}
