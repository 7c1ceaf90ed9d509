import { EngineError } from '../domain/engine-error.ts';

/** How a model at an endpoint wants to be asked, as far as its refusals have taught us. */
export interface Habits {
  readonly limitField: 'max_tokens' | 'max_completion_tokens';
  readonly structured: 'json_schema' | 'json_object' | 'prompt';
  readonly temperature: boolean;
  readonly stream: boolean;
  readonly streamUsage: boolean;
}

/** What all runs of one process share about one endpoint. */
export interface Endpoint {
  /** Learnt by model, because servers front several. */
  readonly habits: Map<string, Habits>;
  /** Not to be called before this time (epoch milliseconds), as the provider asked. */
  restUntil: number;
  /** Waits for a free place and takes it; the caller gives it back by calling what it gets. Throws `interrupted`. */
  enter(signal: AbortSignal): Promise<() => void>;
}

/** Endpoints by base address. Make one for the process and give it to every run. */
export interface Endpoints {
  of(baseUrl: string): Endpoint;
}

/** Calls at the same time to one endpoint. */
const mostCalls = 8;

export function createEndpoints(concurrency = mostCalls): Endpoints {
  const known = new Map<string, Endpoint>();
  return {
    of(baseUrl) {
      let endpoint = known.get(baseUrl);
      if (!endpoint) {
        endpoint = { habits: new Map(), restUntil: 0, enter: createGate(concurrency) };
        known.set(baseUrl, endpoint);
      }
      return endpoint;
    },
  };
}

function interrupted(signal: AbortSignal): EngineError {
  return new EngineError({ code: 'interrupted' }, signal.reason);
}

function createGate(places: number): Endpoint['enter'] {
  let free = places;
  const waiting: (() => void)[] = [];

  function leave(): void {
    const next = waiting.shift();
    if (next) next();
    else free += 1;
  }

  return async (signal) => {
    if (signal.aborted) throw interrupted(signal);
    if (free > 0) {
      free -= 1;
    } else {
      await new Promise<void>((resolve, reject) => {
        const enter = () => {
          signal.removeEventListener('abort', giveUp);
          resolve();
        };
        const giveUp = () => {
          waiting.splice(waiting.indexOf(enter), 1);
          reject(interrupted(signal));
        };
        waiting.push(enter);
        signal.addEventListener('abort', giveUp, { once: true });
      });
    }
    let left = false;
    return () => {
      if (left) return;
      left = true;
      leave();
    };
  };
}
