import { describeFault } from '../../domain/describe-fault.ts';
import { EngineError } from '../../domain/engine-error.ts';
import type { Gathered, Gatherer } from './gatherer.ts';

/** What one gatherer came to; one that failed or ran out of time has no pieces. */
export interface GatherResult extends Gathered {
  readonly name: string;
  readonly heading: string;
  readonly share: number;
  readonly outcome: 'done' | 'failed' | 'timed-out';
  readonly seconds: number;
  readonly detail: string | null;
}

/** Runs all of them side by side. Throws only where the signal is aborted; everything else is a stated result. */
export function runGatherers<Input>(
  gatherers: readonly Gatherer<Input>[],
  input: Input,
  signal: AbortSignal,
): Promise<readonly GatherResult[]> {
  return Promise.all(gatherers.map((gatherer) => runOne(gatherer, input, signal)));
}

async function runOne<Input>(gatherer: Gatherer<Input>, input: Input, signal: AbortSignal): Promise<GatherResult> {
  const { name, heading, share } = gatherer;
  signal.throwIfAborted();
  const started = performance.now();
  const clock = AbortSignal.timeout(gatherer.seconds * 1000);
  const both = AbortSignal.any([signal, clock]);
  const about = (outcome: GatherResult['outcome'], detail: string | null) => ({
    name,
    heading,
    share,
    outcome,
    seconds: (performance.now() - started) / 1000,
    detail,
  });
  try {
    const gathered = await Promise.race([gatherer.gather(input, both), rejection(both)]);
    return { ...about('done', null), ...gathered };
  } catch (error) {
    signal.throwIfAborted();
    const nothing = { pieces: [], left: [] };
    if (clock.aborted) return { ...about('timed-out', `No answer within ${gatherer.seconds} s.`), ...nothing };
    const detail = error instanceof EngineError ? describeFault(error.fault).message : String(error);
    return { ...about('failed', detail), ...nothing };
  }
}

function rejection(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
