import type { Trajectory } from './trajectory.ts';

/** Parts of a score, each already weighted; they add up to `total`, 0 to 1. */
export interface Score {
  readonly success: number;
  readonly economyOfTries: number;
  readonly economyOfMoney: number;
  readonly completion: number;
  readonly total: number;
}

const weights = { success: 0.4, tries: 0.25, money: 0.2, completion: 0.15 } as const;
/** From here on a trajectory counts as good. */
export const highScore = 0.6;

/**
 * .40 success + .25/(1 + retries) + .20 (1 − cost/cap) + .15 completed/total. Without a cap the money part is neutral
 * (half), because an unknown is neither thrift nor waste. Without criteria, completion follows success.
 */
export function scoreOf(trajectory: Trajectory): Score {
  const { outcome, attempt, costMicros, capMicros } = trajectory;
  const won = isProven(trajectory);
  const success = won ? weights.success : 0;
  const economyOfTries = weights.tries / attempt;
  const share = capMicros === null || capMicros === 0 ? 0.5 : 1 - Math.min(1, costMicros / capMicros);
  const economyOfMoney = weights.money * share;
  const done = outcome.criteria === 0 ? Number(won) : Math.min(1, outcome.criteriaMet / outcome.criteria);
  const completion = weights.completion * done;
  return {
    success,
    economyOfTries,
    economyOfMoney,
    completion,
    total: success + economyOfTries + economyOfMoney + completion,
  };
}

/** Share of the lines of a landing that must still be there when it is looked at. */
const leastSurvival = 0.5;

/** Why a trajectory is no proof of good work, in words; empty for one that is. */
export function doubtsOf({ outcome }: Trajectory): readonly string[] {
  return [
    ...(outcome.landed ? [] : ['it did not land']),
    ...(outcome.rolledBack ? ['it was rolled back'] : []),
    ...(outcome.checks === 'failed' ? ['a check failed'] : []),
    ...(outcome.checks === 'none' ? ['no check ran'] : []),
    ...(outcome.failToPass === 'broken' ? ['a new test passed without the change'] : []),
    ...(outcome.audit === 'major' ? ['the audit found a major fault'] : []),
    ...(outcome.audit === 'none' ? ['it was not audited'] : []),
    ...(outcome.hunks && outcome.hunks.rejected > 0 ? ['a person left a part of it out'] : []),
    ...(outcome.hunks && outcome.hunks.edited > 0 ? ['a person edited it'] : []),
    ...(outcome.survival !== null && outcome.survival < leastSurvival ? ['most of its lines were soon replaced'] : []),
  ];
}

/** Only what passed every check, was audited, landed and stayed counts as a positive example. */
export function isProven(trajectory: Trajectory): boolean {
  return doubtsOf(trajectory).length === 0;
}
