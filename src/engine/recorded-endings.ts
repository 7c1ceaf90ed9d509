import type { PhaseRecord, RunRecord } from '../domain/run.ts';
import type { RunContext } from './context.ts';
import type { PhaseEnding } from './run-phase.ts';
import type { Endings } from './run-plan.ts';

/** How a recorded phase ended, or null while it has not: one that a crash cut off counts as queued. */
function recordedEnding(phase: PhaseRecord | undefined): PhaseEnding | null {
  if (!phase || phase.endedAt === null || phase.state === 'queued') return null;
  const { state, failure, reason } = phase;
  return { state, failure, reason, fault: null, commit: phase.landing?.commit ?? null };
}

/** Phases of a run that ended before, as its record tells. */
export function endingsOfRecord(run: RunRecord): Endings {
  const endings = new Map<string, PhaseEnding>();
  for (const { id } of run.plan.tiers.flatMap((tier) => tier.phases)) {
    const ending = recordedEnding(run.phases.find((phase) => phase.id === id));
    if (ending) endings.set(id, ending);
  }
  return endings;
}

/** A person may decide on what waits while the run goes on, from another process: then it waits no more. */
export function hearDecisions({ parts, runId }: RunContext, endings: Map<string, PhaseEnding>): void {
  for (const [id, { state }] of endings) {
    if (state !== 'awaiting-review') continue;
    const now = recordedEnding(parts.store.phase(runId, id) ?? undefined);
    if (now && now.state !== state) endings.set(id, now);
  }
}
