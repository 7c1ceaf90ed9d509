import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  addSpend,
  type CostLabel,
  costLabels,
  formatCost,
  leastSure,
  microsOfUsd,
  noSpend,
} from '../../../src/domain/money.ts';

describe('money', () => {
  it('turns dollars into micro-dollars, rounding up and never by a float artefact', () => {
    assert.equal(microsOfUsd(0.07), 70_000);
    assert.equal(microsOfUsd(1.1), 1_100_000);
    assert.equal(microsOfUsd(0.0000001), 1);
    assert.equal(microsOfUsd(0), 0);
  });

  it('keeps whole micro-dollars exact', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10 ** 12 }), (micros) => microsOfUsd(micros / 1_000_000) === micros),
    );
  });

  it('gives a sum the least sure label of its parts', () => {
    const label = fc.constantFrom<CostLabel>(...costLabels);
    fc.assert(
      fc.property(label, label, (a, b) => {
        const sum = leastSure(a, b);
        assert.equal(costLabels.indexOf(sum), Math.max(costLabels.indexOf(a), costLabels.indexOf(b)));
      }),
    );
  });

  it('adds spends without losing a token', () => {
    const part = {
      calls: 1,
      tokens: { input: 10, cached: 4, output: 3 },
      cost: { micros: 7, label: 'estimated' },
    } as const;
    assert.deepEqual(addSpend(noSpend, part), part);
    assert.deepEqual(addSpend(part, part).tokens, { input: 20, cached: 8, output: 6 });
  });

  it('never shows an unknown cost as nothing', () => {
    assert.equal(formatCost({ micros: 0, label: 'unknown' }), '? unknown');
    assert.equal(formatCost({ micros: 3_410_000, label: 'unknown' }), '? at least $3.41');
    assert.equal(formatCost({ micros: 12_300, label: 'computed' }), '= $0.0123');
    assert.equal(formatCost({ micros: 0, label: 'billed' }), '✓ $0.00');
  });
});
