import type { ResumeOptions } from '../../compose.ts';
import type { BudgetLevel, Fault } from '../../domain/fault.ts';
import type { SettingKey } from '../../manifest/settings.ts';

type Exceeded = Extract<Fault, { code: 'budget/exceeded' }>;

/** What a cap counts. */
export type CapUnit = 'usd' | 'tokens';

/** Whether money or tokens ran out. */
export function unitOf({ needMicros, leftMicros }: Exceeded): CapUnit {
  return needMicros !== null && leftMicros !== null && needMicros > leftMicros ? 'usd' : 'tokens';
}

/** The least cap with which the call that was not sent could have been, in dollars or tokens. */
export function leastCap(fault: Exceeded, unit: CapUnit, current: number): number {
  if (unit === 'tokens') return current + Math.max(0, fault.needTokens - (fault.leftTokens ?? 0));
  const short = Math.max(0, (fault.needMicros ?? 0) - (fault.leftMicros ?? 0));
  // Up to the next cent: a fraction of one would be cut off again.
  return Math.ceil((Math.round(current * 1_000_000) + short) / 10_000) / 100;
}

/** The user's own setting that caps this level, over all runs; null where the run has a cap of its own. */
export function settingOf(level: BudgetLevel): SettingKey | null {
  if (level === 'day') return 'budget.perDayUsd';
  return level === 'month' ? 'budget.perMonthUsd' : null;
}

/** The run's own cap as it is to be from now on; undefined for one that is a setting. */
export function raiseOf(
  level: BudgetLevel,
  place: { readonly phaseId: string; readonly tierId: string | null },
  cap: Readonly<Partial<Record<CapUnit, number>>>,
): ResumeOptions['raise'] {
  switch (level) {
    case 'run':
      return { level, id: null, ...cap };
    case 'tier':
      return { level, id: place.tierId, ...cap };
    case 'phase':
      return { level, id: place.phaseId, ...cap };
    default:
      return undefined;
  }
}
