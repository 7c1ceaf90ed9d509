import type { Landing } from '../domain/proposal.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { Context } from './context.ts';
import { gitText } from './exec.ts';
import { keptRef } from './kept-refs.ts';
import { mergeTrees, newestFirst, parentOf, treeOf } from './merge-trees.ts';
import { moveBranch } from './move-branch.ts';
import { branchHolding } from './run-branch.ts';
import { alone } from './state-lock.ts';
import { type Trailers, withTrailers, writeUserCommit } from './write-commit.ts';

/**
 * Lands the reverse of some landings, newest first: all of them or none. Every revert is computed in the object store
 * and checked for conflicts before anything is touched. Gives one commit for each landing, in the order of `landings`.
 */
export async function rollback(
  context: Context,
  landings: readonly Landing[],
  trailers: Trailers,
): Promise<Result<readonly string[]>> {
  if (landings.length === 0) return ok([]);
  return alone(context, async () => {
    const target = await branchHolding(context, landings);
    if (!target.ok) return target;
    const { branch, tip } = target.value;
    const commits = await newestFirst(
      context,
      landings.map(({ commit }) => commit),
      tip,
    );
    const reverts = new Map<string, string>();
    let current = tip;
    for (const commit of commits) {
      const reverted = await revert(context, commit, current, trailers);
      if (!reverted.ok) return reverted;
      reverts.set(commit, reverted.value);
      current = reverted.value;
    }
    if ((await treeOf(context, current)) === (await treeOf(context, tip))) {
      return fail({
        code: 'rollback/nothing-landed',
        selector: commits.map((commit) => commit.slice(0, 10)).join(', '),
      });
    }
    const moved = await moveBranch(context, {
      kind: 'rollback',
      branch,
      from: tip,
      to: current,
      kept: [{ ref: keptRef('before', branch), to: tip }],
      reason: `countersign: rolled back ${commits.length} commit(s)`,
    });
    return moved.ok ? ok(landings.map(({ commit }) => reverts.get(commit) as string)) : moved;
  });
}

async function revert(context: Context, commit: string, current: string, trailers: Trailers): Promise<Result<string>> {
  const parent = await parentOf(context, commit);
  if (!parent)
    return fail({ code: 'repository/unsupported', detail: `${commit} is the first commit; it cannot be reverted.` });
  const [base, ours, theirs] = await Promise.all([commit, current, parent].map((name) => treeOf(context, name)));
  const merged = await mergeTrees(context, base as string, ours as string, theirs as string);
  if (!merged.clean) return fail({ code: 'repository/conflict', commit, paths: [...merged.paths] });
  const subject = await gitText(context.git, ['log', '-1', '--no-show-signature', '--format=%s', commit]);
  const message = withTrailers(`Revert "${subject}"\n\nThis reverts commit ${commit}.`, trailers);
  return ok(await writeUserCommit(context, { tree: merged.tree, parents: [current], message }));
}
