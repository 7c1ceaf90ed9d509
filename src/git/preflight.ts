import { faultOf } from '../domain/engine-error.ts';
import type { Fault } from '../domain/fault.ts';
import type { Context } from './context.ts';
import { obstacleOnBranch, operationInProgress, placeOfBranch } from './repository-state.ts';
import { userIdentity } from './write-commit.ts';

/** Asked before money is spent: an unfinished merge, a missing identity, a branch that is out elsewhere. */
export async function checkLandable(context: Context, branch: string): Promise<Fault | null> {
  const place = await placeOfBranch(context, branch);
  if (place.at === 'elsewhere') {
    const detail = `\`${branch}\` is checked out in ${place.directory}; land from there.`;
    return { code: 'repository/unsupported', detail };
  }
  const operation = place.at === 'here' ? await operationInProgress(context.gitDirectory) : null;
  if (operation) return { code: 'repository/busy', operation };
  const obstacle = await obstacleOnBranch(context, branch);
  if (obstacle) return obstacle;
  try {
    if (!context.options.author) await userIdentity(context, 'AUTHOR');
    if (!context.options.committer) await userIdentity(context, 'COMMITTER');
    return null;
  } catch (error) {
    const fault = faultOf(error);
    if (fault.code !== 'git/no-identity') throw error;
    return fault;
  }
}
