import { modelTiers } from '../domain/config.ts';
import { ladderOf } from '../domain/route.ts';
import type { PhaseSpec } from '../domain/spec.ts';
import { strategyOf } from '../domain/strategy.ts';
import { armOf, phaseKeyOf, type Serving } from './arm.ts';
import type { RunContext } from './context.ts';
import type { Cap } from './ports/budget.ts';
import type { Choice } from './routing.ts';
import { dayCap, phaseCap, runCap } from './strategy.ts';

/** Input tokens of the smallest sensible brief: a tier that does not even fit with it is not tried. */
const leastInput = 4_000;

/**
 * What the models of a phase are chosen by. Only the caps count here, not what is left under them, so that a resumed run
 * chooses as it did before; each call looks at what is left.
 */
export async function choiceFor(context: RunContext, spec: PhaseSpec): Promise<Choice> {
  const { parts, plan, models, strategy } = context;
  const { config } = parts;
  const ladder = ladderOf(config.models);
  const caps = [phaseCap(spec, strategy), runCap(plan, config), dayCap(config)];
  const output = config.models.maxOutputTokens;
  const costs = new Map<string, number | null>();
  for (const model of new Set(ladder ? modelTiers.map((tier) => ladder[tier]) : [])) {
    costs.set(model, await models.worstCost(model, leastInput, output));
  }
  const fits = (model: string) => caps.every((cap) => fitsCap(cap, leastInput + output, costs.get(model) ?? 0));
  const serving = servingOf(context, spec);
  return { spec, models: config.models, strategy: strategyOf(strategy, spec.category), fits, serving };
}

function servingOf({ parts, plan, models }: RunContext, spec: PhaseSpec): Serving | null {
  const { deployment } = plan;
  if (!deployment) return null;
  const served = armOf(deployment, phaseKeyOf(spec), parts.now());
  return { deployment, served, builder: models.for('builder').id };
}

function fitsCap({ tokens, micros }: Cap, needTokens: number, needMicros: number): boolean {
  return (tokens === null || needTokens <= tokens) && (micros === null || needMicros <= micros);
}
