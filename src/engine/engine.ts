import { randomBytes } from 'node:crypto';
import type { Role } from '../domain/config.ts';
import type { ControlRequest } from '../domain/control.ts';
import { EngineError } from '../domain/engine-error.ts';
import type { Fault } from '../domain/fault.ts';
import type { Decision } from '../domain/review.ts';
import type { FrozenPlan, PhaseRecord, RunRecord } from '../domain/run.ts';
import type { Returned, SavePoint } from '../domain/save-point.ts';
import type { Autonomy, Plan } from '../domain/spec.ts';
import { type AuditedChange, type AuditRequest, auditChange } from './audit-change.ts';
import { type CheckedAgain, type ChosenTexts, checkAgain } from './check-again.ts';
import type { EngineParts, LiveContext, RunContext } from './context.ts';
import { openControl, type RunControl } from './control.ts';
import { createEmitter, type Listener } from './emitter.ts';
import { type Frozen, freeze } from './freeze.ts';
import { type Job, type JobContext, planOfJob, runJob } from './job.ts';
import type { Emit, Recorder } from './ports/run.ts';
import { type ReplayFrom, type ReplayResult, replayRun } from './replay.ts';
import { type Again, assertUnchanged, resumeRun } from './resume.ts';
import { decideReview, isSignable, type ReviewResult } from './review.ts';
import { type RolledBack, rollBack } from './rollback.ts';
import { fromNothing, type RunResult, runPlan } from './run-plan.ts';
import { atSafePoints, modelsAtSafePoints } from './safe-points.ts';
import { restoreSavePoint, undoLandings } from './undo.ts';

export interface RunOptions {
  /** Named by the user for this run; goes before the plan's and the configuration's. */
  readonly autonomy?: Autonomy | undefined;
  /** A plan works on a branch of its own unless told otherwise; a single phase on the current one. */
  readonly branchByDefault: 'current' | 'run';
}

/** What both faces drive. Listeners hear every event of every run, after it was kept. */
export interface Engine {
  run(plan: Plan, options: RunOptions, signal: AbortSignal): Promise<RunResult>;
  /**
   * Goes on with a run where it was. Throws `run/changed` where it was begun with other models, prices or rules, unless
   * the changes are accepted.
   */
  resume(run: RunRecord, signal: AbortSignal, options?: ResumeOptions): Promise<RunResult>;
  /**
   * Goes through a run once more with the replies that were kept. Nothing is paid, kept or landed; only `listener`
   * hears of it. Throws `interrupted`.
   */
  replay(run: RunRecord, from: ReplayFrom, listener: Listener, signal: AbortSignal): Promise<ReplayResult>;
  /** Asks something of a run that is under way, here or in another process. Throws `run/not-controllable`, `run/no-answer`. */
  control(runId: string, request: ControlRequest): Promise<void>;
  decide(run: RunRecord, phase: PhaseRecord, decision: Decision, signal: AbortSignal): Promise<ReviewResult>;
  /** Checks and reviews a part or an edited form of a change that waits; see `checkAgain`. Nothing lands. */
  checkAgain(run: RunRecord, phaseId: string, texts: ChosenTexts, signal: AbortSignal): Promise<CheckedAgain>;
  rollBack(run: RunRecord, phaseId: string | null): Promise<readonly RolledBack[]>;
  /** Takes landings off their branch as if they had not been; fails where anything was built on them. */
  undo(run: RunRecord, phaseId: string | null): Promise<Returned>;
  savePoints(): Promise<readonly SavePoint[]>;
  /** Brings a save point's branch to it, given the ref that keeps it. */
  restoreSavePoint(ref: string): Promise<Returned>;
  /** Does work that calls models but belongs to no phase, as a run of its own. Throws where the role has no model. */
  job<Outcome>(job: Job, role: Role, work: (context: JobContext) => Promise<Outcome>): Promise<Outcome>;
  /** Audits a change that is no phase's, and lands nothing. */
  audit(request: AuditRequest, signal: AbortSignal): Promise<AuditedChange>;
  /** Returns the function that ends the subscription. */
  listen(listener: Listener): () => void;
}

export interface ResumeOptions {
  readonly acceptChanges?: boolean;
  /** Phases to try again, with all their attempts; null goes on with what was cut off. */
  readonly again?: Again;
  /** Another Builder, `PROVIDER/MODEL`, for those that are tried again. */
  readonly model?: string | undefined;
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

  const controls = new Map<string, RunControl>();

  /** Does work on a run that can be stopped, paused and skipped meanwhile. */
  async function underControl<Outcome>(
    runId: string,
    plan: FrozenPlan,
    signal: AbortSignal,
    inbox: EngineParts['inbox'] | null,
    work: (context: LiveContext) => Promise<Outcome>,
  ): Promise<Outcome> {
    const context = contextOf(runId, plan);
    const phaseIds = new Set(plan.tiers.flatMap(({ phases }) => phases.map(({ id }) => id)));
    const { minutes } = parts.config.limits;
    // What was asked of an earlier part of the run is out of date.
    await inbox?.take(runId);
    const control = openControl({ runId, emit: context.emit, inbox, signal, minutes, phaseIds });
    if (inbox) controls.set(runId, control);
    try {
      const models = modelsAtSafePoints(context.models, control);
      return await work({ ...context, models, parts: atSafePoints(parts, control), control });
    } finally {
      control.end();
      if (inbox) controls.delete(runId);
    }
  }

  const job: Engine['job'] = async (work, role, doIt) => {
    const context = contextOf(newRunId(parts.now()), planOfJob(work));
    return runJob(context, work, context.models.for(role), doIt);
  };

  return {
    async run(plan, options, signal) {
      const runId = newRunId(parts.now());
      assertSize(plan, parts.config);
      // Before any branch is made: a run without a model must leave nothing behind.
      assertModels(contextOf(runId, unplaced(plan, parts, options)));
      const frozen = await place(plan, parts, options, runId);
      return underControl(runId, frozen, signal, parts.inbox, async (context) => {
        await startRun(context, false);
        return runPlan(context, fromNothing);
      });
    },
    resume(run, signal, { acceptChanges = false, again = null, model } = {}) {
      const plan = model === undefined ? run.plan : withModel(run.plan, again, model);
      return underControl(run.id, plan, signal, parts.inbox, async (context) => {
        assertModels(context);
        if (!acceptChanges) assertUnchanged(run.id, parts.store.events(run.id), frozenOf(context));
        await startRun(context, true);
        return resumeRun(context, run, again);
      });
    },
    replay(run, from, listener, signal) {
      const unkept: Recorder = { record: async () => {} };
      const emit = createEmitter({
        runId: run.id,
        recorder: unkept,
        now: parts.now,
        onListenerError,
        listeners: [listener],
      });
      return replayRun({ parts, runId: run.id, plan: run.plan, emit, models: parts.modelsOf(emit) }, run, from, signal);
    },
    async control(runId, request) {
      const here = controls.get(runId);
      if (!here) {
        if (!(await parts.inbox.send(runId, request))) throw new EngineError(noAnswer(runId));
        return;
      }
      if (!(await here.accept(request))) throw new EngineError(notAsItIs(runId, request));
    },
    decide: (run, phase, decision, signal) =>
      underControl(run.id, run.plan, signal, null, (context) => decideReview(context, run, phase, decision, signal)),
    checkAgain: (run, phaseId, texts, signal) =>
      underControl(run.id, run.plan, signal, null, (context) => checkAgain(context, run, phaseId, texts, signal)),
    rollBack: (run, phaseId) => rollBack(parts.repository, emitterOf(run.id), run, phaseId),
    undo: (run, phaseId) => undoLandings({ ...parts, emitterOf }, run, phaseId),
    savePoints: () => parts.repository.savePoints(),
    restoreSavePoint: (ref) => restoreSavePoint({ ...parts, emitterOf }, ref),
    job,
    audit: (request, signal) => auditChange(parts, job, request, signal),
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

function assertSize({ tiers }: Plan, { limits }: EngineParts['config']): void {
  const phases = tiers.reduce((sum, tier) => sum + tier.phases.length, 0);
  if (phases > limits.phases) throw new EngineError({ code: 'run/too-large', phases, limit: limits.phases });
}

function noAnswer(run: string): Fault {
  return { code: 'run/no-answer', run, seconds: 10 };
}

function notAsItIs(runId: string, { type, phaseId }: ControlRequest): Fault {
  const selector = phaseId === null ? runId : `${runId}/${phaseId}`;
  return { code: 'run/not-controllable', selector, detail: `as it stands now, there is nothing to ${type}.` };
}

/** The plan with another Builder for the phases that are tried again. */
function withModel(plan: FrozenPlan, again: Again, model: string): FrozenPlan {
  const tiers = plan.tiers.map((tier) => ({
    ...tier,
    phases: tier.phases.map((spec) => (again?.has(spec.id) ? { ...spec, builder: { ...spec.builder, model } } : spec)),
  }));
  return { ...plan, tiers };
}

function assertModels({ models }: RunContext): void {
  models.for('builder');
  models.for('auditor');
}

function frozenOf({ parts, plan, models }: RunContext): Frozen {
  return freeze(parts.config, plan, models, parts.version);
}

async function startRun(context: RunContext, resumed: boolean): Promise<void> {
  const { parts, emit, plan, models } = context;
  const builder = models.for('builder');
  const auditor = models.for('auditor');
  await emit({
    type: 'run-start',
    stage: 'ACK',
    plan,
    models: { builder: builder.id, auditor: auditor.id },
    recorded: builder.recorded && auditor.recorded,
    resumed,
    frozen: { ...frozenOf(context) },
    forecast: { ...parts.store.forecast(plan.tiers.flatMap(({ phases }) => phases)).total },
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
