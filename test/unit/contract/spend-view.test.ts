import assert from 'node:assert/strict';
import fc from 'fast-check';
import { amountOf } from '../../../src/contract/amount.ts';
import { cappedOf, runSpendOf, runSpendSchema } from '../../../src/contract/spend-view.ts';
import { costLabels, noSpend, type Spend } from '../../../src/domain/money.ts';

const spent = (micros: number): Spend => ({
  calls: 2,
  tokens: { input: 10, cached: 4, output: 3 },
  cost: { micros, label: 'computed' },
});

const figures = {
  runId: 'r',
  title: 'Rate limits',
  state: 'running',
  recorded: false,
  ended: 2,
  phases: 6,
  spend: spent(3_410_000),
  capUsd: 5,
  reserved: { calls: 1, micros: 460_000 },
  byModel: [{ name: 'lab/north', spend: spent(3_410_000) }],
} as const;

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

describe('runSpendOf', () => {
  it('fits what the view takes', () => {
    const run = runSpendOf(figures);
    assert.deepEqual(runSpendSchema.parse(run), run);
    assert.equal(run.progress, 'Phase 3 of 6');
    assert.equal(run.reserved?.amount.text, '~ $0.46');
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
