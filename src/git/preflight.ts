import type { Fault } from '../domain/fault.ts';
import type { Context } from './context.ts';
import { obstacleOnBranch, operationInProgress, placeOfBranch } from './repository-state.ts';

/** Asked before money is spent: an unfinished merge, a branch that is out elsewhere. */
export async function checkLandable(context: Context, branch: string): Promise<Fault | null> {
  const place = await placeOfBranch(context, branch);
  if (place.at === 'elsewhere') {
    const detail = `\`${branch}\` is checked out in ${place.directory}; land from there.`;
    return { code: 'repository/unsupported', detail };
  }
  const operation = place.at === 'here' ? await operationInProgress(context.gitDirectory) : null;
  if (operation) return { code: 'repository/busy', operation };
  return obstacleOnBranch(context, branch);
}
