import type { Config } from '../domain/config.ts';
import { microsOfUsd } from '../domain/money.ts';
import type { PhaseSpec, Plan, Tier } from '../domain/spec.ts';
import type { Cap } from './ports/budget.ts';

/** What a kind of work may use unless its spec says otherwise. */
export interface CategoryStrategy {
  readonly tokens: number;
  readonly attempts: number;
  /** Strict checks run, and nothing of it lands without a person. */
  readonly highRisk: boolean;
}

const byDefault: CategoryStrategy = { tokens: 500_000, attempts: 3, highRisk: false };

function highRisk(tokens: number, attempts = 2): CategoryStrategy {
  return { tokens, attempts, highRisk: true };
}

const categories: Readonly<Record<string, CategoryStrategy>> = {
  'cross-cutting-refactor': highRisk(1_000_000),
  'registry-change': highRisk(800_000),
  'schema-change': highRisk(1_000_000),
  'bulk-multi-file': highRisk(1_500_000, 1),
  'security-auth-change': highRisk(800_000),
  'external-feature-reuse': highRisk(1_000_000),
  'external-code-intake': highRisk(1_200_000),
  'feature-scaffolding': byDefault,
  docs: { tokens: 200_000, attempts: 2, highRisk: false },
  tests: { tokens: 300_000, attempts: 3, highRisk: false },
  'debt-cleanup': { tokens: 400_000, attempts: 2, highRisk: false },
};

export function strategyOf(category: string): CategoryStrategy {
  return categories[category] ?? byDefault;
}

/** Every category by name, for telling a planner or a person. */
export function strategyTable(): readonly (CategoryStrategy & { readonly name: string })[] {
  return Object.entries(categories).map(([name, strategy]) => ({ name, ...strategy }));
}

/** Minutes a phase may take, all attempts together. */
const defaultMinutes = 60;

export interface PhaseBounds {
  readonly attempts: number;
  readonly minutes: number;
  readonly strictChecks: boolean;
  readonly personSigns: boolean;
}

export function boundsOf(spec: PhaseSpec): PhaseBounds {
  const strategy = strategyOf(spec.category);
  const high = strategy.highRisk || spec.risk === 'high';
  return {
    attempts: spec.budget.attempts ?? strategy.attempts,
    minutes: spec.budget.minutes ?? defaultMinutes,
    strictChecks: high,
    personSigns: high,
  };
}

function cap(usd: number | undefined, tokens: number | undefined): Cap {
  return { micros: usd === undefined ? null : microsOfUsd(usd), tokens: tokens ?? null };
}

export function phaseCap(spec: PhaseSpec): Cap {
  return cap(spec.budget.usd, spec.budget.tokens ?? strategyOf(spec.category).tokens);
}

export function tierCap(tier: Pick<Tier, 'budget'>): Cap {
  return cap(tier.budget.usd, tier.budget.tokens);
}

/** The smaller of what the plan and the configuration allow a run. */
export function runCap(plan: Pick<Plan, 'budget'>, config: Config): Cap {
  return cap(
    Math.min(plan.budget.usd ?? Number.POSITIVE_INFINITY, config.budget.usd),
    Math.min(plan.budget.tokens ?? Number.POSITIVE_INFINITY, config.budget.tokens),
  );
}

export function dayCap(config: Config): Cap {
  return cap(config.budget.perDayUsd, undefined);
}

export function monthCap(config: Config): Cap {
  return cap(config.budget.perMonthUsd ?? undefined, undefined);
}
