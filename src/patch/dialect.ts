import type { FileIndex } from './file-index.ts';
import { unescapeHtml } from './html-entities.ts';
import { normalKey } from './normal-key.ts';
import type { Hunk, HunkLine } from './patch-set.ts';

/** A systematic damage of every line of a patch, and how it is undone. */
interface Dialect {
  readonly detail: string;
  readonly decode: (line: HunkLine) => string;
}

const numbered = /^\s*L?\d{1,7}(?:\s*[|│→]|\t|:) ?/;

const dialects: readonly Dialect[] = [
  { detail: 'The patch stood with HTML entities.', decode: (line) => unescapeHtml(line.text) },
  { detail: 'Every line stood behind its number.', decode: (line) => line.text.replace(numbered, '') },
  {
    detail: 'Quotes and backslashes were escaped.',
    decode: (line) => line.text.replace(/\\(["\\/'])/g, '$1').replace(/\\t/g, '\t'),
  },
  { detail: 'Markdown characters were escaped.', decode: (line) => line.text.replace(/\\([_*[\]()#`<>~|{}.!+-])/g, '$1') },
  {
    detail: 'Signs were doubled.',
    decode: (line) => (line.sign !== '?' && line.text.startsWith(line.sign) && line.sign !== ' ' ? line.text.slice(1) : line.text),
  },
];

export interface Decoded {
  readonly hunks: readonly Hunk[];
  readonly details: readonly string[];
}

/**
 * Undoes what was done to every line of a patch alike, where the file proves it: of the old lines that a dialect
 * would change none is in the file as written, and all but a few are as decoded.
 */
export function chooseDialect(hunks: readonly Hunk[], file: FileIndex): Decoded {
  let current = hunks;
  const details: string[] = [];
  for (const dialect of dialects) {
    if (!speaks(current, dialect, file)) continue;
    current = current.map((hunk) => ({
      ...hunk,
      lines: hunk.lines.map((line) => ({ ...line, text: dialect.decode(line) })),
    }));
    details.push(dialect.detail);
  }
  return { hunks: current, details };
}

function speaks(hunks: readonly Hunk[], dialect: Dialect, file: FileIndex): boolean {
  let changed = 0;
  let proven = 0;
  for (const hunk of hunks) {
    for (const line of hunk.lines) {
      if (line.sign === '+') continue;
      const decoded = dialect.decode(line);
      if (decoded === line.text) continue;
      changed += 1;
      if (file.normal.has(normalKey(line.text))) return false;
      if (file.normal.has(normalKey(decoded))) proven += 1;
    }
  }
  return changed > 0 && proven * 5 >= changed * 4;
}
