import { EngineError } from '../domain/engine-error.ts';
import type { Landing } from '../domain/proposal.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import { type Context, failpoint } from './context.ts';
import { gitText, runGit } from './exec.ts';
import { keptRef } from './kept-refs.ts';
import { resolveCommit } from './land.ts';
import { isAncestor, mergeCommits } from './merge-trees.ts';
import { moveBranch } from './move-branch.ts';
import { moveRefs } from './ref-transaction.ts';
import { alone } from './state-lock.ts';
import { withTrailers, writeUserCommit } from './write-commit.ts';

const prefix = 'refs/heads/countersign/';

/** Makes the run's branch at a commit unless it is there. Gives its full name. */
export async function openRunBranch(context: Context, runId: string, commit: string): Promise<string> {
  const branch = branchOf(runId);
  if (await resolveCommit(context, branch)) return branch;
  const reason = 'countersign: run branch';
  const made = await moveRefs(context.git, [{ ref: branch, from: null, to: commit }], reason);
  if (!made.ok && made.fault.code !== 'repository/moved') throw new EngineError(made.fault);
  return branch;
}

/** Brings a run's branch into another: fast-forward where that one has not moved on, else one merge commit. */
export async function mergeRunBranch(
  context: Context,
  runId: string,
  into: string,
  text = '',
): Promise<Result<string>> {
  const branch = branchOf(runId);
  return alone(context, async () => {
    const [tip, target] = await Promise.all([resolveCommit(context, branch), resolveCommit(context, into)]);
    if (!tip) return fail({ code: 'repository/moved', branch });
    if (!target) return fail({ code: 'repository/moved', branch: into });
    if (await isAncestor(context, tip, target)) {
      // A process that was killed right after the branch moved could not note it.
      await runGit(context.git, ['symbolic-ref', mergedRef(branch), into]);
      return ok(target);
    }
    const merged = (await isAncestor(context, target, tip)) ? ok(tip) : await merge(context, runId, text, target, tip);
    if (!merged.ok) return merged;
    await failpoint(context, 'merge/commit-made');
    const moved = await moveBranch(context, {
      kind: 'merge',
      branch: into,
      from: target,
      to: merged.value,
      kept: [{ ref: keptRef('before', into), to: target }],
      reason: `countersign: merged run ${runId}`,
    });
    if (!moved.ok) return moved;
    await runGit(context.git, ['symbolic-ref', mergedRef(branch), into]);
    return merged;
  });
}

/** The branch that holds all the landings now: their own, or the one that their run branch was merged into. */
export async function branchHolding(
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
  return fail({ code: 'rollback/not-on-branch', branch: own });
}

/** The branch that a run branch was merged into, or null. */
async function mergedInto(context: Context, branch: string): Promise<string | null> {
  if (!branch.startsWith(prefix)) return null;
  const into = await gitText(context.git, ['symbolic-ref', '--quiet', mergedRef(branch)], { accept: [1] });
  return into.startsWith('refs/heads/') ? into : null;
}

async function merge(
  context: Context,
  runId: string,
  text: string,
  target: string,
  tip: string,
): Promise<Result<string>> {
  const merged = await mergeCommits(context, target, tip);
  if (!merged.clean) return fail({ code: 'repository/conflict', commit: tip, paths: [...merged.paths] });
  const message = withTrailers(`Merge Countersign run ${runId}\n\n${text}`, [['Countersign-Run', runId]]);
  return ok(await writeUserCommit(context, { tree: merged.tree, parents: [target, tip], message }));
}

function branchOf(runId: string): string {
  if (
    !/^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9_-])?$/.test(runId) ||
    runId.includes('..') ||
    runId.endsWith('.lock')
  ) {
    throw new EngineError({ code: 'internal/defect', detail: `\`${runId}\` is no name for a branch` });
  }
  return `${prefix}${runId}`;
}

function mergedRef(branch: string): string {
  return `refs/countersign/merged/${branch.slice(prefix.length)}`;
}
