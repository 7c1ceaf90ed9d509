import { randomBytes } from 'node:crypto';
import { copyFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { EngineError } from '../domain/engine-error.ts';
import { type FileMode, fileModes } from '../domain/patch.ts';
import type { Staged } from '../domain/proposal.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import { flagChanges } from '../patch/flag-changes.ts';
import { type FormattedChange, formatPatch } from '../patch/format-patch.ts';
import { statsOf } from '../patch/patch-stats.ts';
import { type Context, stateFolder } from './context.ts';
import { gitText } from './exec.ts';
import { resolveCommit } from './land.ts';
import { readObjects } from './read-objects.ts';
import { textOf } from './source-tree.ts';
import { type TreeChange, type TreeFile, treeChanges } from './tree-changes.ts';
import { writePrivateCommit } from './write-commit.ts';

/** A change that somebody else made, as the Auditor looks at one. */
export interface ExistingChange {
  readonly staged: Staged;
  /** Changed paths whose content is not in the patch, with why: binary or over-large files, links, submodules. */
  readonly notShown: readonly { readonly path: string; readonly why: string }[];
}

const largestFile = 1024 * 1024;

/** What the index holds beyond HEAD. Read from a copy: the user's index is neither locked nor refreshed. */
export async function stageIndex(context: Context, head: string): Promise<Result<ExistingChange>> {
  const copy = join(await stateFolder(context, 'staging'), `index-${randomBytes(8).toString('hex')}`);
  const environment = { GIT_INDEX_FILE: copy };
  try {
    const index = await gitText(context.git, ['rev-parse', '--path-format=absolute', '--git-path', 'index']);
    await copyFile(index, copy).catch((error: NodeJS.ErrnoException) => {
      // Without an index nothing is staged, not everything deleted.
      if (error.code !== 'ENOENT') throw error;
      return gitText(context.git, ['read-tree', head], { environment });
    });
    const unmerged = await gitText(context.git, ['ls-files', '--unmerged'], { environment });
    if (unmerged !== '') return fail({ code: 'repository/busy', operation: 'merge with conflicts' });
    const tree = await gitText(context.git, ['write-tree'], { environment });
    const message = 'Countersign audits what is staged\n';
    const commit = await writePrivateCommit(context, { tree, parents: [head], message });
    return changeBetween(context, head, commit);
  } finally {
    await rm(copy, { force: true });
    await rm(`${copy}.lock`, { force: true });
  }
}

/** What HEAD holds beyond the commit where it left another branch. Throws `arguments/invalid` for a name of nothing. */
export async function stageBranch(context: Context, head: string, from: string): Promise<Result<ExistingChange>> {
  const other = await resolveCommit(context, from);
  if (other === null) {
    const problem = `\`${from}\` names no commit.`;
    throw new EngineError({ code: 'arguments/invalid', problem, usage: 'countersign audit --base main' });
  }
  const base = await gitText(context.git, ['merge-base', head, other], { accept: [1] });
  if (base === '') {
    const problem = `\`${from}\` and HEAD have no history in common.`;
    throw new EngineError({ code: 'arguments/invalid', problem, usage: 'countersign audit --base main' });
  }
  return changeBetween(context, base, head);
}

async function changeBetween(context: Context, base: string, commit: string): Promise<Result<ExistingChange>> {
  const differing = await treeChanges(context, base, commit);
  const objects = differing.flatMap(({ before, after }) => [before, after].flatMap((file) => file?.object ?? []));
  const contents = await readObjects(context.git, objects, largestFile);
  const notShown: { readonly path: string; readonly why: string }[] = [];
  const changes: FormattedChange[] = [];
  for (const change of differing) {
    const why = whyNotShown(change, contents);
    if (why) notShown.push({ path: change.path, why });
    else changes.push(formatted(change, contents));
  }
  if (differing.length === 0) return fail({ code: 'patch/changes-nothing' });
  const text = formatPatch(changes);
  const flags = flagChanges(changes);
  const patch = { text, files: changes, repairs: [], flags };
  const tree = await gitText(context.git, ['rev-parse', '--verify', '--end-of-options', `${commit}^{tree}`]);
  return ok({
    staged: { base, commit, tree, ref: '', patch: text, files: statsOf(patch), repairs: [], flags },
    notShown,
  });
}

function whyNotShown({ before, after }: TreeChange, contents: ReadonlyMap<string, Buffer>): string | null {
  for (const file of [before, after]) {
    if (!file) continue;
    if (file.mode === '160000') return 'a submodule';
    if (file.mode === '120000') return 'a link';
    if (!contents.has(file.object)) return `larger than ${largestFile / 1024} KiB`;
    if (textOf(contents.get(file.object)) === null) return 'no text';
  }
  return null;
}

function formatted({ path, before, after }: TreeChange, contents: ReadonlyMap<string, Buffer>): FormattedChange {
  const text = (file: TreeFile | null) => (file ? textOf(contents.get(file.object)) : null);
  const change = { path, renamedFrom: null, before: text(before), after: text(after), mode: modeOf(after ?? before) };
  return before && after ? { ...change, modeBefore: modeOf(before) } : change;
}

function modeOf(file: TreeFile | null): FileMode {
  return fileModes.find((mode) => mode === file?.mode) ?? '100644';
}
