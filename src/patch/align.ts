import { type FileIndex, spend, type Work } from './file-index.ts';
import { lineWeight } from './normal-key.ts';
import type { Pattern } from './pattern.ts';
import { similarity } from './similarity.ts';

/** Where each line of an old side stands in the file, and how sure that is. */
export interface Alignment {
  /** By old line: its place in the file; -1 where the file has no such line. */
  readonly places: readonly number[];
  /** By old line: 'equal', 'similar' or 'other' (the file has another line there), 'none'. */
  readonly kinds: readonly ('equal' | 'similar' | 'other' | 'none')[];
  readonly score: number;
  /** The share of the old side's weight that the file bears out. */
  readonly share: number;
  /** The weight of the lines that are equal but for blanks. */
  readonly evidence: number;
  /** How often lines of the file were passed over where no mark says so. */
  readonly jumps: number;
  /** How much worse the best alignment is that puts a changed line, or the neighbour of one, elsewhere. */
  readonly margin: number;
}

const never = -1e9;
const similarEnough = 0.6;
/** What is left of a line's weight when blanks inside or before it differ. */
const blanksShare = 0.9;
const skipCost = 0.6;
const otherCost = 0.7;
const gapCost = 1;
const blankCost = 0.1;
const markedGapCost = 0.05;
const cellBound = 3_000_000;
const rowBound = 5_000;

/** The lines of the file that can matter: those around lines the pattern names. -1 marks a cut between them. */
function columnsOf(pattern: Pattern, file: FileIndex): number[] {
  const reach = Math.min(2 * pattern.old.length + 4, 400);
  const marks = new Set<number>();
  const informative = pattern.keys.map((key, index) => ({ key, index, places: file.normal.get(key) ?? [] }));
  for (const { key, places } of informative) {
    if (lineWeight(key) < 0.5 || places.length > 60) continue;
    for (const place of places) marks.add(place);
  }
  const columns: number[] = [];
  let last = -1;
  for (const mark of [...marks].sort((a, b) => a - b)) {
    const from = Math.max(mark - reach, last + 1);
    if (from > last + 1 || (last === -1 && from > 0)) columns.push(-1);
    for (let at = from; at <= Math.min(mark + reach, file.lines.length - 1); at += 1) {
      columns.push(at);
      last = at;
    }
  }
  if (columns.length > 0 && last < file.lines.length - 1) columns.push(-1);
  return columns;
}

interface Grid {
  readonly rows: number;
  readonly columns: readonly number[];
  readonly weights: readonly number[];
  /** By row and column: what it earns to put the old line there. */
  readonly scores: Float32Array;
  /** By row: whether a jump over file lines is allowed before it, and what it costs. */
  readonly jumps: readonly number[];
  /** By row: whether a single blank file line may be passed over before it. */
  readonly blanks: readonly boolean[];
  readonly blankColumn: readonly boolean[];
  readonly skips: readonly number[];
}

/** What a jump over unnamed file lines before old line `row` costs; `never` where a change would lose its place. */
function jumpBefore(pattern: Pattern, row: number): number {
  if (pattern.gaps[row]) {
    const insertion = pattern.insertions.get(row);
    return insertion && insertion.side === 'both' ? never : markedGapCost;
  }
  const before = pattern.deleted[row - 1] ?? false;
  const after = pattern.deleted[row] ?? false;
  if (before && after) return never;
  if (pattern.insertions.has(row) && !before && !after) return never;
  return gapCost;
}

function makeGrid(pattern: Pattern, file: FileIndex, columns: readonly number[], work: Work): Grid {
  const rows = pattern.old.length;
  const width = columns.length;
  const weights = pattern.keys.map(lineWeight);
  const scores = new Float32Array(rows * width).fill(never);
  const keys = columns.map((column) => (column < 0 ? '\u0000' : file.keys[column]!));
  spend(work, rows * width);
  const sameText = (row: number, column: number): boolean =>
    file.lines[columns[column]!]!.trimEnd() === pattern.old[row]!.trimEnd();
  for (let row = 0; row < rows; row += 1) {
    const key = pattern.keys[row]!;
    for (let column = 0; column < width; column += 1) {
      if (keys[column] === key)
        scores[row * width + column] = weights[row]! * (sameText(row, column) ? 1 : blanksShare);
    }
  }
  addOthers(pattern, keys, scores, weights, work);
  const jumps = pattern.old.map((_, row) => jumpBefore(pattern, row));
  return {
    rows,
    columns,
    weights,
    scores,
    jumps,
    blanks: jumps.map((cost) => cost > never),
    blankColumn: keys.map((key) => key === ''),
    skips: pattern.deleted.map((deleted, row) => (deleted ? never : -skipScore(pattern.keys[row]!, weights[row]!))),
  };
}

function skipScore(key: string, weight: number): number {
  return key === '' ? blankCost : Math.max(0.4, skipCost * weight);
}

/** Scores context lines against lines that differ, by likeness, wherever a neighbour on the diagonal is equal. */
function addOthers(
  pattern: Pattern,
  keys: readonly string[],
  scores: Float32Array,
  weights: readonly number[],
  work: Work,
): void {
  const width = keys.length;
  const rows = weights.length;
  const equal = (row: number, column: number): boolean =>
    row >= 0 && row < rows && column >= 0 && column < width && keys[column] === pattern.keys[row];
  for (let row = 0; row < rows; row += 1) {
    if (pattern.deleted[row]) continue;
    for (let column = 0; column < width; column += 1) {
      const at = row * width + column;
      if (scores[at]! > never || keys[column] === '\u0000') continue;
      const weight = Math.max(weights[row]!, 0.25);
      let likeness = 0;
      if (keys[column] !== '' && pattern.keys[row] !== '' && near(equal, row, column)) {
        spend(work, 40 + Math.min(6_400, pattern.keys[row]!.length));
        likeness = similarity(pattern.keys[row]!, keys[column]!);
      }
      scores[at] = likeness >= similarEnough ? weight * (2 * likeness - 1) : -otherCost * weight;
    }
  }
}

function near(equal: (row: number, column: number) => boolean, row: number, column: number): boolean {
  for (let step = 1; step <= 3; step += 1) {
    if (equal(row - step, column - step) || equal(row + step, column + step)) return true;
  }
  return false;
}

interface Table {
  /** Best score of an alignment of the rows up to this one whose last file line is this column, row matched there. */
  readonly matched: Float32Array;
  /** The same, row matched at or skipped behind this column, blank file lines passed over. */
  readonly open: Float32Array;
}

/** Fills the table from the first row on. Row -1 is free: an alignment may begin anywhere. */
function fill(grid: Grid): Table {
  const { rows, columns } = grid;
  const width = columns.length;
  const matched = new Float32Array(rows * width);
  const open = new Float32Array(rows * width);
  /** All rows before this one skipped, at the file's very beginning. */
  let skippedSoFar = 0;
  for (let row = 0; row < rows; row += 1) {
    const base = row * width;
    const above = base - width;
    let jumped = never;
    const jump = grid.jumps[row]!;
    const skip = grid.skips[row]!;
    for (let column = 0; column < width; column += 1) {
      let before = 0;
      if (row > 0) {
        before = column > 0 ? open[above + column - 1]! : skippedSoFar;
        if (jumped > before) before = jumped;
        if (jump > never && column > 0 && open[above + column - 1]! - jump > jumped)
          jumped = open[above + column - 1]! - jump;
      } else before = 0;
      const score = grid.scores[base + column]!;
      matched[base + column] = score <= never || before <= never ? never : score + before;
    }
    fillOpen(grid, matched, open, row, skip);
    skippedSoFar = Math.max(never, skippedSoFar + skip);
  }
  return { matched, open };
}

function fillOpen(grid: Grid, matched: Float32Array, open: Float32Array, row: number, skip: number): void {
  const width = grid.columns.length;
  const base = row * width;
  const passBlank = row + 1 < grid.rows && grid.blanks[row + 1]!;
  for (let column = 0; column < width; column += 1) {
    let best = matched[base + column]!;
    const above = row > 0 ? open[base - width + column]! : 0;
    if (skip > never && above > never && above + skip > best) best = above + skip;
    if (passBlank && column > 0 && grid.blankColumn[column] && open[base + column - 1]! - blankCost > best) {
      best = open[base + column - 1]! - blankCost;
    }
    open[base + column] = best;
  }
}

/** The grid read backwards: rows and columns reversed, so that one routine fills both tables. */
function reversed(grid: Grid): Grid {
  const { rows } = grid;
  const width = grid.columns.length;
  const scores = new Float32Array(rows * width);
  for (let at = 0; at < scores.length; at += 1) scores[scores.length - 1 - at] = grid.scores[at]!;
  const turn = <Value>(values: readonly Value[], first: Value): Value[] => [first, ...values.slice(1).reverse()];
  return {
    rows,
    columns: [...grid.columns].reverse(),
    weights: [...grid.weights].reverse(),
    scores,
    jumps: turn(grid.jumps, 0),
    blanks: turn(grid.blanks, true),
    blankColumn: [...grid.blankColumn].reverse(),
    skips: [...grid.skips].reverse(),
  };
}

/**
 * The best alignment of an old side with a file, where lines of context may be missing, misquoted or left out, but
 * no removed line may. null where nothing of it is found, or the search would be too large.
 */
export function align(pattern: Pattern, file: FileIndex, work: Work): Alignment | null {
  const rows = pattern.old.length;
  if (rows > rowBound) return null;
  const columns = columnsOf(pattern, file);
  const width = columns.length;
  if (width === 0 || rows * width > cellBound) return null;
  spend(work, rows * width * 4);
  const grid = makeGrid(pattern, file, columns, work);
  const forward = fill(grid);
  const found = trace(grid, forward);
  if (!found) return null;
  const backward = fill(reversed(grid));
  const margin = marginOf(pattern, grid, forward, backward, found.path, found.score);
  return describe(pattern, file, grid, found, margin);
}

interface Path {
  readonly score: number;
  /** By row: its column, or -1. */
  readonly path: readonly number[];
}

function trace(grid: Grid, table: Table): Path | null {
  const { rows } = grid;
  const width = grid.columns.length;
  let column = -1;
  let score = never;
  for (let at = 0; at < width; at += 1) {
    const value = table.open[(rows - 1) * width + at]!;
    if (value > score) {
      score = value;
      column = at;
    }
  }
  if (score <= 0) return null;
  const path = new Array<number>(rows).fill(-1);
  let row = rows - 1;
  while (row >= 0 && column >= 0) {
    const at = row * width + column;
    if (table.open[at] === table.matched[at]) {
      path[row] = column;
      column = columnBefore(grid, table, row, column);
      row -= 1;
      continue;
    }
    const above = row > 0 ? table.open[at - width]! : 0;
    if (grid.skips[row]! > never && table.open[at] === Math.fround(above + grid.skips[row]!)) row -= 1;
    else column -= 1;
  }
  return { score, path };
}

/** The column the best alignment stood at before it matched `row` at `column`. */
function columnBefore(grid: Grid, table: Table, row: number, column: number): number {
  if (row === 0) return -1;
  const above = (row - 1) * grid.columns.length;
  let best = column - 1;
  let value = column > 0 ? table.open[above + column - 1]! : never;
  const jump = grid.jumps[row]!;
  if (jump <= never) return best;
  for (let at = column - 2; at >= 0; at -= 1) {
    if (table.open[above + at]! - jump > value) {
      value = table.open[above + at]! - jump;
      best = at;
    }
  }
  return best;
}

/** The rows that say where something changes: removed lines, and the neighbours of what is inserted. */
function decidingRows(pattern: Pattern): number[] {
  const rows = new Set<number>();
  pattern.deleted.forEach((deleted, row) => {
    if (deleted) rows.add(row);
  });
  for (const [before, insertion] of pattern.insertions) {
    if (insertion.side !== 'after' && before > 0) rows.add(before - 1);
    if (insertion.side !== 'before' && before < pattern.old.length) rows.add(before);
  }
  return [...rows];
}

function marginOf(
  pattern: Pattern,
  grid: Grid,
  forward: Table,
  backward: Table,
  path: readonly number[],
  score: number,
): number {
  const width = grid.columns.length;
  const total = grid.rows * width;
  let margin = score;
  for (const row of decidingRows(pattern)) {
    const chosen = path[row]!;
    if (chosen < 0) continue;
    for (let column = 0; column < width; column += 1) {
      if (column === chosen) continue;
      const at = row * width + column;
      if (forward.matched[at]! <= never || grid.scores[at]! <= 0) continue;
      const both = forward.matched[at]! + backward.matched[total - 1 - at]! - grid.scores[at]!;
      if (score - both < margin) margin = score - both;
    }
  }
  return margin;
}

function describe(pattern: Pattern, file: FileIndex, grid: Grid, found: Path, margin: number): Alignment {
  const kinds: Alignment['kinds'][number][] = [];
  const places: number[] = [];
  let earned = 0;
  let whole = 0;
  let evidence = 0;
  found.path.forEach((column, row) => {
    const weight = grid.weights[row]!;
    whole += weight;
    const place = column < 0 ? -1 : grid.columns[column]!;
    const value = column < 0 ? 0 : grid.scores[row * grid.columns.length + column]!;
    const equal = place >= 0 && file.keys[place] === pattern.keys[row];
    if (equal) evidence += weight;
    earned += equal ? weight : Math.max(0, value);
    places.push(place);
    kinds.push(place < 0 ? 'none' : equal ? 'equal' : value > 0 ? 'similar' : 'other');
  });
  const share = whole > 0 ? earned / whole : 0;
  return { places, kinds, score: found.score, share, evidence, jumps: jumpsOf(pattern, file, places), margin };
}

function jumpsOf(pattern: Pattern, file: FileIndex, places: readonly number[]): number {
  let jumps = 0;
  let last = -1;
  places.forEach((place, row) => {
    if (place < 0) return;
    const passed = last >= 0 ? file.keys.slice(last + 1, place) : [];
    if (passed.some((key) => key !== '') && !pattern.gaps[row]) jumps += 1;
    last = place;
  });
  return jumps;
}
