import { rememberingPathWords } from './path-words.ts';
import { createScanner, declaredBit, type Scanned } from './scan-bytes.ts';
import { Vocabulary, type VocabularyColumns } from './vocabulary.ts';

/** What is known of one file's content: a range in the names and counts of the whole index. */
export interface Posting {
  readonly start: number;
  readonly end: number;
  /** Names in it, all occurrences. */
  readonly length: number;
}

/** An index as it is kept on disk. */
export interface IndexColumns {
  readonly vocabulary: VocabularyColumns;
  /** Keys of contents, in the order of their postings. */
  readonly keys: readonly string[];
  readonly starts: Uint32Array;
  readonly names: Uint32Array;
  readonly counts: Uint16Array;
}

/**
 * The names in every content seen, by a key of the content and never by path: an equal blob is read once in the life
 * of a repository, whatever commits it is in.
 */
export class ContentIndex {
  readonly vocabulary: Vocabulary;
  readonly wordsOfPath = rememberingPathWords();
  names: Uint32Array;
  counts: Uint16Array;
  private readonly postings = new Map<string, Posting>();
  private used: number;
  private readonly scan: (bytes: Buffer, isCode: boolean) => Scanned;
  private addedSince = 0;

  constructor(columns?: IndexColumns) {
    this.vocabulary = new Vocabulary(columns?.vocabulary);
    this.names = columns?.names ?? new Uint32Array(1 << 16);
    this.counts = columns?.counts ?? new Uint16Array(1 << 16);
    this.used = columns ? columns.names.length : 0;
    columns?.keys.forEach((key, number) => {
      this.keep(key, columns.starts[number] as number, columns.starts[number + 1] as number);
    });
    this.scan = createScanner(this.vocabulary);
  }

  /** Contents added since it was made or last marked as kept. */
  get added(): number {
    return this.addedSince;
  }

  get size(): number {
    return this.postings.size;
  }

  markKept(): void {
    this.addedSince = 0;
  }

  get(key: string): Posting | undefined {
    return this.postings.get(key);
  }

  add(key: string, content: Buffer, isCode: boolean): Posting {
    const scanned = this.scan(content, isCode);
    const start = this.used;
    const end = start + scanned.names.length;
    if (this.names.length < end) {
      const size = Math.max(end, this.names.length * 2);
      const names = new Uint32Array(size);
      names.set(this.names);
      this.names = names;
      const counts = new Uint16Array(size);
      counts.set(this.counts);
      this.counts = counts;
    }
    this.names.set(scanned.names, start);
    this.counts.set(scanned.counts, start);
    this.used = end;
    this.addedSince += 1;
    return this.keep(key, start, end);
  }

  private keep(key: string, start: number, end: number): Posting {
    let length = 0;
    for (let at = start; at < end; at += 1) length += (this.counts[at] as number) & ~declaredBit;
    const posting = { start, end, length };
    this.postings.set(key, posting);
    return posting;
  }

  /** All columns, with the postings of these keys only where the index has outgrown `mostKept` contents. */
  columns(current: readonly string[], mostKept: number): IndexColumns {
    const keys = this.postings.size <= mostKept ? [...this.postings.keys()] : [...new Set(current)];
    const kept = keys.slice(0, mostKept).flatMap((key) => {
      const posting = this.postings.get(key);
      return posting ? [{ key, posting }] : [];
    });
    const total = kept.reduce((sum, { posting }) => sum + posting.end - posting.start, 0);
    const starts = new Uint32Array(kept.length + 1);
    const names = new Uint32Array(total);
    const counts = new Uint16Array(total);
    let at = 0;
    kept.forEach(({ posting: { start, end } }, number) => {
      starts[number] = at;
      names.set(this.names.subarray(start, end), at);
      counts.set(this.counts.subarray(start, end), at);
      at += end - start;
    });
    starts[kept.length] = at;
    return { vocabulary: this.vocabulary.columns(), keys: kept.map(({ key }) => key), starts, names, counts };
  }
}
