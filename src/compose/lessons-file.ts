import { lstat, mkdir, readFile, realpath, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { EngineError } from '../domain/engine-error.ts';
import { addLesson, lessonsPath, readLessons } from '../domain/lessons.ts';

/** The rules that were accepted; none where there is no file. */
export async function acceptedLessons(root: string): Promise<readonly string[]> {
  return readLessons((await textIn(root)) ?? '');
}

/** Adds a rule to the file, and makes the file where there is none. Throws `repository/unsafe` where a link is in the way. */
export async function acceptLesson(root: string, rule: string): Promise<void> {
  const text = await textIn(root);
  const file = path.join(root, lessonsPath);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, addLesson(text, rule));
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
