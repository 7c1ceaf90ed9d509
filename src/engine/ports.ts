/**
 * What the engine needs from the other rooms. Every port may throw an `EngineError` where the phase must stop
 * (environment, budget, interruption) and returns a `Result` where the next attempt can learn from the failure.
 * An aborted signal makes any of them throw `interrupted`; nothing is left half done.
 */
import type { Audit, Scan } from '../domain/audit.ts';
import type { CheckReport } from '../domain/checks.ts';
import type { Role } from '../domain/config.ts';
import type { ControlRequest } from '../domain/control.ts';
import type { EngineEvent, EventDraft, EventOf } from '../domain/event.ts';
import type { BudgetLevel, Fault } from '../domain/fault.ts';
import type { Cost, Tokens } from '../domain/money.ts';
import type { Landing, Proposal, Staged } from '../domain/proposal.ts';
import type { NotReplayable } from '../domain/replay.ts';
import type { Result } from '../domain/result.ts';
import type { RiskLevel } from '../domain/risk.ts';
import type { PhaseRecord, RunRecord } from '../domain/run.ts';
import type { BranchReturn, KnownLanding, SavePoint } from '../domain/save-point.ts';
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
  /** Everything that ever landed, newest first. */
  landings(): readonly KnownLanding[];
  /** What phases like these cost here, all together; null where there is too little history. */
  forecast(kinds: readonly Pick<PhaseSpec, 'category' | 'complexity'>[]): {
    readonly total: { readonly p50Micros: number | null; readonly p90Micros: number | null };
  };
  /** Events of a run in their order; none where they are no longer kept. */
  events(runId: string): readonly EngineEvent[];
  /** Calls of a run in the order they started. */
  calls(filter: { readonly runId: string }): readonly KeptReply[];
}

/** Keeps an event. Awaited before any listener hears of it; a throw stops the run. */
export interface Recorder {
  record(event: EngineEvent): Promise<void>;
}

// ---------------------------------------------------------------- models

/** What a model may ask for. */
export interface Tool {
  /** Letters, digits, `_` and `-`, at most 64. */
  readonly name: string;
  readonly description: string;
  /** JSON Schema of its input, of type `object`. */
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** A use of a tool that a model asked for. */
export interface ToolCall {
  /** Ties its result to it. */
  readonly id: string;
  readonly name: string;
  /** JSON text, as the model wrote it, well-formed or not. */
  readonly arguments: string;
}

/** A tool call of a reply, read. */
export interface ToolRequest extends ToolCall {
  /** Its arguments; where they cannot be read, or no such tool was offered, what to answer the model with instead. */
  readonly input: Result<Readonly<Record<string, unknown>>, string>;
}

export type ChatMessage =
  | { readonly role: 'user'; readonly text: string }
  | { readonly role: 'assistant'; readonly text: string; readonly toolCalls?: readonly ToolCall[] }
  /** The result of one tool call of the assistant message before; each call has exactly one. */
  | { readonly role: 'tool'; readonly toolCallId: string; readonly text: string };

export interface ChatRequest {
  readonly scope: AttemptScope;
  readonly role: Role;
  /** Which of the role's components asks, such as `correctness`; null where the role has but one. */
  readonly component: string | null;
  /** Stable part first, for the provider's prompt cache. The line `Countersign role: …` is put before it on the wire. */
  readonly system: string;
  /** Ends with a user message or a tool result, to which the line `Phase ID, attempt N` is added on the wire. */
  readonly messages: readonly ChatMessage[];
  /** Tools that the model may ask for. Offer the same ones in each turn: they are part of the cached prefix. */
  readonly tools?: readonly Tool[];
  /** `none` asks for an answer now, though tools are offered. */
  readonly toolChoice?: 'auto' | 'none';
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
  /** May be empty where tools are asked for. */
  readonly text: string;
  readonly toolCalls: readonly ToolRequest[];
  /** False where tools were offered but this model or its server takes none: they were not sent. */
  readonly tookTools: boolean;
  /** As the provider reported it; null where it reported nothing usable. */
  readonly tokens: Tokens | null;
  /** What the provider says it charged, where it says so. */
  readonly billedMicros: number | null;
  /** `PROVIDER/MODEL` that answered: another than was asked where that one could not serve. */
  readonly model: string;
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
  /** Other models that may answer in its place: where it is down, or too dear for what is left of the budget. */
  readonly standIns: readonly string[];
  complete(request: ChatRequest, signal: AbortSignal): Promise<ChatReply>;
}

/** Gives the metered, retried and recorded model for a role. Throws `model/not-configured`. */
export interface Models {
  /** `cheaper`: models, best first, that may answer where the worst case of this one does not fit the budget. */
  for(role: Role, override?: string, cheaper?: readonly string[]): ChatModel;
  /** Most that one call may cost, in micro-dollars; null where nobody states a price. */
  worstCost(model: string, inputTokens: number, outputTokens: number): Promise<number | null>;
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
 * The hard caps, shared by every process on this repository, and those of a day and a month by all of the user's. A
 * reservation is atomic: either the worst case fits what is left at phase, tier, run, day and month, and is set aside,
 * or nothing is.
 */
export interface Budget {
  /** Sets or replaces a cap. Keys: `RUN/PHASE`, `RUN:TIER`, `RUN`, `YYYY-MM-DD` and `YYYY-MM` (UTC). */
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
  /** Why a cap holds less widely than it should, such as one of all folders in this one alone; each told once. */
  takeFaults(runId: string): readonly Fault[];
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
  /** Tools that were offered, and what the reply asked of them. */
  readonly tools: readonly Tool[];
  readonly toolCalls: readonly ToolCall[];
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

/** A call as the store kept it. Texts are null where they were not kept or no longer are. */
export interface KeptReply {
  readonly callId: string;
  readonly scope: AttemptScope;
  readonly role: Role | null;
  readonly component: string | null;
  readonly model: string;
  readonly servedBy: string | null;
  readonly startedAt: string;
  readonly seconds: number | null;
  readonly tokens: Tokens;
  readonly cost: Cost;
  /** How often it was tried again after it failed in passing. */
  readonly retries: number;
  readonly fault: Fault | null;
  readonly system: string | null;
  readonly messages: readonly ChatMessage[] | null;
  readonly toolCalls: readonly ToolCall[] | null;
  readonly reply: string | null;
  /** Nothing was taken out of its reply. */
  readonly replayable: boolean;
}

/** What a replay learns while replies are played back. */
export interface ReplayWatch {
  /** A request reads otherwise than the one that was answered. */
  readonly onPrompt: (scope: AttemptScope, about: string, recorded: string, replayed: string) => void;
  readonly onReply: () => void;
  /** There is nothing to play back; the call throws `interrupted` after this. */
  readonly onGap: (gap: NotReplayable) => void;
}

export interface KeptReplies {
  /**
   * The same models, but a request that was answered before, to the letter, gets that answer again, once for each
   * time. Nothing is reserved, sent or charged for it.
   */
  remembering(models: Models, kept: readonly KeptReply[], onUse: (kept: KeptReply) => void): Models;
  /** Models that only play back; `named` are those the run began with. A failure that was kept is thrown again. */
  replaying(
    kept: readonly KeptReply[],
    watch: ReplayWatch,
    named?: Readonly<Partial<Record<Role, string>>>,
  ): Pick<Models, 'for'>;
}

/** Requests from other processes to runs of this one. */
export interface ControlInbox {
  /** What came for a run since it was last asked, oldest first; taken away. */
  take(runId: string): Promise<readonly ControlRequest[]>;
  /** Leaves a request for the process that runs it; resolves to whether it was taken up in time. */
  send(runId: string, request: ControlRequest): Promise<boolean>;
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
  /** Where several proposals are made for one attempt, what tells them apart. */
  readonly temperature?: number;
  /** The model that weighs what was found where too much was. Throws `model/not-configured`. */
  readonly aggregator?: () => ChatModel;
}

/** A place in a file, by its path from the top of the repository. */
export interface CodePlace {
  readonly path: string;
  /** From 1. */
  readonly line: number;
  /** What is declared or used there; empty where it is about no name. */
  readonly name: string;
  /** In a word: `function`, `class`, `use`. */
  readonly kind: string;
}

/**
 * What an editor's language services say. They read files as the editor has them, which may differ from any commit:
 * hold `texts` against it before you believe them.
 */
export interface LanguageServices {
  /** Declarations of these very names; looks into `likely` files first. */
  symbols(names: readonly string[], likely: readonly string[], signal: AbortSignal): Promise<readonly CodePlace[]>;
  references(declaration: CodePlace, signal: AbortSignal): Promise<readonly CodePlace[]>;
  diagnostics(): readonly {
    readonly place: CodePlace;
    readonly severity: 'error' | 'warning';
    readonly message: string;
  }[];
  /** Files as they are on disk; those with unsaved changes, or that cannot be read, are absent. */
  texts(paths: readonly string[]): Promise<ReadonlyMap<string, string>>;
}

type Told<Event> = Event extends EngineEvent ? Omit<Event, 'eventId' | 'at' | 'runId' | 'phaseId' | 'attempt'> : never;
/** Tells what the Builder does while it works. Resolves once it is kept. */
export type TellBuilding = (news: Told<EventOf<'context-gathered' | 'tool-used' | 'notice'>>) => Promise<void>;

/** What changed in a phase's scope since the commit its spec was written against. */
export interface Drift {
  readonly base: string;
  /** False where the repository does not have that commit. */
  readonly known: boolean;
  readonly paths: readonly string[];
}

export interface Builder {
  /** Null where the spec names no base, or nothing in its scope changed since. Costs nothing. */
  drift(task: Task): Promise<Drift | null>;
  /**
   * One proposal for one attempt; `feedback` says why the attempt before did not land. Fails with `model/truncated`
   * where the reply was cut off, so that the next attempt can be shorter.
   */
  propose(
    assignment: Assignment,
    feedback: Feedback | null,
    tell: TellBuilding,
    signal: AbortSignal,
  ): Promise<Result<Proposal>>;
  /** States cause and plan after a failed attempt. */
  reflect(assignment: Assignment, proposal: Proposal | null, because: Because, signal: AbortSignal): Promise<string>;
}

export interface Feedback {
  readonly because: Because;
  /** The reflection on it; null where none was made. */
  readonly reflection: string | null;
  /** The canonical patch (or raw reply) of the attempt before. */
  readonly previous: string | null;
  /** The attempt before stands: the next one changes what it left. */
  readonly continues?: boolean;
}

/** A staged change that is to be reviewed, with what is known of it. */
export interface PanelRequest {
  readonly task: Task;
  readonly staged: Staged;
  readonly scan: Scan;
  readonly checks: CheckReport;
  /** How careful to be: the risk of the change or, where that is higher, of its kind of work. */
  readonly care: RiskLevel;
  /** Null asks no model: only deterministic findings come back. */
  readonly models: PanelModels | null;
}

/** The models a panel may use. */
export interface PanelModels {
  /** `PROVIDER/MODEL` of each, the Auditor's own first; all different, never empty. */
  readonly ids: readonly string[];
  /** The Builder's, which may be among them: what it says of its own work need not be had. */
  readonly builder: string | null;
  /** Throws `model/not-configured`. */
  auditor(id: string): ChatModel;
  aggregator(): ChatModel;
}

export interface Auditor {
  /** Deterministic audits: no money, nothing of the patch is run. */
  scan(spec: PhaseSpec, staged: Staged): Promise<Scan>;
  /**
   * Asks the panel. A required reviewer that gives no verdict is a stated, major `auditor-error`; one that cannot be
   * reached or paid throws.
   */
  review(request: PanelRequest, signal: AbortSignal): Promise<Audit>;
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
  /** Commit that a full ref points to, or null. */
  resolve(ref: string): Promise<string | null>;
  /** Brings a finished run branch into the branch it left from: fast-forward, else one merge commit. */
  mergeRunBranch(runId: string, into: string): Promise<Result<string>>;
  /** What changed from one commit to another, as a git patch. */
  diff(from: string, to: string): Promise<string>;
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
