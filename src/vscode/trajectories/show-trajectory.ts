import type { Place } from '../../contract/trajectories-messages.ts';
import { EngineError } from '../../domain/engine-error.ts';
import type { Handler } from '../app.ts';
import type { Reader } from './run-list.ts';

/** What a row of the Runs tree stands for; null for anything else. */
export function placeOf(argument: unknown): Place | null {
  if (typeof argument !== 'object' || argument === null) return null;
  const { runId, phaseId, number, attempt } = argument as Readonly<Record<string, unknown>>;
  if (typeof runId !== 'string') return null;
  const count = number ?? attempt;
  return {
    runId,
    phaseId: typeof phaseId === 'string' ? phaseId : null,
    attempt: typeof count === 'number' && Number.isInteger(count) && count > 0 ? count : null,
  };
}

/** Of a row of the Runs tree; without one, of the newest run. */
export const showTrajectory: Handler = async ({ trajectories, session }, argument) => {
  const place = placeOf(argument) ?? (await session.look(({ reader }) => newestRun(reader)));
  if (!place) throw new EngineError({ code: 'run/not-found', selector: 'last' });
  await trajectories.open(place);
};

export async function newestRun(reader: Reader): Promise<Place | null> {
  const run = await reader.run('last');
  return run && { runId: run.id, phaseId: null, attempt: null };
}
