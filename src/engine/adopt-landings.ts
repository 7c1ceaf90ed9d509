import type { PhaseRecord, RunRecord } from '../domain/run.ts';
import { emitFor, type RunContext } from './context.ts';

/**
 * A process that was killed between a landing and the event that tells of it leaves a commit that the store does not
 * know. Its trailers say whose it is: the store learns of it here, before anything is built or landed again.
 */
export async function adoptLandings(context: RunContext, run: RunRecord): Promise<RunRecord> {
  const { repository, store } = context.parts;
  // One that is known was rolled back or undone, or is of an earlier build of its phase.
  const known = new Set(store.landings().map(({ landing }) => landing.commit));
  let adopted = false;
  for (const phase of run.phases.filter(mayHaveLanded)) {
    const landing = await repository.findLanding(run.id, phase.id, run.plan.landsOn);
    if (!landing || known.has(landing.commit)) continue;
    const emit = emitFor(context, { phaseId: phase.id, attempt: 0 });
    const { attempts, spend } = phase;
    const ending = { state: 'landed', failure: null, reason: null, fault: null, commit: landing.commit } as const;
    await emit({ type: 'phase-landed', stage: 'COMPLETE', landing });
    await emit({ type: 'phase-end', stage: 'COMPLETE', ...ending, attempts, spend });
    adopted = true;
  }
  return adopted ? (store.run(run.id) ?? run) : run;
}

function mayHaveLanded(phase: PhaseRecord): boolean {
  return phase.staged !== null && phase.landing === null && phase.rolledBack === null;
}
