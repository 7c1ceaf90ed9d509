import type { Staged } from '../../domain/proposal.ts';
import type { DiffFile, DiffLine } from '../../domain/read-diff.ts';
import type { PhaseSpec } from '../../domain/spec.ts';
import type { RuleFinding } from '../findings.ts';

/** What a deterministic auditor looks at: the change as text. Nothing of it is run. */
export interface RuleMaterial {
  readonly spec: PhaseSpec;
  readonly staged: Staged;
  readonly diff: readonly DiffFile[];
  /** Text of changed files in the base and in the proposal; absent where there is none or it is no text. */
  readonly before: ReadonlyMap<string, string>;
  readonly after: ReadonlyMap<string, string>;
  /** Whether a path is a test, by `checks.tests`. */
  readonly isTest: (path: string) => boolean;
  readonly outOfScope: (paths: readonly string[]) => readonly string[];
  /** A text with its secrets taken out. */
  readonly redact: (text: string) => { readonly text: string; readonly count: number };
}

/** One deterministic auditor: pure, and quick enough for what it judges at a time. Its findings name `scan:NAME`. */
export interface Rule {
  readonly name: string;
  /** What a finding rests on: one line, one file, or the change as a whole. It is shown no less of it at a time. */
  readonly judges: 'line' | 'file' | 'change';
  readonly find: (material: RuleMaterial) => readonly RuleFinding[];
}

export interface AddedLine {
  readonly file: string;
  readonly line: number;
  readonly text: string;
}

/** Lines longer than this are data or minified code; no rule reads further. */
const longestLine = 2_000;

export function addedLines(file: DiffFile): readonly AddedLine[] {
  return file.lines.flatMap(({ kind, newLine, text }: DiffLine) =>
    kind === 'added' && newLine !== null ? [{ file: file.path, line: newLine, text: text.slice(0, longestLine) }] : [],
  );
}

const prose = /\.(?:md|mdx|markdown|rst|adoc|txt|html?|svg|csv|tsv|snap)$/i;
const sample =
  /(?:^|\/)(?:docs?|examples?|samples?|fixtures?|testdata|__fixtures__|__snapshots__|cassettes?|vendor)\//i;

/** Text for people to read: what looks like code in it is an example. */
export function isProse(path: string): boolean {
  return prose.test(path);
}

/** Examples and recorded data: what they hold is not what the product does. */
export function isSample(path: string): boolean {
  return sample.test(path);
}

const comment = /^\s*(?:\/\/|#(?!!)|\*|\/\*|<!--|--\s|;)/;

export function isComment(text: string): boolean {
  return comment.test(text);
}

/** One finding for a file and kind, at the first of its lines, which says how many there are. */
export function counted(lines: readonly AddedLine[], one: string, many: (count: number) => string): string {
  return lines.length === 1 ? one : many(lines.length);
}
