import { copyFile, lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { fail, ok, type Result } from '../domain/result.ts';
import { findOverlap } from './check-overlap.ts';
import { type Context, failpoint } from './context.ts';
import { hashOfFile, syncFile } from './durable-file.ts';
import { type Git, runGit } from './exec.ts';
import { indexFile } from './index-lock.ts';
import { type Journal, journalFiles, type PlannedFile, writePlan } from './move-journal.ts';
import { headBranch, operationInProgress } from './repository-state.ts';
import { type TreeChange, treeChanges } from './tree-changes.ts';
import { missingFolders, stateOf } from './working-files.ts';
import { filteredPath } from './working-git.ts';

/** All checks, and all that is needed later, made before the first file is touched. */
export async function buildMove(context: Context, git: Git, journal: Journal): Promise<Result<Journal>> {
  const { kind, branch, from, to } = journal.intent;
  const step = (name: string) => failpoint(context, `${kind}/${name}`);
  if ((await headBranch(context)) !== branch) return fail({ code: 'repository/moved', branch: branch });
  const operation = await operationInProgress(context.gitDirectory);
  if (operation) return fail({ code: 'repository/busy', operation });
  const changes = await treeChanges(context, from, to);
  const index = journalFiles.index(journal.folder);
  await copyFile(indexFile(journal), index);
  const unmerged = await runGit(git, ['ls-files', '--unmerged'], { environment: { GIT_INDEX_FILE: index } });
  if (unmerged.output.length > 0) return fail({ code: 'repository/busy', operation: 'conflict resolution' });
  const overlap = await findOverlap(context, git, changes, index);
  if (!overlap.ok) return overlap;
  await step('checked');
  await copyFile(indexFile(journal), index);
  const indexBefore = (await hashOfFile(index)) as string;
  await changeIndex(git, index, changes);
  const created = changes.filter(({ after }) => after !== null).map(({ path }) => path);
  const filtered = await filteredPath(context, git, created, index);
  if (filtered) {
    const detail = `\`${filtered.path}\` goes through the content filter \`${filtered.filter}\`, which only your own settings can allow.`;
    return fail({ code: 'repository/unsupported', detail });
  }
  await buildFiles(git, journal.folder, index, created);
  await step('files-built');
  const files: PlannedFile[] = [];
  for (const { path, before, after } of changes) {
    files.push({
      path,
      before: before ? (overlap.value.get(path) ?? null) : null,
      after: after ? await knownState(journalFiles.built(journal.folder, path), path) : null,
    });
  }
  const folders = [...(await missingFolders(context.root, created))];
  return ok(await writePlan(journal, { index: indexBefore, files, folders }));
}

/** Puts exactly the changed entries into an index; every other entry stays as it is. */
async function changeIndex(git: Git, index: string, changes: readonly TreeChange[]): Promise<void> {
  const leaving = changes.filter(({ after }) => after === null);
  const lines = [
    ...leaving.map(({ path, before }) => `0 ${before?.object}\t${path}\0`),
    ...changes.flatMap(({ path, after }) => (after ? [`${after.mode} ${after.object}\t${path}\0`] : [])),
  ];
  const environment = { GIT_INDEX_FILE: index };
  await runGit(git, ['update-index', '-z', '--index-info'], { input: lines.join(''), environment });
}

/** Writes the new files as git would check them out, in an empty working tree of their own. */
async function buildFiles(git: Git, folder: string, index: string, paths: readonly string[]): Promise<void> {
  const root = journalFiles.builtRoot(folder);
  await runGit({ ...git, directory: root }, ['checkout-index', '-z', '--stdin'], {
    input: paths.map((path) => `${path}\0`).join(''),
    environment: { GIT_WORK_TREE: root, GIT_INDEX_FILE: index },
  });
  for (const path of paths) {
    const built = join(root, path);
    if ((await lstat(built)).isFile()) await syncFile(built);
  }
}

async function knownState(full: string, path: string) {
  const state = await stateOf(full);
  if (state === null || state === 'other') throw new Error(`\`${path}\` is no file.`);
  return state;
}

/** Teaches the new index what the new files look like, so that git need not read them again. */
export async function refreshIndex(git: Git, journal: Journal): Promise<void> {
  const index = journalFiles.index(journal.folder);
  const created = (journal.plan?.files ?? []).filter(({ after }) => after !== null);
  if (created.length > 0) {
    const words = ['add', '--refresh', '--pathspec-from-file=-', '--pathspec-file-nul'];
    const input = created.map(({ path }) => `${path}\0`).join('');
    await runGit(git, words, { input, environment: { GIT_INDEX_FILE: index }, accept: [1] });
  }
  await syncFile(index);
}
