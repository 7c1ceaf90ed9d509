import { EngineError } from '../../domain/engine-error.ts';
import type { Handler } from '../app.ts';
import { newestRun, placeOf } from './show-trajectory.ts';

/** Of a row of the Runs tree, of the phase that the panel shows, or of the newest run. */
export const compareAttempts: Handler = async ({ trajectories, session }, argument) => {
  const named = placeOf(argument) ?? trajectories.looksAt.place;
  const place = named ?? (await session.look(({ reader }) => newestRun(reader)));
  if (!place) throw new EngineError({ code: 'run/not-found', selector: 'last' });
  await trajectories.open(place, true);
};
