import { type Cursor, lineAt } from './cursor.ts';
import { readGitPaths, readHeaderPath } from './header-path.ts';
import { beginsFile, closesFence, isGitHeader, isHunkHeader, isNewName, isOldName, readFence } from './landmarks.ts';
import { type FileSection, type Hunk, limits } from './patch-set.ts';
import { headerless, readHunkBody, readHunkHeader } from './read-hunks.ts';
import { emptySection, type Reading, truncated, UnreadableError, unreadable } from './reading.ts';

type Draft = { -readonly [Key in keyof FileSection]: FileSection[Key] };

/** Reads one file's section of a git or plain unified diff; the cursor stands on its first header line. */
export function readUnifiedSection(reading: Reading): void {
  const { cursor } = reading;
  const section: Draft = emptySection('unified');
  const first = cursor.at;
  readFileHeader(cursor, section);
  if (section.binary) skipBinary(cursor);
  const hunks = section.binary ? [] : readHunks(reading, canLackHeader(section));
  if (hunks.length === 0 && !standsWithoutHunks(section)) {
    throw truncated(`The header ${JSON.stringify(lineAt(cursor, first))} is followed by no hunk.`);
  }
  reading.sections.push({ ...section, hunks });
}

/** A rename, a deletion or a change of mode needs no hunk, and neither does an empty new file. */
function standsWithoutHunks(section: FileSection): boolean {
  if (section.binary || section.renameTo !== null || section.created || section.deleted) return true;
  return section.newMode !== null;
}

function canLackHeader(section: FileSection): boolean {
  return section.oldPath !== undefined || section.newPath !== undefined;
}

/** Reads all hunks at the cursor, `@@` or none. A header with nothing behind it means that the text was cut. */
export function readHunks(reading: Reading, headerMayLack: boolean): Hunk[] {
  const { cursor } = reading;
  const hunks: Hunk[] = [];
  const push = (hunk: Hunk): void => {
    reading.hunkCount += 1;
    if (reading.hunkCount > limits.hunks) {
      throw new UnreadableError({ code: 'patch/too-large', detail: `It has more than ${limits.hunks} hunks.` });
    }
    hunks.push(hunk);
  };
  if (headerMayLack && !isHunkHeader(lineAt(cursor, cursor.at)) && /^[-+ ]/.test(lineAt(cursor, cursor.at))) {
    push(readHunkBody(cursor, headerless()));
  }
  while (cursor.at < cursor.lines.length && isHunkHeader(lineAt(cursor, cursor.at))) {
    const line = lineAt(cursor, cursor.at);
    if (line.startsWith('@@@')) throw unreadable('A merge diff (`@@@`) has more than one old side.');
    const header = readHunkHeader(line);
    cursor.at += 1;
    const hunk = readHunkBody(cursor, header);
    if (!hunk.lines.some((each) => each.sign !== ' ' || each.text !== '')) {
      throw truncated(`The hunk header ${JSON.stringify(line)} is followed by no lines.`);
    }
    push(hunk);
  }
  return hunks;
}

function readFileHeader(cursor: Cursor, section: Draft): void {
  let sawGit = false;
  for (; cursor.at < cursor.lines.length; cursor.at += 1) {
    const line = lineAt(cursor, cursor.at);
    if (isGitHeader(line)) {
      if (sawGit || section.newPath !== undefined) return;
      if (!line.startsWith('diff --git ')) throw unreadable('A merge diff (`diff --cc`) has more than one old side.');
      sawGit = true;
      section.gitPaths = readGitPaths(line);
      continue;
    }
    if (isOldName(line) && section.oldPath === undefined && startsNames(cursor)) {
      section.oldPath = readHeaderPath(line.slice(3));
      continue;
    }
    if (isNewName(line) && section.newPath === undefined) {
      section.newPath = readHeaderPath(line.slice(3));
      if (section.newPath === null) section.deleted = true;
      if (section.oldPath === null) section.created = true;
      cursor.at += 1;
      return;
    }
    if (!readExtended(line, section)) return;
    if (section.binary) return;
  }
}

/** `---` is a name only where a `+++` or a hunk follows; else a line of the file may look like it. */
function startsNames(cursor: Cursor): boolean {
  const next = cursor.lines[cursor.at + 1];
  return next === undefined || isNewName(next) || isHunkHeader(next);
}

/** Git's extended header lines. false where `line` is none of them. */
function readExtended(line: string, section: Draft): boolean {
  const [, key = '', value = ''] =
    /^(old mode|new mode|new file mode|deleted file mode|copy from|copy to|rename from|rename to|rename old|rename new|similarity index|dissimilarity index|index|Index|={10,}|Binary files|GIT binary patch)(?=[\s:]|$)(.*)$/.exec(
      line,
    ) ?? [];
  switch (key) {
    case '':
      return false;
    case 'old mode':
      section.oldMode = value.trim();
      return true;
    case 'new mode':
      section.newMode = value.trim();
      return true;
    case 'new file mode':
      section.newMode = value.trim();
      section.created = true;
      return true;
    case 'deleted file mode':
      section.oldMode = value.trim();
      section.deleted = true;
      return true;
    case 'copy from':
    case 'copy to':
      section.copied = true;
      if (key === 'copy to') section.renameTo = readHeaderPath(value);
      else section.renameFrom = readHeaderPath(value);
      return true;
    case 'rename from':
    case 'rename old':
      section.renameFrom = readHeaderPath(value);
      return true;
    case 'rename to':
    case 'rename new':
      section.renameTo = readHeaderPath(value);
      return true;
    case 'index':
      section.oldMode ??= / (\d{6})$/.exec(value.trim())?.[1] ?? null;
      return true;
    case 'Binary files':
    case 'GIT binary patch':
      section.binary = true;
      return true;
    default:
      return true;
  }
}

function skipBinary(cursor: Cursor): void {
  for (; cursor.at < cursor.lines.length; cursor.at += 1) {
    const line = lineAt(cursor, cursor.at);
    if (beginsFile(cursor.lines, cursor.at)) return;
    if (cursor.fence ? closesFence(line, cursor.fence) : readFence(line)) return;
  }
}
