import type { FileIndex } from './file-index.ts';
import { unescapeHtml } from './html-entities.ts';
import { normalKey } from './normal-key.ts';
import type { Hunk, HunkLine } from './patch-set.ts';

/** The hunks about one file, with that file; null for a file that is new. */
export interface Spoken {
  readonly hunks: readonly Hunk[];
  readonly file: FileIndex | null;
}

/** A systematic damage of every line of a patch, and how it is undone. */
interface Dialect {
  readonly detail: string;
  readonly decode: (line: HunkLine) => string;
  /** Whether a line shows that the patch was not damaged so: it holds what would have been escaped. */
  readonly refutes?: (line: HunkLine) => boolean;
}

const numbered = /^\s*L?\d{1,7}(?:\s*[|│→]|\t|:) ?/;

/** A slash or quote stands with and without a backslash: whoever escapes a text escapes all of a kind, or none. */
function isEscapedHereAndThere(text: string): boolean {
  const units = new Set(text.match(/\\.|[/']/gs));
  return ['/', "'"].some((sign) => units.has(sign) && units.has(`\\${sign}`));
}

const dialects: readonly Dialect[] = [
  {
    detail: 'The patch stood with HTML entities.',
    decode: (line) => unescapeHtml(line.text),
    refutes: (line) => /[<>"']|&(?!#?\w+;)/.test(line.text),
  },
  { detail: 'Every line stood behind its number.', decode: (line) => line.text.replace(numbered, '') },
  {
    detail: 'Quotes and backslashes were escaped.',
    decode: (line) => line.text.replace(/\\(["\\/'])/g, '$1').replace(/\\t/g, '\t'),
    refutes: (line) => /(?:^|[^\\])"|(?:^|[^\\])\\(?!["\\/bfnrtu])/.test(line.text) || isEscapedHereAndThere(line.text),
  },
  {
    detail: 'Markdown characters were escaped.',
    decode: (line) => line.text.replace(/\\([_*[\]()#`<>~|{}.!+-])/g, '$1'),
  },
  {
    detail: 'Signs were doubled.',
    decode: (line) => (/[-+]/.test(line.sign) && line.text.startsWith(line.sign) ? line.text.slice(1) : line.text),
    refutes: (line) => /[-+]/.test(line.sign) && !line.text.startsWith(line.sign),
  },
];

interface Decoding {
  /** How each line is to be read. */
  readonly decode: ((line: HunkLine) => string) | null;
  readonly details: readonly string[];
  /** Added lines look damaged, and nothing in the files proves or refutes it. */
  readonly doubt: string | null;
}

/**
 * What was done to every line of a patch alike, where the files prove it: of the old lines that a dialect would
 * change none is in its file as written, and all but a few are as decoded. Where no old line tells, but every added
 * line looks damaged, the patch is in doubt.
 */
export function chooseDialects(spoken: readonly Spoken[]): Decoding {
  const chosen: Dialect[] = [];
  let current = spoken;
  for (const dialect of dialects) {
    const verdict = judge(current, dialect);
    if (verdict === 'doubtful') {
      return {
        decode: null,
        details: [],
        doubt: `${dialect.detail.replace('.', '')}, as it seems, and no line shows whether the files read so too.`,
      };
    }
    if (verdict === 'absent') continue;
    chosen.push(dialect);
    current = current.map((each) => ({ ...each, hunks: decodeHunks(each.hunks, dialect.decode) }));
  }
  if (chosen.length === 0) return { decode: null, details: [], doubt: null };
  const decode = (line: HunkLine): string =>
    chosen.reduce((text, dialect) => dialect.decode({ ...line, text }), line.text);
  return { decode, details: chosen.map((dialect) => dialect.detail), doubt: null };
}

export function decodeHunks(hunks: readonly Hunk[], decode: (line: HunkLine) => string): Hunk[] {
  return hunks.map((hunk) => ({ ...hunk, lines: hunk.lines.map((line) => ({ ...line, text: decode(line) })) }));
}

function judge(spoken: readonly Spoken[], dialect: Dialect): 'spoken' | 'absent' | 'doubtful' {
  let changed = 0;
  let proven = 0;
  let added = 0;
  let addedChanged = 0;
  let refuted = false;
  for (const { hunks, file } of spoken) {
    for (const line of hunks.flatMap((hunk) => hunk.lines)) {
      const decoded = dialect.decode(line);
      if (dialect.refutes?.(line)) refuted = true;
      if (line.sign === '+') {
        added += 1;
        if (decoded !== line.text) addedChanged += 1;
        continue;
      }
      if (decoded === line.text || !file) continue;
      changed += 1;
      if (file.normal.has(normalKey(line.text))) return 'absent';
      if (file.normal.has(normalKey(decoded))) proven += 1;
    }
  }
  if (changed > 0) return proven * 5 >= changed * 4 ? 'spoken' : 'absent';
  return dialect.refutes && !refuted && addedChanged > 1 && added > 1 ? 'doubtful' : 'absent';
}
