import type { Alignment } from './align.ts';
import type { FileIndex } from './file-index.ts';
import { lineWeight } from './normal-key.ts';
import type { Pattern } from './pattern.ts';

const nearby = 12;

/** Why an alignment is not certain enough; null where it is. */
export function doubtAbout(pattern: Pattern, found: Alignment, file: FileIndex, numbersAgree: boolean): string | null {
  if (found.share < (numbersAgree ? 0.5 : 0.6)) return 'Too few of its lines of context are in the file.';
  if (found.evidence < (numbersAgree ? 1 : 1.5)) return 'Its lines of context say too little about the place.';
  if (found.margin < neededMargin(found, numbersAgree)) return 'Another place fits its lines almost as well.';
  const lost = found.kinds.findIndex((kind, row) => kind === 'none' && pattern.keys[row] !== '');
  if (lost >= 0)
    return `The file has no line ${JSON.stringify(pattern.old[lost]?.trim().slice(0, 120))}, which the hunk shows as context.`;
  if (standsNearby(pattern, found, file)) return 'A line of context is in the file, but not where the others are.';
  if (strays(found)) return 'A line of context is not in the file, and the lines beside it stand apart.';
  if (lacksPlus(pattern, found)) return 'A line shown as context is not in the file and may have lost its `+`.';
  if (found.kinds.some((kind, row) => kind !== 'equal' && pattern.unsigned[row]))
    return 'A line without a sign is not in the file.';
  for (const [before, insertion] of pattern.insertions) {
    const problem = looseInsertion(pattern, found, before, insertion.side);
    if (problem) return problem;
  }
  return null;
}

/** Whether a line taken for misquoted stands, as it is, a few lines away: then others are missing between. */
function standsNearby(pattern: Pattern, found: Alignment, file: FileIndex): boolean {
  return found.kinds.some((kind, row) => {
    if (kind === 'equal' || lineWeight(pattern.keys[row]!) < 0.5) return false;
    const near = found.places[row]! >= 0 ? found.places[row]! : (found.places[row - 1] ?? found.places[row + 1] ?? -1);
    const places = file.normal.get(pattern.keys[row]!) ?? [];
    return near >= 0 && places.some((place) => Math.abs(place - near) <= nearby && !found.places.includes(place));
  });
}

/** Whether a misquoted line was matched to one that does not stand beside a line that is found. */
function strays(found: Alignment): boolean {
  return found.kinds.some((kind, row) => {
    if (kind !== 'similar' && kind !== 'other') return false;
    const place = found.places[row]!;
    const beside = (step: number): boolean => {
      for (let at = row + step; found.places[at] === place + at - row; at += step) {
        if (found.kinds[at] === 'equal') return true;
      }
      return false;
    };
    return !beside(-1) && !beside(1);
  });
}

/** Whether context that the file does not have stands where an added line is to be expected: behind removed ones, or between added ones. */
function lacksPlus(pattern: Pattern, found: Alignment): boolean {
  return found.kinds.some((kind, row) => {
    if (kind === 'equal' || pattern.keys[row] === '') return false;
    if (kind === 'similar' && found.places[row] === found.places[row - 1]! + 1) return false;
    if (pattern.deleted[row - 1] && !pattern.insertions.has(row)) return true;
    return pattern.insertions.has(row) && pattern.insertions.has(row + 1);
  });
}

/** Why it is not certain where something is inserted: its neighbours, up to lines that are found, must be in a row. */
function looseInsertion(
  pattern: Pattern,
  found: Alignment,
  before: number,
  side: 'both' | 'before' | 'after',
): string | null {
  const sure = (row: number): boolean => found.kinds[row] === 'equal' || found.kinds[row] === 'similar';
  if (side === 'before' || side === 'after') {
    return sure(side === 'before' ? before - 1 : before) ? null : 'The lines around what it adds are not in the file.';
  }
  // What follows a removed line takes its place. What stands before one may belong before a line that the hunk left out.
  if (pattern.deleted[before - 1]) return null;
  if (!sure(before - 1) && !sure(before)) return 'The lines around what it adds are not in the file.';
  let first = before - 1;
  while (first >= 0 && !sure(first)) first -= 1;
  let last = before;
  while (last < pattern.old.length && !sure(last)) last += 1;
  if (first < 0 || last >= pattern.old.length) return null;
  const aligned = found.places.slice(first, last + 1).filter((place) => place >= 0).length;
  return found.places[last]! - found.places[first]! + 1 === aligned
    ? null
    : 'The file has other lines where it adds some, and it is not clear before or behind which.';
}

/** Where every line is found, any second discrepancy is clear; where lines are misquoted, it takes more. */
function neededMargin(found: Alignment, numbersAgree: boolean): number {
  if (found.kinds.every((kind) => kind === 'equal' || kind === 'none')) return found.jumps > 0 ? 0.6 : 0.35;
  return numbersAgree ? 0.6 : Math.min(2, Math.max(0.9, found.score * 0.25));
}
