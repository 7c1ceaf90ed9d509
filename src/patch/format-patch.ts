import type { FileChange, FileMode } from '../domain/patch.ts';
import { type DiffStretch, diffLines } from './diff-lines.ts';
import { quotePath } from './quote-path.ts';

/** A change with the mode the file had, where that differs from the one it gets. */
export type FormattedChange = FileChange & { readonly modeBefore?: FileMode };

const contextLines = 3;

/**
 * The canonical git patch of some changes: what plain `git apply` takes as it is. Lines end in LF; those of files
 * with CR LF keep their CR. Empty for no change.
 */
export function formatPatch(changes: readonly FormattedChange[]): string {
  return changes.map(formatChange).join('');
}

function formatChange(change: FormattedChange): string {
  const from = change.renamedFrom ?? change.path;
  const header = [`diff --git ${quotePath(`a/${from}`)} ${quotePath(`b/${change.path}`)}\n`];
  const modeBefore = change.modeBefore ?? change.mode;
  if (change.before === null) header.push(`new file mode ${change.mode}\n`);
  else if (change.after === null) header.push(`deleted file mode ${modeBefore}\n`);
  else if (modeBefore !== change.mode) header.push(`old mode ${modeBefore}\n`, `new mode ${change.mode}\n`);
  if (change.renamedFrom !== null && change.before !== null && change.after !== null) {
    header.push(`rename from ${quotePath(from)}\n`, `rename to ${quotePath(change.path)}\n`);
  }
  const hunks = formatHunks(change.before ?? '', change.after ?? '');
  if (hunks === '') {
    const silent = change.before === change.after && modeBefore === change.mode && change.renamedFrom === null;
    return silent ? '' : header.join('');
  }
  header.push(`--- ${change.before === null ? '/dev/null' : nameLine(`a/${from}`)}\n`);
  header.push(`+++ ${change.after === null ? '/dev/null' : nameLine(`b/${change.path}`)}\n`);
  return header.join('') + hunks;
}

/** Git ends a name with blanks in it by a tab, so that what follows is not taken for a part of it. */
function nameLine(path: string): string {
  const quoted = quotePath(path);
  return quoted.includes(' ') && !quoted.startsWith('"') ? `${quoted}\t` : quoted;
}

/** Lines with their ends cut at LF only: a CR stays part of its line, as it does for git. */
function gitLines(text: string): string[] {
  if (text === '') return [];
  const lines = text.split('\n');
  if (lines.at(-1) === '') {
    lines.pop();
    return lines.map((line) => `${line}\n`);
  }
  return lines.map((line, at) => (at === lines.length - 1 ? line : `${line}\n`));
}

function formatHunks(before: string, after: string): string {
  if (before === after) return '';
  const old = gitLines(before);
  const now = gitLines(after);
  return groupStretches(diffLines(old, now))
    .map((group) => formatHunk(group, old, now))
    .join('');
}

/** Stretches near enough to share their context go into one hunk. */
function groupStretches(stretches: readonly DiffStretch[]): DiffStretch[][] {
  const groups: DiffStretch[][] = [];
  for (const stretch of stretches) {
    const group = groups.at(-1);
    const last = group?.at(-1);
    if (group && last && stretch.oldAt - (last.oldAt + last.oldLines) <= 2 * contextLines) group.push(stretch);
    else groups.push([stretch]);
  }
  return groups;
}

function formatHunk(group: readonly DiffStretch[], old: readonly string[], now: readonly string[]): string {
  const first = group[0]!;
  const last = group.at(-1)!;
  const lead = Math.min(contextLines, first.oldAt);
  const oldEnd = Math.min(old.length, last.oldAt + last.oldLines + contextLines);
  const oldFrom = first.oldAt - lead;
  const newFrom = first.newAt - lead;
  const newEnd = last.newAt + last.newLines + (oldEnd - last.oldAt - last.oldLines);
  const body: string[] = [];
  let at = oldFrom;
  for (const stretch of group) {
    for (; at < stretch.oldAt; at += 1) body.push(bodyLine(' ', old[at]!));
    at = stretch.oldAt + stretch.oldLines;
    for (const line of old.slice(stretch.oldAt, at)) body.push(bodyLine('-', line));
    for (const line of now.slice(stretch.newAt, stretch.newAt + stretch.newLines)) body.push(bodyLine('+', line));
  }
  for (; at < oldEnd; at += 1) body.push(bodyLine(' ', old[at]!));
  return `@@ -${range(oldFrom, oldEnd - oldFrom)} +${range(newFrom, newEnd - newFrom)} @@\n${body.join('')}`;
}

function range(from: number, count: number): string {
  const start = count === 0 ? from : from + 1;
  return count === 1 ? String(start) : `${start},${count}`;
}

function bodyLine(sign: string, line: string): string {
  return line.endsWith('\n') ? sign + line : `${sign}${line}\n\\ No newline at end of file\n`;
}

/** The 0-based lines of `after` that `before` does not have, by the same diff the patch shows. */
export function addedLines(before: string, after: string): { readonly line: number; readonly text: string }[] {
  const now = gitLines(after);
  return diffLines(gitLines(before), now).flatMap((stretch) =>
    now.slice(stretch.newAt, stretch.newAt + stretch.newLines).map((text, offset) => ({
      line: stretch.newAt + offset,
      text: text.replace(/\r?\n$/, ''),
    })),
  );
}
