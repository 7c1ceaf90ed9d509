import { createHash } from 'node:crypto';

export interface SplitRule {
  readonly seed: string;
  /** Share of runs held out, 0 to 1. */
  readonly heldOut: number;
  /** ISO 8601: runs from this moment on are held out whole, so that nothing later teaches what comes before. */
  readonly from: string | null;
}

/**
 * Which side a run falls on. All rows of a run go together, never row by row: attempts at one phase share their
 * prompt, and a model that has seen one of them has seen the test. The same seed gives the same answer anywhere.
 */
export function splitOf(runId: string, startedAt: string, { seed, heldOut, from }: SplitRule): 'train' | 'test' {
  if (from !== null && startedAt >= from) return 'test';
  const digest = createHash('sha256').update(`${seed}\0${runId}`).digest();
  return digest.readUInt32BE(0) / 2 ** 32 < heldOut ? 'test' : 'train';
}
