import type { CheckReport } from '../domain/checks.ts';
import type { DiffFile } from '../domain/read-diff.ts';
import { mapInTurns, takingTurns } from './turns.ts';

/** Where the evidence of a finding stands. */
export type Ground =
  | { readonly type: 'changed'; readonly file: string; readonly line: number | null }
  | { readonly type: 'output' }
  /** In a file of the change, but in lines that the change leaves as they are. */
  | { readonly type: 'unchanged'; readonly file: string }
  | { readonly type: 'nowhere' };

interface Line {
  readonly file: string;
  /** In the proposed file; for a removed line the next one there. */
  readonly line: number | null;
  readonly text: string;
}

/** The changed lines of one file. */
interface ChangedFile {
  readonly path: string;
  readonly lines: readonly Line[];
  /** Their texts, one a line: whether any of them holds a quotation is told at once. */
  readonly text: string;
}

/** The texts that evidence may quote, made ready for many look-ups. */
export interface Grounds {
  readonly changed: readonly ChangedFile[];
  /** All lines around each changed one, as one text by file: evidence of several lines runs across them. */
  readonly diffs: ReadonlyMap<string, string>;
  readonly files: ReadonlyMap<string, string>;
  readonly outputs: string;
}

/** Works in turns. */
export async function groundsOf(
  diff: readonly DiffFile[],
  files: ReadonlyMap<string, string>,
  checks: Pick<CheckReport, 'results'>,
): Promise<Grounds> {
  const turn = takingTurns();
  const changed: ChangedFile[] = [];
  const diffs = new Map<string, string>();
  for (const { path, lines } of diff) {
    const texts = await mapInTurns(lines, ({ text }) => normal(text), turn);
    diffs.set(path, texts.filter(Boolean).join(' '));
    await turn();
    let next = 1;
    const own = lines.flatMap((line, index): readonly Line[] => {
      next = line.newLine === null ? next : line.newLine + 1;
      const at = line.newLine ?? next;
      return line.kind === 'context' ? [] : [{ file: path, line: at, text: texts[index] as string }];
    });
    changed.push({ path, lines: own, text: own.map(({ text }) => text).join('\n') });
    await turn();
  }
  const whole = async (text: string) => (await mapInTurns(text.split('\n'), normal, turn)).filter(Boolean).join(' ');
  const texts = new Map<string, string>();
  for (const [path, text] of files) texts.set(path, await whole(text));
  return { changed, diffs, files: texts, outputs: await whole(checks.results.map(({ output }) => output).join('\n')) };
}

/** Blanks in code carry no meaning that a quotation must keep, and quotation marks come in many shapes. */
function normal(text: string): string {
  return text
    .replace(/[\u2018\u2019]/g, "'")
    .replace(/[\u201c\u201d]/g, '"')
    .replace(/\s+/g, ' ')
    .trim();
}

/** A shorter quotation would be found in almost any text; in prose a word in backticks says even less. */
const shortestLine = 4;
const shortestInProse = 6;

function isQuote(text: string, shortest = shortestLine): boolean {
  return text.length >= shortest && text.replace(/[^\p{L}\p{N}]/gu, '').length >= 2;
}

interface Quotes {
  /** Lines of code, without diff signs and line numbers, cut where something is left out. */
  readonly lines: readonly string[];
  /** What prose quotes, and the evidence as one piece. */
  readonly inside: readonly string[];
}

function quotesIn(evidence: string): Quotes {
  const lines = evidence
    .split('\n')
    .map((line) => line.replace(/^\s*(?:```\w*|(?:L(?:ine)? ?)?\d+\s*[:|]\s?)/i, '').replace(/^[+-](?![+-])/, ''))
    .flatMap((line) => line.split(/\u2026|(?<=\s|^)\.\.\.(?=\s|$)/))
    .map(normal)
    .filter((line) => isQuote(line));
  const inside = [...evidence.matchAll(/`([^`\n]+)`|"([^"\n]+)"|\u201c([^\u201d\n]+)\u201d/g)]
    .map((match) => normal(match[1] ?? match[2] ?? match[3] ?? ''))
    .filter((text) => isQuote(text, shortestInProse));
  const bare = normal(evidence.replace(/^[`'"]+|[`'"]+$/g, ''));
  return { lines, inside: isQuote(bare) ? [...inside, bare] : inside };
}

/**
 * Where a finding's evidence stands: best in a changed line, next in the output of a check, else in unchanged text of
 * the files. Of several quoted lines at least half must be real. `file` is what the finding names; it goes first.
 */
export function groundOf(evidence: string, file: string | null, grounds: Grounds): Ground {
  const { lines, inside } = quotesIn(evidence);
  const ordered = [...grounds.changed].sort((a, b) => Number(b.path === file) - Number(a.path === file));
  const places = (quotes: readonly string[]) =>
    quotes.map((quote) => placeOf(quote, ordered, grounds)).filter((place) => place.type !== 'nowhere');
  const ofLines = places(lines);
  const real = [...(ofLines.length * 2 >= lines.length ? ofLines : []), ...places(inside)];
  return (
    real.find((place) => place.type === 'changed' && place.file === file) ??
    real.find((place) => place.type === 'changed') ??
    real.find((place) => place.type === 'output') ??
    real[0] ?? { type: 'nowhere' }
  );
}

function placeOf(quote: string, changed: readonly ChangedFile[], grounds: Grounds): Ground {
  const spot = changedSpot(quote, changed, grounds);
  if (spot) return { type: 'changed', file: spot.file, line: spot.line };
  if (grounds.outputs.includes(quote)) return { type: 'output' };
  for (const texts of [grounds.files, grounds.diffs]) {
    for (const [path, text] of texts) if (text.includes(quote)) return { type: 'unchanged', file: path };
  }
  return { type: 'nowhere' };
}

/** A changed line that holds the quotation, or lies within a quotation that is found in its file as a whole. */
function changedSpot(quote: string, changed: readonly ChangedFile[], { diffs, files }: Grounds): Line | null {
  const holder = changed.find(({ text }) => text.includes(quote))?.lines.find(({ text }) => text.includes(quote));
  if (holder) return holder;
  for (const { path, lines } of changed) {
    if (!diffs.get(path)?.includes(quote) && !files.get(path)?.includes(quote)) continue;
    const within = lines.find(({ text }) => isQuote(text, shortestInProse) && quote.includes(text));
    if (within) return within;
  }
  return null;
}

/** Whether the proposed file's line is one that the change adds. */
export function isChangedLine(diff: readonly DiffFile[], file: string, line: number): boolean {
  const found = diff.find(({ path }) => path === file);
  return found?.lines.some(({ kind, newLine }) => kind === 'added' && newLine === line) ?? false;
}
