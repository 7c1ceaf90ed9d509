import { type DiffLine, readDiff } from '../domain/read-diff.ts';
import { type DiffStretch, diffLines } from '../patch/diff-lines.ts';

/** One hunk of a proposed change, without its context. Lines count from 0; `to` is the line after the last. */
export interface ProposedHunk {
  /** From 1 within its file, as `review --hunks` counts. */
  readonly number: number;
  readonly oldFrom: number;
  readonly oldTo: number;
  readonly newFrom: number;
  readonly newTo: number;
}

/** A hunk where it stands in a text that a person may have edited. */
export interface PlacedHunk extends ProposedHunk {
  readonly from: number;
  readonly to: number;
  readonly edited: boolean;
}

/** The texts of one file of a change. */
export interface FileTexts {
  /** Empty for a new file. */
  readonly base: string;
  /** Empty for a deleted file. */
  readonly proposed: string;
  readonly hunks: readonly ProposedHunk[];
}

/** The hunks of a canonical patch by path. A file that only got another name or mode is one hunk without lines. */
export function hunksOfPatch(patch: string): ReadonlyMap<string, readonly ProposedHunk[]> {
  return new Map(
    readDiff(patch).map(({ path, lines, breaks }) => {
      const hunks = breaks.map((from, index) => hunkOf(index + 1, lines.slice(from, breaks[index + 1])));
      return [path, hunks.length > 0 ? hunks : [{ number: 1, oldFrom: 0, oldTo: 0, newFrom: 0, newTo: 0 }]];
    }),
  );
}

function hunkOf(number: number, lines: readonly DiffLine[]): ProposedHunk {
  const first = lines.findIndex(({ kind }) => kind !== 'context');
  const last = lines.findLastIndex(({ kind }) => kind !== 'context');
  const side = (key: 'oldLine' | 'newLine') => {
    const numbers = lines.flatMap((line) => line[key] ?? []);
    const before = lines[first - 1]?.[key];
    const after = lines[last + 1]?.[key];
    const from = before ?? (numbers[0] ?? 1) - 1;
    return { from, to: after ? after - 1 : (numbers.at(-1) ?? from) };
  };
  const [old, now] = [side('oldLine'), side('newLine')];
  return { number, oldFrom: old.from, oldTo: old.to, newFrom: now.from, newTo: now.to };
}

const linesOf = (text: string) => (text === '' ? [] : text.split(/(?<=\n)/));

/** An editor shows every line with the same ending and no byte order mark: neither is an edit. */
const asShown = (line: string) => line.replace(/^\ufeff/, '').replace(/\r\n$/, '\n');

function editsOf(proposed: readonly string[], current: readonly string[]): readonly DiffStretch[] {
  return diffLines(proposed.map(asShown), current.map(asShown));
}

/** Where the hunks of a file stand in its text as it is now. */
export function placeHunks({ proposed, hunks }: FileTexts, current: string): readonly PlacedHunk[] {
  if (current === proposed)
    return hunks.map((hunk) => ({ ...hunk, from: hunk.newFrom, to: hunk.newTo, edited: false }));
  const edits = editsOf(linesOf(proposed), linesOf(current));
  return hunks.map((hunk) => placeHunk(hunk, edits));
}

function placeHunk(hunk: ProposedHunk, edits: readonly DiffStretch[]): PlacedHunk {
  const own = edits.filter((edit) => touches(edit, hunk));
  const shift = (stretches: readonly DiffStretch[]) =>
    stretches.reduce((sum, { oldLines, newLines }) => sum + newLines - oldLines, 0);
  const before = edits.filter((edit) => !own.includes(edit) && edit.oldAt + edit.oldLines <= hunk.newFrom);
  const from = Math.min(hunk.newFrom + shift(before), ...own.map(({ newAt }) => newAt));
  const to = Math.max(hunk.newTo + shift([...before, ...own]), ...own.map(({ newAt, newLines }) => newAt + newLines));
  return { ...hunk, from, to: Math.max(from, to), edited: own.length > 0 };
}

/** What is put in at the edge of a hunk belongs to it; a line replaced beside it does not. */
function touches({ oldAt, oldLines }: DiffStretch, { newFrom, newTo }: ProposedHunk): boolean {
  if (oldLines === 0) return oldAt >= newFrom && oldAt <= newTo;
  return oldAt < newTo && oldAt + oldLines > newFrom;
}

/** Whether an editor's text says something else than what was proposed. */
export function isEdited(proposed: string, current: string): boolean {
  return current !== proposed && linesOf(current).map(asShown).join('') !== linesOf(proposed).map(asShown).join('');
}

/**
 * The text of a file as a person chose it: as it is in the editor, with the rejected hunks as they were before. Lines
 * that nobody edited keep their endings. Null leaves the file's change out: every hunk was rejected and nothing else
 * was edited.
 */
export function chosenText(texts: FileTexts, current: string, rejected: ReadonlySet<number>): string | null {
  const proposed = linesOf(texts.proposed);
  const lines = linesOf(current);
  const edits = editsOf(proposed, lines);
  const placed = texts.hunks.map((hunk) => placeHunk(hunk, edits));
  const free = edits.filter((edit) => !texts.hunks.some((hunk) => touches(edit, hunk)));
  if (free.length === 0 && texts.hunks.every(({ number }) => rejected.has(number))) return null;
  const kept = withEndings(proposed, lines, edits);
  const base = linesOf(texts.base);
  const chosen: string[] = [];
  let at = 0;
  for (const { number, from, to, oldFrom, oldTo } of placed) {
    if (!rejected.has(number)) continue;
    chosen.push(...kept.slice(at, Math.max(at, from)), ...base.slice(oldFrom, oldTo));
    at = Math.max(at, to);
  }
  return [...chosen, ...kept.slice(at)].join('');
}

/** The current lines, those that are unedited as they were proposed. */
function withEndings(
  proposed: readonly string[],
  current: readonly string[],
  edits: readonly DiffStretch[],
): readonly string[] {
  const kept: string[] = [];
  let at = 0;
  for (const { oldAt, oldLines, newAt, newLines } of edits) {
    kept.push(...proposed.slice(at, oldAt), ...current.slice(newAt, newAt + newLines));
    at = oldAt + oldLines;
  }
  kept.push(...proposed.slice(at));
  const marked = proposed[0]?.startsWith('\ufeff') && kept[0] !== undefined && !kept[0].startsWith('\ufeff');
  return marked ? [`\ufeff${kept[0]}`, ...kept.slice(1)] : kept;
}
