import assert from 'node:assert/strict';
import type { PhaseSpec } from '../../../src/domain/spec.ts';
import type { Ledger } from '../../../src/ledger/open-ledger.ts';
import { quantile } from '../../../src/ledger/read-forecast.ts';
import {
  callOf,
  open,
  phaseStart,
  planOf,
  runStart,
  scopeOf,
  specOf,
  stamper,
  stateDirectory,
  tidy,
} from './fixtures.ts';

interface Ran {
  readonly micros: number;
  readonly complexity?: PhaseSpec['complexity'];
  readonly category?: string;
  readonly state?: 'landed' | 'failed' | 'cancelled' | 'stuck';
  readonly recorded?: boolean;
  readonly label?: 'computed' | 'unknown';
  readonly ends?: boolean;
}

let runs = 0;

/** A run with one phase, and one call of it that cost so much. */
async function ran(ledger: Ledger, ran: Ran): Promise<string> {
  const { micros, complexity = 'medium', category = 'feature', state = 'landed', label = 'computed' } = ran;
  runs += 1;
  const runId = `run-${runs}`;
  const stamp = stamper(runId);
  const plan = planOf('api');
  const spec = { ...specOf(plan, 'api'), complexity, category };
  await ledger.record({ ...stamp(runStart(plan)), recorded: ran.recorded === true } as never);
  await ledger.record(stamp(phaseStart(spec)));
  await ledger.keepCall(callOf(`${runId}-c`, { scope: scopeOf('api', runId), cost: { micros, label } }));
  if (ran.ends !== false) {
    const spend = { calls: 1, tokens: { input: 0, cached: 0, output: 0 }, cost: { micros, label } };
    const end = { state, failure: null, reason: null, fault: null, attempts: 1, commit: null, spend };
    await ledger.record(stamp({ type: 'phase-end', stage: 'COMPLETE', phaseId: 'api', ...end }));
  }
  return runId;
}

const feature = { category: 'feature', complexity: 'medium' } as const;
const none = { p50Micros: null, p90Micros: null };

describe('a forecast', () => {
  afterEach(tidy);

  it('has no history under five similar phases, and says how many there are', async () => {
    const ledger = open(stateDirectory());
    assert.deepEqual(ledger.forecast([feature]).phases, [{ ...feature, samples: 0, ...none }]);
    for (const micros of [1, 2, 3, 4]) await ran(ledger, { micros });
    assert.deepEqual(ledger.forecast([feature]).phases, [{ ...feature, samples: 4, ...none }]);
    assert.deepEqual(ledger.forecast([feature]).total, none);
    await ran(ledger, { micros: 5 });
    assert.deepEqual(ledger.forecast([feature]).phases, [{ ...feature, samples: 5, p50Micros: 3, p90Micros: 5 }]);
    assert.deepEqual(ledger.forecast([feature]).total, { p50Micros: 3, p90Micros: 5 });
  });

  it('rests on phases of the same category and complexity that ran to an end of their own and were paid for', async () => {
    const ledger = open(stateDirectory());
    for (let number = 1; number <= 10; number++) await ran(ledger, { micros: number * 100 });
    for (const state of ['failed', 'cancelled'] as const) await ran(ledger, { micros: 9_999_999, state });
    await ran(ledger, { micros: 9_999_999, recorded: true });
    await ran(ledger, { micros: 0, label: 'unknown' });
    await ran(ledger, { micros: 9_999_999, complexity: 'high' });
    await ran(ledger, { micros: 9_999_999, category: 'docs' });
    await ran(ledger, { micros: 9_999_999, ends: false });
    const [phase] = ledger.forecast([feature]).phases;
    assert.deepEqual(phase, { ...feature, samples: 10, p50Micros: 500, p90Micros: 900 });
    await ran(ledger, { micros: 2000, state: 'stuck' });
    assert.equal(ledger.forecast([feature]).phases[0]?.samples, 11, 'a stuck phase was paid for');
  });

  it('of several phases lies between their sums, and is the same each time', async () => {
    const ledger = open(stateDirectory());
    for (let number = 1; number <= 20; number++) await ran(ledger, { micros: number * 1000 });
    const asked = [feature, feature, feature, feature];
    const { phases, total } = ledger.forecast(asked);
    assert.deepEqual(ledger.forecast(asked).total, total);
    const sum = (key: 'p50Micros' | 'p90Micros') => phases.reduce((all, phase) => all + (phase[key] ?? 0), 0);
    const { p50Micros, p90Micros } = total;
    assert.ok(p50Micros !== null && p90Micros !== null);
    assert.ok(p50Micros > sum('p50Micros') * 0.85 && p50Micros < sum('p50Micros') * 1.25, String(p50Micros));
    assert.ok(p90Micros > p50Micros && p90Micros < sum('p90Micros'), 'not all turn out dear at once');
  });

  it('of several phases is none where one has no history', async () => {
    const ledger = open(stateDirectory());
    for (let number = 1; number <= 6; number++) await ran(ledger, { micros: number });
    const { phases, total } = ledger.forecast([feature, { category: 'docs', complexity: 'low' }]);
    assert.deepEqual(total, none);
    assert.equal(phases[0]?.p50Micros, 3);
    assert.equal(phases[1]?.p50Micros, null);
  });

  it('of a run under way counts what ended as it was, and the rest never under what it has used', async () => {
    const ledger = open(stateDirectory());
    for (let number = 1; number <= 10; number++) await ran(ledger, { micros: number * 100 });
    const open1 = await ran(ledger, { micros: 250, ends: false });
    assert.deepEqual(ledger.runForecast(open1), { open: 1, withoutHistory: 0, p50Micros: 500, p90Micros: 900 });
    const dear = await ran(ledger, { micros: 5000, ends: false });
    assert.deepEqual(ledger.runForecast(dear), { open: 1, withoutHistory: 0, p50Micros: 5000, p90Micros: 5000 });
    const ended = await ran(ledger, { micros: 700 });
    assert.deepEqual(ledger.runForecast(ended), { open: 0, withoutHistory: 0, p50Micros: 700, p90Micros: 700 });
    const strange = await ran(ledger, { micros: 1, category: 'new', ends: false });
    assert.deepEqual(ledger.runForecast(strange), { open: 1, withoutHistory: 1, ...none });
    assert.deepEqual(ledger.runForecast('nobody'), { open: 0, withoutHistory: 0, ...none });
  });

  it('reads its quantiles from what was, and makes none up', () => {
    assert.equal(quantile([7], 0.5), 7);
    assert.equal(quantile([1, 2], 0.5), 1);
    assert.equal(quantile([1, 2, 3], 0.5), 2);
    assert.equal(quantile([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 0.9), 9);
    assert.equal(quantile([1, 2, 3], 1), 3);
  });
});
