import type { ExtensionContext, LogOutputChannel } from 'vscode';
import type { ApiKeys } from './api-keys.ts';
import type { AuditProblems } from './audit/problems.ts';
import type { OverviewKeeper } from './overview.ts';
import type { FindingThreads } from './review/findings.ts';
import type { Hunks } from './review/hunks.ts';
import type { Reviews } from './review/reviews.ts';
import type { ReviewSummary } from './review-summary/review-summary.ts';
import type { RunsTree } from './runs/runs-tree.ts';
import type { Session } from './session.ts';
import type { StatusBar } from './status-bar.ts';
import type { Training } from './training/training.ts';
import type { Trajectories } from './trajectories/trajectories.ts';

/** What commands work with. */
export interface App {
  readonly context: ExtensionContext;
  readonly log: LogOutputChannel;
  readonly session: Session;
  readonly overview: OverviewKeeper;
  readonly reviews: Reviews;
  readonly hunks: Hunks;
  readonly findings: FindingThreads;
  readonly summary: ReviewSummary;
  readonly runs: RunsTree;
  readonly status: StatusBar;
  readonly trajectories: Trajectories;
  readonly training: Training;
  readonly keys: ApiKeys;
  readonly problems: AuditProblems;
}

/** Carries out one command. What it throws is shown to the user. */
export type Handler = (app: App, ...args: readonly unknown[]) => Promise<void> | void;
