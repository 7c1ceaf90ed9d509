/**
 * What the engine needs from the other rooms. Every port may throw an `EngineError` where the phase must stop
 * (environment, budget, interruption) and returns a `Result` where the next attempt can learn from the failure.
 * An aborted signal makes any of them throw `interrupted`; nothing is left half done.
 */
import type { Audit, Scan } from '../domain/audit.ts';
import type { CheckReport } from '../domain/checks.ts';
import type { Role } from '../domain/config.ts';
import type { EngineEvent, EventDraft } from '../domain/event.ts';
import type { BudgetLevel, Fault } from '../domain/fault.ts';
import type { Cost, Tokens } from '../domain/money.ts';
import type { Landing, Proposal, Staged } from '../domain/proposal.ts';
import type { Result } from '../domain/result.ts';
import type { PhaseRecord, RunRecord } from '../domain/run.ts';
import type { PhaseSpec, ReplyFormat } from '../domain/spec.ts';
import type { Because } from '../domain/verdict.ts';

/** Which attempt a call, a check or an event belongs to. */
export interface AttemptScope {
  readonly runId: string;
  readonly tierId: string | null;
  readonly phaseId: string;
  /** From 1. */
  readonly attempt: number;
}

/** Stamps an event with id, time and run, keeps it, then tells the listeners. Resolves once it is kept. */
export type Emit = (event: EventDraft) => Promise<void>;

/** What the store knows of runs, as of the last event it kept. */
export interface RunStore {
  /** `last`, a run's id, or the beginning of one that no other run shares; null where there is none. */
  run(selector: string): RunRecord | null;
  phase(runId: string, phaseId: string): PhaseRecord | null;
}

/** Keeps an event. Awaited before any listener hears of it; a throw stops the run. */
export interface Recorder {
  record(event: EngineEvent): Promise<void>;
}

// ---------------------------------------------------------------- models

export interface ChatMessage {
  readonly role: 'user' | 'assistant';
  readonly text: string;
}

export interface ChatRequest {
  readonly scope: AttemptScope;
  readonly role: Role;
  /** Which of the role's components asks, such as `correctness`; null where the role has but one. */
  readonly component: string | null;
  /** Stable part first, for the provider's prompt cache. The line `Countersign role: …` is put before it on the wire. */
  readonly system: string;
  /** Ends with a user message, to which the line `Phase ID, attempt N` is added on the wire. */
  readonly messages: readonly ChatMessage[];
  /** Most output tokens wanted; the budget may lower it. */
  readonly outputLimit: number;
  /** Ask for one JSON object of this JSON Schema, strictly where the server can. */
  readonly schema: { readonly name: string; readonly schema: Readonly<Record<string, unknown>> } | null;
  readonly temperature?: number;
  /** Text as it arrives, for progress only. */
  readonly onText?: (delta: string) => void;
}

/** A whole, finished reply. Cut off, filtered and refused replies are thrown as faults and never returned. */
export interface ChatReply {
  readonly text: string;
  /** As the provider reported it; null where it reported nothing usable. */
  readonly tokens: Tokens | null;
  /** What the provider says it charged, where it says so. */
  readonly billedMicros: number | null;
  /** Model name as the provider reported it. */
  readonly servedBy: string | null;
}

/** One model behind whatever wire. Throws `model/*` faults, `budget/*` once it is metered, and `interrupted`. */
export interface ChatModel {
  /** `PROVIDER/MODEL`. */
  readonly id: string;
  /** True where replies come from a cassette. */
  readonly recorded: boolean;
  /** Which reply format suits it by its family. */
  readonly format: ReplyFormat;
  complete(request: ChatRequest, signal: AbortSignal): Promise<ChatReply>;
}

/** Gives the metered, retried and recorded model for a role. Throws `model/not-configured`. */
export interface Models {
  for(role: Role, override?: string): ChatModel;
}

// ---------------------------------------------------------------- money

/** A cap at one level; null means none. */
export interface Cap {
  readonly micros: number | null;
  readonly tokens: number | null;
}

/** What a call may cost at worst: `micros` is null where the price is unknown. */
export interface WorstCase {
  readonly tokens: number;
  readonly micros: number | null;
}

export interface BudgetWarning {
  readonly level: BudgetLevel;
  /** 75 or 90: the mark that was just passed. */
  readonly percent: number;
  readonly spentMicros: number;
  readonly capMicros: number | null;
  readonly spentTokens: number;
  readonly capTokens: number | null;
}

/** What is left at the tightest level for one phase; null where nothing caps it. */
export interface Headroom {
  readonly micros: number | null;
  readonly tokens: number | null;
}

/**
 * The hard caps, shared by every process on this repository. A reservation is one atomic statement: either the worst
 * case fits what is left at phase, tier, run and day, and is set aside, or nothing is.
 */
export interface Budget {
  /** Sets or replaces a cap. Keys: `RUN/PHASE`, `RUN:TIER`, `RUN`, and `YYYY-MM-DD` (UTC) for a day. */
  setCap(level: BudgetLevel, key: string, cap: Cap): void;
  headroom(scope: AttemptScope): Headroom;
  /** Fails with `budget/exceeded` (the tightest level) or `budget/price-unknown` (no price and no token cap). */
  reserve(callId: string, scope: AttemptScope, model: string, worstCase: WorstCase): Result<void>;
  /**
   * Replaces a reservation by what the call used. More than was reserved is kept in full and blocks further calls.
   * Returns the warnings (75 %, 90 %) that this passed, each once.
   */
  settle(
    callId: string,
    tokens: Tokens,
    cost: Cost,
  ): { readonly overrun: boolean; readonly warnings: readonly BudgetWarning[] };
  /** The call was certainly not charged. */
  release(callId: string): void;
}

/** One call as it is kept: a step of the trajectory. Written before its reply is used. */
export interface CallRecord {
  readonly callId: string;
  readonly scope: AttemptScope;
  readonly role: Role;
  readonly component: string | null;
  readonly model: string;
  readonly servedBy: string | null;
  readonly startedAt: string;
  readonly seconds: number;
  readonly system: string;
  readonly messages: readonly ChatMessage[];
  /** Null where no whole reply came. */
  readonly reply: string | null;
  readonly tokens: Tokens;
  readonly cost: Cost;
  readonly fault: Fault | null;
}

export interface CallKeeper {
  /** Secrets are taken out before anything is written. */
  keepCall(call: CallRecord): Promise<void>;
}

// ---------------------------------------------------------------- builder and auditor

/** One attempt at one phase. */
export interface Task {
  readonly scope: AttemptScope;
  readonly spec: PhaseSpec;
  /** Commit that the proposal is written against. */
  readonly base: string;
}

/** A task with the model that is to do it. */
export interface Assignment extends Task {
  readonly model: ChatModel;
}

export interface Builder {
  /**
   * One proposal for one attempt; `feedback` says why the attempt before did not land. Fails with `model/truncated`
   * where the reply was cut off, so that the next attempt can be shorter.
   */
  propose(assignment: Assignment, feedback: Feedback | null, signal: AbortSignal): Promise<Result<Proposal>>;
  /** States cause and plan after a failed attempt. */
  reflect(assignment: Assignment, proposal: Proposal | null, because: Because, signal: AbortSignal): Promise<string>;
}

export interface Feedback {
  readonly because: Because;
  /** The reflection on it; null where none was made. */
  readonly reflection: string | null;
  /** The canonical patch (or raw reply) of the attempt before. */
  readonly previous: string | null;
}

export interface Auditor {
  /** Deterministic audits: no money, nothing of the patch is run. */
  scan(spec: PhaseSpec, staged: Staged): Scan;
  /** Asks the panel. A reviewer that fails is a stated, major `auditor-error`. */
  review(assignment: Assignment, staged: Staged, scan: Scan, checks: CheckReport, signal: AbortSignal): Promise<Audit>;
}

// ---------------------------------------------------------------- repository and checks

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
  /** Asked just before anything moves: files that an editor holds unsaved. */
  readonly unsavedPaths?: () => readonly string[];
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
  /** Stages only these hunks of a staged patch (numbered from 1 within their file) on the same base. */
  stagePart(
    scope: AttemptScope,
    staged: Staged,
    hunks: ReadonlyMap<string, readonly number[]>,
  ): Promise<Result<Staged>>;
  /**
   * Moves the branch to a commit with the staged tree. Fails with `repository/moved` where the branch is no longer at
   * `staged.base`, with `repository/dirty-path`, `path-exists`, `busy` or `locked` where the user is in the way.
   */
  land(request: LandRequest): Promise<Result<Landing>>;
  /** The commit on a branch that carries the trailers of this run and phase, or null. */
  findLanding(runId: string, phaseId: string, branch: string): Promise<Landing | null>;
  /** Lands the reverse of these commits, newest first, as revert commits; all of them or none. */
  rollback(
    landings: readonly Landing[],
    trailers: readonly (readonly [string, string])[],
  ): Promise<Result<readonly string[]>>;
  /** Makes `refs/heads/countersign/RUN` at the commit unless it is there; returns its full name. */
  openRunBranch(runId: string, commit: string): Promise<string>;
  /** Commit that a full ref points to, or null. */
  resolve(ref: string): Promise<string | null>;
  /** Brings a finished run branch into the branch it left from: fast-forward, else one merge commit. */
  mergeRunBranch(runId: string, into: string): Promise<Result<string>>;
  /** Finishes or undoes what a killed process left half done; says what it did, one sentence each. */
  recover(): Promise<readonly string[]>;
}

export interface CheckProgress {
  readonly onStart: (command: string) => Promise<void>;
  readonly onEnd: (result: CheckReport['results'][number]) => Promise<void>;
}

export interface Verifier {
  /**
   * Runs the spec's checks on the staged tree, in a worktree of its own. Stops at the first failure.
   * `signed` is true once a person has signed: only then does a patch on protected paths run.
   */
  run(
    scope: AttemptScope,
    spec: PhaseSpec,
    staged: Staged,
    scan: Scan,
    options: { readonly strict: boolean; readonly signed: boolean },
    progress: CheckProgress,
    signal: AbortSignal,
  ): Promise<CheckReport>;
}

/** A worktree at one commit, leased to one user at a time. */
export interface Worktree {
  readonly directory: string;
  release(): Promise<void>;
}

export interface WorktreePool {
  lease(commit: string, signal: AbortSignal): Promise<Worktree>;
}
