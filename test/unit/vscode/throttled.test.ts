import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { throttled } from '../../../src/vscode/throttled.ts';

describe('A throttled function', () => {
  it('acts at once, then once for all calls of an interval', async () => {
    let acted = 0;
    const act = throttled(() => {
      acted += 1;
    }, 20);
    for (let call = 0; call < 10; call += 1) act();
    assert.equal(acted, 1);
    await sleep(60);
    assert.equal(acted, 2);
  });

  it('acts no more once it is cancelled', async () => {
    let acted = 0;
    const act = throttled(() => {
      acted += 1;
    }, 10);
    act();
    act();
    act.cancel();
    await sleep(40);
    assert.equal(acted, 1);
  });
});
