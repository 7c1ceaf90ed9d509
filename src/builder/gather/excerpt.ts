import { splitWords } from '../survey/words.ts';

const around = 3;
const tail = 12;

interface Span {
  from: number;
  to: number;
}

/**
 * The parts of a file around the lines that `isWanted` picks, with line numbers, at most `mostLines` of it; null where
 * it picks none. Left-out lines show as `…`.
 */
export function excerptOf(text: string, isWanted: (line: string) => number, mostLines: number): string | null {
  const lines = text.split('\n');
  const hits = lines
    .map((line, at) => ({ at, value: isWanted(line) }))
    .filter(({ value }) => value > 0)
    .sort((a, b) => b.value - a.value || a.at - b.at);
  if (hits.length === 0) return null;
  const taken = new Set<number>();
  for (const { at } of hits) {
    const span = [...Array(around + tail + 1).keys()].map((step) => at - around + step);
    const fresh = span.filter((line) => line >= 0 && line < lines.length && !taken.has(line));
    if (taken.size + fresh.length > mostLines) break;
    for (const line of fresh) taken.add(line);
  }
  return spansOf([...taken].sort((a, b) => a - b))
    .map(({ from, to }) => numbered(lines, from, to))
    .join('\n…\n');
}

function spansOf(lines: readonly number[]): readonly Span[] {
  const spans: Span[] = [];
  for (const line of lines) {
    const last = spans.at(-1);
    if (last && last.to === line - 1) last.to = line;
    else spans.push({ from: line, to: line });
  }
  return spans;
}

function numbered(lines: readonly string[], from: number, to: number): string {
  const width = String(to + 1).length;
  return lines
    .slice(from, to + 1)
    .map((line, step) => `${String(from + step + 1).padStart(width)}  ${line.slice(0, 240)}`)
    .join('\n');
}

/** How well a line fits words and names that a phase has: a name counts most, then what few words can say. */
export function lineWorth(words: ReadonlyMap<string, number>, names: readonly string[]): (line: string) => number {
  const wanted = new Map<string, readonly string[]>();
  // Most tokens of a file hold no wanted word; which do is found out once.
  const wantedIn = (token: string) => {
    let found = wanted.get(token);
    if (!found) {
      found = splitWords(token).filter((word) => words.has(word));
      wanted.set(token, found);
    }
    return found;
  };
  return (line) => {
    if (line.length > 2_000) return 0;
    let worth = 0;
    for (const name of names) if (line.includes(name)) worth += 4;
    const found = new Set((line.match(/[\p{L}\p{N}_$]+/gu) ?? []).flatMap(wantedIn));
    let met = 0;
    for (const word of found) {
      met += 1;
      worth += words.get(word) as number;
    }
    // One common word in a line is chance; two are a hint.
    return met >= 2 || worth >= 4 ? worth : 0;
  };
}
