import { type Config, configSchema } from '../domain/config.ts';
import type { FrozenPlan } from '../domain/run.ts';
import { strategyFor } from '../domain/strategy.ts';
import type { EngineParts, RunContext } from './context.ts';

/** What a run keeps to its end, by name: which models at which prices, by which rules. */
export type Frozen = Readonly<Record<string, string>>;

/** Where a server is and how long its replies may be says nothing about what is asked of which model. */
const free: ReadonlySet<string> = new Set(['providers', 'maxOutputTokens']);

/** Throws `model/not-configured`. */
export function freeze({ parts, plan, models, strategy }: Omit<RunContext, 'emit' | 'runId'>): Frozen {
  return Object.fromEntries([
    ['countersign', parts.version],
    ['builder', models.for('builder').id],
    ['auditor', models.for('auditor').id],
    ...leaves('models', modelsToKeep(parts.config)),
    ...leaves('strategy', strategyFor(strategy, categoriesOf(plan))),
    ...leaves('prompts', parts.prompts),
  ]);
}

export function categoriesOf({ tiers }: Pick<FrozenPlan, 'tiers'>): ReadonlySet<string> {
  return new Set(tiers.flatMap(({ phases }) => phases.map(({ category }) => category)));
}

/** What a run keeps of the models' configuration, so that it can go on with it later. */
export function modelsToKeep({ models }: Pick<Config, 'models'>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(models).filter(([name]) => !free.has(name)));
}

/** The parts with the models and prices that a run began with; providers are those of today. */
export function withKeptModels(parts: EngineParts, { models: kept }: FrozenPlan): EngineParts {
  if (!kept) return parts;
  const { config } = parts;
  const today = Object.entries(config.models).filter(([name]) => free.has(name));
  const models = configSchema.shape.models.parse({ ...kept, ...Object.fromEntries(today) });
  return { ...parts, config: { ...config, models } };
}

function leaves(prefix: string, value: unknown): readonly (readonly [string, string])[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return value === undefined ? [] : [[prefix, typeof value === 'string' ? value : JSON.stringify(value)]];
  }
  return Object.entries(value).flatMap(([name, child]) => leaves(`${prefix}.${name}`, child));
}

/** One sentence for each name whose value is not what it was. */
export function changesSince(before: Frozen, now: Frozen): readonly string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(now)])].sort();
  return names
    .filter((name) => before[name] !== now[name])
    .map((name) => `\`${name}\` was ${before[name] ?? 'not set'} and is ${now[name] ?? 'not set'}`);
}
