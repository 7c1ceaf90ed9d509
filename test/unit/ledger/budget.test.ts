import assert from 'node:assert/strict';
import type { EventDraft } from '../../../src/domain/event.ts';
import type { Fault } from '../../../src/domain/fault.ts';
import type { Result } from '../../../src/domain/result.ts';
import type { Ledger } from '../../../src/ledger/open-ledger.ts';
import { callOf, open, planOf, runStart, scopeOf, stamper, stateDirectory, tidy } from './fixtures.ts';

const scope = scopeOf('api');
const day = '2026-03-01';
const now = () => new Date(`${day}T12:00:00.000Z`);
const model = 'lab/builder';

function faultOf(result: Result<void>): Fault | null {
  return result.ok ? null : result.fault;
}

function settle(ledger: Ledger, callId: string, tokens: number, micros: number) {
  return ledger.settle(callId, { input: tokens, cached: 0, output: 0 }, { micros, label: 'computed' });
}

describe('the budget', () => {
  afterEach(tidy);

  it('lets everything through where there is no cap', () => {
    const ledger = open(stateDirectory(), { now });
    assert.deepEqual(ledger.headroom(scope), { micros: null, tokens: null });
    assert.equal(ledger.reserve('c1', scope, model, { tokens: 1_000_000_000, micros: 1_000_000_000 }).ok, true);
  });

  it('sets aside exactly what is left, and not one micro-dollar or token more', () => {
    const ledger = open(stateDirectory(), { now });
    ledger.setCap('run', 'run-1', { micros: 100, tokens: 1000 });
    assert.equal(ledger.reserve('c1', scope, model, { tokens: 600, micros: 60 }).ok, true);
    assert.deepEqual(ledger.headroom(scope), { micros: 40, tokens: 400 });
    assert.equal(ledger.reserve('c2', scope, model, { tokens: 1, micros: 41 }).ok, false);
    assert.equal(ledger.reserve('c3', scope, model, { tokens: 401, micros: 1 }).ok, false);
    assert.equal(ledger.reserve('c4', scope, model, { tokens: 400, micros: 40 }).ok, true);
    assert.deepEqual(ledger.headroom(scope), { micros: 0, tokens: 0 });
  });

  it('sets nothing aside when it refuses', () => {
    const ledger = open(stateDirectory(), { now });
    ledger.setCap('phase', 'run-1/api', { micros: 100, tokens: null });
    ledger.setCap('run', 'run-1', { micros: 50, tokens: null });
    assert.equal(ledger.reserve('c1', scope, model, { tokens: 1, micros: 60 }).ok, false);
    assert.deepEqual(ledger.headroom(scope), { micros: 50, tokens: null });
    assert.equal(ledger.reserve('c2', scope, model, { tokens: 1, micros: 50 }).ok, true);
  });

  for (const [level, key] of [
    ['phase', 'run-1/api'],
    ['tier', 'run-1:tier'],
    ['run', 'run-1'],
    ['day', day],
    ['month', '2026-03'],
  ] as const) {
    it(`holds at the level of the ${level}`, () => {
      const ledger = open(stateDirectory(), { now });
      ledger.setCap(level, key, { micros: 100, tokens: 500 });
      ledger.reserve('c1', scope, model, { tokens: 1, micros: 70 });
      assert.deepEqual(faultOf(ledger.reserve('c2', scope, model, { tokens: 20, micros: 31 })), {
        code: 'budget/exceeded',
        level,
        needMicros: 31,
        leftMicros: 30,
        needTokens: 20,
        leftTokens: 499,
      });
    });
  }

  it('counts a phase of another run only at the day', () => {
    const ledger = open(stateDirectory(), { now });
    for (const [level, key] of [
      ['phase', 'run-1/api'],
      ['run', 'run-1'],
      ['day', day],
    ] as const) {
      ledger.setCap(level, key, { micros: 100, tokens: null });
    }
    ledger.reserve('c1', scopeOf('api', 'run-2'), model, { tokens: 1, micros: 40 });
    assert.equal(ledger.headroom(scope).micros, 60);
    assert.equal(faultOf(ledger.reserve('c2', scope, model, { tokens: 1, micros: 61 }))?.code, 'budget/exceeded');
  });

  it('names the level with the least left', () => {
    const ledger = open(stateDirectory(), { now });
    ledger.setCap('phase', 'run-1/api', { micros: 90, tokens: null });
    ledger.setCap('run', 'run-1', { micros: 20, tokens: null });
    ledger.setCap('day', day, { micros: 50, tokens: null });
    const fault = faultOf(ledger.reserve('c1', scope, model, { tokens: 1, micros: 95 }));
    assert.equal(fault?.code === 'budget/exceeded' && fault.level, 'run');
  });

  it('works without a tier', () => {
    const ledger = open(stateDirectory(), { now });
    ledger.setCap('run', 'run-1', { micros: 100, tokens: null });
    const untiered = { ...scope, tierId: null };
    assert.equal(ledger.reserve('c1', untiered, model, { tokens: 1, micros: 100 }).ok, true);
    assert.equal(ledger.reserve('c2', untiered, model, { tokens: 1, micros: 1 }).ok, false);
    settle(ledger, 'c1', 1, 30);
    assert.equal(ledger.headroom(untiered).micros, 70);
  });

  it('needs a token cap where the price is unknown', () => {
    const ledger = open(stateDirectory(), { now });
    ledger.setCap('run', 'run-1', { micros: 100, tokens: null });
    assert.deepEqual(faultOf(ledger.reserve('c1', scope, model, { tokens: 10, micros: null })), {
      code: 'budget/price-unknown',
      model,
    });
    ledger.setCap('day', day, { micros: null, tokens: 15 });
    assert.equal(ledger.reserve('c2', scope, model, { tokens: 10, micros: null }).ok, true);
    const fault = faultOf(ledger.reserve('c3', scope, model, { tokens: 10, micros: null }));
    assert.equal(fault?.code === 'budget/exceeded' && fault.leftTokens, 5);
  });

  it('gives back what a call did not use, and all of a call that was not charged', () => {
    const ledger = open(stateDirectory(), { now });
    ledger.setCap('run', 'run-1', { micros: 100, tokens: 100 });
    ledger.reserve('c1', scope, model, { tokens: 50, micros: 50 });
    ledger.reserve('c2', scope, model, { tokens: 50, micros: 50 });
    assert.deepEqual(settle(ledger, 'c1', 10, 20), { overrun: false, warnings: [] });
    assert.deepEqual(ledger.headroom(scope), { micros: 30, tokens: 40 });
    ledger.release('c2');
    ledger.release('c2');
    assert.deepEqual(ledger.headroom(scope), { micros: 80, tokens: 90 });
    assert.equal(ledger.spend({ by: 'model' }).total.calls, 1);
  });

  it('does not take back a settled call', () => {
    const ledger = open(stateDirectory(), { now });
    ledger.setCap('run', 'run-1', { micros: 100, tokens: null });
    ledger.reserve('c1', scope, model, { tokens: 50, micros: 50 });
    settle(ledger, 'c1', 10, 20);
    ledger.release('c1');
    assert.equal(ledger.headroom(scope).micros, 80);
    assert.equal(ledger.spend({ by: 'model' }).total.costMicros, 20);
  });

  it('counts a call that is settled twice as the second time says', () => {
    const ledger = open(stateDirectory(), { now });
    ledger.setCap('run', 'run-1', { micros: 100, tokens: null });
    ledger.reserve('c1', scope, model, { tokens: 50, micros: 50 });
    settle(ledger, 'c1', 10, 20);
    settle(ledger, 'c1', 12, 25);
    assert.equal(ledger.headroom(scope).micros, 75);
    assert.equal(ledger.spend({ by: 'model' }).total.costMicros, 25);
    assert.deepEqual(ledger.checkIntegrity(), []);
  });

  it('refuses to settle what was never reserved', () => {
    const ledger = open(stateDirectory(), { now });
    assert.throws(() => settle(ledger, 'nobody', 1, 1), /without a reservation/);
  });

  it('keeps usage beyond the reservation in full, says so, and blocks the run', () => {
    const ledger = open(stateDirectory(), { now });
    ledger.setCap('run', 'run-1', { micros: 1000, tokens: null });
    ledger.reserve('c1', scope, model, { tokens: 50, micros: 50 });
    assert.equal(settle(ledger, 'c1', 50, 51).overrun, true);
    assert.deepEqual(ledger.headroom(scope), { micros: 0, tokens: null });
    const fault = faultOf(ledger.reserve('c2', scope, model, { tokens: 1, micros: 0 }));
    assert.equal(fault?.code === 'budget/exceeded' && fault.leftMicros, 0);
    assert.equal(ledger.spend({ by: 'model' }).total.costMicros, 51);
    ledger.setCap('run', 'run-1', { micros: 1000, tokens: null });
    assert.equal(ledger.headroom(scope).micros, 0, 'the same cap again changes nothing');
    ledger.setCap('run', 'run-1', { micros: 2000, tokens: null });
    assert.equal(ledger.headroom(scope).micros, 1949, 'a person raised it');
  });

  it('does not let one run’s overrun block another', () => {
    const ledger = open(stateDirectory(), { now });
    ledger.setCap('run', 'run-1', { micros: 1000, tokens: null });
    ledger.setCap('run', 'run-2', { micros: 1000, tokens: null });
    ledger.setCap('day', day, { micros: 1000, tokens: null });
    ledger.reserve('c1', scope, model, { tokens: 50, micros: 50 });
    settle(ledger, 'c1', 500, 500);
    const other = scopeOf('api', 'run-2');
    assert.equal(ledger.reserve('c2', other, model, { tokens: 1, micros: 500 }).ok, true);
    assert.equal(ledger.reserve('c3', other, model, { tokens: 1, micros: 1 }).ok, false);
  });

  it('refuses even a free call where more than the cap is used', () => {
    const ledger = open(stateDirectory(), { now });
    ledger.reserve('c1', scope, model, { tokens: 50, micros: 50 });
    settle(ledger, 'c1', 50, 50);
    ledger.setCap('run', 'run-1', { micros: 40, tokens: null });
    assert.equal(ledger.reserve('c2', scope, model, { tokens: 0, micros: 0 }).ok, false);
    ledger.setCap('run', 'run-1', { micros: 50, tokens: null });
    assert.equal(ledger.reserve('c3', scope, model, { tokens: 0, micros: 0 }).ok, true);
  });

  it('counts what was used before a cap was set', () => {
    const ledger = open(stateDirectory(), { now });
    ledger.reserve('c1', scope, model, { tokens: 50, micros: 50 });
    settle(ledger, 'c1', 50, 50);
    ledger.setCap('phase', 'run-1/api', { micros: 60, tokens: null });
    assert.equal(ledger.headroom(scope).micros, 10);
  });

  for (const [level, key] of [
    ['phase', 'run-1/api'],
    ['tier', 'run-1:tier'],
    ['run', 'run-1'],
    ['day', day],
    ['month', '2026-03'],
  ] as const) {
    it(`warns at both marks of the cap of a ${level}, in money and in tokens`, () => {
      for (const cap of [
        { micros: 100, tokens: null },
        { micros: null, tokens: 100 },
      ]) {
        const ledger = open(stateDirectory(), { now });
        ledger.setCap(level, key, cap);
        const percents = [74, 1, 14, 1].map((amount, index) => {
          ledger.reserve(`c${index}`, scope, model, { tokens: amount, micros: amount });
          return settle(ledger, `c${index}`, amount, amount).warnings.map((warning) => {
            assert.equal(warning.level, level);
            return warning.percent;
          });
        });
        assert.deepEqual(percents, [[], [75], [], [90]]);
      }
    });
  }

  it('warns at 75 and at 90 percent, once each', () => {
    const ledger = open(stateDirectory(), { now });
    ledger.setCap('run', 'run-1', { micros: 1000, tokens: null });
    ledger.setCap('phase', 'run-1/api', { micros: null, tokens: 1000 });
    const use = (callId: string, tokens: number, micros: number) => {
      ledger.reserve(callId, scope, model, { tokens, micros });
      return settle(ledger, callId, tokens, micros).warnings;
    };
    assert.deepEqual(use('c1', 10, 749), []);
    assert.deepEqual(use('c2', 10, 1), [
      { level: 'run', percent: 75, spentMicros: 750, capMicros: 1000, spentTokens: 20, capTokens: null },
    ]);
    assert.deepEqual(use('c3', 10, 1), []);
    assert.deepEqual(
      use('c4', 960, 200).map(({ level, percent }) => [level, percent]),
      [
        ['phase', 75],
        ['phase', 90],
        ['run', 90],
      ],
    );
    assert.deepEqual(use('c5', 5, 5), []);
  });

  it('warns anew after a cap was raised', () => {
    const ledger = open(stateDirectory(), { now });
    ledger.setCap('run', 'run-1', { micros: 100, tokens: null });
    ledger.reserve('c1', scope, model, { tokens: 1, micros: 80 });
    assert.equal(settle(ledger, 'c1', 1, 80).warnings.length, 1);
    ledger.setCap('run', 'run-1', { micros: 1000, tokens: null });
    ledger.reserve('c2', scope, model, { tokens: 1, micros: 670 });
    assert.deepEqual(
      settle(ledger, 'c2', 1, 670).warnings.map((warning) => warning.percent),
      [75],
    );
  });

  it('carries the day’s cap into the next day of a run that goes on', () => {
    let time = `${day}T23:59:00.000Z`;
    const ledger = open(stateDirectory(), { now: () => new Date(time) });
    ledger.setCap('day', day, { micros: 100, tokens: null });
    ledger.reserve('c1', scope, model, { tokens: 1, micros: 90 });
    time = '2026-03-02T00:01:00.000Z';
    assert.equal(ledger.headroom(scope).micros, 100, 'a new day');
    assert.equal(ledger.reserve('c2', scope, model, { tokens: 1, micros: 101 }).ok, false);
    settle(ledger, 'c1', 1, 90);
    assert.equal(ledger.headroom(scope).micros, 100, 'charged to the day it began');
  });

  for (const [what, tokens, micros] of [
    ['a negative amount', -1, 1],
    ['a fraction', 1, 0.5],
    ['not a number', Number.NaN, 1],
    ['infinity', 1, Number.POSITIVE_INFINITY],
  ] as const) {
    it(`takes ${what} neither as worst case nor as usage nor as cap`, () => {
      const ledger = open(stateDirectory(), { now });
      ledger.setCap('run', 'run-1', { micros: 100, tokens: 100 });
      assert.throws(() => ledger.reserve('c1', scope, model, { tokens, micros }), RangeError);
      ledger.reserve('c2', scope, model, { tokens: 10, micros: 10 });
      assert.throws(() => settle(ledger, 'c2', tokens, micros), RangeError);
      assert.throws(() => ledger.setCap('run', 'run-1', { micros, tokens }), RangeError);
      assert.deepEqual(ledger.headroom(scope), { micros: 90, tokens: 90 }, 'it stays reserved');
    });
  }
});

describe('reservations of a process that is gone', () => {
  afterEach(tidy);

  function leaveBehind(directory: string): void {
    const ledger = open(directory, { now });
    ledger.setCap('run', 'run-1', { micros: 100, tokens: 1000 });
    ledger.reserve('c1', scope, model, { tokens: 300, micros: 60 });
  }

  it('count at their worst case, marked as an estimate, and free nothing', () => {
    const directory = stateDirectory();
    leaveBehind(directory);
    const ledger = open(directory, { now, liveness: () => 'dead' });
    assert.equal(ledger.abandonedCalls, 1);
    assert.deepEqual(ledger.headroom(scope), { micros: 40, tokens: 700 });
    const { total } = ledger.spend({ by: 'phase' });
    assert.deepEqual([total.calls, total.input, total.costMicros, total.costLabel], [1, 300, 60, 'estimated']);
    const [call] = ledger.calls({ runId: 'run-1' });
    assert.equal(call?.state, 'presumed');
    assert.deepEqual(call?.fault, { code: 'interrupted' });
    assert.deepEqual(ledger.checkIntegrity(), []);
    assert.equal(open(directory, { now, liveness: () => 'dead' }).abandonedCalls, 0, 'once');
  });

  it('count what was used where the reply was kept before it was killed', async () => {
    const directory = stateDirectory();
    leaveBehind(directory);
    await open(directory, { now }).keepCall(
      callOf('c1', { tokens: { input: 200, cached: 0, output: 50 }, cost: { micros: 7, label: 'computed' } }),
    );
    const ledger = open(directory, { now, liveness: () => 'dead' });
    assert.deepEqual(ledger.headroom(scope), { micros: 100 - 7, tokens: 750 });
    const [call] = ledger.calls({ runId: 'run-1' });
    assert.deepEqual([call?.state, call?.fault, call?.cost.label], ['ended', null, 'computed']);
    const { total } = ledger.spend({ by: 'phase' });
    assert.deepEqual([total.calls, total.input, total.output, total.costMicros], [1, 200, 50, 7]);
    assert.deepEqual(ledger.checkIntegrity(), []);
  });

  it('block what follows where what was kept is more than was set aside', async () => {
    const directory = stateDirectory();
    leaveBehind(directory);
    await open(directory, { now }).keepCall(
      callOf('c1', { tokens: { input: 400, cached: 0, output: 0 }, cost: { micros: 7, label: 'computed' } }),
    );
    const ledger = open(directory, { now, liveness: () => 'dead' });
    assert.deepEqual(ledger.headroom(scope), { micros: 0, tokens: 0 });
  });

  it('cost nothing where a cassette was asked: nothing had left the machine', async () => {
    const directory = stateDirectory();
    const first = open(directory, { now });
    const stamp = stamper('run-1');
    await first.record(stamp({ ...runStart(planOf('api')), recorded: true } as EventDraft));
    leaveBehind(directory);
    await first.record(
      stamp({
        type: 'call-start',
        stage: 'DISPATCH',
        phaseId: 'api',
        attempt: 1,
        callId: 'c1',
        role: 'builder',
        model,
        reserved: { tokens: 300, micros: 60 },
      }),
    );
    const ledger = open(directory, { now, liveness: () => 'dead' });
    assert.deepEqual(ledger.headroom(scope), { micros: 100, tokens: 1000 });
    assert.equal(ledger.spend({ by: 'phase' }).total.calls, 0);
    const [call] = ledger.calls({ runId: 'run-1' });
    assert.deepEqual([call?.state, call?.fault], ['ended', { code: 'interrupted' }]);
    assert.deepEqual(ledger.checkIntegrity(), []);
  });

  it('are unknown money where the price was', () => {
    const directory = stateDirectory();
    const first = open(directory, { now });
    first.setCap('run', 'run-1', { micros: null, tokens: 1000 });
    first.reserve('c1', scope, model, { tokens: 300, micros: null });
    const ledger = open(directory, { now, liveness: () => 'dead' });
    const { total } = ledger.spend({ by: 'phase' });
    assert.deepEqual([total.input, total.costMicros, total.costLabel], [300, 0, 'unknown']);
  });

  it('are left alone while it lives', () => {
    const directory = stateDirectory();
    leaveBehind(directory);
    const ledger = open(directory, { now });
    assert.equal(ledger.abandonedCalls, 0);
    assert.equal(ledger.spend({ by: 'phase' }).total.calls, 0);
    assert.equal(ledger.headroom(scope).micros, 40);
  });

  it('wait an hour where it runs on a machine that cannot be asked', () => {
    const directory = stateDirectory();
    leaveBehind(directory);
    const at = (time: string) => ({ now: () => new Date(`${day}T${time}.000Z`), liveness: () => 'unknown' as const });
    assert.equal(open(directory, at('12:59:59')).abandonedCalls, 0);
    assert.equal(open(directory, at('13:00:01')).abandonedCalls, 1);
  });

  it('are settled in the same way by a process that ends in order', () => {
    const directory = stateDirectory();
    const first = open(directory, { now });
    first.reserve('c1', scope, model, { tokens: 300, micros: 60 });
    const second = open(directory, { now });
    second.reserve('c2', scope, model, { tokens: 300, micros: 60 });
    first.close();
    assert.deepEqual(
      second.calls({ runId: 'run-1' }).map((call) => [call.callId, call.state]),
      [['c1', 'presumed']],
      'only its own',
    );
  });

  it('take the true figure when it comes after all', () => {
    const directory = stateDirectory();
    leaveBehind(directory);
    const ledger = open(directory, { now, liveness: () => 'dead' });
    assert.equal(ledger.headroom(scope).micros, 40);
    assert.equal(settle(ledger, 'c1', 100, 25).overrun, false);
    assert.deepEqual(ledger.headroom(scope), { micros: 75, tokens: 900 });
    assert.deepEqual(ledger.spend({ by: 'model' }).total.costLabel, 'computed');
    assert.deepEqual(ledger.checkIntegrity(), []);
  });

  it('vanish when the call turns out not to have been charged', () => {
    const directory = stateDirectory();
    leaveBehind(directory);
    const ledger = open(directory, { now, liveness: () => 'dead' });
    ledger.release('c1');
    assert.deepEqual(ledger.headroom(scope), { micros: 100, tokens: 1000 });
    assert.equal(ledger.spend({ by: 'model' }).total.calls, 0);
    assert.deepEqual(ledger.checkIntegrity(), []);
  });
});
