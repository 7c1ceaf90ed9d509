import { copyFile, lstat, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Context, failpoint } from './context.ts';
import { hashOfFile, syncFolder } from './durable-file.ts';
import { gitFields, runGit } from './exec.ts';
import { hasCode } from './git-failure.ts';
import { indexFile, unlockIndex } from './index-lock.ts';
import { closeJournal, type Journal, journalFiles, type PlannedFile } from './move-journal.ts';
import { inOrder } from './put-files.ts';
import { treeChanges } from './tree-changes.ts';
import { captureFile, isSameState, makeParents, placeFile, removeEmptyParents, stateOf } from './working-files.ts';

/** The branch has moved and the files are in place: the index follows, then the lock goes. May be called again. */
export async function finishMove(context: Context, journal: Journal): Promise<void> {
  const step = (name: string) => failpoint(context, `${journal.intent.kind}/${name}`);
  const built = journalFiles.index(journal.folder);
  const current = await hashOfFile(indexFile(journal));
  if (await exists(built)) {
    if (current === journal.intent.index) await rename(built, indexFile(journal));
    else await carryIntoIndex(context, journal);
    await syncFolder(journal.intent.gitDirectory);
  }
  await step('index-replaced');
  await unlockIndex(journal);
  await step('index-unlocked');
  for (const file of journal.plan ?? []) {
    if (!file.after) await removeEmptyParents(context.root, file.path);
  }
  await closeJournal(journal);
  await step('journal-closed');
}

/** Somebody changed the index meanwhile: only entries that are still the old ones follow. */
async function carryIntoIndex(context: Context, journal: Journal): Promise<void> {
  const draft = join(journal.folder, 'index-carried');
  await copyFile(indexFile(journal), draft);
  const environment = { GIT_INDEX_FILE: draft };
  const entries = new Set(await gitFields(context.git, ['ls-files', '-z', '--stage'], { environment }));
  const paths = new Set([...entries].map((entry) => entry.slice(entry.indexOf('\t') + 1)));
  const lines: string[] = [];
  for (const { path, before, after } of await treeChanges(context, journal.intent.from, journal.intent.to)) {
    const unchanged = before ? entries.has(`${before.mode} ${before.object} 0\t${path}`) : !paths.has(path);
    if (unchanged) lines.push(after ? `${after.mode} ${after.object}\t${path}\0` : `0 ${before?.object}\t${path}\0`);
  }
  await runGit(context.git, ['update-index', '-z', '--index-info'], { input: lines.join(''), environment });
  await rename(draft, indexFile(journal));
  await rm(journalFiles.index(journal.folder), { force: true });
}

/**
 * The branch has not moved: every file goes back to where it was taken from. A file that somebody edited meanwhile stays
 * as it is and is named in the answer. May be called again.
 */
export async function undoMove(context: Context, journal: Journal): Promise<readonly string[]> {
  const kept: string[] = [];
  for (const [position, file] of [...inOrder(journal.plan ?? [])].reverse()) {
    if (!(await undoFile(context.root, journal, position, file))) kept.push(file.path);
  }
  await failpoint(context, `${journal.intent.kind}/undone`);
  await unlockIndex(journal);
  await closeJournal(journal);
  return kept;
}

/** False where something of the user's stands there now and was left. */
async function undoFile(root: string, journal: Journal, position: number, file: PlannedFile): Promise<boolean> {
  const full = join(root, file.path);
  const captured = journalFiles.captured(journal.folder, position);
  const wasCaptured = await exists(captured);
  // Once the new file is placed it is no longer among the built ones.
  const wasPlaced = file.after !== null && !(await exists(journalFiles.built(journal.folder, file.path)));
  if (wasPlaced && !(await takeBack(full, journal, position, file))) return false;
  if (!wasPlaced && file.after && !file.before) return true;
  if (wasCaptured) {
    await makeParents(full);
    try {
      await placeFile(captured, full);
    } catch (error) {
      if (hasCode(error, 'EEXIST')) return false;
      throw error;
    }
  }
  if (!file.before) await removeEmptyParents(root, file.path);
  return true;
}

/** Removes a file that this move placed, by taking it aside and looking at it: an edited one goes back. */
async function takeBack(full: string, journal: Journal, position: number, file: PlannedFile): Promise<boolean> {
  const aside = `${journalFiles.captured(journal.folder, position)}.placed`;
  if (!(await exists(aside)) && !(await captureFile(full, aside))) return true;
  if (isSameState(await stateOf(aside), file.after)) {
    await rm(aside);
    return true;
  }
  await placeFile(aside, full).catch((error) => {
    if (!hasCode(error, 'EEXIST')) throw error;
  });
  return false;
}

function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
