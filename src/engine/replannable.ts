import type { PhaseRecord, RunRecord } from '../domain/run.ts';

const failures: readonly PhaseRecord['state'][] = ['rejected', 'stuck', 'failed'];

/** Why what remains of a run is not to be planned anew, in words; null where it may be: only after a failure. Pure. */
export function whyNotReplannable({ phases }: Pick<RunRecord, 'phases'>, isLive: boolean): string | null {
  if (isLive) return 'it is under way.';
  if (phases.length === 0) return 'it has no phases.';
  if (phases.every(({ state, rolledBack }) => state === 'landed' && rolledBack === null)) return 'all of it landed.';
  const waiting = phases.find(({ state }) => state === 'awaiting-review' || state === 'landing');
  if (waiting) return `\`${waiting.id}\` waits for your signature; decide on it first.`;
  return phases.some(({ state }) => failures.includes(state)) ? null : 'no phase of it failed; resume it.';
}
