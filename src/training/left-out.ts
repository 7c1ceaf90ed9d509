/** Counts what did not go into a dataset, by reason, for the report and the dataset card. */
export interface LeftOut {
  /** One, or so many. */
  count(reason: string, times?: number): void;
  /** Reasons with their counts, the commonest first. */
  list(): readonly { readonly reason: string; readonly count: number }[];
}

export function createLeftOut(): LeftOut {
  const counts = new Map<string, number>();
  return {
    count: (reason, times = 1) => void counts.set(reason, (counts.get(reason) ?? 0) + times),
    list: () =>
      [...counts]
        .map(([reason, count]) => ({ reason, count }))
        .sort((a, b) => b.count - a.count || (a.reason < b.reason ? -1 : 1)),
  };
}
