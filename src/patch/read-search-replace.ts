import { lineAt } from './cursor.ts';
import { diffLines } from './diff-lines.ts';
import { searchBegin, searchEnd, searchMiddle } from './landmarks.ts';
import type { Hunk, HunkLine } from './patch-set.ts';
import { emptySection, type Reading, truncated, unreadable } from './reading.ts';

/** Reads one SEARCH/REPLACE block; the cursor stands on its first line. */
export function readSearchReplace(reading: Reading): void {
  const { cursor } = reading;
  const named = searchBegin.exec(lineAt(cursor, cursor.at))?.[1]?.trim();
  cursor.at += 1;
  const start = /^:start_line:\s*(\d+)\s*$/.exec(lineAt(cursor, cursor.at));
  while (/^:(?:start|end)_line:\s*\d+\s*$/.test(lineAt(cursor, cursor.at))) cursor.at += 1;
  if (/^-{7,}\s*$/.test(lineAt(cursor, cursor.at))) cursor.at += 1;
  const search = readSide(reading, searchMiddle, '=======');
  const replace = readSide(reading, searchEnd, '>>>>>>> REPLACE');
  const path = named || reading.label;
  if (!path) throw unreadable('A SEARCH/REPLACE block stands under no file name.');
  reading.hunkCount += 1;
  const base = { ...emptySection('search-replace'), oldPath: path, newPath: path };
  if (search.every((line) => line.text === '')) {
    const lines = replace.map((line): HunkLine => ({ ...line, sign: '+' }));
    reading.sections.push({ ...base, oldPath: null, created: true, hunks: [hunkOf(lines, 0)] });
    return;
  }
  const hunk = hunkOf(joinSides(search, replace), start ? Number(start[1]) : null);
  const last = reading.sections.at(-1);
  if (last?.envelope === 'search-replace' && last.newPath === path && !last.created) {
    reading.sections[reading.sections.length - 1] = { ...last, hunks: [...last.hunks, hunk] };
  } else reading.sections.push({ ...base, hunks: [hunk] });
}

function readSide(reading: Reading, end: RegExp, called: string): HunkLine[] {
  const { cursor } = reading;
  const lines: HunkLine[] = [];
  for (; cursor.at < cursor.lines.length; cursor.at += 1) {
    const text = lineAt(cursor, cursor.at);
    if (end.test(text)) {
      cursor.at += 1;
      return lines;
    }
    if (searchBegin.test(text) && text.includes('SEARCH')) break;
    lines.push({ sign: ' ', text, returned: cursor.returned[cursor.at] ?? false, noNewline: false });
  }
  throw truncated(`A SEARCH/REPLACE block lacks its line \`${called}\`.`);
}

function hunkOf(lines: readonly HunkLine[], oldStart: number | null): Hunk {
  return {
    oldStart,
    oldCount: null,
    newStart: null,
    newCount: null,
    section: '',
    lines,
    ends: [lines.length],
    atEnd: false,
    returned: true,
  };
}

/** The two sides as one hunk: what stands on both is context, so that it can come from the file. */
function joinSides(search: readonly HunkLine[], replace: readonly HunkLine[]): HunkLine[] {
  const lines: HunkLine[] = [];
  let oldAt = 0;
  const stretches = diffLines(
    search.map((line) => line.text),
    replace.map((line) => line.text),
  );
  for (const stretch of stretches) {
    lines.push(...search.slice(oldAt, stretch.oldAt));
    oldAt = stretch.oldAt + stretch.oldLines;
    for (const line of search.slice(stretch.oldAt, oldAt)) lines.push({ ...line, sign: '-' });
    for (const line of replace.slice(stretch.newAt, stretch.newAt + stretch.newLines)) {
      lines.push({ ...line, sign: '+' });
    }
  }
  lines.push(...search.slice(oldAt));
  return lines;
}
