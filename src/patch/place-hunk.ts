import { align } from './align.ts';
import { doubtAbout } from './doubt-alignment.ts';
import { checkPlaced } from './doubt-placed.ts';
import { type FileIndex, findAll, standsAt, type Work } from './file-index.ts';
import type { Signs } from './lost-signs.ts';
import { lineWeight, normalKey } from './normal-key.ts';
import type { Hunk } from './patch-set.ts';
import { buildPattern, isPureInsertion, type Pattern } from './pattern.ts';
import { type Placed, type Placement, type Rule, type Unplaced, unplaced } from './placement.ts';

const most = 12;

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

function possiblePatterns(hunk: Hunk, file: FileIndex, signs: Signs): { pattern: Pattern; cut: boolean }[] {
  return hunk.ends
    .filter((end) => end === hunk.lines.length || mayEndAt(hunk, end, file))
    .map((end) => ({
      pattern: buildPattern(hunk, end, file, signs),
      cut: hunk.lines.slice(end).some((line) => line.text !== ''),
    }))
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
function placedAt(hunk: Hunk, pattern: Pattern, start: number, rule: Rule, cut: boolean): Placed {
  const places = pattern.old.map((_, index) => start + index);
  return { type: 'placed', pattern, places, rule, misquoted: 0, returned: hunk.returned, cut };
}

/** Exact numbers that hit an exact match decide, whatever else fits. */
function placeByNumbers(hunk: Hunk, pattern: Pattern, cut: boolean, file: FileIndex, work: Work): Placed | null {
  if (isPureInsertion(pattern) || pattern.hasGaps || hunk.oldStart === null) return null;
  const at = hunk.oldStart - 1;
  return standsAt(file.lines, pattern.old, at, work) && fitsEnd(hunk, pattern, at, file)
    ? placedAt(hunk, pattern, at, 'numbers', cut)
    : null;
}

/** Exact content, content but for blanks; then the new side, in case it is there already. */
function placeStrictly(hunk: Hunk, pattern: Pattern, cut: boolean, file: FileIndex, work: Work): Placement | null {
  if (isPureInsertion(pattern)) return placeInsertion(hunk, pattern, cut, file);
  if (pattern.hasGaps) return null;
  const numbered = hunk.oldStart === null ? -1 : hunk.oldStart - 1;
  const { old } = pattern;
  const exact = findAll(file.lines, file.exact, old, most, work).filter((at) => fitsEnd(hunk, pattern, at, file));
  if (exact.length > 0) return choose(hunk, pattern, exact, 'content', cut, file);
  const applied = findApplied(pattern, numbered, file, file.lines, file.exact, pattern.fresh, work);
  if (applied !== null) return { type: 'applied', at: applied };
  if (pattern.keys.every((key) => key === '')) return null;
  if (numbered >= 0 && standsAt(file.keys, pattern.keys, numbered, work)) {
    return placedAt(hunk, pattern, numbered, 'blanks', cut);
  }
  const loose = findAll(file.keys, file.normal, pattern.keys, most, work);
  if (loose.length > 0) return choose(hunk, pattern, loose, 'blanks', cut, file);
  const freshKeys = pattern.fresh.map(normalKey);
  const appliedLoosely = findApplied(pattern, numbered, file, file.keys, file.normal, freshKeys, work);
  return appliedLoosely === null ? null : { type: 'applied', at: appliedLoosely };
}

function fitsEnd(hunk: Hunk, pattern: Pattern, at: number, file: FileIndex): boolean {
  return !hunk.atEnd || at + pattern.old.length === file.lines.length;
}

/** A file without lines has one place only. */
function placeInsertion(hunk: Hunk, pattern: Pattern, cut: boolean, file: FileIndex): Placement {
  if (file.lines.length === 0) return placedAt(hunk, pattern, 0, 'content', cut);
  return unplaced('It only adds lines and shows none of the lines around them.', []);
}

function choose(
  hunk: Hunk,
  pattern: Pattern,
  places: readonly number[],
  rule: Rule,
  cut: boolean,
  file: FileIndex,
): Placement {
  const first = places[0]!;
  if (places.length === 1 || (places.length < most && sameOutcome(pattern, places, file))) {
    return placedAt(hunk, pattern, first, rule, cut);
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

/** Whether something is removed at an edge of the hunk without a replacement: the rest says nothing about whether it is gone. */
function removesAtEdge(pattern: Pattern): boolean {
  const { deleted, insertions } = pattern;
  let first = 0;
  while (deleted[first]) first += 1;
  let last = deleted.length;
  while (deleted[last - 1]) last -= 1;
  const replaced = (from: number, to: number): boolean => {
    for (let at = from; at <= to; at += 1) if (insertions.has(at)) return true;
    return from === to;
  };
  return !replaced(0, first) || !replaced(last, deleted.length);
}

/** Whether what a hunk only removes, or a part of it, still stands near its context: then it is not gone. */
function removedStandsNear(pattern: Pattern, at: number, file: FileIndex): boolean {
  if (pattern.insertions.size > 0) return false;
  const reach = pattern.old.length + 8;
  return pattern.keys.some((key, row) => {
    if (!pattern.deleted[row] || lineWeight(key) < 0.6) return false;
    return (file.normal.get(key) ?? []).some((place) => Math.abs(place - at) <= reach);
  });
}

/** Where the new side stands already. It must say enough about itself not to be there by chance. */
function findApplied(
  pattern: Pattern,
  numbered: number,
  file: FileIndex,
  lines: readonly string[],
  places: ReadonlyMap<string, readonly number[]>,
  fresh: readonly string[],
  work: Work,
): number | null {
  if (fresh.length === 0 || removesAtEdge(pattern)) return null;
  const weight = fresh.reduce((sum, line) => sum + lineWeight(normalKey(line)), 0);
  const context = fresh.length - [...pattern.insertions.values()].reduce((sum, each) => sum + each.lines.length, 0);
  if (weight < 1.5 || (context === 0 && weight < 3)) return null;
  const found = findAll(lines, places, fresh, 2, work);
  const at = numbered >= 0 && standsAt(lines, fresh, numbered, work) ? numbered : found.length === 1 ? found[0]! : null;
  return at === null || removedStandsNear(pattern, at, file) ? null : at;
}

/** Alignment with lines missing, misquoted or left out. */
function placeLoosely(hunk: Hunk, pattern: Pattern, cut: boolean, file: FileIndex, work: Work): Placement {
  const absent = pattern.old.find((_, index) => pattern.deleted[index] && !file.normal.has(pattern.keys[index]!));
  const guess = nearestPlace(pattern, file);
  if (absent !== undefined) {
    return unplaced(
      `The file has no line ${JSON.stringify(absent.trim().slice(0, 120))}, which the hunk removes.`,
      guess,
      guess[0],
    );
  }
  const found = align(pattern, file, work);
  if (!found) return unplaced('The file has no such lines.', guess, guess[0]);
  const start = found.places.find((place) => place >= 0) ?? 0;
  const numbersAgree = hunk.oldStart !== null && hunk.oldStart - 1 === found.places[0];
  const doubt = doubtAbout(pattern, found, file, numbersAgree);
  if (doubt !== null) return unplaced(doubt, [start], start);
  const misquoted = found.kinds.filter((kind) => kind !== 'equal').length;
  return { type: 'placed', pattern, places: found.places, rule: 'similarity', misquoted, returned: hunk.returned, cut };
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
