import type { EventDraft } from '../../src/domain/event.ts';
import { generateRuns } from '../../src/ledger/generate.ts';
import { type Ledger, openLedger } from '../../src/ledger/open-ledger.ts';
import {
  attemptStart,
  callOf,
  phaseStart,
  planOf,
  runStart,
  scopeOf,
  specOf,
  stamper,
} from '../unit/ledger/fixtures.ts';

/** A run of this process that goes on until it is closed. */
export interface LiveRun {
  readonly ledger: Ledger;
  readonly runId: string;
  /** The call under way ends, and another begins. */
  endCall(): Promise<void>;
  close(): void;
}

const minuteMs = 60_000;
const runId = 'live-run';
/** How many minutes ago a call began, and what it cost in micro-dollars. */
const spent = [
  [8, 120_000],
  [6, 60_000],
  [5, 180_000],
  [3, 40_000],
  [2, 150_000],
  [1, 90_000],
] as const;

/** Keeps made-up runs that lie before a moment, and lets go of the store. */
export function keepPastRuns(stateDirectory: string, runs: number, until: Date): void {
  const ledger = openLedger(stateDirectory);
  for (const run of generateRuns({ runs, seed: 7, until: until.toISOString(), callsPerRun: 5 })) ledger.importRun(run);
  ledger.close();
}

/** Keeps a week of made-up runs in a state directory, and a run that goes on: one phase ended, one call under way. */
export async function keepHistory(stateDirectory: string, now: Date): Promise<LiveRun> {
  keepPastRuns(stateDirectory, 600, new Date(now.getTime() - 15 * minuteMs));
  let clock = now;
  const ledger = openLedger(stateDirectory, { now: () => clock });
  const plan = planOf('api', 'docs', 'admin');
  const began = new Date(now.getTime() - 9 * minuteMs);
  const stamp = stamper(runId, began.toISOString());
  const tell = (draft: EventDraft) => ledger.record(stamp(draft));
  const { today } = ledger.periodTotals();
  ledger.setCap('run', runId, { micros: 1_000_000, tokens: null });
  ledger.setCap('day', now.toISOString().slice(0, 10), { micros: today.cost.micros * 2, tokens: null });
  let calls = 0;
  const models = ['lab/north-large', 'lab/north-mini', 'local/reed-14b'] as const;
  const begin = (phaseId: string, micros: number, at: Date) => {
    clock = at;
    const callId = `live-${++calls}`;
    const model = models[calls % models.length] as string;
    const scope = scopeOf(phaseId, runId);
    const reserved = ledger.reserve(callId, scope, model, { tokens: 50_000, micros });
    if (!reserved.ok) throw new Error(JSON.stringify(reserved.fault));
    return { callId, model, scope, at };
  };
  const end = async ({ callId, model, scope, at }: ReturnType<typeof begin>, micros: number) => {
    const tokens = { input: 41_000, cached: 26_000, output: 2100 };
    const price = { source: 'price library', date: '2026-02-01' };
    const cost = { micros, label: 'computed', savedMicros: 20_000, price } as const;
    ledger.settle(callId, tokens, cost);
    await ledger.keepCall(callOf(callId, { scope, model, startedAt: at.toISOString(), seconds: 20, tokens, cost }));
  };
  await tell(runStart(plan));
  await tell(phaseStart(specOf(plan, 'api')));
  await tell({
    type: 'phase-end',
    stage: 'COMPLETE',
    phaseId: 'api',
    state: 'rejected',
    failure: null,
    reason: 'npm test failed.',
    fault: null,
    attempts: 1,
    commit: null,
    spend: { calls: 0, tokens: { input: 0, cached: 0, output: 0 }, cost: { micros: 0, label: 'billed' } },
  });
  await tell(phaseStart(specOf(plan, 'docs')));
  await tell(attemptStart('docs', 1));
  for (const [minutesAgo, micros] of spent) {
    const at = new Date(now.getTime() - minutesAgo * minuteMs);
    await end(begin('api', micros, at), micros);
  }
  let underWay = begin('docs', 160_000, now);
  return {
    ledger,
    runId,
    async endCall() {
      await end(underWay, 30_000);
      underWay = begin('docs', 160_000, new Date(now.getTime() + minuteMs));
    },
    close: () => ledger.close(),
  };
}
