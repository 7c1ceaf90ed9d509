import { lineAt } from './cursor.ts';
import { readHeaderPath } from './header-path.ts';
import { closesFence, codexBegin, codexEnd, codexEndOfFile, codexFile, codexMove, isHunkHeader } from './landmarks.ts';
import type { Hunk, HunkLine } from './patch-set.ts';
import { readHunkHeader, readLine } from './read-hunks.ts';
import { emptySection, type Reading, truncated, unreadable } from './reading.ts';

/** Reads a Codex patch from `*** Begin Patch`, or from its first file where that line is missing. */
export function readCodexPatch(reading: Reading): void {
  const { cursor } = reading;
  if (codexBegin.test(lineAt(cursor, cursor.at))) cursor.at += 1;
  const before = reading.sections.length;
  while (cursor.at < cursor.lines.length) {
    const line = lineAt(cursor, cursor.at);
    if (codexEnd.test(line)) {
      cursor.at += 1;
      if (reading.sections.length === before) throw unreadable('The patch names no file.');
      return;
    }
    const file = codexFile.exec(line);
    if (file) {
      cursor.at += 1;
      readFile(reading, file[1] ?? '', readHeaderPath(file[2] ?? '') ?? '');
    } else if (line.trim() === '' || codexBegin.test(line)) cursor.at += 1;
    else if (cursor.fence && closesFence(line, cursor.fence)) return;
    else throw unreadable(`${JSON.stringify(line.slice(0, 80))} is no line of a patch of this format.`);
  }
  throw truncated('The line `*** End Patch` is missing.');
}

function readFile(reading: Reading, verb: string, path: string): void {
  const base = emptySection('codex');
  const { cursor } = reading;
  if (verb === 'Delete') {
    reading.sections.push({ ...base, oldPath: path, newPath: null, deleted: true });
    return;
  }
  if (verb === 'Add') {
    const lines = readUntilLandmark(reading);
    const hunk = { ...hunkOf('', lines, false), oldStart: 0, oldCount: 0 };
    reading.sections.push({ ...base, oldPath: null, newPath: path, created: true, hunks: [hunk] });
    return;
  }
  const move = codexMove.exec(lineAt(cursor, cursor.at));
  if (move) cursor.at += 1;
  const target = move ? (readHeaderPath(move[1] ?? '') ?? '') : null;
  const hunks = readChunks(reading);
  if (hunks.length === 0 && target === null) throw truncated(`Nothing follows \`*** Update File: ${path}\`.`);
  reading.sections.push({
    ...base,
    oldPath: path,
    newPath: target ?? path,
    renameFrom: target === null ? null : path,
    renameTo: target,
    hunks,
  });
}

function hunkOf(section: string, lines: readonly HunkLine[], atEnd: boolean): Hunk {
  return {
    oldStart: null,
    oldCount: null,
    newStart: null,
    newCount: null,
    section,
    lines,
    ends: [lines.length],
    atEnd,
    returned: true,
  };
}

/** The chunks of one updated file. Several `@@` lines in a row name nested places; the last is the nearest. */
function readChunks(reading: Reading): Hunk[] {
  const { cursor } = reading;
  const hunks: Hunk[] = [];
  let header = readHunkHeader('@@');
  for (;;) {
    while (isHunkHeader(lineAt(cursor, cursor.at))) {
      header = readHunkHeader(lineAt(cursor, cursor.at));
      cursor.at += 1;
    }
    const lines = readUntilLandmark(reading);
    const atEnd = codexEndOfFile.test(lineAt(cursor, cursor.at));
    if (atEnd) cursor.at += 1;
    if (lines.length > 0) {
      reading.hunkCount += 1;
      hunks.push({ ...hunkOf(header.section, lines, atEnd), oldStart: header.oldStart, oldCount: header.oldCount });
    }
    if (!isHunkHeader(lineAt(cursor, cursor.at))) return hunks;
  }
}

/** Lines up to the next landmark. A bare fence line is the file's own while `*** End Patch` is still to come. */
function readUntilLandmark(reading: Reading): HunkLine[] {
  const { cursor } = reading;
  const lines: HunkLine[] = [];
  for (; cursor.at < cursor.lines.length; cursor.at += 1) {
    const text = lineAt(cursor, cursor.at);
    if (isHunkHeader(text) || codexEnd.test(text) || codexFile.test(text) || codexEndOfFile.test(text)) break;
    if (cursor.fence && closesFence(text, cursor.fence) && cursor.at > reading.lastCodexEnd) break;
    lines.push(readLine(cursor, cursor.at));
  }
  while (lines.length > 0 && lines.at(-1)?.text === '' && lines.at(-1)?.sign === ' ') lines.pop();
  return lines;
}
