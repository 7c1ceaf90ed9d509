import type { Deployment, DeploymentEnd } from '../../domain/deployment.ts';
import { percent } from '../../domain/deployment.ts';
import type { RollbackRule } from '../../domain/training.ts';
import type { ServedPhase } from '../compare-arms.ts';
import { meanDifference, rateDifference, sampleOf, wilson } from '../statistics.ts';

/** What is known of a deployed version since it was deployed. */
export interface Standing {
  readonly candidate: readonly ServedPhase[];
  readonly baseline: readonly ServedPhase[];
  /** Of the candidate. */
  readonly calls: { readonly calls: number; readonly failed: number };
}

type Breach = Pick<DeploymentEnd, 'cause' | 'reason'>;

const dayMs = 86_400_000;

/**
 * Why a version is to be taken back now; null for no reason. A rate or a mean counts only beyond the bound that its
 * interval (95 %) leaves no doubt about, and from a least count on, so that chance alone takes nothing back.
 */
export function breachOf(deployment: Deployment, standing: Standing, rule: RollbackRule, now: Date): Breach | null {
  const found =
    retired(deployment, rule, now) ?? failing(standing, rule) ?? worse(standing, rule) ?? dearer(standing, rule);
  return found && { cause: found.cause, reason: `${deployment.version} was taken back: ${found.reason}` };
}

function retired({ retiresAt }: Deployment, { daysBeforeShutdown }: RollbackRule, now: Date): Breach | null {
  if (retiresAt === null || now.getTime() < Date.parse(retiresAt) - daysBeforeShutdown * dayMs) return null;
  const day = retiresAt.slice(0, 10);
  const isOver = now.getTime() >= Date.parse(retiresAt);
  return { cause: 'retired', reason: isOver ? `its provider ended it on ${day}.` : `its provider ends it on ${day}.` };
}

function failing({ calls: { calls, failed } }: Standing, { minCalls, errorRate }: RollbackRule): Breach | null {
  const { low } = wilson({ hits: failed, of: calls });
  if (calls < minCalls || low <= errorRate) return null;
  const reason = `${failed} of its ${calls} calls failed, at least ${percent(low)} for certain; ${percent(errorRate)} are allowed.`;
  return { cause: 'breach', reason };
}

function worse({ candidate, baseline }: Standing, { minPhases, successDrop }: RollbackRule): Breach | null {
  if (Math.min(candidate.length, baseline.length) < minPhases) return null;
  const [a, b] = [landedOf(baseline), landedOf(candidate)];
  if (rateDifference(a, b).high >= -successDrop) return null;
  return { cause: 'breach', reason: `${b.hits} of its ${b.of} phases landed, against ${a.hits} of ${a.of} before.` };
}

function dearer({ candidate, baseline }: Standing, { minPhases, costRise }: RollbackRule): Breach | null {
  if (Math.min(candidate.length, baseline.length) < minPhases) return null;
  const [a, b] = [sampleOf(baseline.map(costOf)), sampleOf(candidate.map(costOf))];
  const difference = meanDifference(a, b);
  if (difference === null || difference.low <= costRise * a.mean) return null;
  return { cause: 'breach', reason: `a phase costs ${usd(b.mean)} with it, against ${usd(a.mean)} before.` };
}

function landedOf(phases: readonly ServedPhase[]) {
  return { hits: phases.filter(({ landed }) => landed).length, of: phases.length };
}

function costOf({ costMicros }: ServedPhase): number {
  return costMicros;
}

function usd(micros: number): string {
  return `$${(micros / 1e6).toFixed(4)}`;
}
