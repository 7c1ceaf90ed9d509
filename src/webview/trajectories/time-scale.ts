interface Span {
  readonly startMs: number;
  /** Null for one that goes on. */
  readonly endMs: number | null;
  /** A wait for a person: it may take days, and nothing happens in it. */
  readonly idle: boolean;
}

/** A time in which nothing happened, drawn shorter than it was. Shares are of the whole width, 0 to 1. */
export interface Break {
  readonly from: number;
  readonly to: number;
  readonly ms: number;
}

/** Where times lie on a line, from 0 to 1. */
export interface TimeScale {
  at(ms: number): number;
  readonly breaks: readonly Break[];
  /** Marks with the time since the beginning. */
  readonly ticks: readonly { readonly at: number; readonly ms: number }[];
}

/** A gap is cut short when it is longer than this and than a share of all that is work. */
const leastGapMs = 60_000;
const leastGapShare = 0.25;
/** How wide a cut gap is drawn, as a share of all that is work. */
const cutShare = 0.05;

const stepsOfSeconds = [0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 28_800];
const mostTicks = 6;

interface Piece {
  readonly startMs: number;
  readonly endMs: number;
  readonly cut: boolean;
}

/** Lays spans on a line so that long times in which nothing happened take little room. */
export function timeScaleOf(spans: readonly Span[], nowMs: number, leastMs = 1000): TimeScale {
  const [first = nowMs] = spans.map(({ startMs }) => startMs).sort((a, b) => a - b);
  const last = spans.reduce((latest, { startMs, endMs }) => Math.max(latest, endMs ?? nowMs, startMs), first + leastMs);
  const pieces = piecesOf(busyTimes(spans, nowMs), first, last);
  const workMs = pieces.reduce((sum, piece) => sum + (piece.cut ? 0 : piece.endMs - piece.startMs), 0);
  const widthOf = ({ startMs, endMs, cut }: Piece) => (cut ? cutShare * Math.max(workMs, leastMs) : endMs - startMs);
  const whole = pieces.reduce((sum, piece) => sum + widthOf(piece), 0);
  const at = (ms: number) => {
    let before = 0;
    for (const piece of pieces) {
      if (ms <= piece.endMs) {
        const share = Math.max(0, ms - piece.startMs) / (piece.endMs - piece.startMs || 1);
        return (before + share * widthOf(piece)) / whole;
      }
      before += widthOf(piece);
    }
    return 1;
  };
  const breaks = pieces
    .filter(({ cut }) => cut)
    .map(({ startMs, endMs }) => ({ from: at(startMs), to: at(endMs), ms: endMs - startMs }));
  return { at, breaks, ticks: ticksOf(first, last, pieces, at, workMs) };
}

/** Times in which something was at work, joined where they meet, in order. */
function busyTimes(spans: readonly Span[], nowMs: number): readonly (readonly [number, number])[] {
  const busy: [number, number][] = [];
  const marks = spans.map(({ startMs, endMs, idle }): [number, number] =>
    idle ? [startMs, startMs] : [startMs, endMs ?? nowMs],
  );
  for (const [start, end] of marks.sort((a, b) => a[0] - b[0])) {
    const before = busy.at(-1);
    if (before && start <= before[1]) before[1] = Math.max(before[1], end);
    else busy.push([start, end]);
  }
  return busy;
}

function piecesOf(busy: readonly (readonly [number, number])[], first: number, last: number): readonly Piece[] {
  const workMs = busy.reduce((sum, [start, end]) => sum + end - start, 0);
  const isLong = (ms: number) => ms > leastGapMs && ms > leastGapShare * workMs;
  const pieces: Piece[] = [];
  const put = (startMs: number, endMs: number, cut: boolean) => {
    const before = pieces.at(-1);
    if (endMs <= startMs) return;
    if (before && before.cut === cut) pieces[pieces.length - 1] = { ...before, endMs };
    else pieces.push({ startMs, endMs, cut });
  };
  let until = first;
  for (const [start, end] of busy) {
    put(until, start, isLong(start - until));
    put(start, end, false);
    until = Math.max(until, end);
  }
  put(until, last, isLong(last - until));
  return pieces;
}

function ticksOf(
  first: number,
  last: number,
  pieces: readonly Piece[],
  at: (ms: number) => number,
  workMs: number,
): TimeScale['ticks'] {
  const step = 1000 * (stepsOfSeconds.find((seconds) => seconds * 1000 * mostTicks >= workMs) ?? 86_400);
  const cuts = pieces.filter(({ cut }) => cut);
  const ticks: { at: number; ms: number }[] = [];
  for (const piece of pieces.filter(({ cut }) => !cut)) {
    for (
      let ms = first + Math.ceil((piece.startMs - first) / step) * step;
      ms <= Math.min(piece.endMs, last);
      ms += step
    ) {
      const place = at(ms);
      const crowded = ticks.some((tick) => Math.abs(tick.at - place) < 0.5 / mostTicks);
      const cutAway = cuts.some(({ startMs, endMs }) => ms > startMs && ms < endMs);
      if (!crowded && !cutAway) ticks.push({ at: place, ms: ms - first });
    }
  }
  return ticks;
}
