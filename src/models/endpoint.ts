import { EngineError } from '../domain/engine-error.ts';
import { type Breaker, createBreaker } from './breaker.ts';
import { createPace, type Pace, type PaceLimits } from './pace.ts';

/** How a model at an endpoint wants to be asked, as far as its refusals have taught us. */
export interface Habits {
  readonly limitField: 'max_tokens' | 'max_completion_tokens';
  readonly structured: 'json_schema' | 'json_object' | 'prompt';
  readonly temperature: boolean;
  readonly logitBias: boolean;
  readonly stream: boolean;
  readonly streamUsage: boolean;
  readonly tools: boolean;
  readonly pictures: boolean;
  /** Gives sealed reasoning, and takes it back. */
  readonly reasoning: boolean;
}

/** What all runs of one process share about one endpoint. */
export interface Endpoint {
  /** Learnt by model, because servers front several. */
  readonly habits: Map<string, Habits>;
  /** Not to be called before this time (epoch milliseconds), as the provider asked. */
  restUntil: number;
  /** Waits for a free place and takes it; the caller gives it back by calling what it gets. Throws `interrupted`. */
  enter(signal: AbortSignal): Promise<() => void>;
  readonly pace: Pace;
  readonly breaker: Breaker;
}

export interface EndpointLimits extends PaceLimits {
  /** Calls at the same time. */
  readonly concurrency?: number | undefined;
}

/** Endpoints by provider. Make one for the process and give it to every run. */
export interface Endpoints {
  /** `address` tells providers of one name apart, whose configuration changed while the process lived. */
  of(provider: string, address: string, limits: EndpointLimits): Endpoint;
}

const mostCalls = 8;

export function createEndpoints(): Endpoints {
  const known = new Map<string, Endpoint>();
  return {
    of(provider, address, limits) {
      const key = JSON.stringify([provider, address, limits]);
      let endpoint = known.get(key);
      if (!endpoint) {
        const enter = createGate(limits.concurrency ?? mostCalls);
        endpoint = { habits: new Map(), restUntil: 0, enter, pace: createPace(limits), breaker: createBreaker() };
        known.set(key, endpoint);
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
