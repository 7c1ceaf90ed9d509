import { type ModelTier, modelTiers } from '../domain/config.ts';
import { ladderOf, modelsBelow, tierAbove } from '../domain/route.ts';
import type { Because } from '../domain/verdict.ts';
import { type Serving, serve } from './arm.ts';
import { type Selection, type SelectionInput, selectModel } from './selection.ts';
import type { PhaseBounds } from './strategy.ts';

/** What one attempt came to. */
export interface PastAttempt {
  readonly because: Because;
  /** The staged tree, or a hash of the reply where nothing was staged: equal means nothing new was tried. */
  readonly fingerprint: string;
  /** Tier that its model was taken from; null where no tiers have a say. */
  readonly tier: ModelTier | null;
}

export interface Route extends Selection {
  readonly attempt: number;
}

export interface Choice extends Omit<SelectionInput, 'reached'> {
  /** The model version that takes another's place; null where none is deployed. */
  readonly serving?: Serving | null;
}

/**
 * Which model makes the next attempt, and why; null where another one would be money for nothing. The same failure again
 * moves one tier up; another failure stays. At the top, twice the same failure is the end; a model that stands alone goes
 * on as long as it tries something new.
 */
export function nextRoute(choice: Choice, bounds: PhaseBounds, history: readonly PastAttempt[]): Route | null {
  const route = plannedRoute(choice, bounds, history);
  return route && choice.serving ? { ...route, ...serve(route, choice.serving) } : route;
}

/** The route of an attempt that is gone through once more, by the tier whose model answered then; null for none. */
export function routeAsBefore(route: Route, { models }: Choice, tier: ModelTier | null): Route {
  const ladder = ladderOf(models);
  if (tier === null || !ladder || route.facts.tier === null || route.facts.tier === tier) return route;
  // Another tier's model answered: that one is of no arm.
  const { arm: _, ...facts } = route.facts;
  return {
    ...route,
    model: ladder[tier],
    cheaper: modelsBelow(ladder, tier),
    facts: { ...facts, tier },
    reason: `${tier} tier, as when it was answered`,
  };
}

function plannedRoute(choice: Choice, bounds: PhaseBounds, history: readonly PastAttempt[]): Route | null {
  const attempt = history.length + 1;
  if (attempt > bounds.attempts) return null;
  const last = history.at(-1);
  if (!last) return { attempt, ...selectModel({ ...choice, reached: null }) };
  const stays = selectModel({ ...choice, reached: last.tier });
  const again = `tries again: ${last.because.summary}`;
  if (!sameFailureTwice(history)) return { attempt, ...stays, reason: `${stays.reason}; ${again}` };
  const ladder = last.tier === null ? null : ladderOf(choice.models);
  if (last.tier === null || !ladder) {
    return triedNothingNew(history) ? null : { attempt, ...stays, reason: `${stays.reason}; ${again}` };
  }
  const above = tierAbove(ladder, last.tier);
  const raised = above === null ? stays : selectModel({ ...choice, reached: above });
  if (isHigher(raised.facts.tier, last.tier)) {
    const reason = `${raised.facts.tier} tier, up from ${last.tier}: the same failure again, with no new evidence; ${again}`;
    return { attempt, ...raised, facts: { ...raised.facts, rule: 'escalation' }, reason };
  }
  return history.at(-2)?.tier === last.tier ? null : { attempt, ...stays, reason: `${stays.reason}; ${again}` };
}

function isHigher(tier: ModelTier | null, than: ModelTier): boolean {
  return tier !== null && modelTiers.indexOf(tier) > modelTiers.indexOf(than);
}

function lastTwo(history: readonly PastAttempt[]): readonly [PastAttempt, PastAttempt] | null {
  const [before, last] = history.slice(-2);
  return before && last ? [before, last] : null;
}

/** The same failure from the same change: the model has nothing else to offer. */
function triedNothingNew(history: readonly PastAttempt[]): boolean {
  const pair = lastTwo(history);
  return pair !== null && sameFailureTwice(history) && pair[0].fingerprint === pair[1].fingerprint;
}

export function sameFailureTwice(history: readonly PastAttempt[]): boolean {
  const pair = lastTwo(history);
  return pair !== null && pair[0].because.signature === pair[1].because.signature;
}
