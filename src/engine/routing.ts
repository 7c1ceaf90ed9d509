import type { PhaseSpec } from '../domain/spec.ts';
import type { Because } from '../domain/verdict.ts';
import type { PhaseBounds } from './strategy.ts';

/** What one attempt came to. */
export interface PastAttempt {
  readonly because: Because;
  /** The staged tree, or a hash of the reply where nothing was staged: equal means nothing new was tried. */
  readonly fingerprint: string;
}

export interface Route {
  readonly attempt: number;
  /** Overrides the configured Builder; undefined keeps it. */
  readonly model: string | undefined;
  readonly reason: string;
}

/** Which model makes the next attempt, and why; null where another one would be money for nothing. */
export function nextRoute(spec: PhaseSpec, bounds: PhaseBounds, history: readonly PastAttempt[]): Route | null {
  if (history.length >= bounds.attempts || triedNothingNew(history)) return null;
  const last = history.at(-1);
  const chosen = spec.builder.model ? 'named by the spec' : 'configured for the Builder';
  return {
    attempt: history.length + 1,
    model: spec.builder.model,
    reason: last ? `${chosen}; tries again: ${last.because.summary}` : chosen,
  };
}

function lastTwo(history: readonly PastAttempt[]): readonly [PastAttempt, PastAttempt] | null {
  const [before, last] = history.slice(-2);
  return before && last ? [before, last] : null;
}

/** The same failure from the same change: the model has nothing else to offer. */
function triedNothingNew(history: readonly PastAttempt[]): boolean {
  const pair = lastTwo(history);
  return pair !== null && sameFailureTwice(history) && pair[0].fingerprint === pair[1].fingerprint;
}

export function sameFailureTwice(history: readonly PastAttempt[]): boolean {
  const pair = lastTwo(history);
  return pair !== null && pair[0].because.signature === pair[1].because.signature;
}
