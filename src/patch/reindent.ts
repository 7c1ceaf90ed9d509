import { indentOf, isBlank } from './lines.ts';

/** How a hunk's indentation maps to the file's: learned from the lines that stand on both sides. */
type IndentRule =
  | { readonly type: 'same' }
  | { readonly type: 'unclear' }
  | {
      readonly type: 'map';
      readonly apply: (indent: string) => string | null;
      readonly blanks: boolean;
      readonly detail: string;
    };

interface Pair {
  readonly patch: string;
  readonly file: string;
}

/** An old line as the hunk and as the file have it. */
interface LinePair {
  readonly patch: string;
  readonly file: string;
  readonly deleted: boolean;
}

/**
 * Whether no old line is indented, so that none tells, and the added ones are indented as nothing in the file is:
 * tabs for blanks, or one blank too few.
 */
function foreign(told: readonly Pair[], added: readonly string[], fileIndents: ReadonlySet<string>): boolean {
  if (told.some((pair) => pair.patch !== '')) return false;
  const indents = new Set(added.filter((line) => !isBlank(line)).map(indentOf));
  indents.delete('');
  return indents.size > 0 && fileIndents.size > 0 && [...indents].every((indent) => !fileIndents.has(indent));
}

const opens = /[{([:]\s*$|^\s*[})\]]/;

/**
 * Whether the old lines may simply have lost all their indentation, rather than stand uniformly further to the left:
 * then nothing tells how deep the added lines belong.
 */
function trimmed(told: readonly Pair[], added: readonly string[]): boolean {
  if (told.some((pair) => pair.patch !== '')) return false;
  const texts = added.filter((line) => !isBlank(line));
  if (texts.length === 0) return false;
  if (texts.every((line) => indentOf(line) !== '')) return true;
  return texts.every((line) => indentOf(line) === '') && texts.some((line) => opens.test(line));
}

/** Learns the rule from pairs of equal lines. Where they contradict each other nothing is certain. */
export function learnIndent(
  pairs: readonly LinePair[],
  added: readonly string[],
  fileIndents: ReadonlySet<string>,
): IndentRule {
  const told = pairs
    .filter((pair) => !isBlank(pair.patch) && !isBlank(pair.file))
    .map((pair) => ({ patch: indentOf(pair.patch), file: indentOf(pair.file), deleted: pair.deleted }));
  if (told.every((pair) => pair.patch === pair.file))
    return foreign(told, added, fileIndents) ? { type: 'unclear' } : { type: 'same' };
  if (trimmed(told, added)) return { type: 'unclear' };
  for (const rule of [shift(told), convert(told), lookUp(told)]) {
    if (rule?.type === 'map') return { ...rule, blanks: movesBlanks(pairs, rule.apply) };
  }
  const removed = told.filter((pair) => pair.deleted);
  if (removed.length > 0 && removed.every((pair) => pair.patch === pair.file)) return { type: 'same' };
  return { type: 'unclear' };
}

/** Whether lines of blanks alone were moved like the others: some old one shows it. */
function movesBlanks(pairs: readonly LinePair[], apply: (indent: string) => string | null): boolean {
  return pairs.some((pair) => isBlank(pair.patch) && pair.patch !== pair.file && apply(pair.patch) === pair.file);
}

/** The same blanks more, or less, before every line. */
function shift(pairs: readonly Pair[]): IndentRule | null {
  const first = pairs.find((pair) => pair.patch !== pair.file);
  if (!first) return null;
  if (first.file.endsWith(first.patch)) {
    const more = first.file.slice(0, first.file.length - first.patch.length);
    if (!pairs.every((pair) => pair.file === more + pair.patch)) return null;
    return { type: 'map', blanks: false, apply: (indent) => more + indent, detail: `Indented by ${more.length} more.` };
  }
  if (first.patch.endsWith(first.file)) {
    const less = first.patch.slice(0, first.patch.length - first.file.length);
    if (!pairs.every((pair) => pair.patch === less + pair.file)) return null;
    const apply = (indent: string): string | null => (indent.startsWith(less) ? indent.slice(less.length) : null);
    return { type: 'map', blanks: false, apply, detail: `Indented by ${less.length} less.` };
  }
  return null;
}

/** A width of blanks for each tab, or the reverse, with one shift of whole levels. */
function convert(pairs: readonly Pair[]): IndentRule | null {
  for (const unit of [2, 4, 8, 3, 1, 6]) {
    if (pairs.every((pair) => expand(pair.patch, unit) === null)) continue;
    const toTabs = pairs.every((pair) => tabsOf(pair.patch, unit) === pair.file);
    if (toTabs && certainUnit(pairs, (pair, other) => tabsOf(pair.patch, other) === pair.file, unit)) {
      return {
        type: 'map',
        blanks: false,
        apply: (indent) => tabsOf(indent, unit),
        detail: `${unit} blanks became a tab.`,
      };
    }
    const toBlanks = pairs.every((pair) => expand(pair.patch, unit) === pair.file);
    if (toBlanks && certainUnit(pairs, (pair, other) => expand(pair.patch, other) === pair.file, unit)) {
      return {
        type: 'map',
        blanks: false,
        apply: (indent) => expand(indent, unit),
        detail: `A tab became ${unit} blanks.`,
      };
    }
  }
  return null;
}

/** Whether no other width explains the pairs as well. */
function certainUnit(pairs: readonly Pair[], fits: (pair: Pair, unit: number) => boolean, unit: number): boolean {
  return [1, 2, 3, 4, 6, 8].every((other) => other === unit || !pairs.every((pair) => fits(pair, other)));
}

function tabsOf(indent: string, unit: number): string {
  const blanks = expand(indent, unit) ?? '';
  return '\t'.repeat(Math.floor(blanks.length / unit)) + ' '.repeat(blanks.length % unit);
}

function expand(indent: string, unit: number): string | null {
  return indent.replaceAll('\t', ' '.repeat(unit));
}

/** No rule, but each indentation of the hunk always met the same one of the file. */
function lookUp(pairs: readonly Pair[]): IndentRule | null {
  const known = new Map<string, string>();
  for (const pair of pairs) {
    const other = known.get(pair.patch);
    if (other !== undefined && other !== pair.file) return null;
    known.set(pair.patch, pair.file);
  }
  return {
    type: 'map',
    blanks: false,
    apply: (indent) => known.get(indent) ?? null,
    detail: 'Indented as the lines around.',
  };
}

/** An added line in the file's indentation; null where the rule does not tell. */
export function reindent(line: string, rule: IndentRule): string | null {
  if (rule.type === 'same' || line === '') return line;
  if (isBlank(line)) return rule.type === 'map' && rule.blanks ? (rule.apply(line) ?? line) : line;
  if (rule.type === 'unclear') return null;
  const indent = indentOf(line);
  const mapped = rule.apply(indent);
  return mapped === null ? null : mapped + line.slice(indent.length);
}
