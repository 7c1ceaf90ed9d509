import type { PhaseRecord, RunRecord } from '../../domain/run.ts';

const under = new Set<PhaseRecord['state']>(['building', 'checking', 'auditing', 'landing']);
const failed = new Set<PhaseRecord['state']>(['rejected', 'stuck', 'failed']);

/**
 * The phase of a run to look at: the one that is named, else the one at work, else what waits for a signature, else
 * what failed, else the last that began. Null where there is none.
 */
export function choosePhase(run: Pick<RunRecord, 'phases'> | null, named: string | null): string | null {
  const phases = run?.phases ?? [];
  if (named !== null) return phases.some(({ id }) => id === named) ? named : null;
  const chosen =
    phases.find(({ state }) => under.has(state)) ??
    phases.find(({ state }) => state === 'awaiting-review') ??
    phases.find(({ state }) => failed.has(state)) ??
    phases.findLast(({ startedAt }) => startedAt !== null) ??
    phases[0];
  return chosen?.id ?? null;
}
