import type { Config } from '../domain/config.ts';
import { microsOfUsd } from '../domain/money.ts';
import type { FrozenPlan } from '../domain/run.ts';
import type { PhaseSpec, Plan, Tier } from '../domain/spec.ts';
import { type Strategy, strategyOf } from '../domain/strategy.ts';
import type { Cap } from './ports/budget.ts';

export interface PhaseBounds {
  readonly attempts: number;
  readonly auditorAttempts: number;
  readonly minutes: number;
  readonly strictChecks: boolean;
  readonly personSigns: boolean;
}

export function boundsOf(spec: PhaseSpec, strategy: Strategy): PhaseBounds {
  const own = strategyOf(strategy, spec.category);
  return {
    attempts: spec.budget.attempts ?? own.attempts,
    auditorAttempts: own.auditorAttempts,
    minutes: spec.budget.minutes ?? own.minutes,
    strictChecks: own.profile === 'strict' || spec.risk === 'high',
    personSigns: !own.autoApply || spec.risk === 'high',
  };
}

function cap(usd: number | null | undefined, tokens: number | undefined): Cap {
  return { micros: usd === null || usd === undefined ? null : microsOfUsd(usd), tokens: tokens ?? null };
}

export function phaseCap(spec: PhaseSpec, strategy: Strategy): Cap {
  const own = strategyOf(strategy, spec.category);
  return cap(spec.budget.usd ?? own.usd, spec.budget.tokens ?? own.tokens);
}

type Raised = Pick<FrozenPlan, 'raised'>;

/** The smaller of what the plan and the rules allow a tier, unless a person raised it. */
export function tierCap(tier: Pick<Tier, 'id' | 'budget'>, { limits }: Strategy, { raised }: Raised = {}): Cap {
  const own = raised?.tiers[tier.id];
  return cap(
    own?.usd ?? least(tier.budget.usd, limits.tier.usd),
    own?.tokens ?? least(tier.budget.tokens, limits.tier.tokens),
  );
}

function least(...values: readonly (number | undefined)[]): number | undefined {
  const given = values.filter((value) => value !== undefined);
  return given.length === 0 ? undefined : Math.min(...given);
}

/** The smaller of what the plan and the configuration allow a run, unless a person raised it. */
export function runCap({ budget, raised }: Pick<Plan, 'budget'> & Raised, config: Pick<Config, 'budget'>): Cap {
  return cap(
    raised?.run.usd ?? least(budget.usd, config.budget.usd),
    raised?.run.tokens ?? least(budget.tokens, config.budget.tokens),
  );
}

export function dayCap(config: Config): Cap {
  return cap(config.budget.perDayUsd, undefined);
}

export function monthCap(config: Config): Cap {
  return cap(config.budget.perMonthUsd, undefined);
}
