import { isElision } from './elision.ts';
import type { FileIndex } from './file-index.ts';
import type { Signs } from './lost-signs.ts';
import { normalKey } from './normal-key.ts';
import type { Hunk, HunkLine } from './patch-set.ts';

/** Lines to be inserted before one line of the old side. */
interface Insertion {
  readonly lines: readonly string[];
  /** Which of them ended in CR LF in the reply. */
  readonly returned: readonly boolean[];
  /** Where an elision mark stands beside it: which neighbour it belongs to. */
  readonly side: 'both' | 'before' | 'after';
}

/** A hunk made ready for the search: its old side, and what to insert between the lines of it. */
export interface Pattern {
  /** The old side's lines. */
  readonly old: readonly string[];
  readonly keys: readonly string[];
  readonly returned: readonly boolean[];
  readonly deleted: readonly boolean[];
  /** Lines without a sign: context only if the file has them. */
  readonly unsigned: readonly boolean[];
  /** Whether lines were left out before this line of the old side; one more entry than lines. */
  readonly gaps: readonly boolean[];
  /** By the index of the old line they stand before; `old.length` for the end. */
  readonly insertions: ReadonlyMap<number, Insertion>;
  /** The new side's lines. */
  readonly fresh: readonly string[];
  readonly oldEndsOpen: boolean;
  readonly newEndsOpen: boolean;
  readonly hasGaps: boolean;
  /** An added line carries the mark, not a line of context. */
  readonly addedEndsOpen: boolean;
}

/** The first `end` lines of a hunk as a pattern. The file tells elision marks and lost signs from real lines. */
export function buildPattern(hunk: Hunk, end: number, file: FileIndex, signs: Signs): Pattern {
  const old: string[] = [];
  const returned: boolean[] = [];
  const deleted: boolean[] = [];
  const unsigned: boolean[] = [];
  const gaps: boolean[] = [false];
  const fresh: string[] = [];
  const drafts = new Map<number, { lines: string[]; returned: boolean[]; side: 'both' | 'before' | 'after' }>();
  let lastOld: HunkLine | undefined;
  let lastNew: HunkLine | undefined;
  for (const line of hunk.lines.slice(0, end)) {
    if (line.sign === '+') {
      const draft = drafts.get(old.length) ?? { lines: [], returned: [], side: 'both' };
      if (gaps[old.length] && draft.lines.length === 0) draft.side = 'after';
      draft.lines.push(withoutMark(line.text, file));
      draft.returned.push(line.returned);
      drafts.set(old.length, draft);
      fresh.push(withoutMark(line.text, file));
      lastNew = line;
      continue;
    }
    if (line.sign !== '-' && isElision(line.text) && !file.normal.has(normalKey(line.text))) {
      gaps[old.length] = true;
      const draft = drafts.get(old.length);
      if (draft) draft.side = 'before';
      continue;
    }
    const signed = line.sign === ' ' && signs !== 'kept' ? contextText(line, file) : line.text;
    const text = withoutMark(signed, file);
    old.push(text);
    returned.push(line.returned);
    deleted.push(line.sign === '-');
    unsigned.push(line.sign === '?');
    gaps.push(false);
    lastOld = line;
    if (line.sign !== '-') {
      fresh.push(text);
      lastNew = line;
    }
  }
  return {
    old,
    keys: old.map(normalKey),
    returned,
    deleted,
    unsigned,
    gaps,
    insertions: drafts,
    fresh,
    oldEndsOpen: lastOld?.noNewline ?? false,
    newEndsOpen: lastNew?.noNewline ?? false,
    addedEndsOpen: lastNew?.sign === '+' && lastNew.noNewline,
    hasGaps: gaps.slice(1, -1).some(Boolean),
  };
}

/** A byte order mark is the file's own, not its first line's. */
function withoutMark(text: string, file: FileIndex): string {
  return file.text.bom && text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}

/** Context whose first blank is the file's own, because the sign was dropped, is read with that blank. */
function contextText(line: HunkLine, file: FileIndex): string {
  if (line.text === '' || file.exact.has(line.text)) return line.text;
  const unsigned = ` ${line.text}`;
  return file.exact.has(unsigned) ? unsigned : line.text;
}

/** Whether every line of a pattern is to be inserted: nothing of the file says where. */
export function isPureInsertion(pattern: Pattern): boolean {
  return pattern.old.length === 0;
}
