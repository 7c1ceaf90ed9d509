import { EngineError } from '../domain/engine-error.ts';
import type { Landing } from '../domain/proposal.ts';
import type { PhaseRecord, RunRecord } from '../domain/run.ts';
import { emitFor } from './context.ts';
import type { Repository } from './ports/repository.ts';
import type { Emit } from './ports/run.ts';

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
  const standing = standingLandings(run, phaseId);
  const landings = standing.map(({ landing }) => landing);
  const result = await repository.rollback(landings, [['Countersign-Run', run.id]]);
  if (!result.ok) throw new EngineError(result.fault);
  const done: RolledBack[] = [];
  for (const [index, { phase, landing }] of standing.entries()) {
    const commit = result.value[index] as string;
    const scoped = emitFor({ emit }, { phaseId: phase.id, attempt: 0 });
    await scoped({ type: 'phase-rolled-back', stage: 'COMPLETE', landing, commit });
    done.push({ phaseId: phase.id, landed: landing.commit, commit });
  }
  return done;
}

/** What a run, or one phase of it, landed and nobody took back yet; newest first. Throws `rollback/nothing-landed`. */
export function standingLandings(
  run: RunRecord,
  phaseId: string | null,
): readonly { readonly phase: PhaseRecord; readonly landing: Landing }[] {
  const standing = run.phases
    .filter((phase) => phase.rolledBack === null && (phaseId === null || phase.id === phaseId))
    .flatMap((phase) => (phase.landing ? [{ phase, landing: phase.landing }] : []))
    .sort((a, b) => (b.phase.endedAt ?? '').localeCompare(a.phase.endedAt ?? ''));
  if (standing.length > 0) return standing;
  throw new EngineError({ code: 'rollback/nothing-landed', selector: phaseId ? `${run.id}/${phaseId}` : run.id });
}
