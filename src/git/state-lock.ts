import { join } from 'node:path';
import { EngineError } from '../domain/engine-error.ts';
import { type Context, stateFolder } from './context.ts';
import { takeLock } from './process-lock.ts';
import { type Recovery, recoverMoves } from './recover.ts';

const defaultWaitSeconds = 5;

/**
 * Runs one thing that moves branches, with no other Countersign doing so in this repository. What an earlier one left
 * half done is settled first. Throws `repository/locked` with the holder's name where it stays taken.
 */
export async function alone<Value>(
  context: Context,
  body: (recoveries: readonly Recovery[]) => Promise<Value>,
): Promise<Value> {
  const folder = await stateFolder(context);
  const file = join(folder, 'moves.lock');
  const { holder = 'Countersign', waitSeconds = defaultWaitSeconds } = context.options;
  const lock = await takeLock(file, holder, waitSeconds);
  if ('holder' in lock) throw new EngineError({ code: 'repository/locked', lock: file, holder: lock.holder });
  try {
    return await body(await recoverMoves(context));
  } finally {
    await lock.release();
  }
}
