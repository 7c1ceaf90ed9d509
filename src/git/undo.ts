import { EngineError } from '../domain/engine-error.ts';
import type { Landing } from '../domain/proposal.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { BranchReturn } from '../domain/save-point.ts';
import type { Context } from './context.ts';
import { gitText } from './exec.ts';
import { keptFolders, readKeptRef } from './kept-refs.ts';
import { isAncestor, newestFirst, parentsOf } from './merge-trees.ts';
import { branchHolding } from './run-branch.ts';
import { takeBranchTo } from './save-points.ts';
import { alone } from './state-lock.ts';

/**
 * Takes landings off their branch as if they had not been: only where they are its last commits, so that nothing was
 * built on them. They stay reachable under `refs/countersign/undone`. Asked again after it was cut off behind its end,
 * it says once more what it did. Fails with `rollback/built-upon`, and as every move of a branch does.
 */
export async function undo(context: Context, landings: readonly Landing[]): Promise<Result<BranchReturn>> {
  return alone(context, async () => {
    const target = await branchHolding(context, landings);
    if (!target.ok) return (await undoneBefore(context, landings)) ?? target;
    const { branch, tip } = target.value;
    const before = await stateBefore(context, landings, tip);
    if (before === null) return fail({ code: 'rollback/built-upon', branch, commit: tip });
    return takeBranchTo(context, 'undo', branch, tip, before);
  });
}

/** The commit that the branch stood at before these landings; null where anything else came between or after. */
async function stateBefore(context: Context, landings: readonly Landing[], tip: string): Promise<string | null> {
  const recorded = new Map(landings.map(({ commit, parent }) => [commit, parent]));
  const ordered = await newestFirst(context, [...recorded.keys()], tip);
  const [mainline, merged] = await parentsOf(context, tip);
  // A run that was merged beside other work: its merge commit is the only thing on top.
  const isMerge = merged !== undefined && merged === ordered[0];
  let at = isMerge ? merged : tip;
  for (const commit of ordered) {
    if (commit !== at) return null;
    const [parent] = await parentsOf(context, commit);
    if (!parent || parent !== recorded.get(commit)) {
      throw new EngineError({ code: 'internal/defect', detail: `${commit} does not stand on its recorded parent` });
    }
    at = parent;
  }
  if (!isMerge) return at;
  return (await isAncestor(context, at, mainline as string)) ? (mainline as string) : null;
}

/** What an earlier undo of the same landings left, where its end was not heard of. */
async function undoneBefore(context: Context, landings: readonly Landing[]): Promise<Result<BranchReturn> | null> {
  const [newest] = landings;
  const words = ['for-each-ref', '--format=%(refname) %(objectname)', '--sort=-refname', ...keptFolders];
  for (const line of (await gitText(context.git, words)).split('\n')) {
    const [kept = '', from = ''] = line.split(' ');
    const name = readKeptRef(kept);
    if (name?.kind !== 'undone' || name.branch !== newest?.branch) continue;
    const to = await stateBefore(context, landings, from).catch(() => null);
    if (to !== null) {
      const left = landings.map(({ commit }) => commit);
      return ok({ branch: name.branch, from, to, kept, left, regained: [] });
    }
  }
  return null;
}
