import { EngineError } from '../domain/engine-error.ts';
import type { Result } from '../domain/result.ts';
import type { RunRecord } from '../domain/run.ts';
import type { BranchReturn, KnownLanding, Returned } from '../domain/save-point.ts';
import { emitFor } from './context.ts';
import type { Repository } from './ports/repository.ts';
import type { Emit, RunStore } from './ports/run.ts';
import { standingLandings } from './rollback.ts';

export interface UndoParts {
  readonly repository: Pick<Repository, 'undo' | 'restoreSavePoint'>;
  readonly store: RunStore;
  readonly emitterOf: (runId: string) => Emit;
}

/** Takes what a run, or one phase of it, landed off its branch as if it had not been: only where nothing followed. */
export async function undoLandings(parts: UndoParts, run: RunRecord, phaseId: string | null): Promise<Returned> {
  const landings = standingLandings(run, phaseId).map(({ landing }) => landing);
  return record(parts, await parts.repository.undo(landings));
}

/** Brings a branch to a save point, with whatever landed or was undone on the way. */
export async function restoreSavePoint(parts: UndoParts, ref: string): Promise<Returned> {
  return record(parts, await parts.repository.restoreSavePoint(ref));
}

/** Tells the runs whose landings came or went: their history says where each stands. */
async function record({ store, emitterOf }: UndoParts, result: Result<BranchReturn>): Promise<Returned> {
  if (!result.ok) throw new EngineError(result.fault);
  const { kept, left, regained } = result.value;
  const isIn = (commits: readonly string[]) => {
    const wanted = new Set(commits);
    return ({ landing }: KnownLanding) => wanted.has(landing.commit);
  };
  const known = store.landings().filter((each) => isCurrent(store, each));
  const undone = known.filter(({ rolledBack }) => rolledBack === null).filter(isIn(left));
  const landedAgain = known.filter(({ rolledBack }) => rolledBack !== null).filter(isIn(regained));
  for (const { runId, phaseId, landing } of undone) {
    const emit = emitFor({ emit: emitterOf(runId) }, { phaseId, attempt: 0 });
    await emit({ type: 'phase-undone', stage: 'COMPLETE', landing, kept });
  }
  for (const { runId, phaseId, landing } of landedAgain) {
    const emit = emitFor({ emit: emitterOf(runId) }, { phaseId, attempt: 0 });
    await emit({ type: 'phase-landed', stage: 'COMPLETE', landing });
  }
  return { ...result.value, undone, landedAgain };
}

/** A phase that was built anew since has another landing, or none: what it landed before is no longer its state. */
function isCurrent(store: RunStore, { runId, phaseId, landing }: KnownLanding): boolean {
  return store.phase(runId, phaseId)?.landing?.commit === landing.commit;
}
