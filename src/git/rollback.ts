import { EngineError } from '../domain/engine-error.ts';
import type { Landing } from '../domain/proposal.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import { type Context, newId } from './context.ts';
import { gitText } from './exec.ts';
import { resolveCommit, savePointRef } from './land.ts';
import { isAncestor, mergeTrees, newestFirst, parentOf, treeOf } from './merge-trees.ts';
import { moveBranch } from './move-branch.ts';
import { mergedInto } from './run-branch.ts';
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
    const target = await targetOf(context, landings);
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
      kept: [{ ref: savePointRef(branch), to: tip }],
      reason: `countersign: rolled back ${commits.length} commit(s)`,
    });
    return moved.ok ? ok(landings.map(({ commit }) => reverts.get(commit) as string)) : moved;
  });
}

/**
 * Takes the last landing off its branch as if it had not been: only where nothing was built on it. The commit is kept
 * under `refs/countersign/undone`, whose full name is returned.
 */
export async function undo(context: Context, landing: Landing): Promise<Result<string>> {
  return alone(context, async () => {
    const { commit, parent, branch } = landing;
    if ((await parentOf(context, commit)) !== parent) {
      throw new EngineError({ code: 'internal/defect', detail: `${commit} does not stand on ${parent}` });
    }
    if ((await resolveCommit(context, branch)) !== commit) return fail({ code: 'repository/moved', branch });
    const kept = `refs/countersign/undone/${newId()}`;
    const reason = `countersign: undid ${commit.slice(0, 10)}`;
    const moved = await moveBranch(context, {
      kind: 'undo',
      branch,
      from: commit,
      to: parent,
      kept: [{ ref: kept, to: commit }],
      reason,
    });
    return moved.ok ? ok(kept) : moved;
  });
}

/** The branch that holds all the landings now: their own, or the one that their run branch was merged into. */
async function targetOf(
  context: Context,
  landings: readonly Landing[],
): Promise<Result<{ readonly branch: string; readonly tip: string }>> {
  const own = (landings[0] as Landing).branch;
  const merged = await mergedInto(context, own);
  for (const branch of merged ? [merged, own] : [own]) {
    const tip = await resolveCommit(context, branch);
    if (!tip) continue;
    const held = await Promise.all(landings.map(({ commit }) => isAncestor(context, commit, tip)));
    if (held.every(Boolean)) return ok({ branch, tip });
  }
  return fail({ code: 'repository/moved', branch: own });
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
