import type { FileIndex } from './file-index.ts';
import { indentOf, isBlank } from './lines.ts';
import type { Hunk, HunkLine } from './patch-set.ts';

/**
 * Whether the context of a patch lost its sign, so that the blank at its beginning is the file's own. `unclear` where
 * the whole patch may as well stand one blank too far to the left: the added lines would be indented differently.
 */
export type Signs = 'kept' | 'lost' | 'unclear';

export function signsOf(hunks: readonly Hunk[], file: FileIndex): Signs {
  const lines = hunks.flatMap((hunk) => hunk.lines).filter((line) => !isBlank(line.text));
  const onlyUnsigned = (line: HunkLine): boolean => !file.exact.has(line.text) && file.exact.has(` ${line.text}`);
  const context = lines.filter((line) => line.sign === ' ' && onlyUnsigned(line));
  if (context.length === 0) return 'kept';
  const removed = lines.filter((line) => line.sign === '-');
  if (removed.some(onlyUnsigned)) return 'kept';
  if (removed.some((line) => file.exact.has(line.text))) return 'lost';
  if (lines.some((line) => line.sign === '?' && file.exact.has(line.text))) return 'lost';
  return byAddedIndents(lines, context);
}

/** Added lines stand as deep as lines around them: either those as written, or those with their blank. */
function byAddedIndents(lines: readonly HunkLine[], context: readonly HunkLine[]): Signs {
  const written = new Set(context.map((line) => indentOf(line.text)));
  const unsigned = new Set(context.map((line) => ` ${indentOf(line.text)}`));
  let asWritten = 0;
  let asUnsigned = 0;
  for (const line of lines) {
    if (line.sign !== '+') continue;
    const indent = indentOf(line.text);
    if (written.has(indent) && !unsigned.has(indent)) asWritten += 1;
    if (unsigned.has(indent) && !written.has(indent)) asUnsigned += 1;
  }
  if (asWritten > 0 && asUnsigned === 0) return 'kept';
  return asUnsigned > 0 && asWritten === 0 ? 'lost' : 'unclear';
}
