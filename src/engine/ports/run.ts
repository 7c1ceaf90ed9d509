/**
 * What the engine needs from the other rooms. Every port may throw an `EngineError` where the phase must stop
 * (environment, budget, interruption) and returns a `Result` where the next attempt can learn from the failure.
 * An aborted signal makes any of them throw `interrupted`; nothing is left half done.
 */
import type { ControlRequest } from '../../domain/control.ts';
import type { Arm, Deployment, DeploymentEnd } from '../../domain/deployment.ts';
import type { EngineEvent, EventDraft } from '../../domain/event.ts';
import type { Result } from '../../domain/result.ts';
import type { PhaseRecord, RunRecord } from '../../domain/run.ts';
import type { KnownLanding } from '../../domain/save-point.ts';
import type { PhaseSpec } from '../../domain/spec.ts';
import type { KeptReply } from './calls.ts';

/** Which attempt a call, a check or an event belongs to. */
export interface AttemptScope {
  readonly runId: string;
  readonly tierId: string | null;
  readonly phaseId: string;
  /** From 1. */
  readonly attempt: number;
  /** Where a deployed version has a say: which of its arms serves the attempt. */
  readonly arm?: Arm;
}

/** Stamps an event with id, time and run, keeps it, then tells the listeners. Resolves once it is kept. */
export type Emit = (event: EventDraft) => Promise<void>;

/** What the store knows of runs, as of the last event it kept. */
export interface RunStore {
  /** `last`, a run's id, or the beginning of one that no other run shares; null where there is none. */
  run(selector: string): RunRecord | null;
  phase(runId: string, phaseId: string): PhaseRecord | null;
  /** Everything that ever landed, newest first. */
  landings(): readonly KnownLanding[];
  /** What phases like these cost here, all together; null where there is too little history. */
  forecast(kinds: readonly Pick<PhaseSpec, 'category' | 'complexity'>[]): {
    readonly total: { readonly p50Micros: number | null; readonly p90Micros: number | null };
  };
  /** Events of a run in their order; none where they are no longer kept. */
  events(runId: string): readonly EngineEvent[];
  /** Calls of a run in the order they started. */
  calls(filter: { readonly runId: string }): readonly KeptReply[];
}

/** Which process goes on with which run: one writer at a time. */
export interface RunClaims {
  /**
   * Makes this process the one that goes on with a run, until the run ends or is given back. Fails with `run/held` where
   * another has it that lives; where it cannot be asked whether it does, also unless `evenUnknown`.
   */
  claimRun(runId: string, evenUnknown?: boolean): Result<void>;
  /** Gives back a run that this process has. */
  releaseRun(runId: string): void;
}

/** Keeps an event. Awaited before any listener hears of it; a throw stops the run. */
export interface Recorder {
  record(event: EngineEvent): Promise<void>;
}

/** Requests from other processes to runs of this one. */
export interface ControlInbox {
  /** What came for a run since it was last asked, oldest first; taken away. */
  take(runId: string): Promise<readonly ControlRequest[]>;
  /** Leaves a request for the process that runs it; resolves to whether it was taken up in time. */
  send(runId: string, request: ControlRequest): Promise<boolean>;
}

/** Model versions that are served in another's place. */
export interface Deployments {
  /** What a run that begins now serves; null for nothing. */
  current(): Promise<Deployment | null>;
  /** Whether the user deployed it: what a store says alone does not count, for it may arrive with a repository. */
  isOwn(deployment: Deployment): Promise<boolean>;
  /** Takes back a version that is retired, or does worse than it may; null where there is nothing to take back. */
  review(): Promise<DeploymentEnd | null>;
}
