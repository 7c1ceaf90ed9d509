import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { lstat, readFile } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { EngineError } from '../../domain/engine-error.ts';

const manifestSchema = z.object({
  format: z.literal('countersign-dataset-1'),
  seed: z.string(),
  heldOut: z.number(),
  heldOutFrom: z.string().nullable(),
  files: z.array(z.object({ file: z.string(), rows: z.int().nonnegative(), sha256: z.string() })),
});

/** A dataset as `train prepare` makes one. */
export interface FoundDataset {
  readonly folder: string;
  readonly manifestSha256: string;
  readonly manifest: z.infer<typeof manifestSchema>;
}

/** Throws `training/unusable-data`. */
export async function readDataset(manifestFile: string): Promise<FoundDataset> {
  const text = await readFile(manifestFile, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw unusable(`${manifestFile} cannot be read (${error.code}).`, error);
  });
  const manifestSha256 = createHash('sha256').update(text).digest('hex');
  try {
    return { folder: path.dirname(manifestFile), manifestSha256, manifest: manifestSchema.parse(JSON.parse(text)) };
  } catch (error) {
    throw unusable(`${manifestFile} is no manifest of a dataset.`, error);
  }
}

export interface TakenFile {
  readonly file: string;
  readonly rows: number;
  readonly sha256: string;
}

/**
 * Copies one side of a dataset into a job's folder, so that the job keeps its data whatever becomes of the dataset. Of
 * more rows than `most`, those with the smallest hashes are taken, in their order: the same ones each time, and from
 * everywhere. Null where the dataset has no such file, or no row in it. Throws `training/unusable-data` where the file
 * is not the one that the manifest tells of.
 */
export async function takeRows(
  { folder, manifest }: FoundDataset,
  { name, to, most }: { readonly name: string; readonly to: string; readonly most: number | null },
): Promise<TakenFile | null> {
  const told = manifest.files.find(({ file }) => file === name);
  if (!told || told.rows === 0) return null;
  const source = path.join(folder, name);
  const chosen = await chosenRows(source, told, most);
  const hash = createHash('sha256');
  let rows = 0;
  async function* lines() {
    let index = 0;
    for await (const line of linesOf(source)) {
      if (!chosen || chosen.has(index)) {
        const row = `${line}\n`;
        hash.update(row);
        rows += 1;
        yield row;
      }
      index += 1;
    }
  }
  await pipeline(Readable.from(lines()), createWriteStream(to, { flags: 'wx', mode: 0o600 }));
  return { file: to, rows, sha256: hash.digest('hex') };
}

/** Indices of the rows to take; null for all of them. Reads the file once, to hold it against its checksum. */
async function chosenRows(
  source: string,
  { file, sha256 }: { readonly file: string; readonly sha256: string },
  most: number | null,
): Promise<ReadonlySet<number> | null> {
  const whole = createHash('sha256');
  const keys: { readonly key: string; readonly index: number }[] = [];
  let index = 0;
  try {
    for await (const line of linesOf(source)) {
      whole.update(`${line}\n`);
      if (most !== null) keys.push({ key: createHash('sha256').update(line).digest('hex').slice(0, 16), index });
      index += 1;
    }
  } catch (error) {
    throw unusable(`${file} cannot be read.`, error);
  }
  if (whole.digest('hex') !== sha256) throw unusable(`${file} is not the file that its manifest tells of.`);
  if (most === null || index <= most) return null;
  const byKey = keys.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : a.index - b.index));
  return new Set(byKey.slice(0, most).map((row) => row.index));
}

/** Throws `training/unusable-data` where a file is a link, or another one than it was. */
export async function assertFile(file: string, sha256: string): Promise<void> {
  const hash = createHash('sha256');
  try {
    if (!(await lstat(file)).isFile()) throw unusable(`${file} is no plain file.`);
    for await (const part of createReadStream(file)) hash.update(part);
  } catch (error) {
    if (error instanceof EngineError) throw error;
    throw unusable(`${file} cannot be read.`, error);
  }
  if (hash.digest('hex') !== sha256) throw unusable(`${file} is not what the job began with.`);
}

/** Rows of a JSONL file, as they are: `readline` would also split at separators that stand inside a text. */
export async function* linesOf(file: string): AsyncGenerator<string> {
  let rest = '';
  for await (const part of createReadStream(file, 'utf8')) {
    const lines = (rest + part).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') yield rest;
}

function unusable(detail: string, cause?: unknown): EngineError {
  return new EngineError({ code: 'training/unusable-data', detail }, cause);
}
