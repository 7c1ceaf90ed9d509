import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import type { EngineEvent } from '../../../src/domain/event.ts';
import { createEmitter } from '../../../src/engine/emitter.ts';

const notice = (message: string) => ({ type: 'notice', stage: 'COMPLETE', level: 'info', message }) as const;
const said = (event: EngineEvent) => (event.type === 'notice' ? event.message : event.type);

describe('emitter', () => {
  it('keeps each event before any listener hears of it, and in order', async () => {
    const log: string[] = [];
    const emit = createEmitter({
      runId: 'run',
      now: () => new Date(0),
      onListenerError: (error) => assert.fail(String(error)),
      recorder: {
        async record(event) {
          await wait(said(event) === 'slow' ? 15 : 1);
          log.push(`kept ${said(event)}`);
        },
      },
      listeners: [(event) => log.push(`heard ${said(event)}`)],
    });
    await Promise.all([emit(notice('slow')), emit(notice('fast'))]);
    assert.deepEqual(log, ['kept slow', 'heard slow', 'kept fast', 'heard fast']);
  });

  it('outlives a broken listener and still tells the others', async () => {
    const heard: string[] = [];
    const errors: unknown[] = [];
    const emit = createEmitter({
      runId: 'run',
      now: () => new Date(),
      onListenerError: (error) => errors.push(error),
      recorder: { record: async () => {} },
      listeners: [
        () => {
          throw new Error('broken');
        },
        (event) => heard.push(said(event)),
      ],
    });
    await emit(notice('one'));
    assert.deepEqual(heard, ['one']);
    assert.equal(errors.length, 1);
  });

  it('tells the caller that an event could not be kept, and no listener', async () => {
    const emit = createEmitter({
      runId: 'run',
      now: () => new Date(),
      onListenerError: (error) => assert.fail(String(error)),
      recorder: { record: () => Promise.reject(new Error('disk full')) },
      listeners: [() => assert.fail('heard of an event that was not kept')],
    });
    await assert.rejects(emit(notice('one')), /disk full/);
  });

  it('gives sortable, unique ids', async () => {
    const ids: string[] = [];
    const emit = createEmitter({
      runId: 'run',
      now: () => new Date(1_700_000_000_000),
      onListenerError: (error) => assert.fail(String(error)),
      recorder: { record: async ({ eventId }) => void ids.push(eventId) },
      listeners: [],
    });
    for (let index = 0; index < 50; index++) await emit(notice(String(index)));
    assert.deepEqual(ids, [...new Set(ids)].sort());
  });
});
