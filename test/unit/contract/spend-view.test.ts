import assert from 'node:assert/strict';
import fc from 'fast-check';
import { amountOf } from '../../../src/contract/amount.ts';
import {
  cappedOf,
  periodOf,
  type RunFigures,
  runSpendOf,
  runSpendSchema,
  usageOf,
} from '../../../src/contract/spend-view.ts';
import { costLabels, noSpend, type Spend } from '../../../src/domain/money.ts';

const spent = (micros: number): Spend => ({
  calls: 2,
  tokens: { input: 10, cached: 4, output: 3 },
  cost: { micros, label: 'computed' },
});

const rowOf = (name: string) => ({ name, title: name, series: null, usage: usageOf(spent(1)) });

const figures: RunFigures = {
  runId: 'r',
  title: 'Rate limits',
  state: 'running',
  live: true,
  recorded: false,
  ended: 2,
  phases: 6,
  spend: spent(3_410_000),
  capUsd: 5,
  reserved: { calls: 1, micros: 460_000 },
  forecast: { p50Micros: 4_200_000, p90Micros: 4_900_000 },
  burn: {
    minutes: [0, 0, 0, 0, 0, 0, 50_000, 0, 100_000, 70_000],
    cost: { micros: 220_000, label: 'computed' },
    overMinutes: 4,
  },
  by: { model: [rowOf('north')], phase: [rowOf('api')], role: [rowOf('builder')] },
};

describe('amountOf', () => {
  it('says how sure the amount is, in a mark and in words', () => {
    assert.deepEqual(amountOf({ micros: 1_020_000, label: 'computed' }), {
      text: '= $1.02',
      label: 'computed',
      spoken: '$1.02, computed from list prices',
    });
  });

  it('never says 0 for what is unknown', () => {
    assert.equal(amountOf({ micros: 0, label: 'unknown' }).text, '? unknown');
  });
});

describe('cappedOf', () => {
  it('counts what is set aside as committed', () => {
    const { cap } = cappedOf(spent(3_410_000), 5, { calls: 1, micros: 460_000 });
    assert.equal(cap?.text, 'of $5.00 cap');
    assert.equal(cap?.note, '77 % committed · $1.13 left');
    assert.equal(cap?.tone, 'warning');
  });

  it('changes tone at 75 and at 90 %', () => {
    const tone = (micros: number) => cappedOf(spent(micros), 1).cap?.tone;
    assert.deepEqual([749_999, 750_000, 899_999, 900_000].map(tone), ['normal', 'warning', 'warning', 'error']);
  });

  it('does not claim to know what is left while a price is unknown', () => {
    assert.match(
      cappedOf(spent(1_000_000), 2, { calls: 1, micros: null }).cap?.note ?? '',
      /^at least 50 % .* at most \$1\.00 left$/,
    );
  });

  it('shows no bar without a cap', () => {
    assert.equal(cappedOf(spent(1), null).cap, null);
  });

  it('is full under a cap of 0', () => {
    assert.equal(cappedOf(noSpend, 0).cap?.tone, 'error');
  });

  it('never draws past the end of the bar', () => {
    const micros = fc.nat(20_000_000);
    const reserved = fc.record({ calls: fc.nat(9), micros: fc.option(micros) });
    fc.assert(
      fc.property(micros, fc.nat(10), reserved, fc.constantFrom(...costLabels), (used, usd, aside, label) => {
        const { cap } = cappedOf({ ...spent(used), cost: { micros: used, label } }, usd, aside);
        assert.ok(cap && cap.reservedPercent >= 0 && cap.settledPercent + cap.reservedPercent <= 100.000001);
      }),
    );
  });
});

describe('periodOf', () => {
  it('is what was used here where no other folder shares the cap', () => {
    const period = periodOf(spent(6_920_000), 20, 6_920_000, 0);
    assert.equal(period.elsewhere, null);
    assert.equal(period.spend.usage.amount.text, '= $6.92');
  });

  it('counts what other folders used, no surer than that can be', () => {
    const { spend, elsewhere } = periodOf(spent(5_000_000), 20, 16_000_000, 1_000_000);
    assert.equal(elsewhere?.text, '~ $11.00');
    assert.equal(spend.usage.amount.text, '~ $16.00');
    assert.equal(spend.cap?.note, '85 % committed · $3.00 left');
    assert.equal(spend.cap?.tone, 'warning');
  });

  it('never shows less than was used here, whatever the common sums say', () => {
    assert.equal(periodOf(spent(5_000_000), 20, 0, 0).spend.usage.amount.text, '= $5.00');
  });
});

describe('runSpendOf', () => {
  it('fits what the view takes', () => {
    const run = runSpendOf(figures);
    assert.deepEqual(runSpendSchema.parse(run), run);
    assert.equal(run.progress, 'Phase 3 of 6');
    assert.equal(run.reserved?.amount.text, '~ $0.46');
  });

  it('leads with what is committed: settled and set aside together', () => {
    const run = runSpendOf(figures);
    assert.equal(run.committed.text, '~ $3.87');
    assert.equal(run.spend.usage.amount.text, '= $3.41');
    const settled = runSpendOf({ ...figures, reserved: { calls: 0, micros: 0 } });
    assert.equal(settled.committed.text, '= $3.41');
    const unpriced = runSpendOf({ ...figures, reserved: { calls: 1, micros: null } });
    assert.equal(unpriced.committed.text, '? at least $3.41');
  });

  it('forecasts only while it runs, and only from a history', () => {
    const run = runSpendOf(figures);
    assert.equal(run.forecast?.text, '~ $4.20–$4.90');
    assert.deepEqual([run.forecast?.from, run.forecast?.to], [84, 98]);
    const fresh = runSpendOf({ ...figures, forecast: { p50Micros: null, p90Micros: null } });
    assert.deepEqual([fresh.forecast?.text, fresh.forecast?.from], [null, null]);
    assert.match(fresh.forecast?.spoken ?? '', /fewer than 5/);
    assert.equal(runSpendOf({ ...figures, live: false }).forecast, null);
  });

  it('never draws a forecast past the end of the bar', () => {
    const run = runSpendOf({ ...figures, forecast: { p50Micros: 4_000_000, p90Micros: 9_000_000 } });
    assert.equal(run.forecast?.to, 100);
  });

  it('tells the burn rate by the minutes that it ran', () => {
    const { burn } = runSpendOf(figures);
    assert.equal(burn?.text, '= $0.0550/min');
    assert.deepEqual([burn?.points.length, burn?.points.at(-2), burn?.points.at(-1)], [10, 1, 0.7]);
    assert.equal(runSpendOf({ ...figures, live: false }).burn, null);
  });

  it('says what the cache saved, and never 0 % nor 100 % for what is neither', () => {
    const cachedOf = (cached: number, savedMicros?: number) =>
      runSpendOf({
        ...figures,
        spend: {
          calls: 1,
          tokens: { input: 1000, cached, output: 0 },
          cost: { micros: 1, label: 'computed', ...(savedMicros === undefined ? {} : { savedMicros }) },
        },
      }).cached;
    assert.equal(cachedOf(0), null);
    assert.deepEqual(cachedOf(1), { text: '1 %', saved: null });
    assert.equal(cachedOf(999)?.text, '99 %');
    assert.equal(cachedOf(1000)?.text, '100 %');
    assert.equal(cachedOf(640, 1_920_000)?.saved?.text, '= $1.92');
  });

  it('speaks of the last phase once all have ended, and of no reservation when none is open', () => {
    const run = runSpendOf({ ...figures, ended: 6, reserved: { calls: 0, micros: 0 } });
    assert.equal(run.progress, 'Phase 6 of 6');
    assert.equal(run.reserved, null);
  });

  it('shows a reservation without a price as unknown', () => {
    assert.equal(runSpendOf({ ...figures, reserved: { calls: 1, micros: null } }).reserved?.amount.text, '? unknown');
  });
});
