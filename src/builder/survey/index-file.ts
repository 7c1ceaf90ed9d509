import { lstat, readFile } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import type { IndexColumns } from './postings.ts';
import { putWhole } from './put-whole.ts';

/** Changes whenever the columns, the reading of names or the stemming of words do. */
const version = 'countersign index 1\n';
const headerBytes = version.length + 4 + 8 * 4;
const largestFile = 400 * 1024 * 1024;

/** Writes an index beside its place and puts it there whole. Sections: a header of sizes, the columns, the texts. */
export async function writeIndex(file: string, columns: IndexColumns): Promise<void> {
  const { vocabulary } = columns;
  const words = Buffer.from(vocabulary.words.join('\n'));
  const keys = Buffer.from(columns.keys.join('\n'));
  const numbers = [vocabulary.hashes, vocabulary.wordStarts, vocabulary.nameWords, columns.starts, columns.names];
  const sizes = Uint32Array.from([
    ...numbers.map((part) => part.length),
    columns.counts.length,
    words.length,
    keys.length,
  ]);
  const body = Buffer.concat([sizes, ...numbers, columns.counts].map(bytesOf).concat(words, keys));
  const sum = Buffer.alloc(4);
  sum.writeUInt32LE(crc32(body));
  await putWhole(file, [Buffer.from(version), sum, body]);
}

/**
 * The index in a file, or null where there is none that can be believed: another version, a wrong sum, sizes that do not
 * add up or numbers that point nowhere. A repository may arrive with such a file; all it can do then is rank.
 */
export async function readIndex(file: string): Promise<IndexColumns | null> {
  const found = await lstat(file).catch(() => null);
  if (!found?.isFile() || found.size < headerBytes || found.size > largestFile) return null;
  const content = await readFile(file);
  if (content.toString('latin1', 0, version.length) !== version) return null;
  const body = content.subarray(version.length + 4);
  if (crc32(body) !== content.readUInt32LE(version.length)) return null;
  const columns = columnsIn(body);
  return columns && isSound(columns) ? columns : null;
}

function columnsIn(body: Buffer): IndexColumns | null {
  let at = 8 * 4;
  const sizes = Array.from({ length: 8 }, (_, number) => body.readUInt32LE(number * 4));
  const [hashes, wordStarts, nameWords, starts, names, counts, words, keys] = sizes as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const total = at + 4 * (hashes + wordStarts + nameWords + starts + names) + 2 * counts + words + keys;
  if (total !== body.length) return null;
  const take = (bytes: number) => {
    at += bytes;
    // A copy, because a typed array must begin at a multiple of its element's size.
    return body.buffer.slice(body.byteOffset + at - bytes, body.byteOffset + at) as ArrayBuffer;
  };
  const numbers = (size: number) => new Uint32Array(take(size * 4));
  const vocabulary = { hashes: numbers(hashes), wordStarts: numbers(wordStarts), nameWords: numbers(nameWords) };
  const postings = { starts: numbers(starts), names: numbers(names), counts: new Uint16Array(take(counts * 2)) };
  const texts = (size: number) => (size === 0 ? [] : Buffer.from(take(size)).toString('utf8').split('\n'));
  const wordList = texts(words);
  return { vocabulary: { ...vocabulary, words: wordList }, keys: texts(keys), ...postings };
}

function isSound({ vocabulary, keys, starts, names, counts }: IndexColumns): boolean {
  const { hashes, wordStarts, nameWords, words } = vocabulary;
  const nameCount = hashes.length / 2;
  return (
    Number.isInteger(nameCount) &&
    wordStarts.length === nameCount + 1 &&
    climbsTo(wordStarts, nameWords.length) &&
    staysBelow(nameWords, words.length) &&
    starts.length === keys.length + 1 &&
    climbsTo(starts, names.length) &&
    counts.length === names.length &&
    staysBelow(names, nameCount)
  );
}

function climbsTo(starts: Uint32Array, end: number): boolean {
  let before = 0;
  for (const start of starts) {
    if (start < before) return false;
    before = start;
  }
  return starts[0] === 0 && before === end;
}

function staysBelow(numbers: Uint32Array, bound: number): boolean {
  for (let at = 0; at < numbers.length; at += 1) if ((numbers[at] as number) >= bound) return false;
  return true;
}

function bytesOf(part: Uint32Array | Uint16Array): Buffer {
  return Buffer.from(part.buffer, part.byteOffset, part.byteLength);
}
