import { type Alignment, align } from './align.ts';
import { type FileIndex, findAll, standsAt, type Work } from './file-index.ts';
import type { Signs } from './lost-signs.ts';
import { lineWeight, normalKey } from './normal-key.ts';
import type { Hunk } from './patch-set.ts';
import { similarity } from './similarity.ts';
import { buildPattern, isPureInsertion, type Pattern } from './pattern.ts';

/** The rules by which a hunk finds its place, strictest first. */
export type Rule = 'numbers' | 'content' | 'blanks' | 'similarity';

export interface Placed {
  readonly type: 'placed';
  readonly pattern: Pattern;
  /** By old line: its place in the file; -1 where the file has no such line. */
  readonly places: readonly number[];
  readonly rule: Rule;
  /** Lines of context that the file has otherwise or not at all. */
  readonly misquoted: number;
  /** The hunk was read without the prose that follows it. */
  readonly cut: boolean;
}

export interface Applied {
  readonly type: 'applied';
  readonly at: number;
}

export interface Unplaced {
  readonly type: 'unplaced';
  readonly reason: string;
  /** 1-based. */
  readonly candidates: readonly number[];
  readonly likeliest: number | null;
}

export type Placement = Placed | Applied | Unplaced;

const most = 12;

/** What an old side must weigh that removes nothing and whose numbers do not lead to it. */
const leastWeight = 1.3;

/** Finds the one place of a hunk in a file, or says why there is none. */
export function placeHunk(hunk: Hunk, file: FileIndex, signs: Signs, work: Work): Placement {
  let refusal: Unplaced | null = null;
  const patterns = possiblePatterns(hunk, file, signs);
  for (const { pattern, cut } of patterns) {
    const found = placeByNumbers(hunk, pattern, cut, file, work);
    const checked = found ? checkPlaced(hunk, found, file) : null;
    if (checked) return checked;
  }
  for (const { pattern, cut } of patterns) {
    const found = placeStrictly(hunk, pattern, cut, file, work);
    const checked = found?.type === 'placed' ? checkPlaced(hunk, found, file) : found;
    if (checked && checked.type !== 'unplaced') return checked;
    refusal ??= checked;
  }
  if (refusal) return refusal;
  let nearest: Unplaced | null = null;
  for (const { pattern, cut } of patterns) {
    const found = placeLoosely(hunk, pattern, cut, file, work);
    const checked = found.type === 'placed' ? checkPlaced(hunk, found, file) : found;
    if (checked.type !== 'unplaced') return checked;
    nearest ??= checked;
  }
  return nearest ?? unplaced('It has no lines that say where it belongs.', []);
}

/** Refuses what has a place but is doubtful all the same: lines that stand there already, or too little said. */
function checkPlaced(hunk: Hunk, placed: Placed, file: FileIndex): Placement {
  const { pattern, places, rule } = placed;
  const start = places.find((place) => place >= 0) ?? 0;
  for (const [before, insertion] of pattern.insertions) {
    const keys = insertion.lines.map(normalKey);
    if (pattern.deleted[before - 1] || pattern.deleted[before] || weightOf(keys) < 2) continue;
    const previous = before > 0 ? places[before - 1]! : -1;
    const at = previous >= 0 ? previous + 1 : (places[before] ?? -1);
    if (at >= 0 && (standsBeside(file.keys, keys, at) || standsBeside(file.keys, keys, at - keys.length))) {
      return unplaced('The lines it adds stand there already.', [at], at);
    }
  }
  if (lacksMinus(hunk, placed)) {
    return unplaced('Its header counts fewer new lines than it has, as if a line of context should bear a `-`.', [start], start);
  }
  const trusted = rule === 'numbers' || (rule === 'content' && hunk.oldStart === null) || file.lines.length === 0;
  if (!trusted && !pattern.deleted.some(Boolean) && weightOf(pattern.keys) < leastWeight) {
    return unplaced('Its lines of context say too little about the place.', [start], start);
  }
  return placed;
}

/**
 * Whether a removed line may have lost its `-`: the header is right about the old side and counts fewer new lines,
 * and a line much like the one added stands beside it as context.
 */
function lacksMinus(hunk: Hunk, placed: Placed): boolean {
  const { pattern, places } = placed;
  if (hunk.oldCount !== pattern.old.length || hunk.newCount === null || hunk.newCount >= pattern.fresh.length) return false;
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

function unplaced(reason: string, candidates: readonly number[], likeliest: number | null = null): Unplaced {
  return { type: 'unplaced', reason, candidates: candidates.map((at) => at + 1), likeliest: likeliest ?? candidates[0] ?? null };
}

function possiblePatterns(hunk: Hunk, file: FileIndex, signs: Signs): { pattern: Pattern; cut: boolean }[] {
  return hunk.ends
    .filter((end) => end === hunk.lines.length || mayEndAt(hunk, end, file))
    .map((end) => ({ pattern: buildPattern(hunk, end, file, signs), cut: hunk.lines.slice(end).some((line) => line.text !== '') }))
    .filter(({ pattern }) => pattern.insertions.size > 0 || pattern.deleted.some(Boolean) || hunk.ends.length === 1);
}

/** What is dropped as prose must look like prose: nothing added, and no removed or context line of the file. */
function mayEndAt(hunk: Hunk, end: number, file: FileIndex): boolean {
  const rest = hunk.lines.slice(end).filter((line) => line.text.trim() !== '');
  if (rest.length === 0) return true;
  if (rest[0]?.sign !== '?') return false;
  return rest.every((line) => line.sign !== '+' && !file.normal.has(normalKey(line.text)));
}

/** The old side of a whole pattern at one place. */
function placedAt(pattern: Pattern, start: number, rule: Rule, cut: boolean): Placed {
  const places = pattern.old.map((_, index) => start + index);
  return { type: 'placed', pattern, places, rule, misquoted: 0, cut };
}

/** Exact numbers that hit an exact match decide, whatever else fits. */
function placeByNumbers(hunk: Hunk, pattern: Pattern, cut: boolean, file: FileIndex, work: Work): Placed | null {
  if (isPureInsertion(pattern) || pattern.hasGaps || hunk.oldStart === null) return null;
  const at = hunk.oldStart - 1;
  return standsAt(file.lines, pattern.old, at, work) && fitsEnd(hunk, pattern, at, file)
    ? placedAt(pattern, at, 'numbers', cut)
    : null;
}

/** Exact content, content but for blanks; then the new side, in case it is there already. */
function placeStrictly(hunk: Hunk, pattern: Pattern, cut: boolean, file: FileIndex, work: Work): Placement | null {
  if (isPureInsertion(pattern)) return placeInsertion(pattern, cut, file);
  if (pattern.hasGaps) return null;
  const numbered = hunk.oldStart === null ? -1 : hunk.oldStart - 1;
  const { old } = pattern;
  const exact = findAll(file.lines, file.exact, old, most, work).filter((at) => fitsEnd(hunk, pattern, at, file));
  if (exact.length > 0) return choose(pattern, exact, 'content', cut, file);
  const applied = findApplied(pattern, numbered, file.lines, file.exact, pattern.fresh, work);
  if (applied !== null) return { type: 'applied', at: applied };
  if (pattern.keys.every((key) => key === '')) return null;
  if (numbered >= 0 && standsAt(file.keys, pattern.keys, numbered, work)) {
    return placedAt(pattern, numbered, 'blanks', cut);
  }
  const loose = findAll(file.keys, file.normal, pattern.keys, most, work);
  if (loose.length > 0) return choose(pattern, loose, 'blanks', cut, file);
  const freshKeys = pattern.fresh.map(normalKey);
  const appliedLoosely = findApplied(pattern, numbered, file.keys, file.normal, freshKeys, work);
  return appliedLoosely === null ? null : { type: 'applied', at: appliedLoosely };
}

function fitsEnd(hunk: Hunk, pattern: Pattern, at: number, file: FileIndex): boolean {
  return !hunk.atEnd || at + pattern.old.length === file.lines.length;
}

/** A file without lines has one place only. */
function placeInsertion(pattern: Pattern, cut: boolean, file: FileIndex): Placement {
  if (file.lines.length === 0) return placedAt(pattern, 0, 'content', cut);
  return unplaced('It only adds lines and shows none of the lines around them.', []);
}

function choose(pattern: Pattern, places: readonly number[], rule: Rule, cut: boolean, file: FileIndex): Placement {
  const first = places[0]!;
  if (places.length === 1 || (places.length < most && sameOutcome(pattern, places, file))) {
    return placedAt(pattern, first, rule, cut);
  }
  const count = places.length < most ? String(places.length) : `at least ${most}`;
  return unplaced(`Its old lines stand in ${count} places, and nothing decides between them.`, places);
}

/** Whether a change gives the same file wherever it is made, as when one of two equal neighbours goes. */
function sameOutcome(pattern: Pattern, places: readonly number[], file: FileIndex): boolean {
  const from = places[0]!;
  const to = places.at(-1)! + pattern.old.length;
  if (to - from > 2_000) return false;
  const outcome = (at: number): string => {
    const before = file.lines.slice(from, at);
    const after = file.lines.slice(at + pattern.old.length, to);
    return [...before, ...pattern.fresh, ...after].join('\n');
  };
  const expected = outcome(from);
  return places.every((at) => outcome(at) === expected);
}

/** Where the new side stands already. It must say enough about itself not to be there by chance. */
function findApplied(
  pattern: Pattern,
  numbered: number,
  lines: readonly string[],
  places: ReadonlyMap<string, readonly number[]>,
  fresh: readonly string[],
  work: Work,
): number | null {
  if (fresh.length === 0) return null;
  const weight = fresh.reduce((sum, line) => sum + lineWeight(normalKey(line)), 0);
  const context = fresh.length - [...pattern.insertions.values()].reduce((sum, each) => sum + each.lines.length, 0);
  if (weight < 1.5 || (context === 0 && weight < 3)) return null;
  if (numbered >= 0 && standsAt(lines, fresh, numbered, work)) return numbered;
  const found = findAll(lines, places, fresh, 2, work);
  return found.length === 1 ? found[0]! : null;
}

/** Alignment with lines missing, misquoted or left out. */
function placeLoosely(hunk: Hunk, pattern: Pattern, cut: boolean, file: FileIndex, work: Work): Placement {
  const absent = pattern.old.find((_, index) => pattern.deleted[index] && !file.normal.has(pattern.keys[index]!));
  const guess = nearestPlace(pattern, file);
  if (absent !== undefined) {
    return unplaced(`The file has no line ${JSON.stringify(absent.trim().slice(0, 120))}, which the hunk removes.`, guess, guess[0]);
  }
  const found = align(pattern, file, work);
  if (!found) return unplaced('The file has no such lines.', guess, guess[0]);
  const start = found.places.find((place) => place >= 0) ?? 0;
  const numbersAgree = hunk.oldStart !== null && hunk.oldStart - 1 === found.places[0];
  const doubt = doubtAbout(pattern, found, numbersAgree);
  if (doubt !== null) return unplaced(doubt, [start], start);
  const misquoted = found.kinds.filter((kind) => kind !== 'equal').length;
  return { type: 'placed', pattern, places: found.places, rule: 'similarity', misquoted, cut };
}

/** Why an alignment is not certain enough; null where it is. */
function doubtAbout(pattern: Pattern, found: Alignment, numbersAgree: boolean): string | null {
  if (found.share < (numbersAgree ? 0.5 : 0.6)) return 'Too few of its lines of context are in the file.';
  if (found.evidence < (numbersAgree ? 1 : 1.5)) return 'Its lines of context say too little about the place.';
  if (found.margin < neededMargin(found, numbersAgree)) return 'Another place fits its lines almost as well.';
  const lost = found.kinds.findIndex((kind, row) => kind === 'none' && pattern.keys[row] !== '');
  if (lost >= 0) return `The file has no line ${JSON.stringify(pattern.old[lost]?.trim().slice(0, 120))}, which the hunk shows as context.`;
  if (strays(found)) return 'A line of context is not in the file, and the lines beside it stand apart.';
  if (lacksPlus(pattern, found)) return 'A line shown as context is not in the file and may have lost its `+`.';
  if (found.kinds.some((kind, row) => kind !== 'equal' && pattern.unsigned[row])) return 'A line without a sign is not in the file.';
  for (const [before, insertion] of pattern.insertions) {
    const problem = looseInsertion(pattern, found, before, insertion.side);
    if (problem) return problem;
  }
  return null;
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
function looseInsertion(pattern: Pattern, found: Alignment, before: number, side: 'both' | 'before' | 'after'): string | null {
  const sure = (row: number): boolean => found.kinds[row] === 'equal' || found.kinds[row] === 'similar';
  if (side === 'before' || side === 'after') {
    return sure(side === 'before' ? before - 1 : before) ? null : 'The lines around what it adds are not in the file.';
  }
  if (pattern.deleted[before - 1] || pattern.deleted[before]) return null;
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

/** 0-based lines where the most telling lines of the hunk stand: what a person would look at. */
function nearestPlace(pattern: Pattern, file: FileIndex): number[] {
  const votes = new Map<number, number>();
  pattern.keys.forEach((key, index) => {
    const places = file.normal.get(key) ?? [];
    if (places.length > 8) return;
    const weight = lineWeight(key) / Math.max(1, places.length);
    for (const place of places) {
      const start = Math.max(0, place - index);
      votes.set(start, (votes.get(start) ?? 0) + weight);
    }
  });
  return [...votes.entries()]
    .sort((a, b) => b[1] - a[1])
    .slice(0, 3)
    .map(([start]) => start);
}
