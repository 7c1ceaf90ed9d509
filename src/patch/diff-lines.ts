/** One stretch of a line diff: `oldLines` from `oldAt` are replaced by `newLines` from `newAt`. */
export interface DiffStretch {
  readonly oldAt: number;
  readonly oldLines: number;
  readonly newAt: number;
  readonly newLines: number;
}

/** Steps spent on a shortest diff before a coarser but equally correct one is taken. */
const stepBound = 4_000_000;
const depthBound = 3_000;

/**
 * The stretches in which two sequences of lines differ, in order. Shortest where that is cheap (Myers 1986), split
 * at lines that occur once on both sides where it is not. Time grows with the input, never with its square.
 */
export function diffLines(before: readonly string[], after: readonly string[]): DiffStretch[] {
  const numbers = new Map<string, number>();
  const number = (line: string): number => {
    const known = numbers.get(line);
    if (known !== undefined) return known;
    numbers.set(line, numbers.size);
    return numbers.size - 1;
  };
  const old = Int32Array.from(before, number);
  const now = Int32Array.from(after, number);
  const stretches: DiffStretch[] = [];
  const budget = { steps: stepBound };
  const open = [{ oldFrom: 0, oldTo: old.length, newFrom: 0, newTo: now.length }];
  for (let range = open.pop(); range; range = open.pop()) {
    let { oldFrom, oldTo, newFrom, newTo } = range;
    while (oldFrom < oldTo && newFrom < newTo && old[oldFrom] === now[newFrom]) {
      oldFrom += 1;
      newFrom += 1;
    }
    while (oldFrom < oldTo && newFrom < newTo && old[oldTo - 1] === now[newTo - 1]) {
      oldTo -= 1;
      newTo -= 1;
    }
    if (oldFrom === oldTo && newFrom === newTo) continue;
    const box = { oldFrom, oldTo, newFrom, newTo };
    if (oldFrom === oldTo || newFrom === newTo) {
      stretches.push(stretchOf(box));
      continue;
    }
    const shortest = myers(old, now, box, budget);
    if (shortest) {
      stretches.push(...shortest);
      continue;
    }
    const parts = splitAtUnique(old, now, box);
    if (parts.length === 0) stretches.push(stretchOf(box));
    for (const part of parts) open.push(part);
  }
  return joinTouching(stretches.sort((a, b) => a.oldAt - b.oldAt || a.newAt - b.newAt));
}

interface Box {
  readonly oldFrom: number;
  readonly oldTo: number;
  readonly newFrom: number;
  readonly newTo: number;
}

function stretchOf(box: Box): DiffStretch {
  return {
    oldAt: box.oldFrom,
    oldLines: box.oldTo - box.oldFrom,
    newAt: box.newFrom,
    newLines: box.newTo - box.newFrom,
  };
}

function joinTouching(stretches: readonly DiffStretch[]): DiffStretch[] {
  const joined: DiffStretch[] = [];
  for (const next of stretches) {
    const last = joined.at(-1);
    if (last && last.oldAt + last.oldLines === next.oldAt && last.newAt + last.newLines === next.newAt) {
      joined[joined.length - 1] = {
        ...last,
        oldLines: last.oldLines + next.oldLines,
        newLines: last.newLines + next.newLines,
      };
    } else joined.push(next);
  }
  return joined;
}

/** Myers' greedy algorithm with its whole trace kept. null where it would cost too much. */
function myers(old: Int32Array, now: Int32Array, box: Box, budget: { steps: number }): DiffStretch[] | null {
  const oldLength = box.oldTo - box.oldFrom;
  const newLength = box.newTo - box.newFrom;
  const bound = Math.min(oldLength + newLength, depthBound);
  const offset = bound + 1;
  const reach = new Int32Array(2 * bound + 3);
  const trace: Int32Array[] = [];
  for (let depth = 0; depth <= bound; depth += 1) {
    budget.steps -= 2 * depth + 1;
    if (budget.steps < 0) return null;
    trace.push(reach.slice(offset - depth - 1, offset + depth + 2));
    for (let diagonal = -depth; diagonal <= depth; diagonal += 2) {
      const down =
        diagonal === -depth || (diagonal !== depth && reach[offset + diagonal - 1]! < reach[offset + diagonal + 1]!);
      let x = down ? reach[offset + diagonal + 1]! : reach[offset + diagonal - 1]! + 1;
      let y = x - diagonal;
      while (x < oldLength && y < newLength && old[box.oldFrom + x] === now[box.newFrom + y]) {
        x += 1;
        y += 1;
        budget.steps -= 1;
      }
      reach[offset + diagonal] = x;
      if (x >= oldLength && y >= newLength) return walkBack(trace, box, oldLength, newLength);
    }
  }
  return null;
}

function walkBack(trace: readonly Int32Array[], box: Box, oldLength: number, newLength: number): DiffStretch[] {
  const stretches: DiffStretch[] = [];
  let x = oldLength;
  let y = newLength;
  for (let depth = trace.length - 1; depth > 0; depth -= 1) {
    const reach = trace[depth]!;
    const at = (diagonal: number): number => reach[diagonal + depth + 1]!;
    const diagonal = x - y;
    const down = diagonal === -depth || (diagonal !== depth && at(diagonal - 1) < at(diagonal + 1));
    const previous = down ? diagonal + 1 : diagonal - 1;
    x = at(previous);
    y = x - previous;
    stretches.push({
      oldAt: box.oldFrom + x,
      oldLines: down ? 0 : 1,
      newAt: box.newFrom + y,
      newLines: down ? 1 : 0,
    });
  }
  return stretches;
}

/** The boxes between lines that occur exactly once on both sides, in the longest run that keeps both orders. */
function splitAtUnique(old: Int32Array, now: Int32Array, box: Box): Box[] {
  const oldOnce = onlyOnce(old, box.oldFrom, box.oldTo);
  const pairs: { oldAt: number; newAt: number }[] = [];
  for (const [line, newAt] of onlyOnce(now, box.newFrom, box.newTo)) {
    const oldAt = newAt < 0 ? -1 : (oldOnce.get(line) ?? -1);
    if (oldAt >= 0) pairs.push({ oldAt, newAt });
  }
  pairs.sort((a, b) => a.newAt - b.newAt);
  const chain = longestRising(pairs.map((pair) => pair.oldAt)).map((index) => pairs[index]!);
  if (chain.length === 0) return [];
  const parts: Box[] = [];
  let oldFrom = box.oldFrom;
  let newFrom = box.newFrom;
  for (const pair of chain) {
    parts.push({ oldFrom, oldTo: pair.oldAt, newFrom, newTo: pair.newAt });
    oldFrom = pair.oldAt + 1;
    newFrom = pair.newAt + 1;
  }
  parts.push({ oldFrom, oldTo: box.oldTo, newFrom, newTo: box.newTo });
  return parts;
}

/** Where each line stands that occurs once in the range; -1 for the others. */
function onlyOnce(lines: Int32Array, from: number, to: number): Map<number, number> {
  const places = new Map<number, number>();
  for (let at = from; at < to; at += 1) places.set(lines[at]!, places.has(lines[at]!) ? -1 : at);
  return places;
}

/** Indices of a longest strictly rising subsequence. */
function longestRising(values: readonly number[]): number[] {
  const tails: number[] = [];
  const before = new Int32Array(values.length).fill(-1);
  values.forEach((value, index) => {
    let low = 0;
    let high = tails.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (values[tails[middle]!]! < value) low = middle + 1;
      else high = middle;
    }
    before[index] = low > 0 ? tails[low - 1]! : -1;
    tails[low] = index;
  });
  const chain: number[] = [];
  for (let index = tails.at(-1) ?? -1; index >= 0; index = before[index]!) chain.push(index);
  return chain.reverse();
}
