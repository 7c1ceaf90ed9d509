import type { Staged } from '../domain/proposal.ts';
import type { AttemptScope } from '../engine/ports/run.ts';
import type { Context } from './context.ts';
import { gitText, runGit } from './exec.ts';
import { stagedPlace } from './stage.ts';

/**
 * An attempt that is gone through once more stages what it staged before: the earlier commit of the very same change on
 * the same base takes the place of the new one, which is let go of. Gives the new one where there is none.
 */
export async function reuseStaged(context: Context, scope: AttemptScope, staged: Staged): Promise<Staged> {
  const place = stagedPlace(scope);
  const format = '--format=%(refname) %(objectname) %(tree) %(parent)';
  const text = await gitText(context.git, ['for-each-ref', format, `${place.slice(0, place.lastIndexOf('/'))}/`]);
  const [first, ...others] = text
    .split('\n')
    .map((line) => line.split(' ') as [ref: string, commit: string, tree: string, parent: string])
    .filter(([ref, , tree, parent]) => ref.startsWith(`${place}-`) && tree === staged.tree && parent === staged.base);
  if (first === undefined || others.length === 0) return staged;
  const input = others.map(([ref, commit]) => `delete ${ref} ${commit}\n`).join('');
  await runGit(context.git, ['update-ref', '--stdin'], { input });
  const [ref, commit] = first;
  return { ...staged, ref, commit };
}
