import { EngineError } from '../domain/engine-error.ts';
import type { PhaseRecord, RunRecord } from '../domain/run.ts';
import { emitFor } from './context.ts';
import type { Emit, Repository } from './ports.ts';

export interface RolledBack {
  readonly phaseId: string;
  readonly landed: string;
  /** The commit that takes it back. */
  readonly commit: string;
}

/** Takes back what a run, or one phase of it, landed: newest first, all of it or nothing. */
export async function rollBack(
  repository: Repository,
  emit: Emit,
  run: RunRecord,
  phaseId: string | null,
): Promise<readonly RolledBack[]> {
  const phases = run.phases
    .filter((phase) => isRollable(phase) && (phaseId === null || phase.id === phaseId))
    .sort((a, b) => (b.endedAt ?? '').localeCompare(a.endedAt ?? ''));
  const landings = phases.flatMap((phase) => (phase.landing ? [phase.landing] : []));
  if (landings.length === 0) {
    throw new EngineError({ code: 'rollback/nothing-landed', selector: phaseId ? `${run.id}/${phaseId}` : run.id });
  }
  const result = await repository.rollback(landings, [['Countersign-Run', run.id]]);
  if (!result.ok) throw new EngineError(result.fault);
  const done: RolledBack[] = [];
  for (const [index, phase] of phases.entries()) {
    const landing = landings[index];
    const commit = result.value[index];
    if (!landing || !commit) continue;
    const scoped = emitFor({ emit }, { phaseId: phase.id, attempt: 0 });
    await scoped({ type: 'phase-rolled-back', stage: 'COMPLETE', landing, commit });
    done.push({ phaseId: phase.id, landed: landing.commit, commit });
  }
  return done;
}

function isRollable(phase: PhaseRecord): boolean {
  return phase.landing !== null && phase.rolledBack === null;
}
