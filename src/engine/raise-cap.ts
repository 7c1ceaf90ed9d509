import type { Config } from '../domain/config.ts';
import { EngineError } from '../domain/engine-error.ts';
import { microsOfUsd } from '../domain/money.ts';
import type { FrozenPlan } from '../domain/run.ts';
import type { PhaseSpec } from '../domain/spec.ts';
import type { Strategy } from '../domain/strategy.ts';
import type { Cap } from './ports/budget.ts';
import { phaseCap, runCap, tierCap } from './strategy.ts';

/** A cap that a person raises when a run goes on: of the run, or of one tier or phase of it. */
export interface CapRaise {
  readonly level: 'run' | 'tier' | 'phase';
  /** Of the tier or the phase; null for the run. */
  readonly id: string | null;
  readonly usd?: number | undefined;
  readonly tokens?: number | undefined;
}

interface Rules {
  readonly config: Config;
  readonly strategy: Strategy;
}

/** The plan with the higher cap. Throws `arguments/invalid` where there is no such part, or its cap is as high already. */
export function raiseCap(plan: FrozenPlan, raise: CapRaise, rules: Rules): FrozenPlan {
  const { level, id, usd, tokens } = raise;
  const more = { ...(usd === undefined ? {} : { usd }), ...(tokens === undefined ? {} : { tokens }) };
  assertHigher(raise, capNow(plan, raise, rules));
  const { run = {}, tiers = {} } = plan.raised ?? {};
  switch (level) {
    case 'run':
      return { ...plan, raised: { run: { ...run, ...more }, tiers } };
    case 'tier':
      return { ...plan, raised: { run, tiers: { ...tiers, [id as string]: { ...tiers[id as string], ...more } } } };
    case 'phase': {
      const raised = (spec: PhaseSpec) => (spec.id === id ? { ...spec, budget: { ...spec.budget, ...more } } : spec);
      return { ...plan, tiers: plan.tiers.map((tier) => ({ ...tier, phases: tier.phases.map(raised) })) };
    }
  }
}

export function describeRaise({ level, id, usd, tokens }: CapRaise): string {
  const amounts = [...(usd === undefined ? [] : [`$${usd}`]), ...(tokens === undefined ? [] : [`${tokens} tokens`])];
  return `The cap of ${id === null ? `this ${level}` : `${level} "${id}"`} is now ${amounts.join(' and ')}.`;
}

function capNow(plan: FrozenPlan, { level, id }: CapRaise, { config, strategy }: Rules): Cap {
  if (level === 'run') return runCap(plan, config);
  if (level === 'tier') {
    const tier = plan.tiers.find((each) => each.id === id);
    return tier ? tierCap(tier, strategy, plan) : refuse(`The run has no tier "${id}".`);
  }
  const spec = plan.tiers.flatMap(({ phases }) => phases).find((each) => each.id === id);
  return spec ? phaseCap(spec, strategy) : refuse(`The run has no phase "${id}".`);
}

function assertHigher({ level, usd, tokens }: CapRaise, { micros, tokens: most }: Cap): void {
  if (usd !== undefined && micros !== null && microsOfUsd(usd) <= micros) {
    refuse(`The cap of this ${level} is $${micros / 1_000_000}; name a higher one.`);
  }
  if (tokens !== undefined && most !== null && tokens <= most) {
    refuse(`The cap of this ${level} is ${most} tokens; name a higher one.`);
  }
}

function refuse(problem: string): never {
  throw new EngineError({ code: 'arguments/invalid', problem, usage: 'countersign resume RUN --budget-usd USD' });
}
