import type { Pattern } from './pattern.ts';

/** The rules by which a hunk finds its place, strictest first. */
export type Rule = 'numbers' | 'content' | 'blanks' | 'similarity';

export interface Placed {
  readonly type: 'placed';
  readonly pattern: Pattern;
  /** By old line: its place in the file; -1 where the file has no such line. */
  readonly places: readonly number[];
  readonly rule: Rule;
  /** Lines of context that the file has otherwise or not at all. */
  readonly misquoted: number;
  /** The line of the hunk's header ended in CR LF, so that its line ends say nothing about the file's. */
  readonly returned: boolean;
  /** The hunk was read without the prose that follows it. */
  readonly cut: boolean;
}

export interface Applied {
  readonly type: 'applied';
  readonly at: number;
}

export interface Unplaced {
  readonly type: 'unplaced';
  readonly reason: string;
  /** 1-based. */
  readonly candidates: readonly number[];
  readonly likeliest: number | null;
}

export type Placement = Placed | Applied | Unplaced;

/** A refusal; places count from 0, candidates from 1. */
export function unplaced(reason: string, candidates: readonly number[], likeliest: number | null = null): Unplaced {
  return {
    type: 'unplaced',
    reason,
    candidates: candidates.map((at) => at + 1),
    likeliest: likeliest ?? candidates[0] ?? null,
  };
}
