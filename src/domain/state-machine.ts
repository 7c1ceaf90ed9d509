import type { PhaseState, RunState, TierState } from './run.ts';

/** Which states may follow each state. What is not listed never happens. */
type Transitions<State extends string> = Readonly<Record<State, readonly State[]>>;

/** How a phase that is under way may end. */
const phaseEnds = ['landed', 'awaiting-review', 'rejected', 'stuck', 'failed', 'cancelled'] as const;
/** A phase that ended otherwise than it should can begin again, or turn out to have landed before its process died. */
const again = ['building', 'landed', 'cancelled'] as const;

export const phaseTransitions: Transitions<PhaseState> = {
  queued: ['building', 'cancelled', 'failed', 'landed'],
  building: ['building', 'checking', 'landing', ...phaseEnds],
  checking: ['building', 'auditing', 'landing', ...phaseEnds],
  auditing: ['building', 'landing', ...phaseEnds],
  landing: ['building', 'checking', ...phaseEnds],
  // A person signs, refuses or sends back; withheld checks run once they signed.
  'awaiting-review': ['building', 'checking', 'landing', ...phaseEnds],
  // Rolled back, it may be run again.
  landed: ['building', 'landed'],
  rejected: again,
  stuck: again,
  // Where only the user's own files stood in the way, what was found good can still be signed.
  failed: [...again, 'checking', 'landing', 'awaiting-review', 'rejected', 'stuck', 'failed'],
  cancelled: [...again, 'failed'],
};

export const runTransitions: Transitions<RunState> = {
  planning: ['running', 'failed', 'cancelled'],
  running: ['running', 'paused', 'awaiting-review', 'done', 'failed', 'cancelled'],
  paused: ['running', 'paused', 'awaiting-review', 'done', 'failed', 'cancelled'],
  // A decision on what waits, or a resume, closes the run anew.
  'awaiting-review': ['running', 'awaiting-review', 'done', 'failed', 'cancelled'],
  done: ['running', 'done', 'awaiting-review', 'failed', 'cancelled'],
  failed: ['running', 'awaiting-review', 'done', 'failed', 'cancelled'],
  cancelled: ['running', 'awaiting-review', 'done', 'failed', 'cancelled'],
};

export const tierTransitions: Transitions<TierState> = {
  pending: ['in-progress', 'skipped'],
  'in-progress': ['in-progress', 'clean', 'not-clean', 'failed', 'skipped'],
  // A run that is resumed takes up its tiers again.
  clean: ['in-progress'],
  'not-clean': ['in-progress'],
  failed: ['in-progress'],
  // The tier before it may pass its limit again.
  skipped: ['in-progress', 'skipped'],
};

/** The states that one may follow. */
export function statesBefore<State extends string>(table: Transitions<State>, to: State): readonly State[] {
  return (Object.keys(table) as State[]).filter((from) => mayFollow(table, from, to));
}

export function mayFollow<State extends string>(table: Transitions<State>, from: State, to: State): boolean {
  return table[from].includes(to);
}
