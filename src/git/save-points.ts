import { fail, ok, type Result } from '../domain/result.ts';
import { type Context, newId } from './context.ts';
import { gitText } from './exec.ts';
import { resolveCommit } from './land.ts';
import { moveBranch } from './move-branch.ts';
import { alone } from './state-lock.ts';

/** A branch as it was before something landed on it. */
export interface SavePoint {
  readonly ref: string;
  readonly branch: string;
  readonly commit: string;
  /** First line of the commit's message. */
  readonly subject: string;
  /** ISO 8601, UTC: when the landing was made. */
  readonly at: string;
}

const prefix = 'refs/countersign/save/';

export async function listSavePoints(context: Context): Promise<readonly SavePoint[]> {
  const format = '--format=%(refname)%00%(objectname)%00%(contents:subject)';
  const text = await gitText(context.git, ['for-each-ref', format, prefix]);
  const points = text.split('\n').flatMap((line) => {
    const [ref = '', commit = '', subject = ''] = line.split('\0');
    const found = parseRef(ref);
    return found ? [{ ref, commit, subject, ...found }] : [];
  });
  return points.sort((a, b) => (a.at < b.at ? 1 : -1));
}

/** Brings a branch back to where it was. What it leaves behind stays reachable under the ref that is returned. */
export async function restoreSavePoint(context: Context, ref: string): Promise<Result<string>> {
  return alone(context, async () => {
    const found = parseRef(ref);
    const commit = found && (await resolveCommit(context, ref));
    if (!found || !commit) return fail({ code: 'run/not-found', selector: ref });
    const tip = await resolveCommit(context, found.branch);
    if (!tip) return fail({ code: 'repository/moved', branch: found.branch });
    const kept = `refs/countersign/undone/${newId()}`;
    if (tip === commit) return fail({ code: 'rollback/nothing-landed', selector: ref });
    const moved = await moveBranch(context, {
      kind: 'restore',
      branch: found.branch,
      from: tip,
      to: commit,
      kept: [{ ref: kept, to: tip }],
      reason: `countersign: back to ${commit.slice(0, 10)}`,
    });
    return moved.ok ? ok(kept) : moved;
  });
}

function parseRef(ref: string): { readonly branch: string; readonly at: string } | null {
  const [, branch, year, month, day, hour, minute, second, fraction] =
    /^refs\/countersign\/save\/(.+)\/@(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)-(\d{3})Z-[0-9a-f]{8}$/.exec(ref) ?? [];
  if (!branch) return null;
  return { branch: `refs/heads/${branch}`, at: `${year}-${month}-${day}T${hour}:${minute}:${second}.${fraction}Z` };
}
