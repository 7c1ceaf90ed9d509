import type { HunkCounts } from './trajectory.ts';

/**
 * What became of the hunks of a proposed patch in the one that landed. A hunk is known again by its file and by the
 * lines that it adds and removes: where it stands may change when a branch moved. What is neither there as it was nor
 * in a file with a hunk that is new counts as rejected.
 *
 * @param proposed canonical git patch of the model's change
 * @param landed canonical git patch of what was signed
 */
export function hunkCounts(proposed: string, landed: string): HunkCounts {
  const before = hunksOf(proposed);
  const left = hunksOf(landed);
  const counts = { accepted: 0, edited: 0, rejected: 0 };
  const gone: Hunk[] = [];
  for (const hunk of before) {
    const at = left.findIndex((other) => other.file === hunk.file && other.lines === hunk.lines);
    if (at === -1) gone.push(hunk);
    else {
      left.splice(at, 1);
      counts.accepted += 1;
    }
  }
  for (const hunk of gone) {
    const at = left.findIndex(({ file }) => file === hunk.file);
    if (at === -1) counts.rejected += 1;
    else {
      left.splice(at, 1);
      counts.edited += 1;
    }
  }
  return counts;
}

interface Hunk {
  readonly file: string;
  readonly lines: string;
}

function hunksOf(patch: string): Hunk[] {
  return patch
    .split(/^(?=diff --git )/m)
    .filter((part) => part.startsWith('diff --git '))
    .flatMap((part) => {
      const [header = '', ...hunks] = part.split(/^(?=@@ )/m);
      const file = header.split('\n', 1)[0] as string;
      // A file that is only renamed, or gets another mode, is one thing to decide on too.
      if (hunks.length === 0) return [{ file, lines: header }];
      return hunks.map((hunk) => ({ file, lines: changedLines(hunk) }));
    });
}

function changedLines(hunk: string): string {
  return hunk
    .split('\n')
    .slice(1)
    .filter((line) => /^[+-]/.test(line))
    .join('\n');
}
