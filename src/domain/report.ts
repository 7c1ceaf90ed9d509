import type { AsideFinding, Finding, PanelMember } from './audit.ts';
import type { BacklogChanges } from './backlog.ts';
import type { CheckResult } from './checks.ts';
import type { Control } from './control.ts';
import type { EvidenceRow } from './evidence.ts';
import type { Spend } from './money.ts';
import type { FileStat } from './patch.ts';
import type { Promotion } from './promotion.ts';
import type { Risk } from './risk.ts';
import type { FrozenPlan, PhaseRecord, RunRecord, TierState } from './run.ts';

/** What a run came to, for a person who was not there. */
export interface RunReport {
  readonly type: 'report';
  readonly runId: string;
  readonly goal: string;
  readonly state: RunRecord['state'];
  readonly reason: string | null;
  readonly recorded: boolean;
  readonly autonomy: FrozenPlan['autonomy'];
  readonly landsOn: string;
  readonly mergesInto: string | null;
  readonly startedAt: string;
  readonly endedAt: string | null;
  /** From its first start to its last end, pauses among them; null while it is under way. */
  readonly seconds: number | null;
  readonly phases: readonly PhaseReport[];
  readonly tiers: readonly TierReport[];
  readonly spend: Spend;
  readonly byModel: readonly ModelSpend[];
  /** Part of all input tokens that providers read from their caches, 0 to 1; null where there was no input. */
  readonly cachedShare: number | null;
  readonly budget: FrozenPlan['budget'];
  /** What similar phases had cost when the run began; null where there was no history. */
  readonly forecast: { readonly p50Micros: number | null; readonly p90Micros: number | null } | null;
  /** What people asked of the run while it was under way. */
  readonly controls: readonly {
    readonly control: Control;
    readonly phaseId: string | null;
    readonly reason: string | null;
    readonly at: string;
  }[];
  /** How it went on, if it did. */
  readonly promotion: Promotion | null;
  /** The run that did the phases before these; null where none did. */
  readonly continues: string | null;
  /** What it changed in the backlog of the project. */
  readonly backlog: BacklogChanges;
  /** Findings that landed with their change: what is left to do. */
  readonly left: readonly (Finding & { readonly phaseId: string })[];
}

export interface PhaseReport {
  readonly id: string;
  readonly title: string;
  readonly goal: string;
  readonly tierId: string | null;
  readonly category: string;
  readonly state: PhaseRecord['state'];
  readonly reason: string | null;
  readonly attempts: number;
  readonly commit: string | null;
  readonly rolledBack: string | null;
  readonly files: readonly FileStat[];
  readonly risk: Risk | null;
  readonly criteria: readonly EvidenceRow[];
  readonly checks: readonly Omit<CheckResult, 'output'>[];
  /** The git tree that was checked. */
  readonly tree: string | null;
  readonly findings: readonly Finding[];
  /** Findings that do not count, with why. */
  readonly aside: readonly AsideFinding[];
  /** Reviewers that were asked, and those that were not with the reason. */
  readonly panel: readonly PanelMember[];
  readonly seconds: number | null;
  readonly spend: Spend;
  /** Models that were asked, the most used first. */
  readonly models: readonly string[];
  /** Folder with everything that a failure left; null where there is none. */
  readonly incident: string | null;
}

export interface TierReport {
  readonly id: string;
  readonly title: string;
  readonly state: TierState;
  readonly reason: string | null;
  /** From the start of its first phase to the end of its last; null where none has ended. */
  readonly seconds: number | null;
  readonly spend: Spend;
}

export interface ModelSpend {
  readonly model: string;
  /** Of all its calls together, however many went at once. */
  readonly seconds: number;
  readonly spend: Spend;
}
