import { indentOf, isBlank, splitText, type TextLines } from './lines.ts';
import { normalKey } from './normal-key.ts';
import { limits } from './patch-set.ts';

/** Elementary comparisons left for one patch. Search stops when there are none: bounded time on any input. */
export interface Work {
  left: number;
}

export function newWork(): Work {
  return { left: limits.work };
}

export class WorkSpentError extends Error {}

export function spend(work: Work, steps: number): void {
  work.left -= steps;
  if (work.left < 0) throw new WorkSpentError('The search for the places of the hunks takes too long.');
}

/** A file's lines, where each occurs, and the same for their normal keys. The maps are made when first needed. */
export class FileIndex {
  readonly text: TextLines;
  readonly lines: readonly string[];
  private exactPlaces: Map<string, number[]> | null = null;
  private normalPlaces: Map<string, number[]> | null = null;
  private normalKeys: string[] | null = null;
  private knownIndents: Set<string> | null = null;

  constructor(text: string) {
    this.text = splitText(text);
    this.lines = this.text.lines;
  }

  get exact(): ReadonlyMap<string, readonly number[]> {
    this.exactPlaces ??= placesOf(this.lines);
    return this.exactPlaces;
  }

  get keys(): readonly string[] {
    this.normalKeys ??= this.lines.map(normalKey);
    return this.normalKeys;
  }

  /** Every indentation that some line of the file has, none left out. */
  get indents(): ReadonlySet<string> {
    this.knownIndents ??= new Set(this.lines.filter((line) => !isBlank(line)).map(indentOf));
    this.knownIndents.delete('');
    return this.knownIndents;
  }

  get normal(): ReadonlyMap<string, readonly number[]> {
    this.normalPlaces ??= placesOf(this.keys);
    return this.normalPlaces;
  }
}

function placesOf(lines: readonly string[]): Map<string, number[]> {
  const places = new Map<string, number[]>();
  lines.forEach((line, at) => {
    const known = places.get(line);
    if (known) known.push(at);
    else places.set(line, [at]);
  });
  return places;
}

/** Whether `wanted` stands in `lines` from `at` on. */
export function standsAt(lines: readonly string[], wanted: readonly string[], at: number, work: Work): boolean {
  if (at < 0 || at + wanted.length > lines.length) return false;
  for (let index = 0; index < wanted.length; index += 1) {
    if (lines[at + index] !== wanted[index]) {
      spend(work, index + 1);
      return false;
    }
  }
  spend(work, wanted.length);
  return true;
}

/** Every place where `wanted` stands, in order, up to `most` of them. */
export function findAll(
  lines: readonly string[],
  places: ReadonlyMap<string, readonly number[]>,
  wanted: readonly string[],
  most: number,
  work: Work,
): number[] {
  let rarest: readonly number[] | undefined;
  let offset = 0;
  for (let index = 0; index < wanted.length; index += 1) {
    const at = places.get(wanted[index] ?? '');
    if (!at) return [];
    if (!rarest || at.length < rarest.length) {
      rarest = at;
      offset = index;
    }
  }
  const found: number[] = [];
  for (const place of rarest ?? []) {
    if (!standsAt(lines, wanted, place - offset, work)) continue;
    found.push(place - offset);
    if (found.length >= most) break;
  }
  return found;
}
