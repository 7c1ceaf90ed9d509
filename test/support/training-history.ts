/** Runs that left something to train on: groups of attempts at the same phase specs, most of them proven. */
import type { EngineEvent, EventDraft } from '../../src/domain/event.ts';
import { noTokens } from '../../src/domain/money.ts';
import type { PhaseSpec } from '../../src/domain/spec.ts';
import type { CallRecord } from '../../src/engine/ports/calls.ts';
import { openLedger } from '../../src/ledger/open-ledger.ts';
import { randomFrom } from '../../src/ledger/random.ts';
import {
  callOf,
  cleanAudit,
  phaseStart,
  planOf,
  report,
  runStart,
  specOf,
  stagedOf,
  stamper,
} from '../unit/ledger/fixtures.ts';

export interface TrainingHistory {
  /** Phase specs, and attempts at each. */
  readonly specs: number;
  readonly runsEach: number;
  readonly seed: number;
  /** ISO 8601: when the last of them ends; the others lie before it, some minutes apart. */
  readonly until: string;
  /** `PROVIDER/MODEL`s of first attempts, in turn. */
  readonly models: readonly string[];
}

interface Kept {
  readonly events: readonly EngineEvent[];
  readonly calls: readonly CallRecord[];
}

const minuteMs = 60_000;
const apartMinutes = 11;

/** Keeps them in a state directory, and lets go of the store. */
export function keepTrainingHistory(stateDirectory: string, history: TrainingHistory): void {
  const ledger = openLedger(stateDirectory);
  for (const run of runsOf(history)) ledger.importRun(run);
  ledger.close();
}

function* runsOf({ specs, runsEach, seed, until, models }: TrainingHistory): Generator<Kept> {
  const random = randomFrom(seed);
  const count = specs * runsEach;
  const plan = planOf(...Array.from({ length: specs }, (_, index) => `part-${index}`));
  for (let index = 0; index < count; index++) {
    const startMs = Date.parse(until) - (count - index) * apartMinutes * minuteMs;
    const spec = specOf(plan, `part-${index % specs}`);
    const model = models[index % models.length] ?? 'lab/builder';
    // The last model lands more often, and is cheaper.
    const isBetter = model === models.at(-1) && models.length > 1;
    const lands = random() < (isBetter ? 0.85 : 0.7);
    yield runOf(spec, {
      index,
      model,
      lands,
      micros: Math.round((isBetter ? 40_000 : 60_000) * (0.6 + random())),
      startMs,
    });
  }
}

interface About {
  readonly index: number;
  readonly model: string;
  readonly lands: boolean;
  readonly micros: number;
  readonly startMs: number;
}

function runOf(spec: PhaseSpec, { index, model, lands, micros, startMs }: About): Kept {
  const runId = `kept-${String(index).padStart(4, '0')}`;
  const startedAt = new Date(startMs).toISOString();
  const stamp = stamper(runId, startedAt);
  const of = { phaseId: spec.id, attempt: 1 };
  const plan = { ...planOf(spec.id), goal: `Do ${spec.id}.` };
  const commit = index.toString(16).padStart(40, 'f');
  const cost = { micros, label: 'computed' } as const;
  const tokens = { ...noTokens, input: 4000, output: 600 };
  const checks = lands
    ? report
    : { ...report, results: report.results.map((each) => ({ ...each, outcome: 'failed' as const, exitCode: 1 })) };
  const callId = `${runId}-call`;
  const call = { callId, role: 'builder' as const, model };
  const told: readonly EventDraft[] = [
    runStart(plan),
    phaseStart(spec),
    { type: 'attempt-start', stage: 'DISPATCH', ...of, model, reason: 'First.' },
    { type: 'call-start', stage: 'DISPATCH', ...of, ...call, reserved: { tokens: 9000, micros: micros * 2 } },
    { type: 'call-end', stage: 'COMPLETE', ...of, ...call, tokens, cost, seconds: 4, overrun: false, fault: null },
    {
      type: 'patch-staged',
      stage: 'COMPLETE',
      ...of,
      summary: 'Done.',
      staged: { ...stagedOf(`patch ${index}\n`), commit },
    },
    { type: 'checks-end', stage: 'COMPLETE', ...of, report: checks },
    ...(lands ? landed(of, commit) : []),
    {
      type: 'phase-end',
      stage: 'COMPLETE',
      phaseId: spec.id,
      state: lands ? 'landed' : 'rejected',
      failure: null,
      reason: lands ? null : 'npm test failed.',
      fault: null,
      attempts: 1,
      commit: lands ? commit : null,
      spend: { calls: 1, tokens, cost },
    },
    {
      type: 'run-end',
      stage: 'COMPLETE',
      outcome: lands ? 'done' : 'failed',
      exitCode: lands ? 0 : 3,
      reason: null,
      phases: [],
    },
  ];
  const scope = { runId, tierId: 'tier', phaseId: spec.id, attempt: 1 };
  const text = `${spec.goal} in the way that number ${index} does.`;
  return {
    events: told.map(stamp),
    calls: [callOf(callId, { scope, model, startedAt, reply: text, tokens, cost, seconds: 4 })],
  };
}

function landed(of: { readonly phaseId: string; readonly attempt: number }, commit: string): readonly EventDraft[] {
  const landing = { commit, parent: 'a'.repeat(40), tree: 'c'.repeat(40), branch: 'refs/heads/main' };
  return [
    { type: 'audit-end', stage: 'COMPLETE', ...of, audit: cleanAudit },
    { type: 'phase-landed', stage: 'COMPLETE', ...of, landing },
  ];
}
