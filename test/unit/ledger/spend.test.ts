import assert from 'node:assert/strict';
import { addSpend, noSpend, type Spend } from '../../../src/domain/money.ts';
import type { CallRecord } from '../../../src/engine/ports/calls.ts';
import { generateRuns } from '../../../src/ledger/generate.ts';
import type { Ledger } from '../../../src/ledger/open-ledger.ts';
import { type SpendRow, spendKeys } from '../../../src/ledger/read-spend.ts';
import { callOf, open, planOf, runStart, scopeOf, stamper, stateDirectory, tidy } from './fixtures.ts';

function amounts({ calls, input, cached, output, costMicros, costLabel }: SpendRow) {
  return { calls, input, cached, output, costMicros, costLabel };
}

function amountsOf({ calls, tokens, cost }: Spend) {
  return { calls, ...tokens, costMicros: cost.micros, costLabel: cost.label };
}

function sumOf(calls: readonly Pick<CallRecord, 'tokens' | 'cost'>[]): Spend {
  return calls.reduce<Spend>((sum, { tokens, cost }) => addSpend(sum, { calls: 1, tokens, cost }), noSpend);
}

function generated(ledger: Ledger): readonly CallRecord[] {
  const calls: CallRecord[] = [];
  for (const run of generateRuns({ runs: 25, seed: 3, until: '2026-03-01T03:00:00.000Z', callsPerRun: 20 })) {
    ledger.importRun(run);
    calls.push(...run.calls);
  }
  return calls;
}

describe('spend', () => {
  afterEach(tidy);

  it('is nothing, known exactly, in an empty ledger', () => {
    const report = open(stateDirectory()).spend({ by: 'model' });
    const total = {
      key: 'total',
      calls: 0,
      input: 0,
      cached: 0,
      output: 0,
      costMicros: 0,
      costLabel: 'billed',
      savedMicros: 0,
    };
    assert.deepEqual(report, { by: 'model', rows: [], total, caps: [] });
  });

  it('comes to the same by every key, and to the sum of the calls', () => {
    const ledger = open(stateDirectory());
    const calls = generated(ledger);
    const expected = amountsOf(sumOf(calls));
    for (const by of spendKeys) {
      const { rows, total } = ledger.spend({ by });
      assert.deepEqual(amounts(total), expected, by);
      assert.equal(
        rows.reduce((sum, row) => sum + row.costMicros, 0),
        expected.costMicros,
        by,
      );
      // No version was deployed in this history: all of it is on no arm.
      assert.ok(rows.length > (by === 'arm' ? 0 : 1), by);
    }
    assert.deepEqual(amountsOf(sumOf(ledger.calls({ texts: false }))), expected);
    assert.deepEqual(ledger.checkIntegrity(), []);
  });

  it('has each row equal to the calls behind it', () => {
    const ledger = open(stateDirectory());
    const calls = generated(ledger);
    const keyOf: Record<(typeof spendKeys)[number], (call: CallRecord) => string> = {
      phase: (call) => call.scope.phaseId,
      model: (call) => call.model,
      run: (call) => call.scope.runId,
      role: (call) => call.role,
      day: (call) => call.startedAt.slice(0, 10),
      arm: (call) => call.arm ?? 'none',
    };
    for (const by of spendKeys) {
      for (const row of ledger.spend({ by }).rows) {
        const behind = calls.filter((call) => keyOf[by](call) === row.key);
        assert.deepEqual(amounts(row), amountsOf(sumOf(behind)), `${by} ${row.key}`);
      }
    }
  });

  it('agrees with the records of phases and runs', () => {
    const ledger = open(stateDirectory());
    const calls = generated(ledger);
    for (const { id, spend } of ledger.runs({ limit: 100 })) {
      const run = ledger.run(id);
      assert.deepEqual(run?.spend, spend);
      assert.deepEqual(run?.spend, sumOf(calls.filter((call) => call.scope.runId === id)));
      assert.deepEqual(run?.phases.map((phase) => phase.spend).reduce(addSpend, noSpend), spend);
      const byPhase = ledger.spend({ by: 'phase', runId: id });
      for (const row of byPhase.rows) {
        assert.deepEqual(amounts(row), amountsOf(ledger.phase(id, row.key)?.spend ?? noSpend));
      }
      assert.deepEqual(amounts(byPhase.total), amountsOf(spend));
    }
  });

  it('counts from the very moment asked for', () => {
    const ledger = open(stateDirectory());
    const calls = generated(ledger);
    const starts = calls.map((call) => call.startedAt).sort();
    for (const share of [0, 0.3, 0.5, 0.9]) {
      const since = starts[Math.floor(share * starts.length)] ?? '';
      const expected = amountsOf(sumOf(calls.filter((call) => call.startedAt >= since)));
      for (const by of spendKeys) assert.deepEqual(amounts(ledger.spend({ by, since }).total), expected, since);
    }
    assert.equal(ledger.spend({ by: 'run', since: '2026-03-02T00:00:00.000Z' }).total.calls, 0);
  });

  it('has a series whose points come to the total', () => {
    const ledger = open(stateDirectory());
    generated(ledger);
    const since = '2026-01-01T00:00:00.000Z';
    for (const bucket of ['hour', 'day'] as const) {
      const points = ledger.spendSeries({ by: 'model', bucket, since });
      const sum = points.reduce((micros, point) => micros + point.costMicros, 0);
      assert.equal(sum, ledger.spend({ by: 'model' }).total.costMicros);
      assert.deepEqual(
        points.map((point) => point.from),
        points.map((point) => point.from).toSorted(),
      );
    }
  });

  it('labels a sum by its least sure part', async () => {
    const ledger = open(stateDirectory());
    await ledger.keepCall(callOf('c1', { cost: { micros: 5, label: 'billed' } }));
    assert.equal(ledger.spend({ by: 'model' }).total.costLabel, 'billed');
    await ledger.keepCall(callOf('c2', { cost: { micros: 5, label: 'computed' } }));
    assert.equal(ledger.spend({ by: 'model' }).total.costLabel, 'computed');
    await ledger.keepCall(callOf('c3', { cost: { micros: 0, label: 'unknown' }, model: 'lab/other' }));
    const { total, rows } = ledger.spend({ by: 'model' });
    assert.equal(total.costLabel, 'unknown');
    assert.deepEqual(
      rows.map((row) => [row.key, row.costLabel]),
      [
        ['lab/builder', 'computed'],
        ['lab/other', 'unknown'],
      ],
    );
  });

  it('counts a call once, whichever of its reports comes first', async () => {
    const end = {
      type: 'call-end',
      stage: 'COMPLETE',
      phaseId: 'api',
      attempt: 1,
      callId: 'c1',
      role: 'builder',
      model: 'lab/builder',
      tokens: { input: 100, cached: 40, output: 20 },
      cost: { micros: 700, label: 'computed' },
      seconds: 1.5,
      overrun: false,
      fault: null,
    } as const;
    const start = { ...end, type: 'call-start', stage: 'DISPATCH', reserved: { tokens: 500, micros: 900 } } as const;
    const now = () => new Date('2026-03-01T10:00:00.000Z');
    const steps: Record<string, (ledger: Ledger, stamp: ReturnType<typeof stamper>) => Promise<void>> = {
      start: (ledger, stamp) => ledger.record(stamp(start)),
      end: (ledger, stamp) => ledger.record(stamp(end)),
      keep: (ledger) => ledger.keepCall(callOf('c1')),
      settle: async (ledger) => void ledger.settle('c1', end.tokens, end.cost),
    };
    for (const order of [
      'start settle keep end',
      'settle end keep start',
      'end keep settle start',
      'keep settle end',
    ]) {
      const ledger = open(stateDirectory(), { now });
      const stamp = stamper('run-1');
      ledger.reserve('c1', scopeOf('api'), 'lab/builder', { tokens: 500, micros: 900 });
      for (const step of order.split(' ')) await steps[step]?.(ledger, stamp);
      const { rows, total } = ledger.spend({ by: 'role' });
      assert.deepEqual(amounts(total), amountsOf(sumOf([callOf('c1')])), order);
      assert.deepEqual(
        rows.map((row) => row.key),
        ['builder'],
        order,
      );
      assert.deepEqual(ledger.checkIntegrity(), [], order);
    }
  });

  it('lists the caps of the run asked for, and of the newest one without it', async () => {
    const ledger = open(stateDirectory(), { now: () => new Date('2026-03-01T12:00:00.000Z') });
    const plan = planOf('api');
    await ledger.record(stamper('run-1')(runStart(plan)));
    await ledger.record(stamper('run-2', '2026-03-02T00:00:00.000Z')(runStart(plan)));
    ledger.setCap('day', '2026-03-01', { micros: 20_000_000, tokens: null });
    ledger.setCap('run', 'run-1', { micros: 5_000_000, tokens: 1000 });
    ledger.setCap('phase', 'run-1/api', { micros: null, tokens: null });
    ledger.reserve('c1', scopeOf('api'), 'lab/builder', { tokens: 10, micros: 30 });
    ledger.settle('c1', { input: 5, cached: 0, output: 1 }, { micros: 20, label: 'computed' });
    ledger.reserve('c2', scopeOf('api'), 'lab/builder', { tokens: 10, micros: 30 });
    const use = { usedMicros: 20, usedTokens: 6, reservedMicros: 30, reservedTokens: 10 };
    const expected = [
      { level: 'day', key: '2026-03-01', capMicros: 20_000_000, capTokens: null, ...use },
      { level: 'run', key: 'run-1', capMicros: 5_000_000, capTokens: 1000, ...use },
    ];
    assert.deepEqual(ledger.spend({ by: 'model', runId: 'run-1' }).caps, expected);
    assert.deepEqual(ledger.spend({ by: 'model' }).caps, expected, 'neither run has ended');
    assert.deepEqual(ledger.spend({ by: 'model', runId: 'run-2' }).caps, expected.slice(0, 1));
  });
});

describe('the list of runs', () => {
  afterEach(tidy);

  it('comes in pages, newest first, without a gap or a repeat', () => {
    const ledger = open(stateDirectory());
    generated(ledger);
    const all = ledger.runs({ limit: 100 }).map((run) => run.id);
    assert.equal(all.length, 25);
    const paged: string[] = [];
    for (let before: string | undefined; ; ) {
      const page = ledger.runs({ limit: 7, ...(before === undefined ? {} : { before }) });
      if (page.length === 0) break;
      paged.push(...page.map((run) => run.id));
      before = page.at(-1)?.id;
    }
    assert.deepEqual(paged, all);
  });

  it('filters by text, state, model, category, time and cost, and counts the same', () => {
    const ledger = open(stateDirectory());
    generated(ledger);
    const all = ledger.runs({ limit: 100 });
    const matches = (filter: Parameters<Ledger['countRuns']>[0]) => {
      const found = ledger.runs({ ...filter, limit: 100 });
      assert.equal(ledger.countRuns(filter), found.length);
      return found.map((run) => run.id);
    };
    const expect = (wanted: (run: (typeof all)[number]) => boolean) => all.filter(wanted).map((run) => run.id);
    const goal = all[0]?.goal ?? '';
    assert.deepEqual(
      matches({ text: goal.slice(2, 9).toUpperCase() }),
      expect((run) => run.goal.includes(goal.slice(2, 9))),
    );
    assert.deepEqual(matches({ text: '100%' }), []);
    assert.deepEqual(
      matches({ state: 'done' }),
      expect((run) => run.state === 'done'),
    );
    const median = all.map((run) => run.spend.cost.micros).toSorted((a, b) => a - b)[12] ?? 0;
    assert.deepEqual(
      matches({ leastMicros: median }),
      expect((run) => run.spend.cost.micros >= median),
    );
    const middle = all[12]?.startedAt ?? '';
    assert.deepEqual(
      matches({ since: middle }),
      expect((run) => run.startedAt >= middle),
    );
    assert.deepEqual(
      matches({ until: middle }),
      expect((run) => run.startedAt < middle),
    );
    const categoriesOf = (id: string) => ledger.run(id)?.phases.map((phase) => phase.spec.category) ?? [];
    assert.deepEqual(
      matches({ category: 'docs' }),
      expect((run) => categoriesOf(run.id).includes('docs')),
    );
    const modelsOf = (id: string) => ledger.calls({ runId: id, texts: false }).map((call) => call.model);
    assert.deepEqual(
      matches({ model: 'local/reed-14b' }),
      expect((run) => modelsOf(run.id).includes('local/reed-14b')),
    );
  });
});

describe('generated history', () => {
  it('is the same for the same seed and another for another', () => {
    const make = (seed: number) => [
      ...generateRuns({ runs: 3, seed, until: '2026-03-01T00:00:00.000Z', callsPerRun: 5 }),
    ];
    assert.deepEqual(make(1), make(1));
    assert.notDeepEqual(make(1), make(2));
  });
});
