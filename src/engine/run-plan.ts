import { describeFault } from '../domain/describe-fault.ts';
import type { EngineEvent } from '../domain/event.ts';
import { type ExitCode, exitCodeOf, exitCodes, worstExitCode } from '../domain/exit-code.ts';
import type { Fault } from '../domain/fault.ts';
import { noSpend } from '../domain/money.ts';
import type { FrozenPlan, PhaseOutcome, RunOutcome } from '../domain/run.ts';
import type { PhaseSpec } from '../domain/spec.ts';
import { deploymentNews } from './arm.ts';
import type { LiveContext, RunContext } from './context.ts';
import { createTally, runLimitPassed, type Tally, type TierStanding, tierStanding } from './gates.ts';
import { createLandingOrder, type LandingOrder } from './landing-order.ts';
import type { Emit } from './ports/run.ts';
import { hearDecisions } from './recorded-endings.ts';
import { type Earlier, nothingEarlier, type PhaseEnding } from './run-phase.ts';
import { type Item, runWave } from './schedule.ts';
import { dayCap, monthCap, runCap, tierCap } from './strategy.ts';

export interface RunResult {
  readonly runId: string;
  readonly outcome: RunOutcome;
  readonly exitCode: ExitCode;
  readonly reason: string | null;
  readonly phases: readonly PhaseOutcome[];
}

/** How phases ended, by id; one that is not here is still queued. */
export type Endings = ReadonlyMap<string, PhaseEnding>;

/** What a run goes on from; nothing for a new one. */
export interface RunStart {
  readonly endings: Endings;
  readonly earlierOf: (phaseId: string) => Earlier;
  /** Events of the run so far. */
  readonly events: readonly EngineEvent[];
}

export const fromNothing: RunStart = { endings: new Map(), earlierOf: () => nothingEarlier, events: [] };

/**
 * Runs every phase that can run, as many at once as `parallel` allows. A phase starts once what it depends on has
 * landed; tiers go one after the other, and behind one that passed its limits none begins. What waits for a person
 * stays queued with everything behind it. Ends with one `run-end`, whatever happens.
 */
export async function runPlan(begun: LiveContext, start: RunStart): Promise<RunResult> {
  setCaps(begun);
  await tellOfWeakCaps(begun);
  const { plan, control, strategy } = begun;
  const { limits } = strategy;
  const endings = new Map(start.endings);
  const tally = createTally(start.events);
  const specs = plan.tiers.flatMap((tier) => tier.phases);
  const order = createLandingOrder(specs, endings);
  const context = inLandingOrder({ ...begun, emit: tallied(begun.emit, tally) }, order);
  let gate: string | null = null;
  const halted = () => gate ?? runLimitPassed(plan, endings, tally, limits);
  const schedule = { context, endings, order, earlierOf: start.earlierOf, halted };
  const open = new Set<Tier>();
  let leftover: readonly Item[] = [];
  for (const tier of plan.tiers) {
    const items = tier.phases.filter((spec) => !endings.has(spec.id)).map((spec) => ({ spec, tierId: tier.id }));
    const wasHalted = gate !== null;
    if (items.length > 0) open.add(tier);
    leftover = await runWave(schedule, [...leftover, ...items]);
    for (const ended of control.signal.aborted ? [] : open) {
      const standing = tierStanding(ended, endings, tally, limits);
      if (standing.state === 'in-progress') continue;
      open.delete(ended);
      await endTier(
        context,
        ended,
        wasHalted && ended === tier ? { ...standing, state: 'skipped', reason: gate } : standing,
      );
      if (standing.state === 'failed') gate ??= `Tier "${ended.id}" passed a limit: ${standing.reason}.`;
    }
  }
  hearDecisions(begun, endings);
  return finishRun(begun, endings, halted());
}

type Tier = FrozenPlan['tiers'][number];

async function endTier({ emit }: LiveContext, { id }: Tier, { state, reason, counts }: TierStanding): Promise<void> {
  await emit({ type: 'tier-end', stage: 'COMPLETE', tierId: id, state, reason, counts: { ...counts } });
}

function tallied(emit: Emit, tally: Tally): Emit {
  return (event) => {
    tally.observe(event);
    return emit(event);
  };
}

/** Landings wait for their turn. */
function inLandingOrder(context: LiveContext, order: LandingOrder): LiveContext {
  const { repository } = context.parts;
  const land: typeof repository.land = async (request) => {
    await order.turn(request.scope.phaseId, context.control.signal);
    return repository.land(request);
  };
  return { ...context, parts: { ...context.parts, repository: { ...repository, land } } };
}

/** Sets the caps that hold for a run, its tiers, its day and its month. */
export function setCaps({ parts, plan, runId, strategy }: RunContext): void {
  const { budget, config, now } = parts;
  budget.setCap('run', runId, runCap(plan, config));
  const day = now().toISOString().slice(0, 10);
  budget.setCap('day', day, dayCap(config));
  budget.setCap('month', day.slice(0, 7), monthCap(config));
  for (const tier of plan.tiers) budget.setCap('tier', `${runId}:${tier.id}`, tierCap(tier, strategy, plan));
}

/** Says once where a cap holds less widely than it should. */
async function tellOfWeakCaps({ parts, runId, emit }: RunContext): Promise<void> {
  for (const fault of parts.budget.takeFaults(runId)) {
    const { message, remedy } = describeFault(fault);
    await emit({ type: 'notice', stage: 'ACK', level: 'warning', message: `${message} ${remedy}` });
  }
}

/**
 * Closes a run as far as it went: merges its branch where everything landed, and emits `run-end`. Both are left to
 * another that goes on with the run. `halted` says why no further phase was to begin.
 */
export async function finishRun(
  context: LiveContext,
  endings: Endings,
  halted: string | null = null,
): Promise<RunResult> {
  const specs = context.plan.tiers.flatMap((tier) => tier.phases);
  const merge = context.closesRun ? await mergeWhenComplete(context, specs, endings) : null;
  const isCutOff = specs.some(({ id }) => !endings.has(id));
  const faults = [merge, isCutOff ? context.control.fault() : null].filter((fault) => fault !== null);
  const exitCode = worstExitCode([
    ...[...endings.values()].map(exitCodeOfEnding),
    ...faults.map(exitCodeOf),
    halted === null ? exitCodes.done : exitCodes.rejected,
  ]);
  const result: RunResult = {
    runId: context.runId,
    outcome: outcomeOf(exitCode),
    exitCode,
    reason: merge ? describeFault(merge).message : halted,
    phases: specs.map((spec) => phaseOutcome(context, spec, endings)),
  };
  if (!context.closesRun) return result;
  const { outcome, reason, phases } = result;
  const news = await deploymentNews(context.parts.deployments);
  if (news) await context.emit(news);
  await context.emit({ type: 'run-end', stage: 'COMPLETE', outcome, exitCode, reason, phases: [...phases] });
  return result;
}

/** The fault that kept a complete run branch from being merged, or null. */
async function mergeWhenComplete(
  { parts, plan, runId }: RunContext,
  specs: readonly PhaseSpec[],
  endings: Endings,
): Promise<Fault | null> {
  if (
    plan.mergesInto === null ||
    !parts.config.landing.merge ||
    !specs.every((spec) => endings.get(spec.id)?.state === 'landed')
  )
    return null;
  const merged = await parts.repository.mergeRunBranch(runId, plan.mergesInto);
  return merged.ok ? null : merged.fault;
}

export function exitCodeOfEnding(ending: PhaseEnding): ExitCode {
  if (ending.fault) return exitCodeOf(ending.fault);
  switch (ending.state) {
    case 'awaiting-review':
      return exitCodes.waits;
    case 'rejected':
    case 'stuck':
      return exitCodes.rejected;
    case 'failed':
      return exitCodeOfFailure(ending.failure);
    default:
      return exitCodes.done;
  }
}

/** Of a failure as the record has it, without its fault. */
function exitCodeOfFailure(failure: PhaseEnding['failure']): ExitCode {
  switch (failure) {
    case 'budget':
      return exitCodes.budget;
    case 'environment':
      return exitCodes.environment;
    case 'policy':
      return exitCodes.rejected;
    default:
      return exitCodes.defect;
  }
}

function outcomeOf(exitCode: ExitCode): RunOutcome {
  if (exitCode === exitCodes.done) return 'done';
  if (exitCode === exitCodes.waits) return 'awaiting-review';
  return exitCode === exitCodes.interrupted ? 'cancelled' : 'failed';
}

function phaseOutcome({ parts, runId }: RunContext, spec: PhaseSpec, endings: Endings): PhaseOutcome {
  const ending = endings.get(spec.id);
  const record = parts.store.phase(runId, spec.id);
  const spend = record?.spend ?? noSpend;
  return {
    id: spec.id,
    state: ending?.state ?? 'queued',
    reason: ending?.reason ?? null,
    attempts: record?.attempts ?? 0,
    commit: ending?.commit ?? null,
    tokens: spend.tokens,
    costMicros: spend.cost.micros,
    costLabel: spend.cost.label,
  };
}
