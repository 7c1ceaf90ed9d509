import { type Cursor, lineAt } from './cursor.ts';
import {
  beginsFile,
  beginsSearch,
  closesFence,
  isCodexLandmark,
  isHunkHeader,
  isOldName,
  readFence,
} from './landmarks.ts';
import { type Hunk, type HunkLine, type LineSign, limits } from './patch-set.ts';

interface HunkHeader {
  readonly oldStart: number | null;
  readonly oldCount: number | null;
  readonly newStart: number | null;
  readonly newCount: number | null;
  readonly section: string;
}

const numbers = /^@@+\s*-\s*(\d+)(?:\s*,\s*(\d+))?\s*,?\s*\+\s*(\d+)(?:\s*,\s*(\d+))?(?:\s*@@+)?(.*)$/;
const noHeader: HunkHeader = { oldStart: null, oldCount: null, newStart: null, newCount: null, section: '' };

/** Reads `@@ -1,2 +3,4 @@ section` and its damaged forms. A number that is no safe integer counts as absent. */
export function readHunkHeader(line: string): HunkHeader {
  const match = numbers.exec(line.slice(0, limits.headerCharacters));
  if (!match)
    return {
      ...noHeader,
      section: sectionOf(line.slice(0, limits.headerCharacters).replace(/^@@+/, '').replace(/@@+/, ' ')),
    };
  const number = (group: number): number | null => {
    const written = match[group];
    if (written === undefined) return null;
    const value = Number(written);
    return Number.isSafeInteger(value) ? value : null;
  };
  const counted = match[2] !== undefined || match[4] !== undefined;
  return {
    oldStart: number(1),
    oldCount: counted ? (match[2] === undefined ? 1 : number(2)) : null,
    newStart: number(3),
    newCount: counted ? (match[4] === undefined ? 1 : number(4)) : null,
    section: sectionOf(match[5] ?? ''),
  };
}

/** What is left of a header when numbers and their placeholders are gone. */
function sectionOf(text: string): string {
  const rest = text.trim();
  return /^[-+\d,.?…\s]*$/.test(rest) ? '' : rest;
}

export function readLine(cursor: Cursor, at: number): HunkLine {
  const text = lineAt(cursor, at);
  const returned = cursor.returned[at] ?? false;
  const first = text[0];
  if (first === undefined) return { sign: ' ', text: '', returned, noNewline: false };
  const sign: LineSign = first === ' ' || first === '-' || first === '+' ? first : '?';
  return { sign, text: sign === '?' ? text : text.slice(1), returned, noNewline: false };
}

const noNewlineMark = /^\\ ?No newline at end of file\s*$/i;

/** Whether `at` begins something other than this hunk. */
function leavesHunk(cursor: Cursor, at: number): boolean {
  const line = lineAt(cursor, at);
  if (isHunkHeader(line) || beginsFile(cursor.lines, at)) return true;
  return isCodexLandmark(line) || beginsSearch(line);
}

/**
 * Reads the body at the cursor as the header's counts say. null where they do not land on an end: the text's, a
 * fence's, or something that begins anew. Only such a body may hold lines that look like headers.
 */
function readCounted(cursor: Cursor, header: HunkHeader): { lines: HunkLine[]; at: number } | null {
  if (header.oldCount === null || header.newCount === null) return null;
  let oldLeft = header.oldCount;
  let newLeft = header.newCount;
  if (oldLeft + newLeft === 0) return null;
  const lines: HunkLine[] = [];
  let at = cursor.at;
  for (; at < cursor.lines.length && (oldLeft > 0 || newLeft > 0); at += 1) {
    const text = lineAt(cursor, at);
    if (markNoNewline(lines, text)) continue;
    const line = readLine(cursor, at);
    if (line.sign === '?') return null;
    if (line.sign !== '+') oldLeft -= 1;
    if (line.sign !== '-') newLeft -= 1;
    if (oldLeft < 0 || newLeft < 0) return null;
    lines.push(line);
  }
  if (oldLeft > 0 || newLeft > 0) return null;
  if (at < cursor.lines.length && markNoNewline(lines, lineAt(cursor, at))) at += 1;
  return landsAt(cursor, at) ? { lines, at } : null;
}

function landsAt(cursor: Cursor, at: number): boolean {
  if (at >= cursor.lines.length) return true;
  if (leavesHunk(cursor, at)) return true;
  const line = lineAt(cursor, at);
  if (at === cursor.lines.length - 1 && isOldName(line)) return true;
  if (cursor.fence) return closesFence(line, cursor.fence);
  if (readFence(line)) return true;
  return line.trim() === '' && restIsProse(cursor, at);
}

/** Whether from `at` on, up to the next landmark, no line bears a sign: then nothing of the hunk is among them. */
function restIsProse(cursor: Cursor, at: number): boolean {
  for (let next = at; next < cursor.lines.length && next < at + 200; next += 1) {
    if (next > at && (leavesHunk(cursor, next) || readFence(lineAt(cursor, next)))) return true;
    if (/^[-+ ]/.test(lineAt(cursor, next)) && lineAt(cursor, next).trim() !== '') return false;
  }
  return true;
}

function markNoNewline(lines: HunkLine[], text: string): boolean {
  if (!text.startsWith('\\') || !noNewlineMark.test(text)) return false;
  const last = lines.at(-1);
  if (last) lines[lines.length - 1] = { ...last, noNewline: true };
  return true;
}

/** Whether a bare fence line inside a fenced hunk is the file's own: the hunk goes on and the fence closes later. */
function fenceGoesOn(cursor: Cursor, at: number, lacks: boolean): boolean {
  const fence = cursor.fence;
  const next = cursor.lines[at + 1];
  if (!fence || next === undefined || !(lacks || /^[-+ @]/.test(next))) return false;
  for (let later = at + 1; later < cursor.lines.length; later += 1) {
    const line = lineAt(cursor, later);
    if (closesFence(line, fence)) return true;
    const other = readFence(line);
    if (other && other.info !== '') return false;
  }
  return false;
}

/** Whether a fence line in a patch that stands in no fence is the file's own: signed lines follow it. */
function bareHunkGoesOn(cursor: Cursor): boolean {
  for (let at = cursor.at + 1; at < cursor.lines.length; at += 1) {
    const line = lineAt(cursor, at);
    if (leavesHunk(cursor, at)) return false;
    if (/^(?:\+|-(?![ -]|$))/.test(line)) return true;
  }
  return false;
}

function readTolerant(cursor: Cursor, header: HunkHeader): HunkLine[] {
  const lines: HunkLine[] = [];
  let oldLeft = header.oldCount ?? 0;
  let newLeft = header.newCount ?? 0;
  for (; cursor.at < cursor.lines.length; cursor.at += 1) {
    const text = lineAt(cursor, cursor.at);
    if (leavesHunk(cursor, cursor.at)) break;
    const lacks = oldLeft > 0 && newLeft > 0;
    if (cursor.fence) {
      if (closesFence(text, cursor.fence) && !fenceGoesOn(cursor, cursor.at, lacks)) break;
    } else if (readFence(text) && !/^[-+ ]/.test(text) && !bareHunkGoesOn(cursor)) break;
    if (markNoNewline(lines, text)) continue;
    const line = readLine(cursor, cursor.at);
    if (line.sign !== '+') oldLeft -= 1;
    if (line.sign !== '-') newLeft -= 1;
    lines.push(line);
  }
  return lines;
}

/** The lengths a tolerantly read body may have: whole, or without the prose that follows outside a fence. */
function possibleEnds(lines: readonly HunkLine[], fenced: boolean, header: HunkHeader): number[] {
  let last = lines.length;
  while (last > 0 && isEmpty(lines[last - 1])) last -= 1;
  if (fenced) return [lines.length];
  const ends = [lines.length];
  const add = (end: number): void => {
    if (end > 0 && !ends.includes(end)) ends.push(end);
  };
  add(last);
  for (let at = 0; at < lines.length && ends.length < 6; at += 1) {
    if (lines[at]?.sign === '?' && (at === 0 || isEmpty(lines[at - 1]))) {
      add(at);
      add(trimBlank(lines, at));
    }
  }
  const counted = countedEnd(lines, header);
  return counted === null ? ends : [...new Set([...ends, counted])];
}

function trimBlank(lines: readonly HunkLine[], end: number): number {
  let last = end;
  while (last > 0 && isEmpty(lines[last - 1])) last -= 1;
  return last;
}

function isEmpty(line: HunkLine | undefined): boolean {
  return line !== undefined && line.sign === ' ' && line.text === '';
}

/** Where the header's counts end, when prose follows there. */
function countedEnd(lines: readonly HunkLine[], header: HunkHeader): number | null {
  let oldLeft = header.oldCount ?? 0;
  let newLeft = header.newCount ?? 0;
  for (let at = 0; at < lines.length; at += 1) {
    if (oldLeft === 0 && newLeft === 0) return at > 0 && isEmpty(lines[at]) ? at : null;
    const sign = lines[at]?.sign;
    if (sign !== '+') oldLeft -= 1;
    if (sign !== '-') newLeft -= 1;
    if (oldLeft < 0 || newLeft < 0) return null;
  }
  return null;
}

/** Reads one hunk's body; the cursor stands behind its header and is left on the line that ends it. */
export function readHunkBody(cursor: Cursor, header: HunkHeader): Hunk {
  const returned = cursor.returned[cursor.at - 1] ?? false;
  const counted = readCounted(cursor, header);
  if (counted) {
    cursor.at = counted.at;
    return { ...header, lines: counted.lines, ends: [counted.lines.length], atEnd: false, returned };
  }
  const lines = readTolerant(cursor, header);
  return { ...header, lines, ends: possibleEnds(lines, cursor.fence !== null, header), atEnd: false, returned };
}

export function headerless(): HunkHeader {
  return noHeader;
}
