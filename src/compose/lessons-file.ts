import { lstat, mkdir, readFile, realpath, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Workspace } from '../compose.ts';
import { EngineError } from '../domain/engine-error.ts';
import { addLesson, type LessonOffer, lessonsPath, readLessons } from '../domain/lessons.ts';

/** The rules that were accepted; none where there is no file. */
export async function acceptedLessons(root: string): Promise<readonly string[]> {
  return readLessons((await textIn(root)) ?? '');
}

/** The parts of a workspace in which lessons are kept. */
type LessonPlace = Pick<Workspace, 'ledger' | 'repository'>;

/**
 * Adds a rule, as it was offered or as the person worded it, to the file of the work tree, and offers it no more. Gives
 * the file. Throws `repository/unsafe` where a link is in the way.
 */
export async function acceptLesson(
  { ledger, repository }: LessonPlace,
  { key }: LessonOffer,
  rule: string,
): Promise<string> {
  const file = await writeRule(repository.root, rule);
  ledger.decideLesson({ key, rule }, 'accepted');
  return file;
}

/** It is not offered again. */
export function rejectLesson({ ledger }: LessonPlace, offer: LessonOffer): void {
  ledger.decideLesson(offer, 'rejected');
}

async function writeRule(root: string, rule: string): Promise<string> {
  const text = await textIn(root);
  const file = path.join(root, lessonsPath);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, addLesson(text, rule));
  return file;
}

async function textIn(root: string): Promise<string | null> {
  const file = path.join(root, lessonsPath);
  const folder = path.dirname(file);
  const found = await lstat(file).catch(() => null);
  const place = await lstat(folder).catch(() => null);
  const isElsewhere = place !== null && (await realpath(folder)) !== path.join(await realpath(root), '.countersign');
  if (isElsewhere || (found && !found.isFile()) || (place && !place.isDirectory())) {
    throw new EngineError({
      code: 'repository/unsafe',
      directory: root,
      detail: `\`${lessonsPath}\` is no plain file`,
    });
  }
  return found ? readFile(file, 'utf8') : null;
}
