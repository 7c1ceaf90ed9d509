import type { PastCommit, RepositoryReader } from '../engine/ports/repository.ts';
import type { Context } from './context.ts';
import { gitText, runGit } from './exec.ts';
import { readObjects } from './read-objects.ts';
import { isRegular, listTree } from './source-tree.ts';

/** A commit that touches more files than this says nothing about any of them. */
const mostPaths = 500;

/** Reads commits for a survey of the repository: no working tree, no index, no refs. */
export function repositoryReader(context: Context): RepositoryReader {
  return {
    async files(commit) {
      const entries = await listTree(context, commit);
      const files = entries.filter(isRegular).map(({ path, object }) => ({ path, object }));
      return files.sort((a, b) => (a.path < b.path ? -1 : 1));
    },
    contents: (objects, limit) => readObjects(context.git, objects, limit),
    async commits(commit, most) {
      const words = ['rev-list', '--no-merges', `--max-count=${most}`, commit, '--'];
      const { output } = await runGit(context.git, words);
      return output.toString('utf8').split('\n').filter(Boolean);
    },
    async pastCommits(commits) {
      if (commits.length === 0) return [];
      const words = ['log', '--no-walk=unsorted', '--stdin', '-z', '--name-only', '--no-renames', '--root'];
      words.push('--no-show-signature', '--format=%x01%H%x00%B%x00');
      const input = `${commits.join('\n')}\n`;
      const { output } = await runGit(context.git, words, { input });
      return output.toString('utf8').split('\u0001').filter(Boolean).map(parseCommit);
    },
    log(commit, path, most) {
      const words = ['log', `--max-count=${most}`, '--no-show-signature', '--date=short', '--format=%h %ad %an: %s'];
      return gitText(context.git, [...words, commit, '--', ...(path === null ? [] : [path])]);
    },
    blame(commit, path, from, to) {
      const words = ['blame', '--date=short', '--no-progress', '-L', `${from},${to}`, commit, '--', path];
      return gitText(context.git, words, { outputLimit: mostText });
    },
    async show(base, commit, paths) {
      const known = await runGit(context.git, ['merge-base', '--is-ancestor', commit, base], { accept: [1, 128] });
      if (known.exitCode !== 0) return null;
      const words = ['show', '--no-show-signature', '--no-ext-diff', '--no-textconv', '--no-color', '--date=short'];
      words.push('--stat', '--patch', '--format=%H%n%an, %ad%n%n%B', commit, '--', ...paths);
      return gitText(context.git, words, { outputLimit: mostText });
    },
  };
}

/** A whole patch between two commits, as staging reads one. */
export async function diffCommits({ git }: Context, from: string, to: string): Promise<string> {
  const words = ['diff-tree', '-r', '--patch', '--full-index', '--no-renames', '--no-color'];
  words.push('--no-ext-diff', '--no-textconv', '--src-prefix=a/', '--dst-prefix=b/', from, to);
  return (await runGit(git, words)).output.toString('utf8');
}

const mostText = 4 * 1024 * 1024;

function parseCommit(record: string): PastCommit {
  const [commit = '', message = '', ...rest] = record.split('\0');
  const paths = rest.map((path) => path.replace(/^\n+/, '')).filter(Boolean);
  return { commit, message: message.trim(), paths: paths.length > mostPaths ? [] : paths };
}
