import type { PhaseView } from '../../contract/trajectories-phase.ts';

type Change = Pick<PhaseView, 'facts' | 'attempts' | 'steps' | 'findings' | 'verdicts'>;

/** A phase with what changed in it: steps by their id, in the order in which they began. */
export function mergePhase(phase: PhaseView, { facts, attempts, steps, findings, verdicts }: Change): PhaseView {
  const known = new Map(phase.steps.map((step) => [step.id, step]));
  for (const step of steps) known.set(step.id, step);
  const merged = [...known.values()].sort((a, b) => a.startMs - b.startMs);
  const phases = phase.phases.map((other) => (other.id === phase.phaseId ? { ...other, state: facts.state } : other));
  return { ...phase, phases, facts, attempts, steps: merged, findings, verdicts };
}
