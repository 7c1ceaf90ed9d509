import assert from 'node:assert/strict';
import fc from 'fast-check';
import { compareArms, type ServedPhase } from '../../../src/training/compare-arms.ts';
import {
  meanDifference,
  nonInferior,
  rateDifference,
  sampleOf,
  tQuantile,
  wilson,
} from '../../../src/training/statistics.ts';

const near = (actual: number | undefined, expected: number, within: number) =>
  assert.ok(actual !== undefined && Math.abs(actual - expected) <= within, `${actual} is not ${expected}`);

describe('wilson', () => {
  it('gives published intervals', () => {
    // Newcombe 1998, table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
    for (const [hits, of, low, high] of [
      [81, 263, 0.2553, 0.3662],
      [15, 148, 0.0624, 0.1605],
      [0, 20, 0, 0.1611],
      [1, 29, 0.0061, 0.1718],
    ] as const) {
      const interval = wilson({ hits, of });
      near(interval.low, low, 0.0001);
      near(interval.high, high, 0.0001);
    }
  });

  it('knows nothing of nothing', () => {
    assert.deepEqual(wilson({ hits: 0, of: 0 }), { low: 0, high: 1 });
  });
});

describe('rateDifference', () => {
  it('gives published intervals', () => {
    // Newcombe 1998, table II, method 10: 56/70 − 48/80, and 9/10 − 3/10.
    const a = rateDifference({ hits: 48, of: 80 }, { hits: 56, of: 70 });
    near(a.low, 0.0524, 0.0001);
    near(a.high, 0.3339, 0.0001);
    const b = rateDifference({ hits: 3, of: 10 }, { hits: 9, of: 10 });
    near(b.low, 0.1705, 0.0001);
    near(b.high, 0.809, 0.0001);
  });

  it('holds the difference, within −1 to 1, and turns about with its arms', () => {
    const rate = fc.tuple(fc.integer({ min: 1, max: 400 }), fc.double({ min: 0, max: 1, noNaN: true }));
    fc.assert(
      fc.property(rate, rate, ([ofA, a], [ofB, b]) => {
        const [armA, armB] = [
          { hits: Math.round(ofA * a), of: ofA },
          { hits: Math.round(ofB * b), of: ofB },
        ];
        const { low, high, difference } = rateDifference(armA, armB);
        assert.ok(low >= -1 - 1e-9 && high <= 1 + 1e-9 && low <= difference + 1e-9 && difference <= high + 1e-9);
        near(rateDifference(armB, armA).low, -high, 1e-9);
      }),
    );
  });
});

describe('meanDifference', () => {
  it('uses quantiles of t as tables print them', () => {
    for (const [freedom, quantile] of [
      [1, 12.706],
      [2, 4.303],
      [3, 3.182],
      [5, 2.571],
      [10, 2.228],
      [30, 2.042],
      [120, 1.98],
    ] as const) {
      near(tQuantile(freedom), quantile, quantile * 0.002);
    }
  });

  it('needs two values an arm', () => {
    assert.equal(meanDifference(sampleOf([1]), sampleOf([1, 2])), null);
  });

  it('knows the difference of constants exactly', () => {
    assert.deepEqual(meanDifference(sampleOf([1, 1]), sampleOf([3, 3])), { difference: 2, low: 2, high: 2 });
  });
});

describe('nonInferior', () => {
  it('passes above the margin, fails below, and says when it cannot tell', () => {
    assert.equal(nonInferior({ low: -0.04, high: 0.1 }, 0.05), 'passes');
    assert.equal(nonInferior({ low: -0.3, high: -0.06 }, 0.05), 'fails');
    assert.equal(nonInferior({ low: -0.3, high: 0.1 }, 0.05), 'undecided');
  });
});

describe('compareArms', () => {
  const phases = (count: number, of: Partial<ServedPhase>, landed = count): ServedPhase[] =>
    Array.from({ length: count }, (_, index) => ({
      landed: index < landed,
      unsafe: false,
      costMicros: 1000 + (index % 7),
      retries: index % 2,
      ...of,
    }));

  it('promotes what is as good and cheaper', () => {
    const { gate } = compareArms(phases(400, {}, 360), phases(400, { costMicros: 500 }, 372));
    assert.equal(gate.finding, 'passes', JSON.stringify(gate.rules));
  });

  it('refuses one unsafe phase, a lower success, a higher cost and more retries, and says which', () => {
    const baseline = phases(400, {}, 360);
    for (const [candidate, rule] of [
      [[...phases(399, { costMicros: 500 }, 360), ...phases(1, { unsafe: true })], /unsafe/],
      [phases(400, { costMicros: 500 }, 280), /success/],
      [phases(400, { costMicros: 2000 }, 372), /cost/],
      [phases(400, { costMicros: 500, retries: 3 }, 372), /retries/],
    ] as const) {
      const { gate } = compareArms(baseline, candidate);
      assert.equal(gate.finding, 'fails');
      assert.match(gate.rules.find(({ finding }) => finding === 'fails')?.rule ?? '', rule);
    }
  });

  it('decides nothing on few phases, except that one unsafe phase is one too many', () => {
    assert.equal(compareArms(phases(19, {}), phases(400, { costMicros: 1 })).gate.finding, 'undecided');
    assert.equal(compareArms([], []).gate.finding, 'undecided');
    assert.equal(compareArms(phases(3, {}), phases(3, { unsafe: true })).gate.finding, 'fails');
  });
});
