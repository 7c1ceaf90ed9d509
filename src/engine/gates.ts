import { plural } from '../domain/describe-event.ts';
import type { EngineEvent, EventDraft, EventOf } from '../domain/event.ts';
import type { FrozenPlan, TierState } from '../domain/run.ts';
import type { Limits } from '../domain/strategy.ts';
import type { Endings } from './run-plan.ts';

interface Counts {
  minors: number;
  majors: number;
  failedChecks: number;
}

/** What is counted while phases run: findings of the last review of each, and every check run that failed. */
export interface Tally {
  observe(event: EventDraft | EngineEvent): void;
  of(phaseId: string): Readonly<Counts>;
}

export function createTally(events: readonly EngineEvent[]): Tally {
  const counts = new Map<string, Counts>();
  const of = (phaseId: string): Counts => {
    const known = counts.get(phaseId) ?? { minors: 0, majors: 0, failedChecks: 0 };
    counts.set(phaseId, known);
    return known;
  };
  const seen = new Set<string>();
  const tally: Tally = {
    of,
    observe(event) {
      if (event.phaseId === undefined) return;
      const phase = of(event.phaseId);
      if (event.type === 'checks-end') countChecks(phase, event, seen);
      if (event.type !== 'audit-end') return;
      const { findings } = event.audit;
      phase.majors = findings.filter(({ severity }) => severity === 'major').length;
      phase.minors = findings.length - phase.majors;
    },
  };
  for (const event of events) tally.observe(event);
  return tally;
}

/** Evidence that is used once more, when a run is taken up again, is no other check run. */
function countChecks(phase: Counts, { report }: Pick<EventOf<'checks-end'>, 'report'>, seen: Set<string>): void {
  const failed = report.results.filter(({ outcome }) => outcome !== 'passed');
  for (const { outputHash, seconds } of failed) {
    const key = `${report.tree} ${outputHash} ${seconds}`;
    if (!seen.has(key)) phase.failedChecks += 1;
    seen.add(key);
  }
}

type Tier = FrozenPlan['tiers'][number];

export interface TierStanding {
  /** `in-progress` while something of it waits for a person or has not begun. */
  readonly state: TierState;
  readonly reason: string | null;
  readonly counts: Readonly<Counts>;
}

/** How a tier stands once nothing of it is at work any more. Pure. */
export function tierStanding(tier: Tier, endings: Endings, tally: Tally, limits: Limits): TierStanding {
  const counts = countsOf(tier, endings, tally);
  const states = tier.phases.map(({ id }) => endings.get(id)?.state ?? 'queued');
  const passed = passedLimit(tier, counts, limits);
  const of = (state: TierState, reason: string | null): TierStanding => ({ state, reason, counts });
  if (passed) return of('failed', passed);
  if (states.some((state) => state === 'queued' || state === 'awaiting-review')) return of('in-progress', null);
  const left = states.filter((state) => state !== 'landed').length;
  if (left > 0) return of('not-clean', `${left} of ${plural(states.length, 'phase', 'phases')} did not land`);
  const most = limits.tier.minorsPerPhase * tier.phases.length;
  if (counts.minors > most) return of('not-clean', `${plural(counts.minors, 'minor', 'minors')}, limit ${most}`);
  return of('clean', null);
}

/** Minors of what landed or waits; majors of what was given up with them. */
function countsOf({ phases }: Tier, endings: Endings, tally: Tally): Counts {
  const total = { minors: 0, majors: 0, failedChecks: 0 };
  for (const { id } of phases) {
    const state = endings.get(id)?.state;
    const counts = tally.of(id);
    total.failedChecks += counts.failedChecks;
    if (state === 'landed' || state === 'awaiting-review') total.minors += counts.minors;
    if (state === 'rejected' || state === 'stuck') total.majors += counts.majors;
  }
  return total;
}

/** Which limit keeps later tiers from beginning; null for none. */
function passedLimit({ phases }: Tier, { majors, failedChecks }: Counts, { tier }: Limits): string | null {
  if (majors > tier.majors) return `${plural(majors, 'major finding', 'major findings')}, limit ${tier.majors}`;
  const most = tier.failedChecksPerPhase * phases.length;
  return failedChecks > most ? `${plural(failedChecks, 'failed check run', 'failed check runs')}, limit ${most}` : null;
}

/** Why no further phase of the run may begin, or null. */
export function runLimitPassed(plan: FrozenPlan, endings: Endings, tally: Tally, limits: Limits): string | null {
  const phases = plan.tiers.flatMap((tier) => tier.phases);
  const minors = plan.tiers.reduce((sum, tier) => sum + countsOf(tier, endings, tally).minors, 0);
  const most = limits.minorsPerPhase * phases.length;
  return minors > most ? `The run has ${plural(minors, 'minor finding', 'minor findings')}, limit ${most}.` : null;
}
