import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { withMachineLock } from '../../editor/machine-lock.ts';

const name = () => `countersign-test ${process.pid} ${Math.random()}`;
const patience = { timeoutSeconds: 10, onWait: () => {} };

describe('withMachineLock', () => {
  before(function () {
    // Only Linux has the kind of socket that this rests on, and only there is an editor installed.
    if (process.platform !== 'linux') this.skip();
  });

  it('lets one holder in at a time and tells the others that they wait', async () => {
    const lock = name();
    let inside = 0;
    let most = 0;
    let waits = 0;
    const hold = () =>
      withMachineLock(lock, { ...patience, onWait: () => (waits += 1) }, async () => {
        inside += 1;
        most = Math.max(most, inside);
        await sleep(30);
        inside -= 1;
      });
    await Promise.all([hold(), hold(), hold()]);
    assert.equal(most, 1);
    assert.equal(waits, 2);
  });

  it('is free again after an action that failed', async () => {
    const lock = name();
    await assert.rejects(
      withMachineLock(lock, patience, () => Promise.reject(new Error('broken'))),
      /broken/,
    );
    assert.equal(await withMachineLock(lock, patience, async () => 'in'), 'in');
  });

  it('gives up after its time limit', async () => {
    const lock = name();
    const held = withMachineLock(lock, patience, () => sleep(800));
    const wait = withMachineLock(lock, { timeoutSeconds: 0.1, onWait: () => {} }, async () => 'in');
    await assert.rejects(wait, /has held/);
    await held;
  });
});
