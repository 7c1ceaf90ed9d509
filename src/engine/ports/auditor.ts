/** What reviews a staged change. See `run.ts` for what every port keeps to. */
import type { Audit, Scan } from '../../domain/audit.ts';
import type { CheckReport } from '../../domain/checks.ts';
import type { Staged } from '../../domain/proposal.ts';
import type { RiskLevel } from '../../domain/risk.ts';
import type { PhaseSpec } from '../../domain/spec.ts';
import type { Task } from './builder.ts';
import type { ChatModel } from './chat.ts';

/** A staged change that is to be reviewed, with what is known of it. */
export interface PanelRequest {
  readonly task: Task;
  readonly staged: Staged;
  readonly scan: Scan;
  readonly checks: CheckReport;
  /** How careful to be: the risk of the change or, where that is higher, of its kind of work. */
  readonly care: RiskLevel;
  /** Null asks no model: only deterministic findings come back. */
  readonly models: PanelModels | null;
  /** How often a reviewer is asked for one verdict, until its reply can be read; twice unless said. */
  readonly tries?: number;
}

/** The models a panel may use. */
export interface PanelModels {
  /** `PROVIDER/MODEL` of each, the Auditor's own first; all different, never empty. */
  readonly ids: readonly string[];
  /** The Builder's, which may be among them: what it says of its own work need not be had. */
  readonly builder: string | null;
  /** Throws `model/not-configured`. */
  auditor(id: string): ChatModel;
  aggregator(): ChatModel;
}

export interface Auditor {
  /** Deterministic audits: no money, nothing of the patch is run. */
  scan(spec: PhaseSpec, staged: Staged): Promise<Scan>;
  /**
   * Asks the panel. A required reviewer that gives no verdict is a stated, major `auditor-error`; one that cannot be
   * reached or paid throws.
   */
  review(request: PanelRequest, signal: AbortSignal): Promise<Audit>;
}
