import assert from 'node:assert/strict';
import { createCountdown } from '../../../src/compose/countdown.ts';
import type { EngineEvent } from '../../../src/domain/event.ts';

const event = (type: string, phaseId: string, fields: object = {}) =>
  ({
    eventId: 'e',
    runId: 'r',
    phaseId,
    component: 'builder',
    stage: 'DISPATCH',
    at: '',
    type,
    ...fields,
  }) as EngineEvent;

describe('a countdown', () => {
  let now = 0;
  let shown: (number | null)[] = [];
  const countdown = () =>
    createCountdown(
      (seconds) => shown.push(seconds),
      () => now,
    );

  beforeEach(() => {
    now = 0;
    shown = [];
  });

  it('begins with a wait and ends when its phase goes on', () => {
    const own = countdown();
    own.hear(event('call-retry', 'one', { afterSeconds: 74.2 }));
    own.hear(event('check-start', 'two'));
    assert.deepEqual(shown, [75]);
    own.hear(event('call-start', 'one'));
    assert.deepEqual(shown, [75, null]);
  });

  it('goes down with the time', async () => {
    const own = countdown();
    own.hear(event('call-retry', 'one', { afterSeconds: 3 }));
    now = 1500;
    while (shown.length < 2) await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(shown[1], 2);
    now = 3000;
    while (shown.at(-1) !== null) await new Promise((resolve) => setTimeout(resolve, 20));
    own.end();
    assert.deepEqual(shown.filter((seconds) => seconds === null).length, 1);
  });

  it('shows the longest of several waits', () => {
    const own = countdown();
    own.hear(event('call-retry', 'one', { afterSeconds: 90 }));
    own.hear(event('call-retry', 'two', { afterSeconds: 10 }));
    assert.deepEqual(shown, [90, 90]);
    own.hear(event('call-start', 'two'));
    own.end();
    assert.deepEqual(shown, [90, 90, null]);
  });

  it('is silent while nothing waits', () => {
    const own = countdown();
    own.hear(event('call-start', 'one'));
    own.end();
    assert.deepEqual(shown, []);
  });
});
