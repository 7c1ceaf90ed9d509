import type { Clock } from './clock.ts';

export interface PaceLimits {
  readonly requestsPerMinute?: number | undefined;
  readonly tokensPerMinute?: number | undefined;
}

/** A request that was let through; what it really used can be said later. */
export interface Pass {
  used(tokens: number): void;
}

/** Keeps the requests and tokens of any minute under what the user allows a provider. */
export interface Pace {
  /**
   * Waits until a request of about so many tokens keeps to the limits; one that is larger than a minute's tokens waits
   * for an empty minute. `onWait` hears how many seconds that takes. Throws `interrupted`.
   */
  pass(tokens: number, onWait: (seconds: number) => Promise<void>, clock: Clock, signal: AbortSignal): Promise<Pass>;
}

const minute = 60_000;

interface Entry {
  readonly at: number;
  tokens: number;
}

export function createPace({ requestsPerMinute, tokensPerMinute }: PaceLimits): Pace {
  let window: Entry[] = [];

  /** Milliseconds until the oldest entries that are in the way have left the window. */
  function waitFor(tokens: number, now: number): number {
    window = window.filter(({ at }) => at > now - minute);
    let count = window.length;
    let sum = window.reduce((total, entry) => total + entry.tokens, 0);
    for (const [index, entry] of window.entries()) {
      const fits = count < (requestsPerMinute ?? Number.POSITIVE_INFINITY);
      if (fits && sum + tokens <= (tokensPerMinute ?? Number.POSITIVE_INFINITY)) {
        return index === 0 ? 0 : (window[index - 1] as Entry).at + minute - now;
      }
      count -= 1;
      sum -= entry.tokens;
    }
    const last = window.at(-1);
    return last ? last.at + minute - now : 0;
  }

  return {
    async pass(tokens, onWait, clock, signal) {
      for (let told = false; ; told = true) {
        const now = clock.now().getTime();
        const wait = waitFor(tokens, now);
        if (wait <= 0) {
          const entry: Entry = { at: now, tokens };
          window.push(entry);
          return {
            used(actual) {
              entry.tokens = actual;
            },
          };
        }
        if (!told) await onWait(wait / 1000);
        await clock.sleep(wait / 1000, signal);
      }
    },
  };
}
