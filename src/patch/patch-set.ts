import type { Repair } from '../domain/patch.ts';

/** `?` is a line without a sign: context that lost its blank, or prose. The file decides which. */
export type LineSign = ' ' | '-' | '+' | '?';

export interface HunkLine {
  readonly sign: LineSign;
  /** Without the sign and without the line's end. */
  readonly text: string;
  /** The line of the reply ended in CR LF. */
  readonly returned: boolean;
  /** `\ No newline at end of file` stood after it. */
  readonly noNewline: boolean;
}

/** One hunk as it was written. Every number may be wrong; null where the header gave none. */
export interface Hunk {
  readonly oldStart: number | null;
  readonly oldCount: number | null;
  readonly newStart: number | null;
  readonly newCount: number | null;
  /** What stood behind `@@`: a hint for people, and in Codex patches the line to look behind. */
  readonly section: string;
  readonly lines: readonly HunkLine[];
  /** How many of `lines` may be meant: the first is preferred, the others drop prose that follows. */
  readonly ends: readonly number[];
  /** Codex' `*** End of File`: the old side ends where the file does. */
  readonly atEnd: boolean;
  /** The line of the header ended in CR LF, so that all of the reply does. */
  readonly returned: boolean;
}

type Envelope = 'unified' | 'codex' | 'search-replace' | 'whole-file';

/** What one reply says about one file. Paths are as written, without quotes, time stamps or decoration. */
export interface FileSection {
  readonly envelope: Envelope;
  /** null where the patch says `/dev/null` (a new file), undefined where it names none. */
  readonly oldPath: string | null | undefined;
  readonly newPath: string | null | undefined;
  /** The paths of `diff --git`, when there are any. */
  readonly gitPaths: { readonly old: string; readonly new: string } | null;
  readonly renameFrom: string | null;
  readonly renameTo: string | null;
  readonly copied: boolean;
  /** As written behind `old mode`, `new mode`, `new file mode`, `deleted file mode`, or the end of `index`. */
  readonly oldMode: string | null;
  readonly newMode: string | null;
  readonly created: boolean;
  readonly deleted: boolean;
  readonly binary: boolean;
  readonly hunks: readonly Hunk[];
  /** The whole new content, where the envelope gives that instead of hunks. */
  readonly content: string | null;
}

export interface PatchSet {
  readonly sections: readonly FileSection[];
  /** What was mended while reading. */
  readonly repairs: readonly Repair[];
}

/** Bounds beyond which a patch or a file is refused unread. Characters, lines and hunks. */
export const limits = {
  patchCharacters: 16_000_000,
  patchLines: 400_000,
  headerCharacters: 10_000,
  hunks: 20_000,
  files: 2_000,
  fileCharacters: 64_000_000,
  /** Elementary comparisons spent on one patch before it is refused: keeps adversarial input under two seconds. */
  work: 60_000_000,
} as const;
