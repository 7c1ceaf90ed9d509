import assert from 'node:assert/strict';
import { configSchema, type ModelTier } from '../../../src/domain/config.ts';
import { failureSignature } from '../../../src/engine/failure.ts';
import {
  type Choice,
  nextRoute,
  type PastAttempt,
  type Route,
  routeAsBefore,
  sameFailureTwice,
} from '../../../src/engine/routing.ts';
import { boundsOf } from '../../../src/engine/strategy.ts';
import { builtInStrategy, specOf } from './evidence.ts';

const past = (signature: string, fingerprint: string, tier: ModelTier | null = null): PastAttempt => ({
  because: { kind: 'checks', summary: 'npm test failed.', detail: '', signature },
  fingerprint,
  tier,
});

const choiceOf = (spec: Record<string, unknown>, models: object = {}, fits: Choice['fits'] = () => true): Choice => ({
  spec: specOf(spec),
  models: configSchema.parse({ models }).models,
  strategy: builtInStrategy.other,
  fits,
});

const tiers = { cheap: 'lab/small', middle: 'lab/medium', top: 'lab/large' };

describe('routing to one model', () => {
  const choice = choiceOf({ budget: { attempts: 3 } });
  const bounds = boundsOf(specOf({ budget: { attempts: 3 } }), builtInStrategy);

  it('numbers attempts and ends with the cap', () => {
    assert.equal(nextRoute(choice, bounds, [])?.attempt, 1);
    assert.equal(nextRoute(choice, bounds, [past('a', '1'), past('b', '2')])?.attempt, 3);
    assert.equal(nextRoute(choice, bounds, [past('a', '1'), past('b', '2'), past('c', '3')]), null);
  });

  it('gives up where the same change failed the same way, and goes on where the change is new', () => {
    assert.equal(nextRoute(choice, bounds, [past('a', '1'), past('a', '1')]), null);
    assert.notEqual(nextRoute(choice, bounds, [past('a', '1'), past('a', '2')]), null);
    assert.ok(sameFailureTwice([past('a', '1'), past('a', '2')]));
    assert.ok(!sameFailureTwice([past('a', '1'), past('b', '1')]));
    assert.ok(!sameFailureTwice([past('a', '1')]));
  });

  it('says why the model was chosen', () => {
    const named = choiceOf({ builder: { model: 'lab/one' } });
    assert.match(nextRoute(named, bounds, [])?.reason ?? '', /named by the spec/);
    assert.match(nextRoute(choice, bounds, [past('a', '1')])?.reason ?? '', /npm test failed/);
  });
});

describe('routing among tiers', () => {
  const spec = { complexity: 'low', budget: { attempts: 20 } };
  const choice = choiceOf(spec, { tiers });
  const bounds = boundsOf(specOf(spec), builtInStrategy);

  it('moves one tier up on the same failure again, whatever was tried', () => {
    for (const second of ['1', '2']) {
      const route = nextRoute(choice, bounds, [past('a', '1', 'cheap'), past('a', second, 'cheap')]);
      assert.equal(route?.model, 'lab/medium');
      assert.deepEqual(route?.facts, { rule: 'escalation', tier: 'middle', tooDear: null, difficulty: 0.2 });
      assert.match(route?.reason ?? '', /^middle tier, up from cheap: the same failure again/);
    }
  });

  it('moves on at once where the higher tier fails the same way', () => {
    const route = nextRoute(choice, bounds, [
      past('a', '1', 'cheap'),
      past('a', '2', 'cheap'),
      past('a', '3', 'middle'),
    ]);
    assert.equal(route?.model, 'lab/large');
  });

  it('stays on another failure, also on the way back to an older one', () => {
    const history = [past('a', '1', 'cheap'), past('b', '2', 'cheap'), past('a', '3', 'cheap')];
    assert.equal(nextRoute(choice, bounds, history.slice(0, 2))?.model, 'lab/small');
    assert.equal(nextRoute(choice, bounds, history)?.model, 'lab/small');
  });

  it('does not fall back once it has escalated', () => {
    const history = [past('a', '1', 'cheap'), past('a', '2', 'cheap'), past('b', '3', 'middle')];
    const route = nextRoute(choice, bounds, history);
    assert.equal(route?.model, 'lab/medium');
    assert.match(route?.reason ?? '', /reached by escalation/);
  });

  it('is the end at the top, where the same failure comes twice', () => {
    const history = [past('a', '1', 'middle'), past('a', '2', 'top')];
    assert.equal(nextRoute(choice, bounds, history)?.model, 'lab/large', 'the first at the top');
    assert.equal(nextRoute(choice, bounds, [...history, past('a', '3', 'top')]), null);
  });

  it('takes tiers with one model for one step', () => {
    const two = choiceOf(spec, { tiers: { cheap: 'lab/small', top: 'lab/large' } });
    const history = [past('a', '1', 'cheap'), past('a', '2', 'cheap')];
    assert.equal(nextRoute(two, bounds, history)?.model, 'lab/large');
    const same = choiceOf(spec, { tiers: { cheap: 'lab/small', middle: 'lab/small', top: 'lab/small' } });
    assert.equal(nextRoute(same, bounds, history), null);
  });

  it('ends, and does not go down, where the tier above does not fit the budget', () => {
    const poor = choiceOf(spec, { tiers }, (model) => model === 'lab/small');
    const history = [past('a', '1', 'cheap'), past('a', '2', 'cheap')];
    assert.equal(nextRoute(poor, bounds, history), null);
  });

  it('leaves a model that the spec or the category names where it is', () => {
    for (const pinned of [
      choiceOf({ ...spec, builder: { model: 'lab/one' } }, { tiers }),
      choiceOf({ ...spec, category: 'docs' }, { tiers, categories: { docs: 'lab/one' } }),
    ]) {
      const route = nextRoute(pinned, bounds, [past('a', '1'), past('a', '2')]);
      assert.equal(route?.model, 'lab/one');
      assert.equal(nextRoute(pinned, bounds, [past('a', '1'), past('a', '1')]), null);
    }
  });
});

describe('a route that is gone once more', () => {
  const bounds = boundsOf(specOf({}), builtInStrategy);
  const first = (choice: Choice): Route => nextRoute(choice, bounds, []) ?? assert.fail();

  it('keeps the tier whose model answered, also where another one fits the budget by now', () => {
    const choice = choiceOf({ complexity: 'high' }, { tiers });
    const route = routeAsBefore(first(choice), choice, 'middle');
    assert.deepEqual([first(choice).model, route.model, route.facts.tier], ['lab/large', 'lab/medium', 'middle']);
    assert.deepEqual(route.cheaper, ['lab/small']);
  });

  it('is the planned one where nothing was answered, the tier is the same, or a model is named', () => {
    const choice = choiceOf({ complexity: 'high' }, { tiers });
    assert.deepEqual(routeAsBefore(first(choice), choice, null), first(choice));
    assert.deepEqual(routeAsBefore(first(choice), choice, 'top'), first(choice));
    const named = choiceOf({ builder: { model: 'lab/one' } }, { tiers });
    assert.deepEqual(routeAsBefore(first(named), named, 'cheap'), first(named));
    const single = choiceOf({});
    assert.deepEqual(routeAsBefore(first(single), single, 'cheap'), first(single));
  });
});

describe('failure signatures', () => {
  it('are equal when only numbers, times, hashes, paths and colours differ', () => {
    const one = 'not ok 3 - lists (12.5ms) at /tmp/a1/src/history.ts:14:3 commit 9f8e7d6c5b';
    const two = '\u001b[31mnot ok 4\u001b[39m - lists (9.25ms) at /home/x/w/src/history.ts:20:11 commit 1a2b3c4d5e';
    assert.equal(failureSignature(one), failureSignature(two));
  });

  it('differ when the failing test does', () => {
    assert.notEqual(failureSignature('not ok 1 - lists'), failureSignature('not ok 1 - greets'));
  });
});
