import { EngineError } from '../domain/engine-error.ts';
import type { Fault } from '../domain/fault.ts';
import { type EngineParts, throwIfAborted } from './context.ts';

/** Which runs this engine goes on with: nobody else does meanwhile, in this process or another. */
export interface Claims {
  /** Does work on a run that is held for it. Throws `run/held`. */
  during<Outcome>(runId: string, takeOver: boolean, work: () => Promise<Outcome>): Promise<Outcome>;
  /**
   * Waits for another act on a run that has ended; false where the run is under way. `giveBack` ends it. Throws
   * `run/held` where whoever is at it cannot be asked, and `interrupted`.
   */
  takeUnlessLive(runId: string, signal: AbortSignal): Promise<boolean>;
  giveBack(runId: string): void;
}

/** How often a run that another holds for a moment is asked for. */
const askEveryMs = 100;

/** `isLiveHere` tells runs that this engine began. */
export function createClaims(
  { claims, store }: Pick<EngineParts, 'claims' | 'store'>,
  isLiveHere: (runId: string) => boolean,
): Claims {
  // Two in one process have the same claim in the store.
  const taken = new Set<string>();
  const take = (runId: string, takeOver: boolean): Fault | null => {
    if (taken.has(runId) || isLiveHere(runId)) {
      return { code: 'run/held', run: runId, holder: 'this process', canBeAsked: true };
    }
    const claimed = claims.claimRun(runId, takeOver);
    if (!claimed.ok) return claimed.fault;
    taken.add(runId);
    return null;
  };
  const giveBack = (runId: string) => {
    taken.delete(runId);
    claims.releaseRun(runId);
  };
  return {
    giveBack,
    async during(runId, takeOver, work) {
      const fault = take(runId, takeOver);
      if (fault) throw new EngineError(fault);
      try {
        return await work();
      } finally {
        giveBack(runId);
      }
    },
    async takeUnlessLive(runId, signal) {
      for (;;) {
        const fault = take(runId, false);
        if (fault === null) return true;
        if (store.run(runId)?.endedAt === null) return false;
        // Nobody can tell whether that one will ever give it back.
        if (fault.code === 'run/held' && !fault.canBeAsked) throw new EngineError(fault);
        throwIfAborted(signal);
        await new Promise((resolve) => setTimeout(resolve, askEveryMs));
      }
    },
  };
}
