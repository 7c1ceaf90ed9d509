import { randomBytes } from 'node:crypto';
import { EngineError } from '../domain/engine-error.ts';
import type { Decision } from '../domain/review.ts';
import type { FrozenPlan, PhaseRecord, RunRecord } from '../domain/run.ts';
import type { Autonomy, Plan } from '../domain/spec.ts';
import type { EngineParts, RunContext } from './context.ts';
import { createEmitter, type Listener } from './emitter.ts';
import type { Emit, Recorder } from './ports.ts';
import { decideReview, isSignable, type ReviewResult, resumeRun } from './review.ts';
import { type RolledBack, rollBack } from './rollback.ts';
import { type RunResult, runPlan } from './run-plan.ts';

export interface RunOptions {
  /** Named by the user for this run; goes before the plan's and the configuration's. */
  readonly autonomy?: Autonomy | undefined;
  /** A plan works on a branch of its own unless told otherwise; a single phase on the current one. */
  readonly branchByDefault: 'current' | 'run';
}

/** What both faces drive. Listeners hear every event of every run, after it was kept. */
export interface Engine {
  run(plan: Plan, options: RunOptions, signal: AbortSignal): Promise<RunResult>;
  resume(run: RunRecord, signal: AbortSignal): Promise<RunResult>;
  decide(run: RunRecord, phase: PhaseRecord, decision: Decision, signal: AbortSignal): Promise<ReviewResult>;
  rollBack(run: RunRecord, phaseId: string | null): Promise<readonly RolledBack[]>;
  /** Returns the function that ends the subscription. */
  listen(listener: Listener): () => void;
}

export interface EngineOptions {
  readonly parts: EngineParts;
  readonly recorder: Recorder;
  readonly onListenerError: (error: unknown) => void;
}

export function engineOf({ parts, recorder, onListenerError }: EngineOptions): Engine {
  const listeners = new Set<Listener>();

  const emitterOf = (runId: string): Emit =>
    createEmitter({
      runId,
      recorder,
      now: parts.now,
      onListenerError,
      listeners: { [Symbol.iterator]: () => listeners.values() },
    });

  const contextOf = (runId: string, plan: FrozenPlan): RunContext => {
    const emit = emitterOf(runId);
    return { parts, runId, plan, emit, models: parts.modelsOf(emit) };
  };

  return {
    async run(plan, options, signal) {
      const runId = newRunId(parts.now());
      // Before any branch is made: a run without a model must leave nothing behind.
      assertModels(contextOf(runId, unplaced(plan, parts, options)));
      const context = contextOf(runId, await place(plan, parts, options, runId));
      await startRun(context, false);
      return runPlan(context, new Map(), signal);
    },
    async resume(run, signal) {
      const context = contextOf(run.id, run.plan);
      assertModels(context);
      await startRun(context, true);
      return resumeRun(context, run, signal);
    },
    decide: (run, phase, decision, signal) => decideReview(contextOf(run.id, run.plan), run, phase, decision, signal),
    rollBack: (run, phaseId) => rollBack(parts.repository, emitterOf(run.id), run, phaseId),
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** Phases of a run that wait for a signature. One that is landing waits for nobody while its run is live. */
export function signable(run: RunRecord, isLive: boolean): readonly PhaseRecord[] {
  return run.phases.filter((phase) => isSignable(phase) && !(isLive && phase.state === 'landing'));
}

/** Sortable by time, unique across processes, and safe in a ref. */
function newRunId(now: Date): string {
  const stamp = now.toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15);
  return `${stamp}-${randomBytes(2).toString('hex')}`;
}

function assertModels({ models }: RunContext): void {
  models.for('builder');
  models.for('auditor');
}

async function startRun({ emit, plan, models }: RunContext, resumed: boolean): Promise<void> {
  const builder = models.for('builder');
  const auditor = models.for('auditor');
  await emit({
    type: 'run-start',
    stage: 'ACK',
    plan,
    models: { builder: builder.id, auditor: auditor.id },
    recorded: builder.recorded && auditor.recorded,
    resumed,
  });
}

function unplaced(plan: Plan, { config }: EngineParts, options: RunOptions): FrozenPlan {
  return {
    id: plan.id,
    goal: plan.goal,
    autonomy: options.autonomy ?? plan.autonomy ?? config.autonomy,
    landingBranch: plan.landingBranch ?? config.landing.branch ?? options.branchByDefault,
    budget: plan.budget,
    landsOn: '',
    mergesInto: null,
    tiers: plan.tiers.map((tier) => ({ ...tier, phases: [...tier.phases] })),
  };
}

/** Freezes the plan for its run, with the branch it lands on. */
async function place(plan: Plan, parts: EngineParts, options: RunOptions, runId: string): Promise<FrozenPlan> {
  const frozen = unplaced(plan, parts, options);
  const head = await parts.repository.head();
  if (frozen.landingBranch === 'run') {
    const landsOn = await parts.repository.openRunBranch(runId, head.commit);
    return { ...frozen, landsOn, mergesInto: head.branch };
  }
  if (head.branch === null) throw new EngineError({ code: 'repository/detached' });
  // Before any money is spent: an unfinished merge, a branch that is checked out elsewhere.
  const obstacle = await parts.repository.checkLandable(head.branch);
  if (obstacle) throw new EngineError(obstacle);
  return { ...frozen, landsOn: head.branch };
}
