import type { SourceFile } from '../../engine/ports/repository.ts';
import { isCode, isGenerated, isSecret } from '../path-kinds.ts';
import type { ContentIndex, Posting } from './postings.ts';
import { declaredBit } from './scan-bytes.ts';

/** The files of one commit with what the index knows of each. Files are numbered in path order. */
export interface Corpus {
  readonly index: ContentIndex;
  readonly paths: readonly string[];
  /** Null where the content is not looked into: secret, generated, binary or too large. */
  readonly postings: readonly (Posting | null)[];
  /** Names in each file, all occurrences. */
  readonly lengths: Float64Array;
  /** Contents that there was no time to read; they are ranked by their paths and history alone. */
  readonly unread: number;
  /** Which file a path is. */
  readonly numbers: ReadonlyMap<string, number>;
}

/** Contents are read in portions, so that memory stays bounded whatever a repository holds. */
const portion = 1_000;
const largestContent = 400 * 1024;

export type ReadContents = (objects: readonly string[], limit: number) => Promise<ReadonlyMap<string, Buffer>>;

/** A content's key in the index: code and prose are read differently. */
export function contentKey(file: SourceFile): string {
  return isCode(file.path) ? file.object : `${file.object}~`;
}

/** Brings the index up to these files, reading only what it has not seen, and for so long at most. */
export async function openCorpus(
  index: ContentIndex,
  files: readonly SourceFile[],
  read: ReadContents,
  signal: AbortSignal,
  mostSeconds = Number.POSITIVE_INFINITY,
): Promise<Corpus> {
  const began = performance.now();
  const keys = files.map((file) => (isSecret(file.path) || isGenerated(file.path) ? null : contentKey(file)));
  const postings = keys.map((key) => (key === null ? null : (index.get(key) ?? null)));
  const missing = new Map<string, SourceFile>();
  keys.forEach((key, number) => {
    if (key !== null && !postings[number]) missing.set(key, files[number] as SourceFile);
  });
  const all = [...missing];
  let unread = 0;
  let next = all.length > 0 ? read(objectsOf(all.slice(0, portion)), largestContent) : null;
  for (let at = 0; at < all.length; at += portion) {
    signal.throwIfAborted();
    const contents = await (next as NonNullable<typeof next>);
    const isLate = (performance.now() - began) / 1000 > mostSeconds;
    const following = all.slice(at + portion, at + 2 * portion);
    next = following.length > 0 && !isLate ? read(objectsOf(following), largestContent) : null;
    // What is thrown in between is thrown again where it is awaited.
    next?.catch(() => undefined);
    for (const [key, file] of all.slice(at, at + portion)) {
      index.add(key, textBytes(contents.get(file.object)), isCode(file.path));
    }
    if (isLate) {
      unread = Math.max(0, all.length - at - portion);
      break;
    }
  }
  if (missing.size > 0) {
    keys.forEach((key, number) => {
      if (key !== null) postings[number] ??= index.get(key) ?? null;
    });
  }
  return corpusOf(index, files, postings, unread);
}

function corpusOf(
  index: ContentIndex,
  files: readonly SourceFile[],
  postings: readonly (Posting | null)[],
  unread: number,
): Corpus {
  const lengths = Float64Array.from(postings, (posting) => posting?.length ?? 0);
  const paths = files.map((file) => file.path);
  return { index, paths, postings, lengths, unread, numbers: new Map(paths.map((path, number) => [path, number])) };
}

export function countAt(index: ContentIndex, position: number): number {
  return (index.counts[position] as number) & ~declaredBit;
}

export function isDeclaredAt(index: ContentIndex, position: number): boolean {
  return ((index.counts[position] as number) & declaredBit) !== 0;
}

function objectsOf(entries: readonly (readonly [string, SourceFile])[]): readonly string[] {
  return entries.map(([, file]) => file.object);
}

const empty = Buffer.alloc(0);

/** Binary and machine-made content holds no names worth knowing. */
function textBytes(content: Buffer | undefined): Buffer {
  if (!content || content.subarray(0, 8000).includes(0)) return empty;
  const looked = Math.min(content.length, 16_000);
  let lines = 1;
  for (let at = content.indexOf(10); at >= 0 && at < looked; at = content.indexOf(10, at + 1)) lines += 1;
  return looked / lines > 400 ? empty : content;
}
