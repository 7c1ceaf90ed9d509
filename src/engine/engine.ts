import { randomBytes } from 'node:crypto';
import type { Role } from '../domain/config.ts';
import type { ControlRequest } from '../domain/control.ts';
import { EngineError } from '../domain/engine-error.ts';
import type { Fault } from '../domain/fault.ts';
import type { Promotion } from '../domain/promotion.ts';
import type { Decision } from '../domain/review.ts';
import type { FrozenPlan, PhaseRecord, RunRecord } from '../domain/run.ts';
import type { Returned, SavePoint } from '../domain/save-point.ts';
import type { Autonomy, Plan } from '../domain/spec.ts';
import { compileStrategy, type Strategy, strategyFor } from '../domain/strategy.ts';
import { deploymentNews, withOwnDeployment } from './arm.ts';
import { type AuditedChange, type AuditRequest, auditChange } from './audit-change.ts';
import { type CheckedAgain, type ChosenTexts, checkAgain } from './check-again.ts';
import { createClaims } from './claims.ts';
import type { EngineParts, LiveContext, RunContext } from './context.ts';
import { type Continuation, continuationOf } from './continue-run.ts';
import { openControl, type RunControl } from './control.ts';
import { createEmitter, type Listener } from './emitter.ts';
import { categoriesOf, freeze, modelsToKeep, withKeptModels } from './freeze.ts';
import { type Job, type JobContext, planOfJob, runJob } from './job.ts';
import type { Emit, Recorder } from './ports/run.ts';
import { type OpenPullRequest, promoteRun } from './promote.ts';
import { withProtectedPaths } from './protected-paths.ts';
import { type CapRaise, describeRaise, raiseCap } from './raise-cap.ts';
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
  /** Brings a run that ended well where it was to go; see `promoteRun`. `isLive`: some process is at work on it. */
  promote(run: RunRecord, isLive: boolean, openPullRequest: OpenPullRequest | null): Promise<Promotion>;
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
  /** Goes on with the models, prices and rules of today where they are others than the run began with. */
  readonly acceptChanges?: boolean;
  /** Goes on with those it began with; what cannot be kept still stops it. */
  readonly keepFrozen?: boolean;
  /** Phases to try again, with all their attempts; null goes on with what was cut off. */
  readonly again?: Again;
  /** Another Builder, `PROVIDER/MODEL`, for those that are tried again. */
  readonly model?: string | undefined;
  /** A higher cap of the run, or of a tier or phase of it. */
  readonly raise?: CapRaise | undefined;
  /** Takes the run also from a process that cannot be asked whether it still runs. */
  readonly takeOver?: boolean | undefined;
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

  const configured = compileStrategy(parts.config);

  /** `own` are the parts as this run is to have them. */
  const contextOf = (runId: string, plan: FrozenPlan, own: EngineParts = parts): RunContext => {
    const emit = emitterOf(runId);
    const strategy = plan.strategy ?? configured;
    const models = own.modelsOf(emit, own.config.models);
    return { parts: withProtectedPaths(own, strategy), runId, plan, emit, models, strategy };
  };

  const controls = new Map<string, RunControl>();

  /** Does work on a run that can be stopped, paused and skipped meanwhile. */
  async function underControl<Outcome>(
    runId: string,
    plan: FrozenPlan,
    signal: AbortSignal,
    inbox: EngineParts['inbox'] | null,
    work: (context: LiveContext) => Promise<Outcome>,
    own: EngineParts = parts,
    closesRun = true,
  ): Promise<Outcome> {
    const context = contextOf(runId, await withOwnDeployment(plan, own.deployments), own);
    const phaseIds = new Set(plan.tiers.flatMap(({ phases }) => phases.map(({ id }) => id)));
    const { minutes } = context.strategy.limits;
    // What was asked of an earlier part of the run is out of date.
    await inbox?.take(runId);
    const control = openControl({ runId, emit: context.emit, inbox, signal, minutes, phaseIds });
    if (inbox) controls.set(runId, control);
    try {
      const models = modelsAtSafePoints(context.models, control);
      return await work({ ...context, models, parts: atSafePoints(context.parts, control), control, closesRun });
    } finally {
      control.end();
      if (inbox) controls.delete(runId);
    }
  }

  const claims = createClaims(parts, (runId) => controls.has(runId));

  /** A person's act on one phase: beside a run that is under way, else as the one who has the run and closes it. */
  async function besides<Outcome>(
    run: RunRecord,
    signal: AbortSignal,
    work: (context: LiveContext, now: RunRecord) => Promise<Outcome>,
  ): Promise<Outcome> {
    const { id, plan } = run;
    const closesRun = await claims.takeUnlessLive(id, signal);
    try {
      const now = parts.store.run(id) ?? run;
      return await underControl(id, plan, signal, null, (context) => work(context, now), parts, closesRun);
    } finally {
      if (closesRun) claims.giveBack(id);
    }
  }

  const job: Engine['job'] = async (work, role, doIt) => {
    const context = contextOf(newRunId(parts.now()), planOfJob(work));
    return runJob(context, work, context.models.for(role), doIt);
  };

  return {
    async run(asked, options, signal) {
      const runId = newRunId(parts.now());
      const { plan, from } = await continuationOf(asked, parts, landingBranchOf(asked, parts, options));
      assertSize(plan, parts.config);
      // Before any branch is made: a run without a model must leave nothing behind.
      const unplaced = unplacedPlan(plan, parts, options, configured);
      assertModels(contextOf(runId, unplaced));
      const news = await deploymentNews(parts.deployments);
      const deployment = await parts.deployments.current();
      const placed = await place(unplaced, parts, runId, from);
      const frozen = deployment ? { ...placed, deployment } : placed;
      return underControl(runId, frozen, signal, parts.inbox, async (context) => {
        await startRun(context, false);
        if (news) await context.emit(news);
        return runPlan(context, fromNothing);
      });
    },
    async resume(
      run,
      signal,
      { acceptChanges = false, keepFrozen = false, again = null, model, raise, takeOver } = {},
    ) {
      const asked = model === undefined ? run.plan : withModel(run.plan, again, model);
      const ruled = keepFrozen ? asked : { ...asked, ...rulesOf(asked, parts, configured) };
      const strategy = ruled.strategy ?? configured;
      const plan = raise === undefined ? ruled : raiseCap(ruled, raise, { config: parts.config, strategy });
      const own = keepFrozen ? withKeptModels(parts, plan) : parts;
      const work = async (context: LiveContext) => {
        assertModels(context);
        if (!acceptChanges) assertUnchanged(run.id, parts.store.events(run.id), freeze(context));
        await startRun(context, true);
        if (raise) await context.emit({ type: 'notice', stage: 'ACK', level: 'info', message: describeRaise(raise) });
        return resumeRun(context, { ...run, plan }, again);
      };
      return claims.during(run.id, takeOver ?? false, () => underControl(run.id, plan, signal, parts.inbox, work, own));
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
      const { parts: own, strategy } = contextOf(run.id, run.plan);
      const models = parts.modelsOf(emit);
      return replayRun({ parts: own, runId: run.id, plan: run.plan, emit, models, strategy }, run, from, signal);
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
      besides(run, signal, (context, now) => decideReview(context, now, phase, decision, signal)),
    checkAgain: (run, phaseId, texts, signal) =>
      besides(run, signal, (context, now) => checkAgain(context, now, phaseId, texts, signal)),
    promote: (run, isLive, openPullRequest) =>
      promoteRun(
        {
          repository: parts.repository,
          emit: emitterOf(run.id),
          events: parts.store.events(run.id),
          limits: configured.limits,
          isLive,
        },
        run,
        openPullRequest,
      ),
    rollBack: (run, phaseId) => rollBack(parts.repository, emitterOf(run.id), run, phaseId),
    undo: (run, phaseId) => undoLandings({ ...parts, emitterOf }, run, phaseId),
    savePoints: () => parts.repository.savePoints(),
    restoreSavePoint: (ref) => restoreSavePoint({ ...parts, emitterOf }, ref),
    job,
    audit: (request, signal) => auditChange(parts, configured, job, request, signal),
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
    frozen: { ...freeze(context) },
    forecast: { ...parts.store.forecast(plan.tiers.flatMap(({ phases }) => phases)).total },
  });
}

/** What a run keeps of the rules and the models that hold when it begins. */
function rulesOf(
  plan: Pick<FrozenPlan, 'tiers'>,
  { config }: EngineParts,
  configured: Strategy,
): Pick<FrozenPlan, 'strategy' | 'models'> {
  return { strategy: strategyFor(configured, categoriesOf(plan)), models: modelsToKeep(config) };
}

function landingBranchOf(plan: Plan, { config }: EngineParts, options: RunOptions): FrozenPlan['landingBranch'] {
  return plan.landingBranch ?? config.landing.branch ?? options.branchByDefault;
}

function unplacedPlan(plan: Plan, parts: EngineParts, options: RunOptions, configured: Strategy): FrozenPlan {
  const { config } = parts;
  const tiers = plan.tiers.map((tier) => ({ ...tier, phases: [...tier.phases] }));
  return {
    id: plan.id,
    goal: plan.goal,
    autonomy: options.autonomy ?? plan.autonomy ?? config.autonomy,
    landingBranch: landingBranchOf(plan, parts, options),
    budget: plan.budget,
    landsOn: '',
    mergesInto: null,
    tiers,
    ...rulesOf({ tiers }, parts, configured),
    ...(plan.file === undefined ? {} : { file: plan.file }),
    ...(plan.continues === undefined ? {} : { continues: plan.continues }),
  };
}

/** Freezes the plan for its run, with the branch it lands on. */
async function place(
  frozen: FrozenPlan,
  parts: EngineParts,
  runId: string,
  from: Continuation['from'],
): Promise<FrozenPlan> {
  const head = await parts.repository.head();
  if (frozen.landingBranch === 'run') {
    const landsOn = await parts.repository.openRunBranch(runId, from?.commit ?? head.commit);
    return { ...frozen, landsOn, mergesInto: from ? from.mergesInto : head.branch };
  }
  if (head.branch === null) throw new EngineError({ code: 'repository/detached' });
  // Before any money is spent: an unfinished merge, a branch that is checked out elsewhere.
  const obstacle = await parts.repository.checkLandable(head.branch);
  if (obstacle) throw new EngineError(obstacle);
  return { ...frozen, landsOn: head.branch };
}
