import { copyFile, rename, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Context, failpoint } from './context.ts';
import { hashOfFile, syncFolder } from './durable-file.ts';
import { gitFields, runGit } from './exec.ts';
import { hasCode } from './git-failure.ts';
import { indexFile, unlockIndex } from './index-lock.ts';
import { closeJournal, type Journal, journalFiles, type PlannedFile } from './move-journal.ts';
import { inOrder } from './put-files.ts';
import { treeChanges } from './tree-changes.ts';
import {
  captureFile,
  isSameFile,
  isSameState,
  isThere,
  makeParents,
  placeFile,
  removeEmptyParents,
  stateOf,
} from './working-files.ts';

/** The branch has moved and the files are in place: the index follows, then the lock goes. May be called again. */
export async function finishMove(context: Context, journal: Journal): Promise<void> {
  const step = (name: string) => failpoint(context, `${journal.intent.kind}/${name}`);
  const built = journalFiles.index(journal.folder);
  const current = await hashOfFile(indexFile(journal));
  if (await isThere(built)) {
    if (current === journal.plan?.index) await rename(built, indexFile(journal));
    else await carryIntoIndex(context, journal);
    await syncFolder(journal.intent.gitDirectory);
  }
  await step('index-replaced');
  await unlockIndex(journal);
  await step('index-unlocked');
  for (const file of journal.plan?.files ?? []) {
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
 * The branch has not moved: every file goes back to where it was taken from. `release` lets go of the ref locks while
 * the journal still names them. A file that somebody edited meanwhile stays as it is and is named in the answer. May
 * be called again.
 */
export async function undoMove(
  context: Context,
  journal: Journal,
  release: () => Promise<void> = async () => undefined,
): Promise<readonly string[]> {
  const files = [...inOrder(journal.plan?.files ?? [])].reverse();
  const kept = new Set<string>();
  try {
    for (const [position, file] of files) {
      if (!(await removePlaced(context.root, journal, position, file))) kept.add(file.path);
      await failpoint(context, `${journal.intent.kind}/file-removed`);
    }
    for (const folder of [...(journal.plan?.folders ?? [])].reverse()) {
      await rmdir(join(context.root, folder)).catch(() => undefined);
    }
    for (const [position, file] of files) {
      if (!kept.has(file.path) && !(await restoreCaptured(context.root, journal, position, file))) kept.add(file.path);
      await failpoint(context, `${journal.intent.kind}/file-restored`);
    }
  } finally {
    await release();
  }
  await unlockIndex(journal);
  await failpoint(context, `${journal.intent.kind}/undone`);
  await closeJournal(journal);
  return [...kept].sort();
}

/** Takes away what this move put there. False where it was edited since and was left. */
async function removePlaced(root: string, journal: Journal, position: number, file: PlannedFile): Promise<boolean> {
  const full = join(root, file.path);
  const captured = journalFiles.captured(journal.folder, position);
  if (await isSameFile(captured, full)) {
    await rm(captured);
    return true;
  }
  // A file that was to be replaced and is not among the captured ones stands where it stood.
  if (file.before && !(await isThere(captured))) return true;
  return !(await wasPlaced(full, journal, file)) || takeBack(full, captured, file);
}

/** Brings back what stood there. False where something of the user's stands there now and was left. */
async function restoreCaptured(root: string, journal: Journal, position: number, file: PlannedFile): Promise<boolean> {
  const captured = journalFiles.captured(journal.folder, position);
  if (!(await isThere(captured))) return true;
  const full = join(root, file.path);
  try {
    await makeParents(full);
    await placeFile(captured, full);
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST') || hasCode(error, 'ENOTDIR')) return false;
    throw error;
  }
}

/** Once the new file is placed it is no longer among the built ones, unless the move was cut off between the two. */
async function wasPlaced(full: string, journal: Journal, file: PlannedFile): Promise<boolean> {
  if (!file.after) return false;
  const built = journalFiles.built(journal.folder, file.path);
  if (!(await isThere(built)) || (await isSameFile(built, full))) return true;
  return file.after.kind === 'link' && isSameState(await stateOf(full), file.after);
}

/** Removes a file that this move placed, by taking it aside and looking at it: an edited one goes back. */
async function takeBack(full: string, captured: string, file: PlannedFile): Promise<boolean> {
  const aside = `${captured}.placed`;
  if (!(await isThere(aside)) && !(await captureFile(full, aside))) return true;
  if (isSameState(await stateOf(aside), file.after)) {
    await rm(aside);
    return true;
  }
  await placeFile(aside, full).catch((error) => {
    if (!hasCode(error, 'EEXIST')) throw error;
  });
  return false;
}
