import { EngineError } from '../domain/engine-error.ts';
import type { Context } from './context.ts';
import { gitText, runGit } from './exec.ts';

/** Of a larger landing the first files speak for the rest. */
const mostFiles = 200;
const outputLimit = 64 * 1024 * 1024;

/**
 * Share of the lines that a landing added which a branch still has, unchanged, as it stood at a later moment: by blame,
 * which follows a file that was renamed. Null where the landing added no line, or the branch did not come from it then.
 *
 * @param at ISO 8601
 */
export async function lineSurvival(
  context: Context,
  { commit, branch }: { readonly commit: string; readonly branch: string },
  at: string,
  signal: AbortSignal,
): Promise<number | null> {
  const later = await commitAt(context, branch, at);
  if (later === null || !(await comesFrom(context, commit, later))) return null;
  const added = await addedLines(context, commit);
  const paths = [...added.keys()].slice(0, mostFiles);
  const renamed = await renames(context, commit, later);
  let [all, left] = [0, 0];
  for (const path of paths) {
    signal.throwIfAborted();
    all += added.get(path) ?? 0;
    left += await linesFrom(context, commit, later, renamed.get(path) ?? path);
  }
  return all === 0 ? null : Math.min(1, left / all);
}

async function commitAt({ git }: Context, branch: string, at: string): Promise<string | null> {
  if (!branch.startsWith('refs/')) return null;
  const words = ['rev-list', '--first-parent', '-1', `--before=${at}`, branch, '--'];
  const found = await runGit(git, words, { accept: [128], seconds: 60 });
  return /^([0-9a-f]{40,64})$/m.exec(found.output.toString('utf8'))?.[1] ?? null;
}

async function comesFrom({ git }: Context, commit: string, later: string): Promise<boolean> {
  const words = ['merge-base', '--is-ancestor', commit, later];
  return (await runGit(git, words, { accept: [1, 128], seconds: 60 })).exitCode === 0;
}

/** Text files with how many lines the commit added to each. */
async function addedLines({ git }: Context, commit: string): Promise<ReadonlyMap<string, number>> {
  const words = ['diff-tree', '-r', '-z', '--no-commit-id', '--no-renames', '--numstat', commit, '--'];
  const entries = (await gitText(git, words, { outputLimit })).split('\0').filter(Boolean);
  const counts = entries.map((entry) => {
    const [lines = '-', , path = ''] = entry.split('\t');
    return [path, Number(lines)] as const;
  });
  return new Map(counts.filter(([path, lines]) => path !== '' && lines > 0));
}

/** Where files of the commit stand later under another name. */
async function renames({ git }: Context, commit: string, later: string): Promise<ReadonlyMap<string, string>> {
  const words = ['diff-tree', '-r', '-z', '-M', '--diff-filter=R', '--name-status', commit, later, '--'];
  const fields = (await gitText(git, words, { outputLimit })).split('\0');
  const pairs: [string, string][] = [];
  for (let at = 0; at + 2 < fields.length; at += 3) pairs.push([fields[at + 1] as string, fields[at + 2] as string]);
  return new Map(pairs);
}

async function linesFrom({ git }: Context, commit: string, later: string, path: string): Promise<number> {
  const words = ['blame', '--porcelain', later, '--', path];
  try {
    const { output } = await runGit(git, words, { accept: [128], outputLimit, seconds: 120 });
    return output.toString('latin1').match(new RegExp(`^${commit} \\d+ \\d+`, 'gm'))?.length ?? 0;
  } catch (error) {
    // A file beyond the limit is no reason to know nothing of the others.
    if (error instanceof EngineError && error.fault.code === 'git/failed') return 0;
    throw error;
  }
}
