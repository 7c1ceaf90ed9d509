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

/** One process that makes one commit, started before it is known which, so that its start costs no time. */
export interface Importer {
  /**
   * Makes a private commit of whole files on a base and a ref to it: no index is read or written, and of the base only
   * the folders on the way to the files. What is committed is what `changes` says, byte for byte. May be called once.
   */
  commit(base: string, ref: string, message: string, changes: readonly FileChange[]): Promise<ImportedCommit>;
  /** Ends the process where nothing was committed. Must be called. */
  close(): Promise<void>;
}

const words = ['fast-import', '--quiet', '--done', '--date-format=raw'];

export function openImporter(context: Context): Importer {
  const { promise: input, resolve: send } = Promise.withResolvers<string>();
  const started = Date.now();
  const finished = runGit(context.git, words, { input });
  // Heard below; until then a rejection must not count as unheard.
  finished.catch(() => undefined);
  return {
    async commit(base, ref, message, changes) {
      send(commandsFor(base, ref, message, changes));
      const { output } = await finished.catch(async (error) => {
        await removeReports(context.gitDirectory, started);
        throw error;
      });
      return readAnswer(output.toString('utf8'));
    },
    async close() {
      send('done\n');
      await finished.catch(() => undefined);
    },
  };
}

function commandsFor(base: string, ref: string, message: string, changes: readonly FileChange[]): string {
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
  return parts.join('');
}

function readAnswer(text: string): ImportedCommit {
  const [commit = '', listed = ''] = text.split('\n');
  const tree = /^040000 tree ([0-9a-f]+)\t/.exec(listed)?.[1];
  if (!/^[0-9a-f]{40,64}$/.test(commit) || !tree) throw new Error(`git answered \`${text}\`.`);
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
