import { type Config, dependencyFolderNames } from '../domain/config.ts';
import { type CategoryStrategy, compileStrategy, strategyOf } from '../domain/strategy.ts';
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
    case 'budget.perMonthUsd':
      return value !== null && Number(value) <= (current.budget.perMonthUsd ?? Number.POSITIVE_INFINITY);
    case 'models.maxOutputTokens':
      return Number(value) <= current.models.maxOutputTokens;
    case 'builder.contextTokens':
      return Number(value) <= current.builder.contextTokens;
    case 'builder.tools.turns':
      return Number(value) <= current.builder.tools.turns;
    case 'builder.tools.minutes':
      return Number(value) <= current.builder.tools.minutes;
    case 'builder.continueFrom':
      return true;
    // On costs a call.
    case 'builder.distil':
      return value === false;
    case 'checks.memoryMb':
      return Number(value) <= (current.checks.memoryMb ?? Number.POSITIVE_INFINITY);
    case 'checks.processes':
      return Number(value) <= current.checks.processes;
    case 'parallel':
      return Number(value) <= current.parallel;
    case 'limits.phases':
      return Number(value) <= current.limits.phases;
    case 'limits.minutes':
      return Number(value) <= current.limits.minutes;
    case 'limits.minorsPerPhase':
      return Number(value) <= current.limits.minorsPerPhase;
    case 'limits.tier.minorsPerPhase':
      return Number(value) <= current.limits.tier.minorsPerPhase;
    case 'limits.tier.majors':
      return Number(value) <= current.limits.tier.majors;
    case 'limits.tier.failedChecksPerPhase':
      return Number(value) <= current.limits.tier.failedChecksPerPhase;
    case 'training.maxUsd':
      return value !== null && Number(value) <= (current.training.maxUsd ?? Number.POSITIVE_INFINITY);
    case 'training.maxTokens':
      return value !== null && Number(value) <= (current.training.maxTokens ?? Number.POSITIVE_INFINITY);
    case 'autonomy':
      return autonomies.indexOf(String(value)) <= autonomies.indexOf(current.autonomy);
    case 'checks.sandbox':
      return (
        value === 'require' ||
        value === current.checks.sandbox ||
        (value === 'auto' && current.checks.sandbox === 'off')
      );
    case 'checks.network':
      return value === false;
    // Off leaves to a person what happens by itself else.
    case 'landing.merge':
      return value === false || value === current.landing.merge;
    // On may run programs; off would take away what the user relies on.
    case 'landing.hooks':
      return value === current.landing.hooks;
    case 'landing.sign':
      return value === current.landing.sign;
    // Any other folder of the working tree may hold what no model's program should read.
    case 'checks.share':
      return Array.isArray(value) && value.every((folder) => isDependencyFolder(String(folder)));
    case 'models.formats':
    case 'landing.branch':
      return true;
    case 'limits.tier.tokens':
      return Number(value) <= (current.limits.tier.tokens ?? Number.POSITIVE_INFINITY);
    case 'limits.tier.usd':
      return Number(value) <= (current.limits.tier.usd ?? Number.POSITIVE_INFINITY);
    // A list that names all that was protected before protects more.
    case 'strategy.protectedPaths':
      return Array.isArray(value) && current.strategy.protectedPaths.every((glob) => value.includes(glob));
    default:
      if (key.startsWith('strategy.categories.')) return tightensCategory(key, value, current);
      return key.startsWith('builder.tools.') && value === false;
  }
}

/** Whether a kind of work may use no more, and is handled no less carefully, than it is without the workspace. */
function tightensCategory(key: string, value: unknown, current: Config): boolean {
  const [category = '', name = ''] = key.slice('strategy.categories.'.length).split('.');
  const now = strategyOf(compileStrategy(current), category);
  switch (name as keyof CategoryStrategy) {
    case 'tokens':
      return Number(value) <= now.tokens;
    case 'usd':
      return value !== null && Number(value) <= (now.usd ?? Number.POSITIVE_INFINITY);
    case 'minutes':
      return Number(value) <= now.minutes;
    case 'attempts':
      return Number(value) <= now.attempts;
    case 'auditorAttempts':
      return Number(value) <= now.auditorAttempts;
    case 'profile':
      return value === 'strict' || value === now.profile;
    case 'autoApply':
      return value === false || value === now.autoApply;
    // These choose the model: a dearer one costs more, a cheaper one is trusted with more than before.
    case 'complexity':
      return value === now.complexity;
    case 'highRisk':
      return value === now.highRisk;
    default:
      return false;
  }
}

function isDependencyFolder(folder: string): boolean {
  const names = folder.split('/');
  return !names.includes('..') && dependencyFolderNames.includes(names.at(-1) as string);
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
