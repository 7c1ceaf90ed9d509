/** Checks, and the worktrees they run in. See `run.ts` for what every port keeps to. */
import type { Scan } from '../../domain/audit.ts';
import type { CheckReport } from '../../domain/checks.ts';
import type { Staged } from '../../domain/proposal.ts';
import type { PhaseSpec } from '../../domain/spec.ts';
import type { AttemptScope } from './run.ts';

export interface CheckProgress {
  readonly onStart: (command: string) => Promise<void>;
  readonly onEnd: (result: CheckReport['results'][number]) => Promise<void>;
}

export interface Verifier {
  /**
   * Runs the spec's checks on the staged tree, in a worktree of its own. Stops at the first failure.
   * `signed` is true once a person has signed: only then does a patch on protected paths run.
   */
  run(
    scope: AttemptScope,
    spec: PhaseSpec,
    staged: Staged,
    scan: Scan,
    options: { readonly strict: boolean; readonly signed: boolean },
    progress: CheckProgress,
    signal: AbortSignal,
  ): Promise<CheckReport>;
}

/** A worktree at one commit, leased to one user at a time. */
export interface Worktree {
  readonly directory: string;
  release(): Promise<void>;
}

export interface WorktreePool {
  lease(commit: string, signal: AbortSignal): Promise<Worktree>;
}
