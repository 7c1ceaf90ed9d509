import { join } from 'node:path';
import { EngineError } from '../domain/engine-error.ts';
import type { EngineEvent } from '../domain/event.ts';
import type { Fault } from '../domain/fault.ts';
import type { LessonDecision, LessonOffer } from '../domain/lessons.ts';
import type { Budget } from '../engine/ports/budget.ts';
import type { CallKeeper, CallRecord } from '../engine/ports/calls.ts';
import type { Recorder, RunClaims } from '../engine/ports/run.ts';
import { type AuditBook, auditBookOf } from './audit-book.ts';
import { openBlobStore } from './blobs.ts';
import { openBudget } from './budget.ts';
import { markRedacted, writeCall } from './calls.ts';
import { claimRun, releaseRun } from './claims.ts';
import { markSuspect } from './examine-file.ts';
import { readTable, type TableQuery, type TableRow } from './export-tables.ts';
import { decideLesson } from './lessons.ts';
import { checkIntegrity, forgetPruning, lastPrunedMs, type Pruned, prune, type Retention } from './maintain.ts';
import { openStore } from './open-store.ts';
import { formatOwner, type Liveness, livenessOf, thisProcess } from './owner.ts';
import { type NumberedEvent, readEventsAfter, readLastSequence } from './read-stream.ts';
import { readTrainingGroups, type TrainingPhase, type TrainingWindow } from './read-training.ts';
import { type LedgerReads, readsOf } from './reads.ts';
import { recordEvent } from './record-event.ts';
import { createRedactor, type RedactionOptions } from './redact.ts';
import { textsOf } from './texts.ts';
import { sharedAccounts } from './user-accounts.ts';

/** A call that was kept elsewhere. */
export interface ImportedCall extends CallRecord {
  /** False where something was taken out of its reply there. */
  readonly replayable?: boolean;
}

export interface LedgerOptions {
  readonly redaction?: RedactionOptions;
  readonly now?: () => Date;
  /** Whether the process that an owner text names still runs; for tests. */
  readonly liveness?: (owner: string) => Liveness;
  readonly busyTimeoutMs?: number;
  /** Where the user's spending over all folders is kept; without it a day's and a month's cap count this folder alone. */
  readonly userStateDirectory?: string;
}

/**
 * The store of one repository, shared by every process that works on it. Writes are on disk's side of a killed process
 * when their call returns; money and landings also of a power cut. A ledger that a newer version wrote can be read;
 * every write to it throws `store/newer`. Any method may throw `store/damaged`, `environment/disk-full` and, where
 * another process holds the file too long, `repository/locked`.
 */
export interface Ledger extends Recorder, RunClaims, Budget, CallKeeper, LedgerReads, AuditBook {
  readonly file: string;
  /** What was found on opening: a damaged or foreign file that was set aside, reservations of killed processes. */
  readonly notices: readonly Fault[];
  readonly newer: Fault | null;
  /** This opening, as reservations and runs under way name it. */
  readonly owner: string;
  /** Calls of killed processes that were settled at their worst case on opening. */
  readonly abandonedCalls: number;
  /** Events of all runs behind a sequence number, in the order in which they were kept. */
  eventsAfter(sequence: number, limit: number): readonly NumberedEvent[];
  /** Sequence number of the newest event; 0 where there is none. */
  lastSequence(): number;
  /** A text as it would be kept. */
  redact(text: string): string;
  /** Keeps a whole run that happened elsewhere, all of it or nothing. Run ids that are known already are added to. */
  importRun(run: { readonly events: readonly EngineEvent[]; readonly calls: readonly ImportedCall[] }): void;
  /** A table of the history, row by row; not to be read while something is written between two of them. */
  table(query: TableQuery): Iterable<TableRow>;
  /** Ended phases with their attempts and the Builder's calls, by spec; not to be read while something is written. */
  trainingGroups(window: TrainingWindow): Iterable<readonly TrainingPhase[]>;
  /** Not offered again after this. */
  decideLesson(offer: Pick<LessonOffer, 'key' | 'rule'>, decision: LessonDecision): void;
  /** What is wrong with the file and its sums, one sentence each. Reads every page. */
  checkIntegrity(): readonly string[];
  /** True where the ledger was last pruned at least so long ago, or never. */
  isUpkeepDue(everyMs: number): boolean;
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
  const busyTimeoutMs = options.busyTimeoutMs ?? defaultBusyTimeoutMs;
  const { main, durable, newer, notices } = openStore(file, { busyTimeoutMs });
  const directory = options.userStateDirectory;
  const shared = directory === undefined ? null : sharedAccounts({ directory, owner, liveness, now, busyTimeoutMs });
  const blobs = openBlobStore(join(stateDirectory, 'blobs'));
  const source = { connection: main, texts: textsOf(main, blobs) };
  const durableSource = { connection: durable, texts: textsOf(durable, blobs) };
  const budget = openBudget({ connection: durable, capsConnection: main, now, owner, liveness, shared });
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
      writes(() => writeCall({ ...source, redactor, nowMs: now() }, call));
    },
    setCap: (level, key, cap) => writes(() => budget.setCap(level, key, cap)),
    headroom: (scope) => writes(() => budget.headroom(scope)),
    reserve: (callId, scope, model, worstCase) => writes(() => budget.reserve(callId, scope, model, worstCase)),
    settle: (callId, tokens, cost) => writes(() => budget.settle(callId, tokens, cost)),
    release: (callId) => writes(() => budget.release(callId)),
    takeFaults: (runId) => writes(() => budget.takeFaults(runId)),
    ...readsOf({ source, now, liveness, guard: reads, sharedUses: (day) => shared?.uses(day) ?? null }),
    claimRun: (runId, evenUnknown = false) =>
      writes(() => claimRun({ connection: main, owner, liveness }, runId, evenUnknown)),
    releaseRun: (runId) => writes(() => releaseRun({ connection: main, owner }, runId)),
    ...auditBookOf({ source, redactor, now, reads, writes }),
    eventsAfter: (sequence, limit) => reads(() => readEventsAfter(source, sequence, limit)),
    lastSequence: () => reads(() => readLastSequence(source)),
    redact: (text) => redactor.text(text).text,
    importRun(run) {
      const to = { ...source, redactor, owner, nowMs: now() };
      writes(() =>
        main.transaction(() => {
          for (const event of run.events) recordEvent(to, redactor, event);
          for (const call of run.calls) {
            writeCall(to, call);
            if (call.replayable === false) markRedacted(main, call.callId);
          }
          for (const { runId } of run.events.slice(0, 1)) forgetPruning(main, runId);
        }),
      );
    },
    table: (query) => readTable(main, source.texts, query),
    trainingGroups: (window) => readTrainingGroups(source, window),
    decideLesson: (offer, decision) => writes(() => decideLesson(main, redactor, offer, decision, now())),
    checkIntegrity: () => reads(() => checkIntegrity(main, blobs)),
    isUpkeepDue: (everyMs) => reads(() => lastPrunedMs(main) <= now() - everyMs),
    prune: (retention) => writes(() => prune(main, blobs, retention, now())),
    backUp: (to) => main.backUp(to),
    close() {
      if (closed) return;
      closed = true;
      try {
        if (!newer) budget.settleOwn();
      } finally {
        shared?.close();
        durable.close();
        main.close();
      }
    },
  };
}

/** Kept through a power cut: what they tell of has moved a branch. */
const landingTypes: ReadonlySet<EngineEvent['type']> = new Set(['phase-landed', 'phase-rolled-back', 'phase-undone']);

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
