import assert from 'node:assert/strict';
import { defaultReadinessRule, readinessOf, type Stock } from '../../../src/training/readiness.ts';

const now = new Date('2026-03-02T12:00:00Z');
const enough: Stock = {
  trajectories: 100,
  groupSizes: Array.from({ length: 10 }, () => 4),
  newest: Array.from({ length: 50 }, () => true),
  lastTrainedAt: null,
};
const missing = (change: Partial<Stock>) =>
  readinessOf({ ...enough, ...change }, defaultReadinessRule, now).bars.flatMap((bar) => bar.missing ?? []);

describe('readinessOf', () => {
  it('is ready with exactly enough', () => {
    assert.equal(readinessOf(enough, defaultReadinessRule, now).ready, true);
  });

  it('says what is missing of each bar', () => {
    assert.deepEqual(missing({ trajectories: 93 }), ['7 more trajectories']);
    assert.deepEqual(missing({ groupSizes: [4, 4, 3, 9] }), ['7 more phases with 4 attempts or more']);
    const newest = enough.newest.map((_, index) => index > 2);
    assert.deepEqual(missing({ newest }), ['of the newest 50, 3 are incomplete']);
    assert.deepEqual(missing({ lastTrainedAt: '2026-03-02T02:30:00Z' }), ['15 h until the next training']);
  });

  it('looks at the newest only', () => {
    assert.deepEqual(missing({ newest: [...enough.newest, false, false, false, false] }), []);
  });

  it('is not ready with nothing', () => {
    const nothing: Stock = { trajectories: 0, groupSizes: [], newest: [], lastTrainedAt: null };
    assert.equal(readinessOf(nothing, defaultReadinessRule, now).ready, false);
    assert.equal(missing(nothing).length, 3);
  });
});
