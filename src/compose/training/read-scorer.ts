import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { EngineError } from '../../domain/engine-error.ts';
import { type Scorer, scorerSchema } from '../../domain/scorer.ts';

const sizeLimit = 64 * 1024;

/**
 * Reads a scorer's file, by its path from the top of the repository. Throws `scorer/unreadable` for a file that is
 * missing, too large, or holds anything but a scorer.
 */
export async function readScorer(root: string, name: string): Promise<Scorer> {
  const file = path.resolve(root, name);
  const unreadable = (detail: string, cause?: unknown) =>
    new EngineError({ code: 'scorer/unreadable', file: name, detail }, cause);
  const found = await stat(file).catch(() => null);
  if (!found?.isFile()) throw unreadable('there is no such file');
  if (found.size > sizeLimit) throw unreadable('it is larger than any scorer');
  let value: unknown;
  try {
    value = JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    throw unreadable('it is no JSON', error);
  }
  const read = scorerSchema.safeParse(value);
  if (read.success) return read.data;
  const issue = read.error.issues[0];
  throw unreadable(`${issue?.path.map(String).join('.') || 'it'}: ${issue?.message}`);
}
