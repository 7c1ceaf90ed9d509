import assert from 'node:assert/strict';
import { leastCap, raiseOf, settingOf, unitOf } from '../../../src/vscode/runs/higher-cap.ts';

const exceeded = (changes: Partial<Parameters<typeof unitOf>[0]> = {}) =>
  ({
    code: 'budget/exceeded',
    level: 'phase',
    needMicros: 460_000,
    leftMicros: 310_000,
    needTokens: 5_000,
    leftTokens: 9_000,
    ...changes,
  }) as const;

describe('A cap that stopped a phase', () => {
  it('is one of money where money ran out, else one of tokens', () => {
    assert.equal(unitOf(exceeded()), 'usd');
    assert.equal(unitOf(exceeded({ needMicros: 100 })), 'tokens');
    assert.equal(unitOf(exceeded({ needMicros: null, leftMicros: null })), 'tokens');
  });

  it('is raised at least so far that the same call fits, to the cent', () => {
    assert.equal(leastCap(exceeded(), 'usd', 5), 5.15);
    assert.equal(leastCap(exceeded({ needMicros: 310_001 }), 'usd', 0.1), 0.11);
    assert.equal(leastCap(exceeded({ needTokens: 12_000 }), 'tokens', 20_000), 23_000);
    assert.equal(leastCap(exceeded({ leftTokens: null }), 'tokens', 0), 5_000);
  });

  it('stands in the run, or for a day and a month in the settings', () => {
    const place = { phaseId: 'greet', tierId: 'first' };
    assert.deepEqual(raiseOf('run', place, { usd: 8 }), { level: 'run', id: null, usd: 8 });
    assert.deepEqual(raiseOf('tier', place, { usd: 8 }), { level: 'tier', id: 'first', usd: 8 });
    assert.deepEqual(raiseOf('phase', place, { tokens: 8 }), { level: 'phase', id: 'greet', tokens: 8 });
    for (const level of ['run', 'tier', 'phase'] as const) assert.equal(settingOf(level), null);
    assert.deepEqual([settingOf('day'), settingOf('month')], ['budget.perDayUsd', 'budget.perMonthUsd']);
    assert.equal(raiseOf('day', place, { usd: 8 }), undefined);
  });
});
