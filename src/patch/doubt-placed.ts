import type { FileIndex } from './file-index.ts';
import { lineWeight, normalKey } from './normal-key.ts';
import type { Hunk } from './patch-set.ts';
import { type Placed, type Placement, unplaced } from './placement.ts';
import { similarity } from './similarity.ts';

/** What an old side must weigh that removes nothing and whose numbers do not lead to it. */
const leastWeight = 1.3;

/** Refuses what has a place but is doubtful all the same: lines that stand there already, or too little said. */
export function checkPlaced(hunk: Hunk, placed: Placed, file: FileIndex): Placement {
  const { pattern, places, rule } = placed;
  const start = places.find((place) => place >= 0) ?? 0;
  for (const [before, insertion] of pattern.insertions) {
    const keys = insertion.lines.map(normalKey);
    if (pattern.deleted[before - 1] || pattern.deleted[before] || weightOf(keys) < (rule === 'numbers' ? 2 : 0.6))
      continue;
    const previous = before > 0 ? places[before - 1]! : -1;
    const at = previous >= 0 ? previous + 1 : (places[before] ?? -1);
    if (at >= 0 && (standsBeside(file.keys, keys, at) || standsBeside(file.keys, keys, at - keys.length))) {
      return unplaced('The lines it adds stand there already.', [at], at);
    }
  }
  if (lacksNeighbour(hunk, placed, file)) {
    return unplaced(
      'What it changes stands at its edge, and its header counts more lines of context than it has.',
      [start],
      start,
    );
  }
  if (lacksMinus(hunk, placed)) {
    return unplaced(
      'Its header counts fewer new lines than it has, as if a line of context should bear a `-`.',
      [start],
      start,
    );
  }
  const trusted = rule === 'numbers' || (rule === 'content' && hunk.oldStart === null) || file.lines.length === 0;
  if (!trusted && !pattern.deleted.some(Boolean) && weightOf(pattern.keys) < leastWeight) {
    return unplaced('Its lines of context say too little about the place.', [start], start);
  }
  return placed;
}

/** Whether a line is missing at an edge of the hunk where it changes something: then what it changes is not certain. */
function lacksNeighbour(hunk: Hunk, placed: Placed, file: FileIndex): boolean {
  const { pattern, places } = placed;
  const count = pattern.old.length;
  if (hunk.oldStart === null || hunk.oldCount === null || hunk.oldCount <= count || count === 0) return false;
  const changesFirst = pattern.insertions.has(0) || pattern.deleted[0] === true;
  const changesLast = pattern.insertions.has(count) || pattern.deleted[count - 1] === true;
  return (changesFirst && places[0] !== 0) || (changesLast && places[count - 1] !== file.lines.length - 1);
}

/**
 * Whether a removed line may have lost its `-`: the header is right about the old side and counts fewer new lines,
 * and a line much like the one added stands beside it as context.
 */
function lacksMinus(hunk: Hunk, placed: Placed): boolean {
  const { pattern, places } = placed;
  if (hunk.oldCount !== pattern.old.length || hunk.newCount === null || hunk.newCount >= pattern.fresh.length)
    return false;
  if (hunk.oldStart === null || hunk.oldStart - 1 !== places[0]) return false;
  for (const [before, insertion] of pattern.insertions) {
    if (pattern.deleted[before - 1] || pattern.deleted[before]) continue;
    const added = insertion.lines.map(normalKey);
    for (const row of [before - 1, before]) {
      const key = pattern.keys[row];
      if (key && added.some((line) => similarity(line, key) >= 0.5)) return true;
    }
  }
  return false;
}

function weightOf(keys: readonly string[]): number {
  return keys.reduce((sum, key) => sum + lineWeight(key), 0);
}

function standsBeside(lines: readonly string[], wanted: readonly string[], at: number): boolean {
  return at >= 0 && at + wanted.length <= lines.length && wanted.every((line, index) => lines[at + index] === line);
}
