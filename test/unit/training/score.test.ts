import assert from 'node:assert/strict';
import fc from 'fast-check';
import { groupByScenario, pairsOf } from '../../../src/training/pairs.ts';
import { doubtsOf, highScore, isProven, scoreOf } from '../../../src/training/score.ts';
import { splitOf } from '../../../src/training/split.ts';
import { anyTrajectory, goodOutcome, lostOutcome, step, trajectory } from './fixtures.ts';

const near = (actual: number, expected: number) =>
  assert.ok(Math.abs(actual - expected) < 1e-9, `${actual} ≠ ${expected}`);

describe('scoreOf', () => {
  it('adds .40, .25/(1 + retries), .20 (1 − cost/cap) and .15 completed', () => {
    near(scoreOf(trajectory({ costMicros: 0 })).total, 1);
    near(scoreOf(trajectory({ attempt: 2, costMicros: 500_000 })).total, 0.4 + 0.125 + 0.1 + 0.15);
    near(scoreOf(trajectory({ outcome: lostOutcome, costMicros: 0 })).total, 0.25 + 0.2);
    near(scoreOf(trajectory({ outcome: { ...goodOutcome, criteriaMet: 1 }, costMicros: 0 })).total, 0.925);
  });

  it('is neither thrift nor waste without a cap', () => {
    near(scoreOf(trajectory({ capMicros: null })).economyOfMoney, 0.1);
  });

  it('stays between 0 and 1, and above the mark only for what succeeded', () => {
    fc.assert(
      fc.property(anyTrajectory, fc.nat(), fc.option(fc.nat()), (made, costMicros, capMicros) => {
        const judged = { ...made, costMicros, capMicros };
        const { total } = scoreOf(judged);
        assert.ok(total >= 0 && total <= 1 + 1e-9);
        if (!isProven(judged)) assert.ok(total <= highScore);
      }),
    );
  });
});

describe('doubtsOf', () => {
  it('names each reason that keeps an attempt from being proof', () => {
    assert.deepEqual(doubtsOf(trajectory()), []);
    const reasons: readonly [Partial<typeof goodOutcome>, RegExp][] = [
      [{ landed: false }, /did not land/],
      [{ rolledBack: true }, /rolled back/],
      [{ checks: 'failed' }, /check failed/],
      [{ checks: 'none' }, /no check ran/],
      [{ failToPass: 'broken' }, /passed without the change/],
      [{ audit: 'major' }, /major/],
      [{ audit: 'none' }, /not audited/],
    ];
    for (const [change, reason] of reasons) {
      const doubts = doubtsOf(trajectory({ outcome: { ...goodOutcome, ...change } }));
      assert.equal(doubts.length, 1);
      assert.match(doubts[0] ?? '', reason);
    }
  });
});

describe('pairsOf', () => {
  const lost = trajectory({ attempt: 2, outcome: lostOutcome, steps: [step({ reply: 'worse' })] });

  it('puts the reply that landed before the one that did not', () => {
    const [pair] = pairsOf([lost, trajectory()]);
    assert.equal(pair?.chosen.attempt, 1);
    assert.deepEqual(pair?.prompt.messages, [{ role: 'user', text: 'Add a limit.' }]);
  });

  it('makes no pair of scores that are near, of the same reply, or of prompts with nothing in common', () => {
    const same = { ...lost, steps: trajectory().steps };
    const near = {
      ...trajectory({ attempt: 1, costMicros: 1000 }),
      id: 'x',
      steps: [step({ reply: 'other' })] as const,
    };
    const foreign = { ...lost, steps: [step({ reply: 'w', messages: [{ role: 'user', text: 'Else.' }] })] as const };
    for (const other of [same, near, foreign]) assert.deepEqual(pairsOf([trajectory(), other]), []);
  });

  it('takes the beginning that a retry shares with the first attempt as the prompt', () => {
    const [first] = trajectory().steps;
    const retry = trajectory({
      attempt: 2,
      outcome: lostOutcome,
      steps: [
        step({
          reply: 'w',
          messages: [...first.messages, { role: 'assistant', text: 'p' }, { role: 'user', text: 'It failed.' }],
        }),
      ],
    });
    assert.deepEqual(pairsOf([trajectory(), retry])[0]?.prompt.messages, first.messages);
  });

  it('does not mind which attempt a message says it is', () => {
    const asked = (attempt: number) => [
      { role: 'user' as const, text: `Add a limit.\n\nPhase limit, attempt ${attempt}` },
    ];
    const first = trajectory({ steps: [step({ messages: asked(1) })] });
    const second = trajectory({ attempt: 2, outcome: lostOutcome, steps: [step({ reply: 'w', messages: asked(2) })] });
    assert.deepEqual(pairsOf([first, second])[0]?.prompt.messages, asked(1));
  });

  it('never pairs across phase specs', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(anyTrajectory, fc.constantFrom('a', 'b')), { maxLength: 8 }), (made) => {
        const all = made.map(([each, scenario]) => ({ ...each, scenario }));
        for (const group of groupByScenario(all)) {
          for (const { chosen, rejected, gap } of pairsOf(group)) {
            assert.equal(chosen.scenario, rejected.scenario);
            assert.ok(gap >= 0.15 - 1e-9);
          }
        }
      }),
    );
  });
});

describe('splitOf', () => {
  const rule = { seed: '7', heldOut: 0.2, from: null };
  const runs = Array.from({ length: 5000 }, (_, index) => `run-${index}`);
  const sides = (seed: string) => runs.map((run) => splitOf(run, '2026-01-01', { ...rule, seed }));

  it('holds out about the share asked for, the same with the same seed and another with another', () => {
    const share = sides('7').filter((side) => side === 'test').length / runs.length;
    assert.ok(share > 0.17 && share < 0.23, String(share));
    assert.deepEqual(sides('7'), sides('7'));
    assert.notDeepEqual(sides('7'), sides('8'));
  });

  it('holds out whole what began at the given time or later', () => {
    const from = '2026-02-01T00:00:00.000Z';
    assert.ok(runs.every((run) => splitOf(run, from, { ...rule, heldOut: 0, from }) === 'test'));
    assert.ok(runs.every((run) => splitOf(run, '2026-01-31T23:59:59.999Z', { ...rule, heldOut: 0, from }) === 'train'));
  });
});
