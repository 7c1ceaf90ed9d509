import type { PieceForm } from '../../domain/building.ts';
import type { PhaseSpec } from '../../domain/spec.ts';
import type { PastCommit } from '../../engine/ports/repository.ts';
import type { Query } from '../survey/query.ts';
import type { RankedFile } from '../survey/rank.ts';

/** Something that a brief may show. */
export interface Piece {
  /** Its heading, and its place among the others of its gatherer: pieces stand in the order of their titles. */
  readonly title: string;
  /** The file that it shows; null where it shows no single one. */
  readonly path: string | null;
  readonly form: PieceForm;
  readonly text: string;
  /** How much it is worth for this phase, on a scale where the likeliest file in scope is 1. */
  readonly value: number;
  /** The Builder may change this file. */
  readonly mayChange?: boolean;
  /** The spec names this file to be read: no model weighs it down. */
  readonly isNamed?: boolean;
  /** To be shown where the piece does not fit. */
  readonly shorter?: Piece;
}

export interface Gathered {
  readonly pieces: readonly Piece[];
  /** What was wanted and cannot be shown, with the reason. */
  readonly left: readonly { readonly title: string; readonly why: string }[];
}

/** What gatherers look at: one commit, never the working tree. Excluded and secret files are not in it. */
export interface GatherInput {
  readonly spec: PhaseSpec;
  readonly query: Query;
  /** Every path of the commit, sorted; names only. */
  readonly paths: readonly string[];
  /** Files that may be shown, the likeliest first. */
  readonly ranked: readonly RankedFile[];
  /** Newest first. */
  readonly history: readonly PastCommit[];
  /** Files in scope that are never shown, with the reason. */
  readonly withheld: readonly { readonly path: string; readonly why: string }[];
  readonly mayChange: (path: string) => boolean;
  /** Named by the spec to be read. */
  readonly isNamedContext: (path: string) => boolean;
  /** Texts of files that may be shown; what is missing, binary or too large is absent. */
  read(paths: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Tokens of the whole brief. */
  readonly budgetTokens: number;
}

/** One way to find what a phase needs. It asks no model; what it cannot find it leaves out and never makes up. */
export interface Gatherer<Input = GatherInput> {
  readonly name: string;
  /** Heading of its pieces in the brief. */
  readonly heading: string;
  /** Most of the brief's tokens that it may take before the others had theirs, from 0 to 1. */
  readonly share: number;
  /** Until it is given up. */
  readonly seconds: number;
  gather(input: Input, signal: AbortSignal): Promise<Gathered>;
}
