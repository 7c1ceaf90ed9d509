import { describeFault } from '../domain/describe-fault.ts';
import { type ExitCode, exitCodeOf, exitCodes, worstExitCode } from '../domain/exit-code.ts';
import type { Fault } from '../domain/fault.ts';
import { noSpend } from '../domain/money.ts';
import type { FrozenPlan, PhaseOutcome, RunOutcome } from '../domain/run.ts';
import type { PhaseSpec } from '../domain/spec.ts';
import { emitFor, type RunContext } from './context.ts';
import { type PhaseEnding, runPhase } from './run-phase.ts';
import { dayCap, runCap, tierCap } from './strategy.ts';

export interface RunResult {
  readonly runId: string;
  readonly outcome: RunOutcome;
  readonly exitCode: ExitCode;
  readonly reason: string | null;
  readonly phases: readonly PhaseOutcome[];
}

/** How phases ended, by id; one that is not here is still queued. */
export type Endings = ReadonlyMap<string, PhaseEnding>;

interface Item {
  readonly spec: PhaseSpec;
  readonly tierId: string;
}

/**
 * Runs every phase that can run, as many at once as `parallel` allows. A phase starts once what it depends on has
 * landed; tiers go one after the other. What waits for a person stays queued with everything behind it. Ends with one
 * `run-end`, whatever happens.
 */
export async function runPlan(context: RunContext, before: Endings, signal: AbortSignal): Promise<RunResult> {
  setCaps(context);
  const endings = new Map(before);
  let leftover: readonly Item[] = [];
  for (const tier of context.plan.tiers) {
    const items = tier.phases.filter((spec) => !endings.has(spec.id)).map((spec) => ({ spec, tierId: tier.id }));
    leftover = await runWave(context, [...leftover, ...items], endings, signal);
  }
  return finishRun(context, endings);
}

function setCaps({ parts, plan, runId }: RunContext): void {
  const { budget, config, now } = parts;
  budget.setCap('run', runId, runCap(plan, config));
  budget.setCap('day', now().toISOString().slice(0, 10), dayCap(config));
  for (const tier of plan.tiers) budget.setCap('tier', `${runId}:${tier.id}`, tierCap(tier));
}

/** Runs what becomes ready until nothing is live; returns what still waits. */
async function runWave(
  context: RunContext,
  items: readonly Item[],
  endings: Map<string, PhaseEnding>,
  signal: AbortSignal,
): Promise<readonly Item[]> {
  const waiting = new Set(items);
  const live = new Set<Promise<void>>();
  const launch = (item: Item) => {
    const attempts = context.parts.store.phase(context.runId, item.spec.id)?.attempts ?? 0;
    const input = { ...item, earlier: { attempts, feedback: null } };
    const done = runPhase(context, input, signal).then((ending) => {
      endings.set(item.spec.id, ending);
      live.delete(done);
    });
    live.add(done);
  };
  for (;;) {
    await cancelBlocked(context, waiting, endings);
    for (const item of waiting) {
      if (signal.aborted || live.size >= context.parts.config.parallel) break;
      if (!item.spec.dependsOn.every((id) => endings.get(id)?.state === 'landed')) continue;
      waiting.delete(item);
      launch(item);
    }
    if (live.size === 0) return [...waiting];
    await Promise.race(live);
  }
}

const endedForGood = (ending: PhaseEnding | undefined) =>
  ending !== undefined && ending.state !== 'landed' && ending.state !== 'awaiting-review';

/** Phases behind one that ended without landing never start; cancelling one may block the next. */
async function cancelBlocked(
  context: RunContext,
  waiting: Set<Item>,
  endings: Map<string, PhaseEnding>,
): Promise<void> {
  for (let again = true; again; ) {
    again = false;
    for (const item of waiting) {
      const blocker = item.spec.dependsOn.find((id) => endedForGood(endings.get(id)));
      if (blocker === undefined) continue;
      waiting.delete(item);
      endings.set(item.spec.id, await cancel(context, item.spec, `It depends on "${blocker}", which did not land.`));
      again = true;
    }
  }
}

async function cancel(context: RunContext, spec: PhaseSpec, reason: string): Promise<PhaseEnding> {
  const ending: PhaseEnding = { state: 'cancelled', failure: null, reason, fault: null, commit: null };
  const emit = emitFor(context, { phaseId: spec.id, attempt: 0 });
  await emit({ type: 'phase-end', stage: 'COMPLETE', ...ending, attempts: 0, spend: noSpend });
  return ending;
}

/** Closes a run as far as it went: merges its branch where everything landed, and emits `run-end`. */
export async function finishRun(context: RunContext, endings: Endings): Promise<RunResult> {
  const specs = context.plan.tiers.flatMap((tier) => tier.phases);
  const merge = await mergeWhenComplete(context, specs, endings);
  const codes = [...endings.values()].map(exitCodeOfEnding);
  const exitCode = worstExitCode(merge ? [...codes, exitCodeOf(merge)] : codes);
  const result: RunResult = {
    runId: context.runId,
    outcome: outcomeOf(exitCode),
    exitCode,
    reason: merge ? describeFault(merge).message : null,
    phases: specs.map((spec) => phaseOutcome(context, spec, endings)),
  };
  const { outcome, reason, phases } = result;
  await context.emit({ type: 'run-end', stage: 'COMPLETE', outcome, exitCode, reason, phases: [...phases] });
  return result;
}

/** The fault that kept a complete run branch from being merged, or null. */
async function mergeWhenComplete(
  { parts, plan, runId }: RunContext,
  specs: readonly PhaseSpec[],
  endings: Endings,
): Promise<Fault | null> {
  if (plan.mergesInto === null || !specs.every((spec) => endings.get(spec.id)?.state === 'landed')) return null;
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
    default:
      return exitCodes.done;
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

/** Phases of a run that ended before, as its record tells. */
export function endingsOf(plan: FrozenPlan, endingOf: (phaseId: string) => PhaseEnding | null): Endings {
  const endings = new Map<string, PhaseEnding>();
  for (const spec of plan.tiers.flatMap((tier) => tier.phases)) {
    const ending = endingOf(spec.id);
    if (ending) endings.set(spec.id, ending);
  }
  return endings;
}
