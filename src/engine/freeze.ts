import type { Config } from '../domain/config.ts';
import type { FrozenPlan } from '../domain/run.ts';
import type { Models } from './ports/chat.ts';
import { strategyOf } from './strategy.ts';

/** What a run keeps to its end, by name: which models at which prices, by which rules. */
export type Frozen = Readonly<Record<string, string>>;

/** Where a server is and how long its replies may be says nothing about what is asked of which model. */
const free: ReadonlySet<string> = new Set(['providers', 'maxOutputTokens']);

/** Throws `model/not-configured`. */
export function freeze(config: Config, plan: FrozenPlan, models: Models, version: string): Frozen {
  const chosen = Object.entries(config.models).filter(([name]) => !free.has(name));
  const categories = new Set(plan.tiers.flatMap(({ phases }) => phases.map(({ category }) => category)));
  return Object.fromEntries([
    ['countersign', version],
    ['builder', models.for('builder').id],
    ['auditor', models.for('auditor').id],
    ...leaves('models', Object.fromEntries(chosen)),
    ...[...categories].flatMap((category) => leaves(`strategy.${category}`, strategyOf(category))),
  ]);
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
