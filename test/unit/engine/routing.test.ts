import assert from 'node:assert/strict';
import { failureSignature } from '../../../src/engine/failure.ts';
import { nextRoute, type PastAttempt, sameFailureTwice } from '../../../src/engine/routing.ts';
import { boundsOf } from '../../../src/engine/strategy.ts';
import { specOf } from './evidence.ts';

const past = (signature: string, fingerprint: string): PastAttempt => ({
  because: { kind: 'checks', summary: 'npm test failed.', detail: '', signature },
  fingerprint,
});

describe('routing', () => {
  const spec = specOf({ budget: { attempts: 3 } });
  const bounds = boundsOf(spec);

  it('numbers attempts and ends with the cap', () => {
    assert.equal(nextRoute(spec, bounds, [])?.attempt, 1);
    assert.equal(nextRoute(spec, bounds, [past('a', '1'), past('b', '2')])?.attempt, 3);
    assert.equal(nextRoute(spec, bounds, [past('a', '1'), past('b', '2'), past('c', '3')]), null);
  });

  it('gives up where the same change failed the same way, and goes on where the change is new', () => {
    assert.equal(nextRoute(spec, bounds, [past('a', '1'), past('a', '1')]), null);
    assert.notEqual(nextRoute(spec, bounds, [past('a', '1'), past('a', '2')]), null);
    assert.ok(sameFailureTwice([past('a', '1'), past('a', '2')]));
    assert.ok(!sameFailureTwice([past('a', '1'), past('b', '1')]));
    assert.ok(!sameFailureTwice([past('a', '1')]));
  });

  it('says why the model was chosen', () => {
    assert.match(nextRoute(specOf({ builder: { model: 'lab/one' } }), bounds, [])?.reason ?? '', /named by the spec/);
    assert.match(nextRoute(spec, bounds, [past('a', '1')])?.reason ?? '', /npm test failed/);
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
