import { modelTiers } from '../domain/config.ts';
import { ladderOf } from '../domain/route.ts';
import type { PhaseSpec } from '../domain/spec.ts';
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
export async function choiceFor({ parts, plan, models }: RunContext, spec: PhaseSpec): Promise<Choice> {
  const { config } = parts;
  const ladder = ladderOf(config.models);
  const caps = [phaseCap(spec), runCap(plan, config), dayCap(config)];
  const output = config.models.maxOutputTokens;
  const costs = new Map<string, number | null>();
  for (const model of new Set(ladder ? modelTiers.map((tier) => ladder[tier]) : [])) {
    costs.set(model, await models.worstCost(model, leastInput, output));
  }
  const fits = (model: string) => caps.every((cap) => fitsCap(cap, leastInput + output, costs.get(model) ?? 0));
  return { spec, models: config.models, fits };
}

function fitsCap({ tokens, micros }: Cap, needTokens: number, needMicros: number): boolean {
  return (tokens === null || needTokens <= tokens) && (micros === null || needMicros <= micros);
}
