import type { PhaseRecord, RunRecord } from '../domain/run.ts';
import { emitFor, type LiveContext } from './context.ts';

/**
 * A process that was killed between a landing and the event that tells of it leaves a commit that the store does not
 * know. Its trailers say whose it is: the store learns of it here, before anything is built or landed again. One that
 * was killed right after that event has its phase ended. What another process is at is left to it.
 */
export async function adoptLandings(context: LiveContext, run: RunRecord): Promise<RunRecord> {
  if (!context.closesRun) return run;
  const { repository, store } = context.parts;
  // One that is known was rolled back or undone, or is of an earlier build of its phase.
  const known = new Set(store.landings().map(({ landing }) => landing.commit));
  let adopted = false;
  const end = async ({ id: phaseId, attempts, spend }: PhaseRecord, commit: string) => {
    const ending = { state: 'landed', failure: null, reason: null, fault: null, commit } as const;
    await emitFor(context, { phaseId, attempt: 0 })({
      type: 'phase-end',
      stage: 'COMPLETE',
      ...ending,
      attempts,
      spend,
    });
    adopted = true;
  };
  for (const phase of run.phases) {
    if (phase.state === 'landed' && phase.landing && phase.endedAt === null) await end(phase, phase.landing.commit);
  }
  for (const phase of run.phases.filter(mayHaveLanded)) {
    const landing = await repository.findLanding(run.id, phase.id, run.plan.landsOn);
    if (!landing || known.has(landing.commit)) continue;
    await emitFor(context, { phaseId: phase.id, attempt: 0 })({ type: 'phase-landed', stage: 'COMPLETE', landing });
    await end(phase, landing.commit);
  }
  return adopted ? (store.run(run.id) ?? run) : run;
}

function mayHaveLanded(phase: PhaseRecord): boolean {
  return phase.staged !== null && phase.landing === null && phase.rolledBack === null;
}
