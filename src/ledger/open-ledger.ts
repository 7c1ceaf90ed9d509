import { join } from 'node:path';
import { EngineError } from '../domain/engine-error.ts';
import type { EngineEvent } from '../domain/event.ts';
import type { Fault } from '../domain/fault.ts';
import type { PhaseRecord } from '../domain/run.ts';
import type { AttemptScope, Budget, CallKeeper, CallRecord, Recorder, RunStore } from '../engine/ports.ts';
import { openBlobStore } from './blobs.ts';
import { openBudget } from './budget.ts';
import { type CallFilter, type KeptCall, readCalls, writeCall } from './calls.ts';
import type { Connection } from './connection.ts';
import { markSuspect } from './examine-file.ts';
import { checkIntegrity, type Pruned, prune, type Retention } from './maintain.ts';
import { openStore } from './open-store.ts';
import { formatOwner, type Liveness, livenessOf, thisProcess } from './owner.ts';
import { type LandingQuery, type LandingRecord, readLandings } from './read-landings.ts';
import {
  countRuns,
  type RunFilter,
  type RunQuery,
  type RunSummary,
  readEvents,
  readPendingReviews,
  readPhase,
  readRun,
  readRuns,
} from './read-runs.ts';
import {
  readSpend,
  readSpendSeries,
  type SpendPoint,
  type SpendQuery,
  type SpendReport,
  type SpendSeriesQuery,
} from './read-spend.ts';
import { recordEvent } from './record-event.ts';
import { createRedactor, type RedactionOptions } from './redact.ts';
import { textsOf } from './texts.ts';

export interface LedgerOptions {
  readonly redaction?: RedactionOptions;
  /** False for a phase that opted out: only its totals are kept. All are kept by default. */
  readonly keepsTexts?: (scope: AttemptScope) => boolean;
  readonly now?: () => Date;
  /** Whether the process that an owner text names still runs; for tests. */
  readonly liveness?: (owner: string) => Liveness;
  readonly busyTimeoutMs?: number;
}

/**
 * The store of one repository, shared by every process that works on it. Writes are on disk's side of a killed process
 * when their call returns; money and landings also of a power cut. A ledger that a newer version wrote can be read;
 * every write to it throws `store/newer`. Any method may throw `store/damaged`, `environment/disk-full` and, where
 * another process holds the file too long, `repository/locked`.
 */
export interface Ledger extends Recorder, Budget, CallKeeper, RunStore {
  readonly file: string;
  /** What was found on opening: a damaged or foreign file that was set aside, reservations of killed processes. */
  readonly notices: readonly Fault[];
  readonly newer: Fault | null;
  /** This opening, as reservations and runs under way name it. */
  readonly owner: string;
  /** Calls of killed processes that were settled at their worst case on opening. */
  readonly abandonedCalls: number;
  runs(query: RunQuery): readonly RunSummary[];
  countRuns(filter: RunFilter): number;
  pendingReviews(): readonly PhaseRecord[];
  events(runId: string, range?: { readonly after?: string; readonly limit?: number }): readonly EngineEvent[];
  calls(filter: CallFilter): readonly KeptCall[];
  landings(query?: LandingQuery): readonly LandingRecord[];
  spend(query: SpendQuery): SpendReport;
  spendSeries(query: SpendSeriesQuery): readonly SpendPoint[];
  /** True while the process that started or resumed the run still runs and has not ended it. */
  isRunLive(runId: string): boolean;
  /** Keeps a whole run that happened elsewhere, all of it or nothing. Run ids that are known already are added to. */
  importRun(run: { readonly events: readonly EngineEvent[]; readonly calls: readonly CallRecord[] }): void;
  /** What is wrong with the file and its sums, one sentence each. Reads every page. */
  checkIntegrity(): readonly string[];
  /** Takes out prompts, replies and evidence of old runs; totals stay. */
  prune(retention: Retention): Pruned;
  /** Writes a whole copy to a new file, while others may read and write. */
  backUp(to: string): Promise<void>;
  /** Settles what was reserved through this opening and is still open, at its worst case, and lets go of the file. Harmless the second time. */
  close(): void;
}

const defaultBusyTimeoutMs = 10_000;

/** Opens the ledger in a state directory, and makes it where there is none. */
export function openLedger(stateDirectory: string, options: LedgerOptions = {}): Ledger {
  const file = join(stateDirectory, 'ledger.sqlite');
  const now = () => (options.now?.() ?? new Date()).getTime();
  const redactor = createRedactor(options.redaction);
  const liveness = options.liveness ?? livenessOf;
  const owner = formatOwner(thisProcess());
  const { main, durable, newer, notices } = openStore(file, {
    busyTimeoutMs: options.busyTimeoutMs ?? defaultBusyTimeoutMs,
  });
  const blobs = openBlobStore(join(stateDirectory, 'blobs'));
  const source = { connection: main, texts: textsOf(main, blobs) };
  const durableSource = { connection: durable, texts: textsOf(durable, blobs) };
  const budget = openBudget({ connection: durable, now, owner, liveness });
  const reads = <Value>(work: () => Value): Value => watched(file, newer, work);
  const writes = <Value>(work: () => Value): Value => {
    if (newer) throw new EngineError(newer);
    return watched(file, null, work);
  };
  let closed = false;

  return {
    file,
    notices,
    newer,
    owner,
    abandonedCalls: newer ? 0 : writes(() => budget.settleAbandoned()),
    async record(event) {
      const to = landingTypes.has(event.type) ? durableSource : source;
      writes(() => recordEvent({ ...to, owner, nowMs: now() }, redactor, event));
    },
    async keepCall(call) {
      const keepsTexts = options.keepsTexts ?? (() => true);
      writes(() => writeCall({ ...source, redactor, keepsTexts, nowMs: now() }, call));
    },
    setCap: (level, key, cap) => writes(() => budget.setCap(level, key, cap)),
    headroom: (scope) => writes(() => budget.headroom(scope)),
    reserve: (callId, scope, model, worstCase) => writes(() => budget.reserve(callId, scope, model, worstCase)),
    settle: (callId, tokens, cost) => writes(() => budget.settle(callId, tokens, cost)),
    release: (callId) => writes(() => budget.release(callId)),
    runs: (query) => reads(() => readRuns(source, query)),
    countRuns: (filter) => reads(() => countRuns(source, filter)),
    run: (selector) => reads(() => readRun(source, selector)),
    phase: (runId, phaseId) => reads(() => readPhase(source, runId, phaseId)),
    pendingReviews: () => reads(() => readPendingReviews(source)),
    events: (runId, range = {}) => reads(() => readEvents(source, runId, range)),
    calls: (filter) => reads(() => readCalls(main, source.texts, filter)),
    landings: (query = {}) => reads(() => readLandings(main, query)),
    spend: (query) => reads(() => readSpend(main, query, now())),
    spendSeries: (query) => reads(() => readSpendSeries(main, query)),
    importRun(run) {
      const keepsTexts = options.keepsTexts ?? (() => true);
      const to = { ...source, redactor, keepsTexts, owner, nowMs: now() };
      writes(() =>
        main.transaction(() => {
          for (const event of run.events) recordEvent(to, redactor, event);
          for (const call of run.calls) writeCall(to, call);
        }),
      );
    },
    checkIntegrity: () => reads(() => checkIntegrity(main, blobs)),
    prune: (retention) => writes(() => prune(main, blobs, retention, now())),
    backUp: (to) => main.backUp(to),
    isRunLive: (runId) => reads(() => isLive(main, runId, liveness)),
    close() {
      if (closed) return;
      closed = true;
      try {
        if (!newer) budget.settleOwn();
      } finally {
        durable.close();
        main.close();
      }
    },
  };
}

/** Kept through a power cut: what they tell of has moved a branch. */
const landingTypes: ReadonlySet<EngineEvent['type']> = new Set(['phase-landed', 'phase-rolled-back']);

/** A file that turns out damaged is checked whole at the next opening; one of a newer version may not be understood. */
function watched<Value>(file: string, newer: Fault | null, work: () => Value): Value {
  try {
    return work();
  } catch (error) {
    if (newer) throw new EngineError(newer, error);
    if (error instanceof EngineError && error.fault.code === 'store/damaged') markSuspect(file);
    throw error;
  }
}

function isLive(connection: Connection, runId: string, liveness: (owner: string) => Liveness): boolean {
  const row = connection.get('SELECT owner FROM runs WHERE id = :runId AND ended_ms IS NULL', { runId });
  return row?.owner != null && liveness(String(row.owner)) !== 'dead';
}
