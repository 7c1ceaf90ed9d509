import type { Tokens } from '../domain/money.ts';
import type { ChangeFeatures } from '../domain/scorer.ts';
import type { ChatMessage, Tool, ToolCall } from '../engine/ports/chat.ts';

/** One answered call of a trajectory, with its texts as they are kept: after redaction. */
export interface TrajectoryStep {
  readonly callId: string;
  readonly role: string;
  readonly component: string | null;
  readonly model: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly seconds: number | null;
  readonly system: string;
  readonly messages: readonly ChatMessage[];
  readonly tools: readonly Tool[];
  readonly reply: string;
  readonly toolCalls: readonly ToolCall[];
  readonly tokens: Tokens;
  /** Null where the price is unknown. */
  readonly costMicros: number | null;
}

/** What is known of how an attempt ended. All of it comes from what was run and signed, never from a model's word. */
export interface Outcome {
  readonly landed: boolean;
  readonly rolledBack: boolean;
  /** `none` where no check ran. */
  readonly checks: 'passed' | 'failed' | 'none';
  /** New tests failed without the change and passed with it; `none` where no test was new. */
  readonly failToPass: 'held' | 'broken' | 'none';
  readonly audit: 'clean' | 'minor' | 'major' | 'none';
  /** Criteria shown, of those the spec lists. */
  readonly criteriaMet: number;
  readonly criteria: number;
  /** What became of its hunks where a person decided on them; null where nobody did. */
  readonly hunks: HunkCounts | null;
  /** Share of the lines that landed which were still there some days later; null where that is not known. */
  readonly survival: number | null;
}

/** Hunks of a change as they were proposed, by what a person made of them before they landed. */
export interface HunkCounts {
  readonly accepted: number;
  readonly edited: number;
  readonly rejected: number;
}

/** What judges made of an attempt; each 0 to 1. It never takes the place of what was run and signed. */
export interface Judged {
  /** Of three marks for this attempt alone; null where it was not judged so. */
  readonly self: number | null;
  /** Relative to the other attempts at the same phase spec; null where they were not compared. */
  readonly ruler: number | null;
}

/** One attempt of the Builder at one phase: what training data is made of. */
export interface Trajectory {
  /** `RUN/PHASE/ATTEMPT`. */
  readonly id: string;
  readonly runId: string;
  readonly phaseId: string;
  /** From 1. */
  readonly attempt: number;
  /** Hash of the phase spec: attempts at the same work share it. */
  readonly scenario: string;
  readonly category: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly steps: readonly [TrajectoryStep, ...TrajectoryStep[]];
  readonly outcome: Outcome;
  /** What the phase cost up to the end of this attempt, and its cap; null where there is none. */
  readonly costMicros: number;
  readonly capMicros: number | null;
  /** Figures of its change; absent where nothing was staged. */
  readonly change?: ChangeFeatures;
  readonly judged?: Judged;
}

/** What the Builder was first asked, and what it finally answered. */
export function promptOf({ steps }: Trajectory): {
  readonly system: string;
  readonly messages: readonly ChatMessage[];
} {
  const [{ system, messages }] = steps;
  return { system, messages };
}

export function responseOf({ steps }: Trajectory): string {
  return (steps.at(-1) ?? steps[0]).reply;
}
