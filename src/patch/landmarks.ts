/** The lines by which a patch is recognised, wherever it stands in a reply. */

export interface Fence {
  readonly indent: number;
  readonly mark: '`' | '~';
  readonly length: number;
  /** What stands behind the opening marks. */
  readonly info: string;
}

const fencePattern = /^([ \t]*)(`{3,}|~{3,})[ \t]*([^`]*)$/;

export function readFence(line: string): Fence | null {
  const first = line.trimStart();
  if (!first.startsWith('```') && !first.startsWith('~~~')) return null;
  const match = fencePattern.exec(line);
  if (!match) return null;
  const marks = match[2] ?? '';
  return {
    indent: (match[1] ?? '').length,
    mark: marks.startsWith('`') ? '`' : '~',
    length: marks.length,
    info: (match[3] ?? '').trim(),
  };
}

/** Whether `line` closes `fence`: the same marks, at least as many, and nothing behind them. */
export function closesFence(line: string, fence: Fence): boolean {
  const other = readFence(line);
  return (
    other !== null &&
    other.info === '' &&
    other.mark === fence.mark &&
    other.length >= fence.length &&
    other.indent <= fence.indent
  );
}

export function isHunkHeader(line: string): boolean {
  return line.startsWith('@@');
}

export function isGitHeader(line: string): boolean {
  return line.startsWith('diff --git ') || line.startsWith('diff --cc ') || line.startsWith('diff --combined ');
}

const nameLine = /^(?:---|\+\+\+)(?:[ \t]+(?=\S)|(?=[ab]\/))/;

export function isOldName(line: string | undefined): boolean {
  return line?.startsWith('---') === true && nameLine.test(line) && !/^--- *-+ *$/.test(line);
}

export function isNewName(line: string | undefined): boolean {
  return line?.startsWith('+++') === true && nameLine.test(line);
}

/** Whether a section about a file begins at `at`: both names, one name before a hunk, or git's own line. */
export function beginsFile(lines: readonly string[], at: number): boolean {
  const line = lines[at] ?? '';
  if (isGitHeader(line)) return true;
  const next = lines[at + 1];
  if (isOldName(line)) return isNewName(next) || (next !== undefined && isHunkHeader(next));
  if (isNewName(line)) return next !== undefined && isHunkHeader(next);
  return line.startsWith('Index: ') && /^=+$/.test(next ?? '');
}

export const codexBegin = /^\*\*\* Begin Patch\s*$/;
export const codexEnd = /^\*\*\* End Patch\s*$/;
export const codexFile = /^\*\*\* (Update|Add|Delete) File: ?(.*)$/;
export const codexMove = /^\*\*\* Move to: ?(.*)$/;
export const codexEndOfFile = /^\*\*\* End of File\s*$/;

export function isCodexLandmark(line: string): boolean {
  return line.startsWith('*** ') && (codexBegin.test(line) || codexEnd.test(line) || codexFile.test(line));
}

export const searchBegin = /^(?:<{5,9} ?(?:SEARCH|ORIGINAL|HEAD)?|-{5,9} SEARCH)(?:>| (\S.*))?\s*$/;
export const searchMiddle = /^={5,9}\s*$/;
export const searchEnd = /^(?:>{5,9} ?(?:REPLACE|UPDATED|MODIFIED)?|\+{5,9} REPLACE)\b.*$/;

export function beginsSearch(line: string): boolean {
  return (line.startsWith('<<<<<') && /^<{5,9} ?(?:SEARCH|ORIGINAL)\b/.test(line)) || /^-{5,9} SEARCH>?\s*$/.test(line);
}
