import type { Config } from '../domain/config.ts';
import { leavesOf } from './layers.ts';

const autonomies = ['review', 'gated', 'full'];

/**
 * Keys of a workspace's configuration that count only once the user approved them: those that loosen a bound, name an
 * endpoint, a key or a command, or turn something on. `current` is what holds without the workspace.
 */
export function keysToApprove(values: Readonly<Record<string, unknown>>, current: Config): readonly string[] {
  return leavesOf(values)
    .filter(([key, value]) => !isHarmless(key, value, current))
    .map(([key]) => key)
    .sort();
}

/** What a workspace may always say: a tighter bound, or taste. Everything else is asked for. */
function isHarmless(key: string, value: unknown, current: Config): boolean {
  switch (key.startsWith('models.formats.') ? 'models.formats' : key) {
    case 'budget.usd':
      return Number(value) <= current.budget.usd;
    case 'budget.tokens':
      return Number(value) <= current.budget.tokens;
    case 'budget.perDayUsd':
      return Number(value) <= current.budget.perDayUsd;
    case 'models.maxOutputTokens':
      return Number(value) <= current.models.maxOutputTokens;
    case 'parallel':
      return Number(value) <= current.parallel;
    case 'autonomy':
      return autonomies.indexOf(String(value)) <= autonomies.indexOf(current.autonomy);
    case 'checks.sandbox':
      return (
        value === 'require' ||
        value === current.checks.sandbox ||
        (value === 'auto' && current.checks.sandbox === 'off')
      );
    case 'checks.network':
    case 'landing.hooks':
    case 'landing.sign':
      return value === false;
    case 'models.formats':
    case 'checks.share':
    case 'landing.branch':
      return true;
    default:
      return false;
  }
}

/** The workspace's values without the keys that are not approved. */
export function withoutKeys(
  values: Readonly<Record<string, unknown>>,
  keys: readonly string[],
): Readonly<Record<string, unknown>> {
  const drop = (tree: Readonly<Record<string, unknown>>, prefix: string): Record<string, unknown> =>
    Object.fromEntries(
      Object.entries(tree).flatMap(([name, value]) => {
        const key = prefix ? `${prefix}.${name}` : name;
        if (keys.includes(key)) return [];
        const isTree = typeof value === 'object' && value !== null && !Array.isArray(value);
        return [[name, isTree ? drop(value as Readonly<Record<string, unknown>>, key) : value] as const];
      }),
    );
  return drop(values, '');
}
