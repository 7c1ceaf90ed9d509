import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from './context.ts';
import { gitText, runGit } from './exec.ts';

/** What of Countersign's own state in a repository does not fit it, one sentence each; empty where all is well. */
export async function examineState(context: Context): Promise<readonly string[]> {
  return [...(await refusedJournals(context)), ...(await brokenRefs(context))];
}

async function refusedJournals({ stateDirectory }: Context): Promise<readonly string[]> {
  const moves = join(stateDirectory, 'moves');
  const names = await readdir(moves).catch(() => []);
  const refused = names.filter((name) => name.endsWith('.refused'));
  return refused.map((name) => `A journal that was not believed is kept in ${join(moves, name)}.`);
}

/** Refs whose commit is gone, as after a garbage collection that was made to ignore them. */
async function brokenRefs({ git }: Context): Promise<readonly string[]> {
  const text = await gitText(git, ['for-each-ref', '--format=%(objectname) %(refname)', 'refs/countersign/']);
  if (text === '') return [];
  const refs = text.split('\n').map((line) => line.split(' ') as [object: string, ref: string]);
  const input = refs.map(([object]) => `${object}\n`).join('');
  const { output } = await runGit(git, ['cat-file', '--batch-check=%(objecttype)'], { input });
  const types = output.toString('utf8').split('\n');
  return refs.flatMap(([, ref], at) => (types[at] === 'commit' ? [] : [`The commit of ${ref} is gone.`]));
}
