import { diffLines } from './diff-lines.ts';
import { isLazy } from './elision.ts';
import { isBlank, splitText } from './lines.ts';
import type { Hunk } from './patch-set.ts';

type Content =
  | { readonly content: string; readonly problem: null }
  | { readonly content: null; readonly problem: string };

function refused(problem: string): Content {
  return { content: null, problem };
}

/** The content of a new file from its hunks, which may hold added lines only. Blank lines may have lost their sign. */
export function createContent(hunks: readonly Hunk[]): Content {
  const lines: string[] = [];
  let endsOpen = false;
  for (const hunk of hunks) {
    const end = creationEnd(hunk);
    for (const line of hunk.lines.slice(0, end)) {
      if (line.sign !== '+' && !isBlank(line.text)) {
        return refused(`The line ${JSON.stringify(line.text.slice(0, 80))} of the new file bears no \`+\`.`);
      }
      if (line.sign === '-') return refused('It removes lines from a file that is new.');
      if (line.sign === '+' && isLazy(line.text)) {
        return refused(`It adds ${JSON.stringify(line.text.trim())} where the code itself is needed.`);
      }
      lines.push(line.sign === '+' ? line.text : '');
      endsOpen = line.noNewline;
    }
  }
  if (hunks.length > 1) return refused('A new file is written in one hunk.');
  if (lines.length === 0) return { content: '', problem: null };
  const returned = hunks.every((hunk) => !hunk.returned && hunk.lines.every((line) => line.returned || line.noNewline));
  const end = returned ? '\r\n' : '\n';
  return { content: lines.join(end) + (endsOpen ? '' : end), problem: null };
}

/** Blank lines after the last added one are no part of the file, nor is the prose behind them. */
function creationEnd(hunk: Hunk): number {
  let last = hunk.lines.length;
  while (last > 0 && hunk.lines[last - 1]?.sign !== '+') last -= 1;
  const rest = hunk.lines.slice(last);
  const first = rest.find((line) => !isBlank(line.text));
  return first === undefined || (first.sign === '?' && hunk.ends.some((end) => end <= last + rest.indexOf(first)))
    ? last
    : hunk.lines.length;
}

/** The lines of a file as a reply gives it whole, in the file's own line ends. */
export function replaceWhole(before: string | null, content: string): Content {
  const now = splitText(content);
  const lazy = now.lines.find((line) => isLazy(line) && !(before ?? '').includes(line.trim()));
  if (lazy !== undefined) return refused(`It has ${JSON.stringify(lazy.trim())} where the code itself is needed.`);
  if (before === null || before === '') return { content, problem: null };
  const old = splitText(before);
  const stretches = diffLines(old.lines, now.lines);
  const removed = stretches.reduce((sum, stretch) => sum + stretch.oldLines, 0);
  if (removed * 2 > old.lines.length) {
    return refused(
      `It keeps ${old.lines.length - removed} of ${old.lines.length} lines: whether it is the whole file is not certain.`,
    );
  }
  const open = old.ends.at(-1) === '' && now.ends.at(-1) !== '';
  const last = now.lines.length - 1;
  const text = now.lines.map((line, at) => line + (at === last && open ? '' : old.usualEnd)).join('');
  return { content: (old.bom ? '\ufeff' : '') + text, problem: null };
}

/** Whether what a patch removes is the whole of a file, blanks at line ends aside. */
export function isWholeFile(before: string, hunks: readonly Hunk[]): boolean {
  const old = splitText(before).lines.map((line) => line.trimEnd());
  const removed: string[] = [];
  for (const hunk of hunks) {
    for (const line of hunk.lines) {
      if (line.sign === '-') removed.push(line.text.trimEnd());
      else if (line.text.trim() !== '' && line.sign !== '?') return false;
    }
  }
  return removed.length === old.length && removed.every((line, at) => line === old[at]);
}
