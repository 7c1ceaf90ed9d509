/** What is there to train on. */
export interface Stock {
  readonly trajectories: number;
  /** Groups of attempts at one phase spec, by how many they hold. */
  readonly groupSizes: readonly number[];
  /** Whether each of the newest trajectories, newest first, has all its texts and a known outcome. */
  readonly newest: readonly boolean[];
  /** ISO 8601, of the last job's start; null where there was none. */
  readonly lastTrainedAt: string | null;
}

export interface ReadinessRule {
  readonly trajectories: number;
  readonly groups: number;
  readonly groupSize: number;
  readonly quality: number;
  readonly newest: number;
  readonly hoursBetween: number;
}

export const defaultReadinessRule: ReadinessRule = {
  trajectories: 100,
  groups: 10,
  groupSize: 4,
  quality: 0.95,
  newest: 50,
  hoursBetween: 24,
};

export interface Bar {
  readonly name: 'trajectories' | 'groups' | 'quality' | 'interval';
  readonly have: number;
  readonly need: number;
  /** What is missing, in words; null where nothing is. */
  readonly missing: string | null;
}

export interface Readiness {
  readonly ready: boolean;
  readonly bars: readonly Bar[];
}

/** Whether there is enough to train on, bar by bar. All trajectories count, judged or not. */
export function readinessOf(stock: Stock, rule: ReadinessRule, now: Date): Readiness {
  const groups = stock.groupSizes.filter((size) => size >= rule.groupSize).length;
  const sample = stock.newest.slice(0, rule.newest);
  const quality = sample.length === 0 ? 0 : sample.filter(Boolean).length / sample.length;
  const hours =
    stock.lastTrainedAt === null
      ? rule.hoursBetween
      : Math.max(0, (now.getTime() - Date.parse(stock.lastTrainedAt)) / 3_600_000);
  const bars: readonly Bar[] = [
    bar('trajectories', stock.trajectories, rule.trajectories, (lack) => `${lack} more trajectories`),
    bar('groups', groups, rule.groups, (lack) => `${lack} more phases with ${rule.groupSize} attempts or more`),
    bar(
      'quality',
      quality,
      rule.quality,
      () => `of the newest ${sample.length}, ${sample.filter((whole) => !whole).length} are incomplete`,
    ),
    bar('interval', hours, rule.hoursBetween, (lack) => `${Math.ceil(lack)} h until the next training`),
  ];
  return { ready: bars.every(({ missing }) => missing === null), bars };
}

function bar(name: Bar['name'], have: number, need: number, words: (lack: number) => string): Bar {
  return { name, have, need, missing: have >= need ? null : words(need - have) };
}
