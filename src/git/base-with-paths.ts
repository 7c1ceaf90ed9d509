import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Staged } from '../domain/proposal.ts';
import { type Context, stateFolder } from './context.ts';
import { gitText, runGit } from './exec.ts';
import { entriesAt } from './source-tree.ts';
import { writePrivateCommit } from './write-commit.ts';

/**
 * A private commit whose tree is that of `staged.base` with each path as `staged.commit` has it: content and mode, or
 * absent. No ref holds it; git keeps it for the two weeks that it keeps any new object.
 */
export async function baseWithPaths(context: Context, staged: Staged, paths: readonly string[]): Promise<string> {
  const entries = await entriesAt(context, staged.commit, paths);
  const kept = [...entries].filter(([, { mode }]) => mode !== '040000');
  const names = new Set(kept.map(([path]) => path));
  const gone = paths.filter((path) => !names.has(path));
  // What goes first makes room for a folder or a file of its name.
  const lines = [
    ...gone.map((path) => `0 ${'0'.repeat(staged.commit.length)}\t${path}`),
    ...kept.map(([path, { mode, object }]) => `${mode} ${object}\t${path}`),
  ];
  const index = join(await stateFolder(context, 'staging'), `index-${randomBytes(8).toString('hex')}`);
  const environment = { GIT_INDEX_FILE: index };
  try {
    await runGit(context.git, ['read-tree', staged.base], { environment });
    const input = lines.map((line) => `${line}\0`).join('');
    await runGit(context.git, ['update-index', '--replace', '-z', '--index-info'], { environment, input });
    const tree = await gitText(context.git, ['write-tree'], { environment });
    return await writePrivateCommit(context, {
      tree,
      parents: [staged.base],
      message: 'Countersign checks new tests\n',
    });
  } finally {
    await rm(index, { force: true });
    await rm(`${index}.lock`, { force: true });
  }
}
