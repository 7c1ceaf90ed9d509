import type { EngineEvent, EventDraft } from '../domain/event.ts';
import type { Emit, Recorder } from './ports/run.ts';

export type Listener = (event: EngineEvent) => void;

export interface EmitterOptions {
  readonly runId: string;
  readonly recorder: Recorder;
  readonly listeners: Iterable<Listener>;
  readonly now: () => Date;
  /** Told of a listener that threw; the run goes on. */
  readonly onListenerError: (error: unknown) => void;
}

/**
 * Events of one run, in the order they were emitted: each is kept before any listener hears of it, and none overtakes
 * another even where phases run in parallel.
 */
export function createEmitter(options: EmitterOptions): Emit {
  let sequence = 0;
  let tail: Promise<void> = Promise.resolve();

  async function deliver(event: EngineEvent): Promise<void> {
    await options.recorder.record(event);
    for (const listener of options.listeners) {
      try {
        listener(event);
      } catch (error) {
        options.onListenerError(error);
      }
    }
  }

  return (draft: EventDraft) => {
    const at = options.now();
    sequence += 1;
    const eventId = `${options.runId}-${at.getTime().toString(36)}-${sequence.toString(36).padStart(5, '0')}`;
    const event = { eventId, runId: options.runId, at: at.toISOString(), ...draft } as EngineEvent;
    const delivered = tail.then(() => deliver(event));
    // The caller sees a failure of its own event; later events are still tried.
    tail = delivered.catch(() => {});
    return delivered;
  };
}
