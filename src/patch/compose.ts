import type { FileIndex } from './file-index.ts';
import type { Placed } from './placement.ts';

/** One contiguous change: `removed` lines from `at` give way to `lines`. */
export interface Block {
  readonly at: number;
  readonly removed: number;
  readonly lines: readonly string[];
  /** The end of each line; null for that of its neighbours. */
  readonly ends: readonly (string | null)[];
  readonly hunk: number;
}

/** The changes of one placed hunk, in the file's order. */
export function blocksOf(
  placed: Placed,
  file: FileIndex,
  hunk: number,
  addedLines: (lines: readonly string[]) => readonly string[],
): Block[] {
  const { pattern, places } = placed;
  const own = bearsEnds(placed, file);
  const blocks: Block[] = [];
  const push = (block: Block): void => {
    const last = blocks.at(-1);
    if (last && last.at + last.removed === block.at && (last.removed > 0 || block.at === last.at)) {
      blocks[blocks.length - 1] = {
        ...last,
        removed: last.removed + block.removed,
        lines: [...last.lines, ...block.lines],
        ends: [...last.ends, ...block.ends],
      };
    } else blocks.push(block);
  };
  for (let index = 0; index <= pattern.old.length; index += 1) {
    const insertion = pattern.insertions.get(index);
    if (insertion) {
      const at = insertAt(placed, index, insertion.side);
      const ends = insertion.returned.map((returned) => (own ? (returned ? '\r\n' : '\n') : null));
      push({ at, removed: 0, lines: addedLines(insertion.lines), ends, hunk });
    }
    if (index < pattern.old.length && pattern.deleted[index]) {
      push({ at: places[index]!, removed: 1, lines: [], ends: [], hunk });
    }
  }
  return blocks;
}

/**
 * Whether the line ends of the reply are meant: it bears those of the file, and removes a line to add it again with
 * another end. Otherwise added lines take the file's.
 */
function bearsEnds(placed: Placed, file: FileIndex): boolean {
  const { pattern, places } = placed;
  if (file.text.ends.every((end) => end === '')) return !placed.returned;
  const faithful = places.every((at, row) => at < 0 || (file.text.ends[at] === '\r\n') === pattern.returned[row]);
  if (!faithful || placed.returned) return false;
  const removed = new Map(
    pattern.old.flatMap((line, row) => (pattern.deleted[row] ? [[line, pattern.returned[row]]] : [])),
  );
  return [...pattern.insertions.values()].some((insertion) =>
    insertion.lines.some((line, at) => removed.has(line) && removed.get(line) !== insertion.returned[at]),
  );
}

/** The file line before which something is inserted: behind the old line before it, else before the one after. */
function insertAt(placed: Placed, index: number, side: 'both' | 'before' | 'after'): number {
  const { places, pattern } = placed;
  const before = index > 0 && side !== 'after' ? places[index - 1]! : -1;
  const after = index < pattern.old.length && side !== 'before' ? places[index]! : -1;
  if (after >= 0 && pattern.deleted[index] && !(index > 0 && pattern.deleted[index - 1])) return after;
  if (before >= 0) return before + 1;
  return Math.max(after, 0);
}

interface Conflict {
  readonly first: number;
  readonly second: number;
  readonly line: number;
}

/** All blocks in order, equal ones once. A conflict where two hunks change the same place in different ways. */
export function composeBlocks(blocks: readonly Block[]): {
  blocks: Block[];
  conflict: Conflict | null;
  repeated: number[];
} {
  const sorted = [...blocks].sort((a, b) => a.at - b.at || a.removed - b.removed);
  const composed: Block[] = [];
  const repeated: number[] = [];
  for (const block of sorted) {
    const last = composed.at(-1);
    if (last && last.at === block.at && last.removed === block.removed && sameLines(last.lines, block.lines)) {
      if (last.hunk !== block.hunk) repeated.push(block.hunk);
      continue;
    }
    const touches = last && (block.at < last.at + last.removed || (block.at === last.at && last.removed === 0));
    if (touches && last.hunk !== block.hunk) {
      return { blocks: [], conflict: { first: last.hunk, second: block.hunk, line: block.at + 1 }, repeated };
    }
    composed.push(block);
  }
  return { blocks: composed, conflict: null, repeated };
}

function sameLines(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((line, index) => line === b[index]);
}

/** What the last line of the new file ends with: null keeps what the file has. */
export type FinalEnd = 'newline' | 'none' | null;

/** The file with the blocks in it. Kept lines keep their bytes; added ones take their neighbours' line ends. */
export function writeBlocks(file: FileIndex, blocks: readonly Block[], finalEnd: FinalEnd): string {
  const { lines, ends, usualEnd, bom } = file.text;
  const parts: string[] = bom ? ['\ufeff'] : [];
  const outEnds: string[] = [];
  let at = 0;
  const keepUntil = (end: number): void => {
    for (; at < end; at += 1) {
      parts.push(lines[at]!);
      outEnds.push(ends[at]!);
    }
  };
  for (const block of blocks) {
    keepUntil(block.at);
    const neighbour = endBeside(ends, block) ?? usualEnd;
    block.lines.forEach((line, index) => {
      parts.push(line);
      outEnds.push(block.ends[index] ?? neighbour);
    });
    at = block.at + block.removed;
  }
  keepUntil(lines.length);
  const openBefore = lines.length > 0 && ends.at(-1) === '';
  const open = finalEnd === null ? openBefore : finalEnd === 'none';
  return join(parts, outEnds, bom, open, usualEnd);
}

function endBeside(ends: readonly string[], block: Block): string | null {
  for (const at of [block.at, block.at - 1, block.at + block.removed]) if (ends[at]) return ends[at] ?? null;
  return null;
}

function join(
  parts: readonly string[],
  ends: readonly string[],
  bom: boolean,
  open: boolean,
  usualEnd: string,
): string {
  const first = bom ? 1 : 0;
  const pieces: string[] = bom ? [parts[0]!] : [];
  for (let index = 0; index < ends.length; index += 1) {
    const last = index === ends.length - 1;
    const end = last && open ? '' : ends[index] || usualEnd;
    pieces.push(parts[index + first]!, end);
  }
  return pieces.join('');
}
