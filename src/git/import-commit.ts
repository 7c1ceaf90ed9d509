import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileChange } from '../domain/patch.ts';
import { quotePath } from '../patch/quote-path.ts';
import type { Context } from './context.ts';
import { runGit } from './exec.ts';

export interface ImportedCommit {
  readonly commit: string;
  readonly tree: string;
}

/**
 * Makes a private commit of whole files on a base and a ref to it, in one process: no index is read or written, and of the
 * base only the folders on the way to the files. What is committed is what `changes` says, byte for byte.
 */
export async function importCommit(
  context: Context,
  base: string,
  ref: string,
  message: string,
  changes: readonly FileChange[],
): Promise<ImportedCommit> {
  const who = `Countersign <countersign@localhost> ${Math.floor(Date.now() / 1000)} +0000`;
  const removed = changes.flatMap((change) => {
    if (change.after === null) return [change.path];
    return change.renamedFrom === null ? [] : [change.renamedFrom];
  });
  const parts = [
    `commit ${ref}\nmark :1\nauthor ${who}\ncommitter ${who}\n${data(message)}from ${base}\n`,
    ...removed.map((path) => `D ${quoteAlways(path)}\n`),
    ...changes.map(({ path, mode, after }) =>
      after === null ? '' : `M ${mode} inline ${quoteAlways(path)}\n${data(after)}`,
    ),
    '\nget-mark :1\nls :1 ""\ndone\n',
  ];
  const words = ['fast-import', '--quiet', '--done', '--date-format=raw'];
  const started = Date.now();
  const { output } = await runGit(context.git, words, { input: parts.join('') }).catch(async (error) => {
    await removeReports(context.gitDirectory, started);
    throw error;
  });
  const [commit = '', listed = ''] = output.toString('utf8').split('\n');
  const tree = /^040000 tree ([0-9a-f]+)\t/.exec(listed)?.[1];
  if (!/^[0-9a-f]{40,64}$/.test(commit) || !tree) throw new Error(`git answered \`${output.toString('utf8')}\`.`);
  return { commit, tree };
}

/** A failed import leaves a report in the git directory, which is the user's to keep clean. */
async function removeReports(gitDirectory: string, since: number): Promise<void> {
  for (const name of await readdir(gitDirectory)) {
    const path = join(gitDirectory, name);
    if (/^fast_import_crash_\d+$/.test(name) && (await stat(path)).mtimeMs >= since - 1000)
      await rm(path, { force: true });
  }
}

function data(text: string): string {
  return `data ${Buffer.byteLength(text)}\n${text}\n`;
}

/** A path with blanks at its ends would be cut without quotes. */
function quoteAlways(path: string): string {
  const quoted = quotePath(path);
  return quoted.startsWith('"') ? quoted : `"${quoted}"`;
}
