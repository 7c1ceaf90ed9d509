import type { BacklogChanges } from '../domain/backlog.ts';
import type { EngineEvent } from '../domain/event.ts';
import { evidenceMatrix } from '../domain/evidence-matrix.ts';
import { addSpend, noSpend, type Spend } from '../domain/money.ts';
import type { ModelSpend, PhaseReport, RunReport, TierReport } from '../domain/report.ts';
import type { FrozenPlan, PhaseRecord, RunRecord } from '../domain/run.ts';
import { titleOf } from '../domain/spec.ts';
import type { Limits } from '../domain/strategy.ts';
import { createTally, tierStanding } from './gates.ts';
import type { KeptReply } from './ports/calls.ts';
import { endingsOfRecord } from './recorded-endings.ts';

export interface ReportSource {
  readonly run: RunRecord;
  /** None where they are no longer kept: what rests on them is left out. */
  readonly events: readonly EngineEvent[];
  readonly calls: readonly Pick<KeptReply, 'scope' | 'model' | 'tokens' | 'cost' | 'seconds'>[];
  readonly limits: Limits;
  readonly backlog: BacklogChanges;
  /** The folder of a phase's failure, or null. */
  readonly incidentOf: (phaseId: string) => string | null;
}

/** Everything that is known of a run, put together. Pure. */
export function reportOf({ run, events, calls, limits, backlog, incidentOf }: ReportSource): RunReport {
  const { plan, spend } = run;
  const input = spend.tokens.input;
  const phases = run.phases.map((phase) => phaseReport(phase, calls, incidentOf(phase.id)));
  return {
    type: 'report',
    runId: run.id,
    goal: plan.goal,
    state: run.state,
    reason: run.reason,
    recorded: run.recorded,
    autonomy: plan.autonomy,
    landsOn: plan.landsOn,
    mergesInto: plan.mergesInto,
    startedAt: run.startedAt,
    endedAt: run.endedAt,
    seconds: secondsBetween(run.startedAt, run.endedAt),
    phases,
    tiers: tiersOf(run, events, limits),
    spend,
    byModel: byModel(calls),
    cachedShare: input === 0 ? null : spend.tokens.cached / input,
    budget: plan.budget,
    forecast: events.find((event) => event.type === 'run-start')?.forecast ?? null,
    controls: events.flatMap((event) =>
      event.type === 'run-controlled'
        ? [{ control: event.control, phaseId: event.phaseId ?? null, reason: event.reason, at: event.at }]
        : [],
    ),
    promotion: promotionIn(events),
    continues: plan.continues ?? null,
    backlog,
    left: phases.flatMap(({ id, state, rolledBack, findings }) =>
      state === 'landed' && rolledBack === null ? findings.map((finding) => ({ ...finding, phaseId: id })) : [],
    ),
  };
}

function promotionIn(events: readonly EngineEvent[]): RunReport['promotion'] {
  const promoted = events.findLast((event) => event.type === 'run-promoted');
  return promoted?.type === 'run-promoted' ? promoted.promotion : null;
}

function secondsBetween(from: string | null, to: string | null): number | null {
  return from === null || to === null ? null : Math.max(0, (Date.parse(to) - Date.parse(from)) / 1000);
}

function phaseReport(phase: PhaseRecord, calls: ReportSource['calls'], incident: string | null): PhaseReport {
  const { spec, staged, checks, audit } = phase;
  const own = calls.filter(({ scope }) => scope.phaseId === phase.id);
  return {
    id: phase.id,
    title: titleOf(spec),
    goal: spec.goal,
    tierId: phase.tierId,
    category: spec.category,
    state: phase.state,
    reason: phase.reason,
    attempts: phase.attempts,
    commit: phase.landing?.commit ?? null,
    rolledBack: phase.rolledBack,
    files: staged?.files ?? [],
    risk: phase.risk,
    criteria: staged && checks && audit ? evidenceMatrix({ spec, staged, checks, audit }) : [],
    checks: (checks?.results ?? []).map(({ output: _, ...result }) => result),
    tree: checks?.tree ?? null,
    findings: audit?.findings ?? [],
    aside: audit?.aside ?? [],
    panel: audit?.panel ?? [],
    seconds: secondsBetween(phase.startedAt, phase.endedAt),
    spend: phase.spend,
    models: byModel(own).map(({ model }) => model),
    incident,
  };
}

/** Dearest first, then by the number of calls. */
function byModel(calls: ReportSource['calls']): readonly ModelSpend[] {
  const sums = new Map<string, Omit<ModelSpend, 'model'>>();
  for (const { model, tokens, cost, seconds } of calls) {
    const { micros, label } = cost;
    const known = sums.get(model) ?? { spend: noSpend, seconds: 0 };
    const spend = addSpend(known.spend, { calls: 1, tokens, cost: { micros, label } });
    sums.set(model, { spend, seconds: known.seconds + (seconds ?? 0) });
  }
  return [...sums]
    .map(([model, sum]) => ({ model, ...sum }))
    .sort((a, b) => b.spend.cost.micros - a.spend.cost.micros || b.spend.calls - a.spend.calls);
}

function tiersOf(run: RunRecord, events: readonly EngineEvent[], limits: Limits): readonly TierReport[] {
  const endings = endingsOfRecord(run);
  const tally = createTally(events);
  return run.plan.tiers.map((tier) => {
    const ended = events.findLast((event) => event.type === 'tier-end' && event.tierId === tier.id);
    const isSkipped = ended?.type === 'tier-end' && ended.state === 'skipped';
    const { state, reason } = isSkipped ? ended : tierStanding(tier, endings, tally, limits);
    const own = phasesOf(run, tier);
    return { id: tier.id, title: tier.title, state, reason, seconds: secondsOf(own), spend: spendOf(own) };
  });
}

function phasesOf(run: RunRecord, { phases }: FrozenPlan['tiers'][number]): readonly PhaseRecord[] {
  const ids = new Set(phases.map(({ id }) => id));
  return run.phases.filter(({ id }) => ids.has(id));
}

function spendOf(phases: readonly PhaseRecord[]): Spend {
  return phases.reduce((sum, { spend }) => addSpend(sum, spend), noSpend);
}

/** Times are written alike everywhere, so that their texts sort as they do. */
function secondsOf(phases: readonly PhaseRecord[]): number | null {
  const starts = phases.flatMap(({ startedAt }) => startedAt ?? []).sort();
  const ends = phases.flatMap(({ endedAt }) => endedAt ?? []).sort();
  return secondsBetween(starts[0] ?? null, ends.at(-1) ?? null);
}
