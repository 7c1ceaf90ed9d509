import type { Workspace } from '../../compose.ts';

/** Days after which most lines of a landing must still be there. */
export const defaultSurvivalDays = 30;
const dayMs = 24 * 3_600_000;

/**
 * What share of each landing's lines was still there so many days later. Only landings that stand, and of which so many
 * days have passed, are looked at; of the others it is not known.
 */
export async function survivalOfLandings(
  { ledger, repository }: Pick<Workspace, 'ledger' | 'repository'>,
  days: number,
  now: Date,
  signal: AbortSignal,
): Promise<(commit: string) => number | null> {
  const shares = new Map<string, number | null>();
  const dueMs = (landedAt: string) => Date.parse(landedAt) + days * dayMs;
  const due = ledger
    .landings()
    .filter(({ landedAt, rolledBack }) => rolledBack === null && dueMs(landedAt) <= now.getTime());
  const current = due.length === 0 ? null : (await repository.head()).branch;
  for (const { landing, landedAt } of due) {
    const at = new Date(dueMs(landedAt)).toISOString();
    const { commit, branch } = landing;
    // A run's own branch ends with the run: what became of the lines shows on the branch that it was merged into.
    const here = current === null ? null : await repository.lineSurvival({ commit, branch: current }, at, signal);
    shares.set(commit, here ?? (await repository.lineSurvival({ commit, branch }, at, signal)));
  }
  return (commit) => shares.get(commit) ?? null;
}
