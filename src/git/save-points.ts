import { fail, ok, type Result } from '../domain/result.ts';
import type { BranchReturn, SavePoint } from '../domain/save-point.ts';
import type { Context } from './context.ts';
import { gitText } from './exec.ts';
import { keptFolders, keptRef, readKeptRef } from './kept-refs.ts';
import { resolveCommit } from './land.ts';
import { moveBranch } from './move-branch.ts';
import { alone } from './state-lock.ts';

export async function listSavePoints(context: Context): Promise<readonly SavePoint[]> {
  const format = '--format=%(refname)%00%(objectname)%00%(contents:subject)';
  const text = await gitText(context.git, ['for-each-ref', format, ...keptFolders]);
  const points = text.split('\n').flatMap((line) => {
    const [ref = '', commit = '', subject = ''] = line.split('\0');
    const found = readKeptRef(ref);
    return found ? [{ ref, commit, subject, ...found }] : [];
  });
  return points.sort((a, b) => (a.id < b.id ? 1 : -1));
}

/** Brings a branch to a state that was kept. What it leaves behind stays reachable under the ref in the answer. */
export async function restoreSavePoint(context: Context, ref: string): Promise<Result<BranchReturn>> {
  return alone(context, async () => {
    const found = readKeptRef(ref);
    const commit = found && (await resolveCommit(context, ref));
    if (!found || !commit) return fail({ code: 'rollback/no-save-point', selector: ref });
    const { branch } = found;
    const tip = await resolveCommit(context, branch);
    if (!tip) return fail({ code: 'rollback/no-branch', branch });
    if (tip === commit) return fail({ code: 'rollback/already-there', branch, commit });
    return takeBranchTo(context, 'restore', branch, tip, commit);
  });
}

/** Moves a branch to a commit of its past, or to one it was taken back from. The caller holds the repository's lock. */
export async function takeBranchTo(
  context: Context,
  kind: 'undo' | 'restore',
  branch: string,
  from: string,
  to: string,
): Promise<Result<BranchReturn>> {
  const kept = keptRef('undone', branch);
  const reason = `countersign: ${kind}, back to ${to.slice(0, 10)}`;
  const [left, regained] = await Promise.all([commitsBetween(context, to, from), commitsBetween(context, from, to)]);
  const moved = await moveBranch(context, { kind, branch, from, to, kept: [{ ref: kept, to: from }], reason });
  return moved.ok ? ok({ branch, from, to, kept, left, regained }) : moved;
}

/** What `to` holds and `from` does not, newest first. */
async function commitsBetween(context: Context, from: string, to: string): Promise<readonly string[]> {
  const text = await gitText(context.git, ['rev-list', '--topo-order', to, `^${from}`]);
  return text === '' ? [] : text.split('\n');
}
