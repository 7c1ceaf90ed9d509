import type { Dismissal } from '../domain/audit.ts';
import type { BacklogChanges, BacklogIssue } from '../domain/backlog.ts';
import type { Calibration } from '../domain/calibration.ts';
import { readCalibrations, writeCalibrations } from './calibrations.ts';
import { readDismissals, removeDismissal, writeDismissal } from './dismissals.ts';
import { type KeptFinding, readBacklog, readBacklogChanges, readFinding } from './read-findings.ts';
import type { Source } from './read-runs.ts';
import type { Redactor } from './redact.ts';

/** What the store knows of findings beyond their runs. */
export interface AuditBook {
  /** What a person decided to live with, newest first. */
  dismissals(): readonly Dismissal[];
  dismiss(dismissal: Dismissal): void;
  /** Takes a dismissal back; false where there was none. */
  takeBackDismissal(fingerprint: string): boolean;
  /** The newest finding that a fingerprint, or the beginning of one that no other shares, names; null for none. */
  finding(selector: string): KeptFinding | null;
  /** Open findings of changes that landed, oldest first. */
  backlog(): readonly BacklogIssue[];
  /** What a run changed in it. */
  backlogChanges(runId: string): BacklogChanges;
  calibrations(): readonly Calibration[];
  /** Replaces earlier calibrations of the same reviewers. */
  keepCalibrations(calibrations: readonly Calibration[]): void;
}

interface BookOptions {
  readonly source: Source;
  readonly redactor: Redactor;
  readonly now: () => number;
  readonly reads: <Value>(work: () => Value) => Value;
  readonly writes: <Value>(work: () => Value) => Value;
}

export function auditBookOf({ source, redactor, now, reads, writes }: BookOptions): AuditBook {
  const { connection } = source;
  return {
    dismissals: () => reads(() => readDismissals(connection)),
    dismiss: (dismissal) => writes(() => writeDismissal(connection, redactor, dismissal, now())),
    takeBackDismissal: (fingerprint) => writes(() => removeDismissal(connection, fingerprint)),
    finding: (selector) => reads(() => readFinding(connection, selector)),
    backlog: () => reads(() => readBacklog(source)),
    backlogChanges: (runId) => reads(() => readBacklogChanges(source, runId)),
    calibrations: () => reads(() => readCalibrations(connection)),
    keepCalibrations: (calibrations) => writes(() => writeCalibrations(connection, calibrations)),
  };
}
