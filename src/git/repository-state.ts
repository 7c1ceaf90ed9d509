import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Fault } from '../domain/fault.ts';
import type { Context } from './context.ts';
import { gitFields, gitText } from './exec.ts';

const operations: readonly (readonly [file: string, operation: string])[] = [
  ['rebase-merge', 'rebase'],
  ['rebase-apply/applying', 'patch series (`git am`)'],
  ['rebase-apply', 'rebase'],
  ['MERGE_HEAD', 'merge'],
  ['CHERRY_PICK_HEAD', 'cherry-pick'],
  ['REVERT_HEAD', 'revert'],
  ['sequencer', 'cherry-pick or revert'],
  ['BISECT_LOG', 'bisect'],
];

/** What git is in the middle of in one working tree, in words; null where it is in nothing. */
export async function operationInProgress(gitDirectory: string): Promise<string | null> {
  for (const [file, operation] of operations) {
    if (await exists(join(gitDirectory, file))) return operation;
  }
  return null;
}

export type BranchPlace =
  | { readonly at: 'here' }
  | { readonly at: 'nowhere' }
  | { readonly at: 'elsewhere'; readonly directory: string };

/** Which working tree a branch is checked out in. */
export async function placeOfBranch(context: Context, branch: string): Promise<BranchPlace> {
  if ((await headBranch(context)) === branch) return { at: 'here' };
  let directory = '';
  for (const field of await gitFields(context.git, ['worktree', 'list', '--porcelain', '-z'])) {
    if (field.startsWith('worktree ')) directory = field.slice('worktree '.length);
    if (field === `branch ${branch}` && directory !== context.root) return { at: 'elsewhere', directory };
  }
  return { at: 'nowhere' };
}

/** Full name of the branch that HEAD is on, or null where it is detached. */
export async function headBranch(context: Context): Promise<string | null> {
  const head = await gitText(context.git, ['symbolic-ref', '--quiet', 'HEAD'], { accept: [1] });
  return head === '' ? null : head;
}

/** Why nothing can be moved on a branch that no working tree is on: it is being rebased, or is only another's name. */
export async function obstacleOnBranch(context: Context, branch: string): Promise<Fault | null> {
  const alias = await gitText(context.git, ['symbolic-ref', '--quiet', branch], { accept: [1] });
  if (alias !== '') {
    const detail = `\`${branch}\` is another name for \`${alias}\`; land on that.`;
    return { code: 'repository/unsupported', detail };
  }
  for (const file of ['rebase-merge/head-name', 'rebase-apply/head-name', 'BISECT_START']) {
    const name = (await readFile(join(context.gitDirectory, file), 'utf8').catch(() => '')).trim();
    if (name === branch || `refs/heads/${name}` === branch) {
      return { code: 'repository/busy', operation: file === 'BISECT_START' ? 'bisect' : 'rebase' };
    }
  }
  return null;
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
