import { splitWords } from './words.ts';

/** Words before which a name is declared, in the languages that most repositories are written in. */
const declaring = [
  'function',
  'class',
  'interface',
  'type',
  'enum',
  'struct',
  'trait',
  'union',
  'def',
  'defp',
  'defmodule',
  'fn',
  'func',
  'fun',
  'module',
  'mod',
  'namespace',
  'package',
  'protocol',
  'extension',
  'record',
  'object',
  'macro',
  'macro_rules',
  'sub',
  'define',
  'typedef',
];
/** They declare too, but inside a function only what nobody else can name. */
const binding = ['const', 'let', 'var', 'val', 'static', 'final', 'mut'];
/** They stand between a declaring word and the beginning of its line. */
const modifying = [
  'export',
  'default',
  'public',
  'private',
  'protected',
  'internal',
  'abstract',
  'async',
  'pub',
  'unsafe',
  'extern',
  'override',
  'open',
  'sealed',
  'data',
  'inline',
  'virtual',
  'declare',
  'readonly',
  'crate',
  'constexpr',
];
/** A bracket after one of these opens no declaration. */
const controlling = [
  'if',
  'for',
  'while',
  'switch',
  'catch',
  'return',
  'else',
  'do',
  'await',
  'throw',
  'new',
  'match',
  'case',
  'with',
  'elif',
  'unless',
  'until',
  'foreach',
  'using',
  'lock',
  'assert',
  'yield',
  'typeof',
  'sizeof',
  'and',
  'or',
  'not',
  'in',
];

export type KeywordKind = 'declaring' | 'binding' | 'modifying' | 'controlling';

const keywords: readonly (readonly [string, KeywordKind])[] = [
  ...declaring.map((word) => [word, 'declaring'] as const),
  ...binding.map((word) => [word, 'binding'] as const),
  ...modifying.map((word) => [word, 'modifying'] as const),
  ...controlling.map((word) => [word, 'controlling'] as const),
];

const kinds = keywords.map(([, kind]) => kind);

/** The columns of a vocabulary as they are kept. */
export interface VocabularyColumns {
  /** Two hashes for each name: together they stand for it. */
  readonly hashes: Uint32Array;
  /** Where the words of name N begin in `nameWords`; one more entry than names. */
  readonly wordStarts: Uint32Array;
  readonly nameWords: Uint32Array;
  readonly words: readonly string[];
}

/**
 * Names seen in files, each with the words it is made of. A name is known by 64 bits of hash, so that a file is read
 * as bytes and a name becomes a string once only, when it is first seen.
 */
export class Vocabulary {
  private table = new Uint32Array(1 << 16);
  private hashes: Uint32Array;
  private wordStarts: Uint32Array;
  private nameWords: Uint32Array;
  private readonly words: string[];
  private readonly wordIds: Map<string, number>;
  private count = 0;

  constructor(columns?: VocabularyColumns) {
    const names = columns ? columns.hashes.length / 2 : 0;
    this.hashes = columns?.hashes ?? new Uint32Array(1 << 14);
    this.wordStarts = columns?.wordStarts ?? new Uint32Array(1 << 13);
    this.nameWords = columns?.nameWords ?? new Uint32Array(1 << 14);
    this.words = columns ? [...columns.words] : [];
    this.wordIds = new Map(this.words.map((word, id) => [word, id]));
    this.count = names;
    this.rehash();
    if (!columns) for (const [keyword] of keywords) this.nameId(Buffer.from(keyword));
  }

  get size(): number {
    return this.count;
  }

  get wordCount(): number {
    return this.words.length;
  }

  wordId(word: string): number | undefined {
    return this.wordIds.get(word);
  }

  keywordKind(name: number): KeywordKind | undefined {
    return kinds[name];
  }

  /** First and last position (exclusive) of the words of a name, to be read by `wordAt`. */
  wordRange(name: number): readonly [number, number] {
    return [this.wordStarts[name] as number, this.wordStarts[name + 1] as number];
  }

  wordAt(position: number): number {
    return this.nameWords[position] as number;
  }

  /** Letters of the word at a position. */
  wordLength(position: number): number {
    return (this.words[this.wordAt(position)] as string).length;
  }

  /** The name's number, if it was ever seen. */
  find(name: string): number | undefined {
    const bytes = Buffer.from(name);
    const [first, second] = hashOf(bytes, 0, bytes.length);
    const slot = this.slotOf(first, second);
    const held = this.table[slot] as number;
    return held === 0 ? undefined : held - 1;
  }

  nameId(bytes: Buffer): number {
    const [first, second] = hashOf(bytes, 0, bytes.length);
    return this.idOf(first, second, bytes, 0, bytes.length);
  }

  /** The number of the name in these bytes, whose hashes are given; it gets one when it is new. */
  idOf(first: number, second: number, bytes: Buffer, start: number, end: number): number {
    const slot = this.slotOf(first, second);
    const held = this.table[slot] as number;
    if (held !== 0) return held - 1;
    const id = this.count;
    this.table[slot] = id + 1;
    this.add(first, second, splitWords(bytes.toString('utf8', start, end)));
    return id;
  }

  columns(): VocabularyColumns {
    const used = this.wordStarts[this.count] as number;
    return {
      hashes: this.hashes.subarray(0, this.count * 2),
      wordStarts: this.wordStarts.subarray(0, this.count + 1),
      nameWords: this.nameWords.subarray(0, used),
      words: this.words,
    };
  }

  private add(first: number, second: number, parts: readonly string[]): void {
    const id = this.count;
    if (this.hashes.length < id * 2 + 2) this.hashes = grown(this.hashes, id * 2 + 2);
    if (this.wordStarts.length < id + 2) this.wordStarts = grown(this.wordStarts, id + 2);
    this.hashes[id * 2] = first;
    this.hashes[id * 2 + 1] = second;
    let end = this.wordStarts[id] as number;
    if (this.nameWords.length < end + parts.length) this.nameWords = grown(this.nameWords, end + parts.length);
    for (const part of parts) {
      let word = this.wordIds.get(part);
      if (word === undefined) {
        word = this.words.length;
        this.words.push(part);
        this.wordIds.set(part, word);
      }
      this.nameWords[end++] = word;
    }
    this.count += 1;
    this.wordStarts[this.count] = end;
    if (this.count * 2 > this.table.length) this.rehash();
  }

  private rehash(): void {
    let size = 1 << 16;
    while (size < this.count * 4) size *= 2;
    this.table = new Uint32Array(size);
    for (let id = 0; id < this.count; id += 1) {
      const slot = this.slotOf(this.hashes[id * 2] as number, this.hashes[id * 2 + 1] as number);
      this.table[slot] = id + 1;
    }
  }

  private slotOf(first: number, second: number): number {
    const mask = this.table.length - 1;
    let slot = (first ^ (second << 1)) & mask;
    for (;;) {
      const held = this.table[slot] as number;
      if (held === 0) return slot;
      if (this.hashes[held * 2 - 2] === first && this.hashes[held * 2 - 1] === second) return slot;
      slot = (slot + 1) & mask;
    }
  }
}

/** Two 32-bit hashes of some bytes, as `scanBytes` makes them while it reads. */
export function hashOf(bytes: Buffer, start: number, end: number): readonly [number, number] {
  let first = hashSeeds[0];
  let second = hashSeeds[1];
  for (let at = start; at < end; at += 1) {
    first = Math.imul(first ^ (bytes[at] as number), 0x01000193);
    second = Math.imul(second, 0x5bd1e995) + (bytes[at] as number);
  }
  return [first >>> 0, second >>> 0];
}

export const hashSeeds = [0x811c9dc5 | 0, 0x2f0b4a27] as const;

function grown(from: Uint32Array, least: number): Uint32Array {
  const larger = new Uint32Array(Math.max(least, from.length * 2));
  larger.set(from);
  return larger;
}
