import type { Landing } from './proposal.ts';

/** A state of a branch that is kept, and can be gone back to. */
export interface SavePoint {
  /** Sortable by time, unique in the repository. */
  readonly id: string;
  /** The ref that keeps it. */
  readonly ref: string;
  /** `before` a landing, a rollback or a merge; or the state that something was `undone` from. */
  readonly kind: 'before' | 'undone';
  /** Full ref. */
  readonly branch: string;
  readonly commit: string;
  /** First line of the commit's message. */
  readonly subject: string;
  /** ISO 8601, UTC: when it was kept. */
  readonly at: string;
}

/** A branch that was brought to another state of its own. */
export interface BranchReturn {
  /** Full ref. */
  readonly branch: string;
  readonly from: string;
  readonly to: string;
  /** The ref that keeps `from`. */
  readonly kept: string;
  /** Commits that the branch no longer holds, and those it holds again; newest first. */
  readonly left: readonly string[];
  readonly regained: readonly string[];
}

/** Something that landed, as the store knows it. */
export interface KnownLanding {
  readonly runId: string;
  readonly phaseId: string;
  readonly title: string;
  readonly landing: Landing;
  readonly landedAt: string;
  /** What took it back (see `PhaseRecord.rolledBack`), or null while it stands. */
  readonly rolledBack: string | null;
}

/** A branch that was brought back or forward, with the landings that it no longer has, and those it has again. */
export interface Returned extends BranchReturn {
  readonly undone: readonly KnownLanding[];
  readonly landedAgain: readonly KnownLanding[];
}
