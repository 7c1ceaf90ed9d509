import { EngineError } from '../domain/engine-error.ts';
import type { PhaseRecord, RunRecord } from '../domain/run.ts';
import { splitSelector } from './workspace.ts';

interface Runs {
  run(selector: string): RunRecord | null;
}

/** Throws `run/not-found`. */
export function runBySelector(runs: Runs, selector: string): RunRecord {
  const run = runs.run(splitSelector(selector).run);
  if (!run) throw new EngineError({ code: 'run/not-found', selector });
  return run;
}

/** The phase that `RUN/PHASE` names, or null where it names a run alone. Throws `run/not-found`. */
export function phaseBySelector(run: RunRecord, selector: string): PhaseRecord | null {
  const { phase } = splitSelector(selector);
  if (phase === null) return null;
  const found = run.phases.find((candidate) => candidate.id === phase);
  if (!found) throw new EngineError({ code: 'run/not-found', selector });
  return found;
}
