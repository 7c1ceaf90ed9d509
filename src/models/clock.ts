import { setTimeout as delay } from 'node:timers/promises';
import { EngineError } from '../domain/engine-error.ts';

/** Time as this room sees it, so that tests need not wait. */
export interface Clock {
  now(): Date;
  /** Throws `interrupted` when the signal is aborted. */
  sleep(seconds: number, signal: AbortSignal): Promise<void>;
  /** From 0 to below 1, for jitter. */
  random(): number;
}

export const systemClock: Clock = {
  now: () => new Date(),
  random: Math.random,
  async sleep(seconds, signal) {
    try {
      await delay(seconds * 1000, undefined, { signal });
    } catch (error) {
      throw new EngineError({ code: 'interrupted' }, error);
    }
  },
};
