import type { PhaseView } from '../../contract/trajectories-phase.ts';

type Changes = Pick<PhaseView, 'runId' | 'phaseId' | 'facts' | 'attempts' | 'steps' | 'findings' | 'verdicts'>;

const differ = (a: unknown, b: unknown) => JSON.stringify(a) !== JSON.stringify(b);

/** What of a phase is new or other than before: the steps one by one, the rest in its parts. Null for nothing. */
export function changesOf(before: PhaseView, now: PhaseView): Changes | null {
  const known = new Map(before.steps.map((step) => [step.id, step]));
  const steps = now.steps.filter((step) => differ(known.get(step.id), step));
  const { runId, phaseId, facts, attempts, findings, verdicts } = now;
  const same =
    steps.length === 0 &&
    !differ(before.facts, facts) &&
    !differ(before.attempts, attempts) &&
    !differ(before.findings, findings) &&
    !differ(before.verdicts, verdicts);
  return same ? null : { runId, phaseId, facts, attempts, steps, findings, verdicts };
}
