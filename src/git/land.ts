import { EngineError } from '../domain/engine-error.ts';
import type { Landing, Staged } from '../domain/proposal.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { LandRequest } from '../engine/ports/repository.ts';
import { type Context, failpoint } from './context.ts';
import { gitText } from './exec.ts';
import { afterCommitHook, runCommitHooks } from './hooks.ts';
import { keptRef } from './kept-refs.ts';
import { moveBranch } from './move-branch.ts';
import { alone } from './state-lock.ts';
import { withTrailers, writeUserCommit } from './write-commit.ts';

/** Makes the final commit, with the audited tree and parent, and moves the branch to it. */
export async function land(context: Context, request: LandRequest): Promise<Result<Landing>> {
  const { staged, branch } = request;
  const unfit = await misfit(context, staged);
  if (unfit) throw new EngineError({ code: 'internal/defect', detail: unfit });
  if (!branch.startsWith('refs/heads/')) {
    throw new EngineError({ code: 'internal/defect', detail: `\`${branch}\` is no branch` });
  }
  return alone(context, async () => {
    // Asked before the commit is made, so that a branch that moved costs nothing; the transaction asks again.
    if ((await resolveCommit(context, branch)) !== staged.base) return fail({ code: 'repository/moved', branch });
    const message = await runCommitHooks(context, staged, withTrailers(request.message, request.trailers));
    if (!message.ok) return message;
    const content = { tree: staged.tree, parents: [staged.base], message: message.value };
    const commit = await writeUserCommit(context, content);
    await failpoint(context, 'landing/commit-made');
    const moved = await moveBranch(context, {
      kind: 'landing',
      branch,
      from: staged.base,
      to: commit,
      kept: [{ ref: keptRef('before', branch), to: staged.base }],
      reason: `countersign: landed ${commit.slice(0, 10)}`,
    });
    if (!moved.ok) return moved;
    await afterCommitHook(context);
    return ok({ commit, parent: staged.base, tree: staged.tree, branch });
  });
}

/** Commit that a ref or name stands for, or null. */
export async function resolveCommit(context: Context, name: string): Promise<string | null> {
  const words = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`];
  const commit = await gitText(context.git, words, { accept: [1, 128] });
  return /^[0-9a-f]{40,64}$/.test(commit) ? commit : null;
}

/** What is landed is the tree that was audited, on the parent it was audited on; a record that says otherwise is wrong. */
async function misfit(context: Context, staged: Staged): Promise<string | null> {
  const words = ['rev-parse', '--verify', '--quiet', '--end-of-options'];
  const found = await gitText(context.git, [...words, `${staged.commit}^{tree}`], { accept: [1, 128] });
  if (found !== staged.tree) return `the staged commit ${staged.commit} does not have the audited tree ${staged.tree}`;
  const parent = await gitText(context.git, [...words, `${staged.commit}^`], { accept: [1, 128] });
  return parent === staged.base ? null : `the staged commit ${staged.commit} does not stand on ${staged.base}`;
}
