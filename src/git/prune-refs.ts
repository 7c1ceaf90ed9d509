import type { Context } from './context.ts';
import { gitText, runGit } from './exec.ts';

/**
 * Lets go of staged changes that were made more than so many days ago; what landed stays in its branch. Save points and
 * undone commits are kept. Gives how many refs went; git frees the objects when it next collects garbage.
 */
export async function pruneStaged(context: Context, olderThanDays: number): Promise<number> {
  const format = '--format=%(committerdate:unix) %(objectname) %(refname)';
  const text = await gitText(context.git, ['for-each-ref', format, 'refs/countersign/staged/']);
  const limit = Date.now() / 1000 - olderThanDays * 86_400;
  const old = text.split('\n').flatMap((line) => {
    const [time, object, ref] = line.split(' ');
    return ref && Number(time) <= limit ? [`delete ${ref} ${object}\n`] : [];
  });
  if (old.length > 0) await runGit(context.git, ['update-ref', '--stdin'], { input: old.join('') });
  return old.length;
}
