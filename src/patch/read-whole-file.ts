import { lineAt } from './cursor.ts';
import { closesFence, type Fence, readFence } from './landmarks.ts';
import { emptySection, type Reading, truncated, unreadable } from './reading.ts';

/** Reads a fence that is one file's whole new content; the cursor stands on the first line inside it. */
export function readWholeFile(reading: Reading, path: string, fence: Fence): void {
  const { cursor } = reading;
  const lines: string[] = [];
  let inner = 0;
  for (; cursor.at < cursor.lines.length; cursor.at += 1) {
    const line = lineAt(cursor, cursor.at);
    if (closesFence(line, fence)) {
      if (inner > 0)
        throw unreadable(`The fence around \`${path}\` holds fences of the same length: its end is unclear.`);
      cursor.at += 1;
      cursor.fence = null;
      reading.sections.push({ ...emptySection('whole-file'), newPath: path, content: contentOf(lines, fence.indent) });
      return;
    }
    if (readFence(line)?.length === fence.length) inner += 1;
    lines.push(line);
  }
  throw truncated(`The fence around \`${path}\` is never closed.`);
}

/** An indented fence indents its content too, where every line shows it. */
function contentOf(lines: readonly string[], indent: number): string {
  const indented = indent > 0 && lines.every((line) => line.trim() === '' || line.slice(0, indent).trim() === '');
  const cut = indented ? lines.map((line) => line.slice(indent)) : lines;
  return cut.length === 0 ? '' : `${cut.join('\n')}\n`;
}
