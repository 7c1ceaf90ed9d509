/** What there is to train on, as a whole: one pass over the ledger, for a view. */
import type { Workspace } from '../../compose.ts';
import type { TrainingPhase } from '../../ledger/read-training.ts';
import { collect } from '../../training/collect.ts';
import { withoutCopies } from '../../training/export-dataset.ts';
import { createLeftOut } from '../../training/left-out.ts';
import { type LicenceRule, licenceDoubt } from '../../training/licence.ts';
import { pairsOf } from '../../training/pairs.ts';
import { defaultReadinessRule, readinessOf } from '../../training/readiness.ts';
import { doubtsOf, highScore, scoreOf } from '../../training/score.ts';
import type { Trajectory } from '../../training/trajectory.ts';
import { licenceOf } from './training-source.ts';

interface Counted {
  readonly reason: string;
  readonly count: number;
}

/** Counted in replies: an attempt with several candidates has several. */
export interface TrainingSurvey {
  /** ISO 8601. */
  readonly at: string;
  readonly ready: boolean;
  readonly bars: readonly {
    readonly name: 'trajectories' | 'groups' | 'quality' | 'interval';
    readonly have: number;
    readonly need: number;
  }[];
  /** Of the rule: how large a group must be, and how many of the newest must be whole. */
  readonly groupSize: number;
  readonly newest: number;
  /** Of the newest, those whose texts are not whole. */
  readonly incompleteOfNewest: number;
  /** The last 24 hours in windows `[start, start + 1 h)`, UTC, oldest first. */
  readonly hours: readonly { readonly start: string; readonly attempts: number }[];
  /** How many scored 0–0.1, 0.1–0.2 … 0.9–1. */
  readonly scores: readonly number[];
  readonly highScore: number;
  /** How many phase specs have how many attempts, by size. */
  readonly groups: readonly { readonly size: number; readonly groups: number }[];
  readonly kept: number;
  /** Each reply that would not be a row, once, by the first thing that stands in its way. */
  readonly leftOut: Readonly<
    Record<'recorded' | 'optedOut' | 'incomplete' | 'licence' | 'copies' | 'unproven', number>
  >;
  /** Why outcomes are not proven; one may have several reasons. */
  readonly doubts: readonly Counted[];
  readonly licenceDoubts: readonly Counted[];
  /** Rows of a supervised dataset, and pairs of a preference dataset. */
  readonly rows: number;
  readonly pairs: number;
}

/** How many of the newest must be whole. */
const { newest } = defaultReadinessRule;
const hourMs = 3_600_000;
const hoursShown = 24;
const scoreBins = 10;
/** Sums of weights in binary floats: .6 exactly must count as .6. */
const rounding = 1e-9;

/** @param lastTrainedAt ISO 8601, when the last job began; null where there was none */
export async function surveyTraining(
  workspace: Pick<Workspace, 'ledger' | 'repository' | 'config'>,
  lastTrainedAt: string | null,
  now: Date,
): Promise<TrainingSurvey> {
  const repository = (await licenceOf(workspace))?.licence ?? null;
  const rule: LicenceRule = { repository, allowed: workspace.config.config.training.licences };
  const tally = emptyTally(now);
  for (const phases of workspace.ledger.trainingGroups({})) {
    const group = phases.flatMap((phase) => takePhase(tally, phase));
    if (group.length > 0) takeGroup(tally, group, rule);
  }
  return surveyOf(tally, lastTrainedAt, now);
}

/** What was counted so far. */
function emptyTally(now: Date) {
  return {
    kept: 0,
    trajectories: 0,
    rows: 0,
    pairs: 0,
    hours: emptyHours(now),
    scores: Array.from({ length: scoreBins }, () => 0),
    /** Groups by size. */
    sizes: new Map<number, number>(),
    leftOut: { recorded: 0, optedOut: 0, incomplete: 0, licence: 0, copies: 0, unproven: 0 },
    doubts: createLeftOut(),
    licenceDoubts: createLeftOut(),
    latest: [] as Kept[],
  };
}
type Tally = ReturnType<typeof emptyTally>;

/** An attempt of which trajectories could be made. */
interface Kept {
  readonly at: string;
  readonly whole: boolean;
}

/** Trajectories of one phase; what makes none is counted. */
function takePhase(tally: Tally, phase: TrainingPhase): readonly Trajectory[] {
  const { attempts, recorded, spec } = phase;
  const count = attempts.reduce((sum, { candidates }) => sum + Math.max(1, candidates.length), 0);
  tally.kept += count;
  for (const { startedAt } of attempts) countHour(tally.hours, startedAt);
  if (recorded || spec.trajectory === 'totals') {
    tally.leftOut[recorded ? 'recorded' : 'optedOut'] += count;
    return [];
  }
  const found = collect([phase], { recorded: false }, createLeftOut());
  tally.leftOut.incomplete += Math.max(0, count - found.length);
  const whole = new Set(found.map(({ attempt }) => attempt));
  tally.latest.push(...attempts.map(({ attempt, startedAt }) => ({ at: startedAt, whole: whole.has(attempt) })));
  if (tally.latest.length > 2 * newest + 1000) tally.latest = newestOf(tally.latest, newest);
  return found;
}

/** Trajectories of one phase spec: scored, and sorted as an export would. */
function takeGroup(tally: Tally, group: readonly Trajectory[], licence: LicenceRule): void {
  const { leftOut, licenceDoubts, doubts, scores, sizes } = tally;
  tally.trajectories += group.length;
  sizes.set(group.length, (sizes.get(group.length) ?? 0) + 1);
  for (const trajectory of group) {
    const bin = Math.min(scoreBins - 1, Math.floor(scoreOf(trajectory).total * scoreBins + rounding));
    scores[bin] = (scores[bin] ?? 0) + 1;
  }
  const licensed = group.filter((trajectory) => {
    const doubt = licenceDoubt(trajectory, licence);
    if (doubt !== null) licenceDoubts.count(doubt);
    return doubt === null;
  });
  const distinct = withoutCopies(licensed, createLeftOut());
  const proven = distinct.filter((trajectory) => {
    const found = doubtsOf(trajectory);
    for (const doubt of found) doubts.count(doubt);
    return found.length === 0;
  });
  leftOut.licence += group.length - licensed.length;
  leftOut.copies += licensed.length - distinct.length;
  leftOut.unproven += distinct.length - proven.length;
  tally.rows += proven.length;
  tally.pairs += pairsOf(distinct).length;
}

function surveyOf(tally: Tally, lastTrainedAt: string | null, now: Date): TrainingSurvey {
  const { trajectories, sizes, hours, doubts, licenceDoubts, latest, kept, rows, pairs, scores, leftOut } = tally;
  const sample = newestOf(latest, newest).map(({ whole }) => whole);
  const groups = [...sizes].map(([size, count]) => ({ size, groups: count })).sort((a, b) => a.size - b.size);
  const groupSizes = groups.flatMap(({ size, groups: count }) => Array.from({ length: count }, () => size));
  const stock = { trajectories, groupSizes, newest: sample, lastTrainedAt };
  const { ready, bars } = readinessOf(stock, defaultReadinessRule, now);
  return {
    at: now.toISOString(),
    ready,
    bars: bars.map(({ name, have, need }) => ({ name, have, need })),
    groupSize: defaultReadinessRule.groupSize,
    newest,
    incompleteOfNewest: sample.filter((whole) => !whole).length,
    hours: [...hours].map(([startMs, attempts]) => ({ start: new Date(startMs).toISOString(), attempts })),
    scores,
    highScore,
    groups,
    kept,
    leftOut,
    doubts: doubts.list(),
    licenceDoubts: licenceDoubts.list(),
    rows,
    pairs,
  };
}

/** By its beginning: the hour of now and the 23 before it. */
function emptyHours(now: Date): Map<number, number> {
  const last = Math.floor(now.getTime() / hourMs) * hourMs;
  const starts = Array.from({ length: hoursShown }, (_, index) => last - (hoursShown - 1 - index) * hourMs);
  return new Map(starts.map((start) => [start, 0]));
}

function countHour(hours: Map<number, number>, at: string): void {
  const start = Math.floor(Date.parse(at) / hourMs) * hourMs;
  const before = hours.get(start);
  if (before !== undefined) hours.set(start, before + 1);
}

function newestOf<Item extends { readonly at: string }>(items: readonly Item[], most: number): Item[] {
  return [...items].sort((a, b) => (a.at < b.at ? 1 : -1)).slice(0, most);
}
