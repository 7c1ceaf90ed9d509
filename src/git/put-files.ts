import { readdir, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Fault } from '../domain/fault.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import { type Context, failpoint } from './context.ts';
import { hasCode } from './git-failure.ts';
import { type Journal, journalFiles, type PlannedFile } from './move-journal.ts';
import { captureFile, isAbsent, isSameState, isThere, makeParents, placeFile, stateOf } from './working-files.ts';

/**
 * Swaps the planned files: what stands at a path is taken aside whole, and looked at once nobody can change it there any
 * more; then the new file goes where nothing may be. So an edit that comes in between is noticed, never overwritten.
 * What an earlier try has done is not done again.
 */
export async function putFiles(context: Context, journal: Journal): Promise<Result<void>> {
  for (const [position, file] of inOrder(journal.plan?.files ?? [])) {
    const fault = await putFile(context, journal, position, file);
    if (fault) return fail(fault);
  }
  return ok(undefined);
}

async function putFile(context: Context, journal: Journal, position: number, file: PlannedFile): Promise<Fault | null> {
  const step = (name: string) => failpoint(context, `${journal.intent.kind}/${name}`);
  const full = join(context.root, file.path);
  const built = journalFiles.built(journal.folder, file.path);
  if (file.after && !(await isThere(built))) return null;
  if (file.before) {
    await step('before-capture');
    const captured = journalFiles.captured(journal.folder, position);
    const found = (await isThere(captured)) || (await captureFile(full, captured));
    await step('captured');
    if (!found || !isSameState(await stateOf(captured), file.before)) {
      return { code: 'repository/dirty-path', paths: [file.path] };
    }
  }
  if (file.after) {
    await step('before-placing');
    if (!(await place(built, full))) return { code: 'repository/path-exists', paths: [file.path] };
    await step('placed');
  }
  return null;
}

/** Paths whose old file was written to even after it was taken aside, by a program that held it open. */
export async function capturedAsPlanned(journal: Journal): Promise<readonly string[]> {
  const changed: string[] = [];
  for (const [position, file] of (journal.plan?.files ?? []).entries()) {
    if (!file.before) continue;
    const captured = await stateOf(journalFiles.captured(journal.folder, position));
    if (!isSameState(captured, file.before)) changed.push(file.path);
  }
  return changed;
}

/** Deletions first, deepest first: a folder may have to give way to a file, or a file to a folder. */
export function inOrder(plan: readonly PlannedFile[]): readonly (readonly [number, PlannedFile])[] {
  const entries = [...plan.entries()];
  return [...entries.filter(([, { after }]) => !after).reverse(), ...entries.filter(([, { after }]) => after)];
}

async function place(from: string, full: string): Promise<boolean> {
  try {
    await makeParents(full);
    await clearEmptyFolder(full);
    await placeFile(from, full);
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST') || hasCode(error, 'ENOTDIR') || hasCode(error, 'EISDIR')) return false;
    throw error;
  }
}

/** Deletions may have left an empty folder where a file goes. */
async function clearEmptyFolder(full: string): Promise<void> {
  if ((await stateOf(full)) !== 'other') return;
  await removeEmptyTree(full);
}

async function removeEmptyTree(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) await removeEmptyTree(join(folder, entry.name));
  }
  await rmdir(folder).catch((error) => {
    if (!isAbsent(error) && !hasCode(error, 'ENOTEMPTY')) throw error;
  });
}
