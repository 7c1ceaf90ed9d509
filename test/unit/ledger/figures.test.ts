import assert from 'node:assert/strict';
import { generateRuns } from '../../../src/ledger/generate.ts';
import type { Ledger } from '../../../src/ledger/open-ledger.ts';
import {
  attemptStart,
  callOf,
  landing,
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

const now = () => new Date('2026-03-15T12:00:00.000Z');

function filled(): Ledger {
  const ledger = open(stateDirectory(), { now });
  const options = { runs: 120, seed: 5, until: now().toISOString(), callsPerRun: 8 };
  for (const run of generateRuns(options)) ledger.importRun(run);
  return ledger;
}

describe('figures for views', () => {
  afterEach(tidy);

  it('by day and model come to the sums of the same days', () => {
    const ledger = filled();
    const days = ledger.spendByDayAndModel(7);
    assert.deepEqual(
      days.map(({ day }) => day),
      ['09', '10', '11', '12', '13', '14', '15'].map((day) => `2026-03-${day}`),
    );
    const byDay = new Map(ledger.spend({ by: 'day' }).rows.map((row) => [row.key, row]));
    let seen = 0;
    for (const { day, models, total } of days) {
      const known = byDay.get(day);
      assert.equal(total.costMicros, known?.costMicros ?? 0, day);
      assert.equal(total.calls, known?.calls ?? 0, day);
      assert.equal(
        models.reduce((sum, model) => sum + model.costMicros, 0),
        total.costMicros,
      );
      seen += total.calls;
    }
    assert.ok(seen > 100, String(seen));
  });

  it('of a day without calls are nothing, known exactly', () => {
    const ledger = open(stateDirectory(), { now });
    const [day, ...others] = ledger.spendByDayAndModel(1);
    assert.deepEqual(others, []);
    assert.deepEqual(day?.models, []);
    assert.deepEqual([day?.total.costMicros, day?.total.costLabel], [0, 'billed']);
  });

  it('of today and this month are those of their days', () => {
    const ledger = filled();
    const { today, month, todayFrom, monthFrom } = ledger.periodTotals();
    assert.deepEqual([todayFrom, monthFrom], ['2026-03-15T00:00:00.000Z', '2026-03-01T00:00:00.000Z']);
    assert.equal(today.cost.micros, ledger.spend({ by: 'day', since: todayFrom }).total.costMicros);
    assert.equal(month.cost.micros, ledger.spend({ by: 'day', since: monthFrom }).total.costMicros);
    assert.ok(month.calls > today.calls && today.calls > 0);
  });

  it('of the last ten minutes stand in the minute in which each call ended', async () => {
    const ledger = open(stateDirectory(), { now });
    const call = (id: string, startedAt: string, seconds: number, micros: number, runId = 'run-1') =>
      ledger.keepCall(
        callOf(id, { scope: scopeOf('api', runId), startedAt, seconds, cost: { micros, label: 'computed' } }),
      );
    await call('long ago', '2026-03-15T11:40:00.000Z', 60, 1000);
    await call('ended in the window', '2026-03-15T11:45:00.000Z', 330, 100);
    await call('just now', '2026-03-15T11:59:30.000Z', 29, 10);
    await call('of another run', '2026-03-15T11:59:00.000Z', 1, 1, 'run-2');
    await call('to come', '2026-03-15T12:30:00.000Z', 1, 7777);
    const all = ledger.burnRate(null);
    assert.deepEqual(all.minutes, [100, 0, 0, 0, 0, 0, 0, 0, 0, 11]);
    assert.deepEqual([all.micros, all.calls, all.microsPerHour, all.label], [111, 3, 666, 'computed']);
    assert.equal(all.from, '2026-03-15T11:50:00.000Z');
    assert.deepEqual(ledger.burnRate('run-2').minutes.at(-1), 1);
    assert.equal(ledger.burnRate('nobody').calls, 0);
  });

  it('burn nobody’s money where the replies came from a cassette', async () => {
    const ledger = open(stateDirectory(), { now });
    await ledger.record({ ...stamper('run-1')(runStart(planOf('api'))), recorded: true } as never);
    await ledger.keepCall(callOf('c1', { startedAt: '2026-03-15T11:59:00.000Z' }));
    assert.equal(ledger.burnRate(null).micros, 0);
    assert.equal(ledger.burnRate('run-1').micros, 700);
  });

  it('leave recorded replies out of what was paid for today, this month and by day', async () => {
    const ledger = open(stateDirectory(), { now });
    const started = { ...stamper('run-1')(runStart(planOf('api'))), recorded: true, at: '2026-03-15T11:58:00.000Z' };
    await ledger.record(started as never);
    await ledger.keepCall(callOf('c1', { startedAt: '2026-03-15T11:59:00.000Z' }));
    await ledger.keepCall(callOf('c2', { scope: scopeOf('api', 'run-2'), startedAt: '2026-03-15T11:59:00.000Z' }));
    const { today, month } = ledger.periodTotals();
    assert.deepEqual([today.calls, today.cost.micros, month.calls], [1, 700, 1]);
    assert.equal(ledger.spendByDayAndModel(1)[0]?.total.calls, 1);
    assert.equal(ledger.spend({ by: 'model' }).total.calls, 2);
  });

  it('tell what an accepted phase costs by model, its failed attempts included', async () => {
    const ledger = open(stateDirectory(), { now });
    const plan = planOf('api', 'docs');
    const stamp = stamper('run-1');
    const attempt = async (phaseId: string, number: number, model: string, micros: number) => {
      const start = { ...attemptStart(phaseId, number), model } as never;
      await ledger.record(stamp(start));
      const scope = { ...scopeOf(phaseId), attempt: number };
      await ledger.keepCall(callOf(`${phaseId}-${number}`, { scope, model, cost: { micros, label: 'computed' } }));
      const reviewer = { role: 'auditor' as const, model: 'lab/auditor' };
      await ledger.keepCall(
        callOf(`${phaseId}-${number}-audit`, { scope, ...reviewer, cost: { micros: 10, label: 'computed' } }),
      );
    };
    await ledger.record(stamp(runStart(plan)));
    await ledger.record(stamp(phaseStart(specOf(plan, 'api'))));
    await attempt('api', 1, 'lab/small', 100);
    await attempt('api', 2, 'lab/large', 900);
    await ledger.record(stamp({ type: 'phase-landed', stage: 'COMPLETE', phaseId: 'api', landing }));
    await ledger.record(stamp(phaseStart(specOf(plan, 'docs'))));
    await attempt('docs', 1, 'lab/large', 300);
    assert.deepEqual(ledger.costPerAcceptedPhase(null), [
      {
        model: 'lab/large',
        accepted: 1,
        attempts: 2,
        costMicros: 1220,
        costLabel: 'computed',
        perAcceptedMicros: 1220,
      },
      { model: 'lab/small', accepted: 0, attempts: 1, costMicros: 110, costLabel: 'computed', perAcceptedMicros: null },
    ]);
    const undone = { type: 'phase-rolled-back', stage: 'COMPLETE', phaseId: 'api', landing, commit: 'f'.repeat(40) };
    await ledger.record(stamp(undone as never));
    assert.equal(ledger.costPerAcceptedPhase(null)[0]?.accepted, 0, 'what was taken back is not accepted');
    assert.deepEqual(ledger.costPerAcceptedPhase('2027-01-01T00:00:00.000Z'), []);
  });

  it('add up what caches saved, by every key', async () => {
    const ledger = open(stateDirectory(), { now });
    const cost = (savedMicros: number) => ({ micros: 100, label: 'computed' as const, savedMicros });
    await ledger.keepCall(callOf('c1', { cost: cost(30) }));
    await ledger.keepCall(callOf('c2', { cost: cost(12), role: 'auditor' }));
    await ledger.keepCall(callOf('c2', { cost: cost(12), role: 'auditor' }));
    for (const by of ['phase', 'model', 'day', 'run', 'role'] as const) {
      assert.equal(ledger.spend({ by }).total.savedMicros, 42, by);
    }
    assert.equal(ledger.calls({ callId: 'c1' })[0]?.cost.savedMicros, 30);
    assert.deepEqual(ledger.checkIntegrity(), []);
  });

  it('keep where a price comes from', async () => {
    const ledger = open(stateDirectory(), { now });
    const price = { source: 'price library', date: '2026-01-01' };
    await ledger.keepCall(callOf('c1', { cost: { micros: 1, label: 'computed', price } }));
    assert.deepEqual(ledger.calls({ callId: 'c1' })[0]?.cost.price, price);
  });
});
