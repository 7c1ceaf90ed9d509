import type { PhaseSpec } from '../domain/spec.ts';
import type { Connection } from './connection.ts';
import { randomFrom } from './random.ts';

/** Phases that count as similar have the same category and complexity. */
export type PhaseKind = Pick<PhaseSpec, 'category' | 'complexity'>;

/** Half of such work cost at most `p50Micros`, nine tenths at most `p90Micros`. Null: no history yet. */
export interface CostRange {
  readonly p50Micros: number | null;
  readonly p90Micros: number | null;
}

export interface PhaseForecast extends PhaseKind, CostRange {
  /** Similar phases that it rests on; under `leastSamples` there is no history to speak of. */
  readonly samples: number;
}

export interface Forecast {
  /** In the order asked for. */
  readonly phases: readonly PhaseForecast[];
  /** Of all together: not the sum of the phases' ranges, because not all of them turn out dear at once. */
  readonly total: CostRange;
  readonly leastSamples: number;
}

/** Fewer similar phases than these are no history. */
export const leastSamples = 5;
/** The newest of them count: models and prices change. */
const mostSamples = 200;
const draws = 2000;
const seed = 1;

const noRange: CostRange = { p50Micros: null, p90Micros: null };

/**
 * What phases like these cost here: those that ran to an end of their own, were paid for and have a known price. What
 * was cut off or came from a cassette tells nothing.
 */
const similarPhases = `
SELECT (SELECT coalesce(sum(s.micros), 0) FROM run_spend s WHERE s.run_id = p.run_id AND s.phase_id = p.id) AS micros
FROM phases p JOIN runs r ON r.id = p.run_id
WHERE p.category = :category AND p.complexity = :complexity AND p.ended_ms IS NOT NULL AND r.recorded = 0
  AND p.state IN ('awaiting-review', 'landed', 'rejected', 'stuck')
  AND EXISTS (SELECT 1 FROM run_spend s WHERE s.run_id = p.run_id AND s.phase_id = p.id AND s.calls > 0)
  AND NOT EXISTS (SELECT 1 FROM run_spend s WHERE s.run_id = p.run_id AND s.phase_id = p.id AND s.unknown > 0)
ORDER BY p.ended_ms DESC LIMIT ${mostSamples}`;

/** What phases like these will cost, by what similar ones did. */
export function readForecast(connection: Connection, kinds: readonly PhaseKind[]): Forecast {
  const histories = historiesOf(connection, kinds);
  const phases = kinds.map((kind, index): PhaseForecast => {
    const { category, complexity } = kind;
    const costs = histories[index] as readonly number[];
    return { category, complexity, samples: costs.length, ...rangeOf(costs) };
  });
  return { phases, total: totalOf(histories.map((costs) => ({ spent: 0, costs }))), leastSamples };
}

/** A run as it goes on: what ended counts as it is, the rest by similar phases, never under what it has used. */
export interface RunForecast extends CostRange {
  /** Phases that have not ended, and those of them without history. */
  readonly open: number;
  readonly withoutHistory: number;
}

export function readRunForecast(connection: Connection, runId: string): RunForecast {
  const rows = connection.all(
    `SELECT p.category, p.complexity, p.ended_ms IS NOT NULL AS ended,
       (SELECT coalesce(sum(s.micros), 0) FROM run_spend s WHERE s.run_id = p.run_id AND s.phase_id = p.id) AS spent
     FROM phases p WHERE p.run_id = :runId ORDER BY p.ordinal`,
    { runId },
  );
  const kinds = rows.map((row) => ({ category: row.category, complexity: row.complexity }) as PhaseKind);
  const histories = historiesOf(connection, kinds);
  const parts = rows.map((row, index): Part => {
    const spent = Number(row.spent);
    return { spent, costs: row.ended === 1 ? null : (histories[index] as readonly number[]) };
  });
  const open = parts.filter(({ costs }) => costs !== null);
  const withoutHistory = open.filter(({ costs }) => (costs?.length ?? 0) < leastSamples).length;
  return { open: open.length, withoutHistory, ...totalOf(parts) };
}

/** Costs of similar phases, sorted, for each kind. */
function historiesOf(connection: Connection, kinds: readonly PhaseKind[]): readonly (readonly number[])[] {
  const known = new Map<string, readonly number[]>();
  return kinds.map(({ category, complexity }) => {
    const key = JSON.stringify([category, complexity]);
    const costs =
      known.get(key) ??
      connection
        .all(similarPhases, { category, complexity })
        .map((row) => Number(row.micros))
        .sort((a, b) => a - b);
    known.set(key, costs);
    return costs;
  });
}

function rangeOf(sorted: readonly number[]): CostRange {
  if (sorted.length < leastSamples) return noRange;
  return { p50Micros: quantile(sorted, 0.5), p90Micros: quantile(sorted, 0.9) };
}

/** The smallest value that this share of the sorted values does not go over. */
export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}

interface Part {
  readonly spent: number;
  /** What similar phases cost; null for one that has ended. */
  readonly costs: readonly number[] | null;
}

/** Draws each phase's cost from its history, many times over, with the same luck each time it is asked. */
function totalOf(parts: readonly Part[]): CostRange {
  if (parts.length === 0) return noRange;
  if (parts.some(({ costs }) => costs !== null && costs.length < leastSamples)) return noRange;
  const open = parts.filter(({ costs }) => costs !== null);
  if (open.length === 1) {
    const ended = parts.reduce((sum, { spent, costs }) => sum + (costs === null ? spent : 0), 0);
    return rangeOf(open.flatMap(({ spent, costs }) => costs?.map((cost) => ended + Math.max(spent, cost)) ?? []));
  }
  const next = randomFrom(seed);
  const drawn = ({ spent, costs }: Part) =>
    costs === null ? spent : Math.max(spent, costs[Math.floor(next() * costs.length)] ?? 0);
  const totals = Array.from({ length: draws }, () => parts.reduce((sum, part) => sum + drawn(part), 0));
  return rangeOf(totals.sort((a, b) => a - b));
}
