import type { z } from 'zod';
import type { PreferencePair } from '../pairs.ts';
import type { Trajectory } from '../trajectory.ts';

/** What one row of a format is made from; null for what makes none. */
export type Unit =
  | { readonly unit: 'trajectory'; row(trajectory: Trajectory): unknown | null }
  | { readonly unit: 'pair'; row(pair: PreferencePair): unknown }
  | { readonly unit: 'group'; row(group: readonly Trajectory[]): unknown | null };

/** One file format of training data: how a row is made, and how one is judged. Rows are JSON, one a line. */
export type ExportFormat = Unit & {
  /** As the command line takes it. */
  readonly name: string;
  /** What reads it, for the dataset card. */
  readonly readBy: string;
  /** Where the shape is specified. */
  readonly source: string;
  /** True where a row teaches that its reply is right: then only proven trajectories go in. */
  readonly provenOnly: boolean;
  /** Fewest rows that the reader takes; null where any number will do. */
  readonly leastRows: number | null;
  /** Judges one parsed row. Rules across fields are refinements of it. */
  readonly schema: z.ZodType;
};
