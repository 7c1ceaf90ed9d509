import assert from 'node:assert/strict';
import type { EventDraft } from '../../../src/domain/event.ts';
import { openControl, type RunControl } from '../../../src/engine/control.ts';
import { scriptedInbox } from './world.ts';

describe('control of a run', () => {
  let control: RunControl;
  const told: EventDraft[] = [];
  const inbox = scriptedInbox();
  const outside = new AbortController();

  beforeEach(() => {
    told.splice(0);
    control = openControl({
      runId: 'r',
      emit: async (event) => void told.push(event),
      inbox,
      signal: outside.signal,
      minutes: 10,
      phaseIds: new Set(['one', 'two']),
    });
  });
  afterEach(() => control.end());

  const ask = (type: 'pause' | 'resume' | 'stop' | 'skip' | 'retry', phaseId: string | null = null, reason = '') =>
    control.accept({ type, phaseId, reason: reason || null });
  const isOpen = async (signal: AbortSignal) =>
    Promise.race([
      control.safePoint(signal).then(() => true),
      new Promise<boolean>((resolve) => setTimeout(() => resolve(false), 30)),
    ]);

  it('lets work through until it is paused, and again once it is resumed', async () => {
    const { signal } = control.enter('one', 1);
    assert.equal(await isOpen(signal), true);
    assert.equal(await ask('pause'), true);
    assert.equal(await ask('pause'), false);
    assert.equal(await isOpen(signal), false);
    assert.equal(await ask('resume'), true);
    assert.equal(await ask('resume'), false);
    assert.equal(await isOpen(signal), true);
    assert.equal(told.length, 2);
  });

  it('holds the clock of a phase while it is paused', async () => {
    const lease = control.enter('one', 0.002);
    await ask('pause');
    await new Promise((resolve) => setTimeout(resolve, 250));
    assert.equal(lease.isTimeUp(), false);
    await ask('resume');
    await new Promise<void>((resolve) => lease.signal.addEventListener('abort', () => resolve()));
    assert.equal(lease.isTimeUp(), true);
    assert.equal(control.endOf('one'), null);
  });

  it('stops everything with its reason, paused or not', async () => {
    const { signal } = control.enter('one', 1);
    await ask('pause');
    const waiting = control.safePoint(signal);
    await ask('stop', null, 'Enough.');
    await assert.rejects(waiting, { fault: { code: 'interrupted' } });
    assert.deepEqual(control.endOf('one'), { reason: 'Stopped: Enough.', fault: { code: 'interrupted' } });
    assert.deepEqual(control.fault(), { code: 'interrupted' });
    assert.equal(await ask('stop'), false);
  });

  it('skips one phase and leaves the others at work', async () => {
    const one = control.enter('one', 1);
    const two = control.enter('two', 1);
    assert.equal(await ask('skip', 'one', 'Not now.'), true);
    assert.deepEqual([one.signal.aborted, two.signal.aborted, control.signal.aborted], [true, false, false]);
    assert.deepEqual(control.endOf('one'), { reason: 'Skipped: Not now.', fault: null });
    assert.equal(control.endOf('two'), null);
  });

  it('skips whatever is at work where no phase is named', async () => {
    assert.equal(await ask('skip'), false);
    const one = control.enter('one', 1);
    assert.equal(await ask('skip'), true);
    assert.equal(one.signal.aborted, true);
    assert.deepEqual(
      told.map((event) => event.phaseId),
      ['one'],
    );
  });

  it('remembers what is skipped before it begins, and lets it be tried after all', async () => {
    await ask('skip', 'two');
    assert.equal(control.skipped.get('two'), 'Skipped by you.');
    assert.equal(await ask('retry', 'two'), false);
    control.enter('two', 1).end();
    assert.equal(await ask('skip', 'two'), false);
    assert.equal(await ask('retry', 'two'), true);
    assert.deepEqual([control.takeRetries(), control.takeRetries()], [['two'], []]);
    assert.equal(control.skipped.has('two'), false);
  });

  it('does not heed phases that the run does not have', async () => {
    assert.equal(await ask('skip', 'three'), false);
    assert.equal(await ask('retry', 'three'), false);
    assert.deepEqual(told, []);
  });

  it('looks for requests by itself', async () => {
    const changed = control.changed();
    inbox.ask({ type: 'pause', phaseId: null, reason: 'From elsewhere.' });
    await changed;
    assert.equal(control.isPaused(), true);
    assert.deepEqual(
      told.map((event) => event.type === 'run-controlled' && [event.control, event.reason]),
      [['pause', 'From elsewhere.']],
    );
  });
});
