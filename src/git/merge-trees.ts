import type { Context } from './context.ts';
import { gitText, runGit } from './exec.ts';
import { workingGit } from './working-git.ts';
import { writePrivateCommit } from './write-commit.ts';

export type Merged =
  | { readonly clean: true; readonly tree: string }
  | { readonly clean: false; readonly paths: readonly string[] };

/** Merges two commits in the object store alone, by their own merge base. No working file, index or ref is touched. */
export async function mergeCommits(context: Context, ours: string, theirs: string): Promise<Merged> {
  const git = await workingGit(context);
  const words = ['merge-tree', '--write-tree', '-z', '--name-only', '--no-messages', ours, theirs];
  const { exitCode, output } = await runGit(git, words, { accept: [1] });
  const [tree = '', ...paths] = output
    .toString('utf8')
    .split('\0')
    .filter((field) => field !== '');
  return exitCode === 0 ? { clean: true, tree } : { clean: false, paths: [...new Set(paths)].sort() };
}

/** What `ours` becomes when the change from `base` to `theirs` is made to it. All three are trees. */
export async function mergeTrees(context: Context, base: string, ours: string, theirs: string): Promise<Merged> {
  // Older git finds the base by history only: three commits are made that have the wanted one.
  const message = 'Countersign: merge base\n';
  const root = await writePrivateCommit(context, { tree: base, parents: [], message });
  const one = await writePrivateCommit(context, { tree: ours, parents: [root], message });
  const other = await writePrivateCommit(context, { tree: theirs, parents: [root], message });
  return mergeCommits(context, one, other);
}

export function treeOf(context: Context, commit: string): Promise<string> {
  return gitText(context.git, ['rev-parse', '--verify', `${commit}^{tree}`]);
}

/** First parent of a commit, or null for a root. */
export async function parentOf(context: Context, commit: string): Promise<string | null> {
  const parent = await gitText(context.git, ['rev-parse', '--verify', '--quiet', `${commit}^`], { accept: [1] });
  return parent === '' ? null : parent;
}

/** All parents of a commit, first parent first. */
export async function parentsOf(context: Context, commit: string): Promise<readonly string[]> {
  const [, ...parents] = (await gitText(context.git, ['rev-list', '--parents', '-1', commit])).split(' ');
  return parents;
}

export async function isAncestor(context: Context, commit: string, of: string): Promise<boolean> {
  return (await runGit(context.git, ['merge-base', '--is-ancestor', commit, of], { accept: [1] })).exitCode === 0;
}

/** The commits in the order of history, newest first. */
export async function newestFirst(
  context: Context,
  commits: readonly string[],
  tip: string,
): Promise<readonly string[]> {
  const wanted = new Set(commits);
  const parents = await Promise.all([...wanted].map((commit) => parentOf(context, commit)));
  const known = parents.filter((parent) => parent !== null);
  const all = known.length === wanted.size;
  const start = all ? await gitText(context.git, ['merge-base', '--octopus', ...known], { accept: [1] }) : '';
  const listed = await gitText(context.git, ['rev-list', '--topo-order', tip, ...(start ? [`^${start}`] : [])]);
  return listed.split('\n').filter((commit) => wanted.has(commit));
}
