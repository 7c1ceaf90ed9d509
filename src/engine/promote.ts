import { EngineError } from '../domain/engine-error.ts';
import type { EngineEvent } from '../domain/event.ts';
import type { Promotion } from '../domain/promotion.ts';
import type { PhaseRecord, RunRecord } from '../domain/run.ts';
import { titleOf } from '../domain/spec.ts';
import type { Limits } from '../domain/strategy.ts';
import { createTally, tierStanding } from './gates.ts';
import type { Repository } from './ports/repository.ts';
import type { Emit } from './ports/run.ts';
import { endingsOfRecord } from './recorded-endings.ts';

const runBranches = 'refs/heads/countersign/';

/** A run branch as it is to be proposed. */
export interface RunBranch {
  /** Full ref, and the commit it is at. */
  readonly ref: string;
  readonly tip: string;
  /** Full ref of the branch that the run left from. */
  readonly into: string;
}

/** Opens a pull request for a run branch; resolves to its address. */
export type OpenPullRequest = (branch: RunBranch) => Promise<string>;

export interface PromoteParts {
  readonly repository: Pick<Repository, 'resolve' | 'mergeRunBranch'>;
  readonly emit: Emit;
  readonly events: readonly EngineEvent[];
  /** The limits that held where the run kept none of its own. */
  readonly limits: Limits;
  readonly isLive: boolean;
}

/**
 * Brings a run that ended well into the branch it left from, or proposes that by a pull request. Throws
 * `run/not-promotable` with the reason, and what the merge or the pull request fails with; then nothing was moved.
 */
export async function promoteRun(
  parts: PromoteParts,
  run: RunRecord,
  openPullRequest: OpenPullRequest | null,
): Promise<Promotion> {
  const refusal = whyNotPromotable(run, parts);
  if (refusal !== null) throw notPromotable(run, refusal);
  const branch = await branchOf(parts, run);
  const promotion = openPullRequest ? await proposed(branch, openPullRequest) : await merged(parts, run, branch);
  await parts.emit({ type: 'run-promoted', stage: 'COMPLETE', promotion });
  return promotion;
}

/** Why a run is not to be promoted, in words; null where it may be. Pure. */
export function whyNotPromotable(
  run: RunRecord,
  { events, limits, isLive }: Pick<PromoteParts, 'events' | 'limits' | 'isLive'>,
): string | null {
  const { plan, phases } = run;
  if (isLive) return 'it is under way.';
  if (phases.length === 0) return 'it has no phases.';
  const open = phases.filter((phase) => phase.state !== 'landed');
  if (open.length > 0) return `${open.map(stateOf).join(', ')}.`;
  const takenBack = phases.filter(({ rolledBack }) => rolledBack !== null);
  if (takenBack.length > 0) return `${takenBack.map(({ id }) => `\`${id}\``).join(', ')} was rolled back.`;
  const tally = createTally(events);
  const endings = endingsOfRecord(run);
  for (const tier of plan.tiers) {
    const { state, reason } = tierStanding(tier, endings, tally, plan.strategy?.limits ?? limits);
    if (state === 'failed') return `the tier \`${tier.id}\` passed a limit: ${reason}.`;
  }
  if (plan.mergesInto !== null && plan.landsOn.startsWith(runBranches)) return null;
  return `it landed on ${shortName(plan.landsOn)} itself, so there is no branch of its own to bring anywhere.`;
}

function stateOf({ id, state }: PhaseRecord): string {
  return `\`${id}\` is ${state.replace('-', ' ')}`;
}

function shortName(ref: string): string {
  return ref.replace('refs/heads/', '');
}

function notPromotable({ id }: RunRecord, detail: string): EngineError {
  return new EngineError({ code: 'run/not-promotable', run: id, detail });
}

async function branchOf({ repository }: PromoteParts, run: RunRecord): Promise<RunBranch> {
  const { landsOn: ref, mergesInto } = run.plan;
  const tip = await repository.resolve(ref);
  if (!tip || mergesInto === null) throw notPromotable(run, `its branch ${shortName(ref)} is gone.`);
  return { ref, tip, into: mergesInto };
}

async function proposed(branch: RunBranch, openPullRequest: OpenPullRequest): Promise<Promotion> {
  const url = await openPullRequest(branch);
  return { how: 'pull-request', into: branch.into, commit: branch.tip, url };
}

async function merged({ repository }: PromoteParts, run: RunRecord, { tip, into }: RunBranch): Promise<Promotion> {
  const before = await repository.resolve(into);
  const result = await repository.mergeRunBranch(run.id, into, messageOf(run));
  if (!result.ok) throw new EngineError(result.fault);
  if (result.value === before) throw notPromotable(run, `${shortName(into)} holds it already.`);
  return { how: result.value === tip ? 'fast-forward' : 'merge', into, commit: result.value, url: null };
}

/** What stands in a merge commit below its subject. */
function messageOf({ plan, phases }: RunRecord): string {
  const landed = phases.map(({ spec, landing }) => `- ${landing?.commit.slice(0, 10) ?? ''} ${titleOf(spec)}`);
  return [plan.goal, '', ...landed].join('\n');
}
