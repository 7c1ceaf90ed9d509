import type { SQLOutputValue } from 'node:sqlite';
import { z } from 'zod';
import { EngineError } from '../domain/engine-error.ts';
import { type BudgetLevel, budgetLevelSchema } from '../domain/fault.ts';
import { type CostLabel, leastSure, type Spend } from '../domain/money.ts';
import { amountNames } from './accounts.ts';
import { dayOf, isoOf } from './clock.ts';
import type { Connection, Row } from './connection.ts';
import { largerUse, reservedMicros, reservedTokens } from './standings.ts';
import { parseRow } from './texts.ts';
import type { PeriodUses } from './user-accounts.ts';

export const spendKeys = ['phase', 'model', 'day', 'run', 'role', 'arm'] as const;
type SpendKey = (typeof spendKeys)[number];

export interface SpendQuery {
  readonly by: SpendKey;
  /** ISO 8601; calls that started at this moment or later. */
  readonly since?: string;
  readonly runId?: string;
  /** Caps of a day and a month as configured now; without them, as the last run set them. */
  readonly periodCaps?: { readonly dayMicros: number | null; readonly monthMicros: number | null };
}

/** What a report needs to know besides the query. */
export interface SpendContext {
  readonly nowMs: number;
  readonly sharedUses: (day: string) => PeriodUses | null;
}

/** One line of the report. `key` is a phase's id, a model, `YYYY-MM-DD`, a run's id or a role; `total` in the total. */
export interface SpendRow {
  readonly key: string;
  readonly calls: number;
  readonly input: number;
  readonly cached: number;
  readonly output: number;
  readonly costMicros: number;
  readonly costLabel: CostLabel;
  /** What the providers' caches saved, as far as prices are known. */
  readonly savedMicros: number;
}

interface CapRow {
  readonly level: BudgetLevel;
  readonly key: string;
  readonly capMicros: number | null;
  readonly capTokens: number | null;
  /** Settled; what calls under way have set aside stands beside it. */
  readonly usedMicros: number;
  readonly usedTokens: number;
  readonly reservedMicros: number;
  readonly reservedTokens: number;
}

/** What `spend --json` prints. */
export interface SpendReport {
  readonly by: SpendKey;
  readonly rows: readonly SpendRow[];
  readonly total: SpendRow;
  /**
   * This month's and today's cap, over all folders, and those of the run asked for; without one, of the newest run and
   * those that have not ended.
   */
  readonly caps: readonly CapRow[];
}

/** Sums of the accounting columns; to be parsed by `spendOfRow`. */
export const spendColumns = amountNames.map((name) => `coalesce(sum(${name}), 0) AS ${name}`).join(', ');

type Sums = Record<(typeof amountNames)[number], number>;

/** Checked by hand: a report may have ten thousand of these. */
function sumsOfRow(file: string, row: Row): Sums {
  for (const name of amountNames) {
    if (!Number.isSafeInteger(row[name])) throw new EngineError({ code: 'store/damaged', file, setAside: null });
  }
  return row as Sums;
}

/** A sum is no surer than its least sure part; a sum of nothing is known exactly. */
function labelOf(sums: Sums): CostLabel {
  if (sums.unknown > 0) return 'unknown';
  if (sums.estimated > 0) return 'estimated';
  return sums.computed > 0 ? 'computed' : 'billed';
}

export function spendOfRow(file: string, row: Row): Spend {
  const sums = sumsOfRow(file, row);
  const { calls, input, cached, output, micros, saved } = sums;
  const cost = { micros, label: labelOf(sums), ...(saved === 0 ? {} : { savedMicros: saved }) };
  return { calls, tokens: { input, cached, output }, cost };
}

export function spendRowOf(file: string, key: string, row: Row): SpendRow {
  const sums = sumsOfRow(file, row);
  const { calls, input, cached, output, micros, saved } = sums;
  return { key, calls, input, cached, output, costMicros: micros, costLabel: labelOf(sums), savedMicros: saved };
}

/** One row for all of them, under the key `total`. */
export function sumRows(rows: readonly SpendRow[]): SpendRow {
  let [calls, input, cached, output, costMicros, savedMicros] = [0, 0, 0, 0, 0, 0];
  let costLabel: CostLabel = 'billed';
  for (const row of rows) {
    calls += row.calls;
    input += row.input;
    cached += row.cached;
    output += row.output;
    costMicros += row.costMicros;
    savedMicros += row.savedMicros;
    costLabel = leastSure(costLabel, row.costLabel);
  }
  return { key: 'total', calls, input, cached, output, costMicros, costLabel, savedMicros };
}

const hourMs = 3_600_000;
const hoursOfDay = 24;

/** The accounting columns of one call, as if it were a sum. */
const callAmounts = `1 AS calls, input, cached, output, micros, saved, label = 'computed' AS computed,
  label = 'estimated' AS estimated, label = 'unknown' AS unknown`;
const amountColumns = amountNames.join(', ');
const callKeys: Record<SpendKey, string> = {
  phase: 'phase_id',
  model: 'model',
  day: `started_ms / ${hourMs * hoursOfDay}`,
  run: 'run_id',
  role: `coalesce(role, 'unknown')`,
  arm: `coalesce(arm, 'none')`,
};
/** Which sums are read where no run is named. Every dimension holds every call, so that any of them gives the days. */
const dimensions: Record<Exclude<SpendKey, 'arm'>, string> = {
  phase: 'phase',
  model: 'model',
  day: 'role',
  run: 'run',
  role: 'role',
};

interface Relation {
  readonly sql: string;
  readonly parameters: Readonly<Record<string, string | number>>;
}

/** Rows with a `key` and the accounting columns, whose sums are the answer. */
function relationOf({ by, since, runId }: SpendQuery): Relation {
  if (runId !== undefined) {
    return {
      sql: `SELECT ${callKeys[by]} AS key, ${callAmounts} FROM calls
            WHERE run_id = :runId AND authority > 0 AND started_ms >= :sinceMs`,
      parameters: { runId, sinceMs: since === undefined ? 0 : Date.parse(since) },
    };
  }
  // Arms are looked at seldom: no sums are kept of them.
  if (by === 'arm') {
    return {
      sql: `SELECT ${callKeys.arm} AS key, ${callAmounts} FROM calls WHERE authority > 0 AND started_ms >= :sinceMs`,
      parameters: { sinceMs: since === undefined ? 0 : Date.parse(since) },
    };
  }
  const key = by === 'day' ? `hour / ${hoursOfDay}` : 'key';
  const whole = `SELECT ${key} AS key, ${amountColumns} FROM rollups WHERE dimension = '${dimensions[by]}'`;
  if (since === undefined) return { sql: whole, parameters: {} };
  const sinceMs = Date.parse(since);
  const fromHour = Math.ceil(sinceMs / hourMs);
  return {
    // Whole hours come from the sums; the hour that `since` falls into is counted call by call.
    sql: `${whole} AND hour >= :fromHour
          UNION ALL SELECT ${callKeys[by]} AS key, ${callAmounts} FROM calls
          WHERE authority > 0 AND started_ms >= :sinceMs AND started_ms < :fromMs`,
    parameters: { sinceMs, fromHour, fromMs: fromHour * hourMs },
  };
}

/** What was spent, by one key, the dearest first; days in their order. */
export function readSpend(connection: Connection, query: SpendQuery, context: SpendContext): SpendReport {
  const { by } = query;
  const rows = by === 'run' ? readByRun(connection, query) : readByKey(connection, query);
  if (by !== 'day') rows.sort((a, b) => b.costMicros - a.costMicros || (a.key < b.key ? -1 : 1));
  return { by, rows, total: sumRows(rows), caps: readCaps(connection, query, context) };
}

const certainty = (unknown: string, estimated: string, computed: string) => `CASE WHEN ${unknown} > 0 THEN 'unknown'
  WHEN ${estimated} > 0 THEN 'estimated' WHEN ${computed} > 0 THEN 'computed' ELSE 'billed' END AS label`;

function readByKey(connection: Connection, query: SpendQuery): SpendRow[] {
  const { sql, parameters } = relationOf(query);
  return connection
    .lists(
      `SELECT key, sum(calls) AS calls, sum(input) AS input, sum(cached) AS cached, sum(output) AS output,
         sum(micros) AS micros, sum(saved) AS saved,
         ${certainty('sum(unknown)', 'sum(estimated)', 'sum(computed)')}
       FROM (${sql}) GROUP BY key HAVING sum(calls) > 0 ORDER BY key`,
      parameters,
    )
    .map((list) => reportRowOf(connection.file, query.by, list));
}

/** There are about as many sums as runs: adding the few that share one here is faster than sorting all of them there. */
function readByRun(connection: Connection, query: SpendQuery): SpendRow[] {
  const { sql, parameters } = relationOf(query);
  const rows = new Map<string, SpendRow>();
  const sums = connection.lists(
    `SELECT key, calls, input, cached, output, micros, saved, ${certainty('unknown', 'estimated', 'computed')}
     FROM (${sql}) WHERE calls > 0`,
    parameters,
  );
  for (const sum of sums) {
    const row = reportRowOf(connection.file, 'run', sum);
    const known = rows.get(row.key);
    rows.set(row.key, known ? { ...sumRows([known, row]), key: row.key } : row);
  }
  return [...rows.values()];
}

function reportRowOf(file: string, by: SpendKey, list: readonly SQLOutputValue[]): SpendRow {
  const [key, calls, input, cached, output, costMicros, savedMicros, label] = list;
  if (
    typeof calls === 'number' &&
    typeof input === 'number' &&
    typeof cached === 'number' &&
    typeof output === 'number' &&
    typeof costMicros === 'number' &&
    typeof savedMicros === 'number'
  ) {
    const costLabel = label as CostLabel;
    return { key: keyOf(by, key), calls, input, cached, output, costMicros, costLabel, savedMicros };
  }
  throw new EngineError({ code: 'store/damaged', file, setAside: null });
}

function keyOf(by: SpendKey, key: SQLOutputValue | undefined): string {
  return by === 'day' ? dayOf(Number(key) * hoursOfDay * hourMs) : String(key);
}

/** One point of a chart: what one key used in one hour or day. */
export interface SpendPoint extends SpendRow {
  /** ISO 8601: when the hour or day begins, in UTC. */
  readonly from: string;
}

export interface SpendSeriesQuery {
  readonly by: 'phase' | 'model' | 'role';
  readonly bucket: 'hour' | 'day';
  /** ISO 8601, both rounded down to the hour. */
  readonly since: string;
  readonly until?: string;
}

export function readSpendSeries(connection: Connection, query: SpendSeriesQuery): readonly SpendPoint[] {
  const hours = query.bucket === 'day' ? hoursOfDay : 1;
  const rows = connection.all(
    `SELECT hour / :hours AS bucket, key, ${spendColumns} FROM rollups
     WHERE dimension = :by AND hour >= :since AND hour < :until
     GROUP BY bucket, key HAVING sum(calls) > 0 ORDER BY bucket, key`,
    {
      by: query.by,
      hours,
      since: Math.floor(Date.parse(query.since) / hourMs),
      until: query.until === undefined ? Number.MAX_SAFE_INTEGER : Math.floor(Date.parse(query.until) / hourMs),
    },
  );
  return rows.map((row) => ({
    from: isoOf(Number(row.bucket) * hours * hourMs),
    ...spendRowOf(connection.file, String(row.key), row),
  }));
}

const capRow = z.object({
  level: budgetLevelSchema,
  key: z.string(),
  cap_micros: z.int().nullable(),
  cap_tokens: z.int().nullable(),
  used_micros: z.int(),
  used_tokens: z.int(),
  reserved_micros: z.int(),
  reserved_tokens: z.int(),
});

const newestAndLive = `SELECT id FROM runs WHERE ended_ms IS NULL
  UNION SELECT id FROM (SELECT id FROM runs ORDER BY started_ms DESC, sequence DESC LIMIT 1)`;

function readCaps(connection: Connection, query: SpendQuery, context: SpendContext): readonly CapRow[] {
  const { runId, periodCaps } = query;
  const day = dayOf(context.nowMs);
  const runs = runId === undefined ? newestAndLive : 'SELECT :runId AS id';
  const rows = connection.all(
    `WITH live AS (${runs}),
       chosen (level, key) AS (
         SELECT 'day', :day UNION SELECT 'month', substr(:day, 1, 7) UNION SELECT 'run', id FROM live
         UNION SELECT 'tier', p.run_id || ':' || p.tier_id FROM phases p JOIN live ON p.run_id = live.id
         UNION SELECT 'phase', p.run_id || '/' || p.id FROM phases p JOIN live ON p.run_id = live.id)
     SELECT chosen.level, chosen.key, b.cap_micros, b.cap_tokens, coalesce(b.used_micros, 0) AS used_micros,
       coalesce(b.used_tokens, 0) AS used_tokens, ${reservedMicros} AS reserved_micros,
       ${reservedTokens} AS reserved_tokens
     FROM chosen LEFT JOIN budgets b ON b.level = chosen.level AND b.key = chosen.key
     ORDER BY CASE chosen.level WHEN 'month' THEN 0 WHEN 'day' THEN 1 WHEN 'run' THEN 2 WHEN 'tier' THEN 3 ELSE 4 END,
       chosen.key`,
    { day, ...(runId === undefined ? {} : { runId }) },
  );
  const uses = context.sharedUses(day);
  return rows
    .map((row) => capOf(parseRow(connection.file, capRow, row), periodCaps, uses))
    .filter(({ capMicros, capTokens }) => (capMicros ?? capTokens) !== null);
}

function capOf(cap: z.infer<typeof capRow>, periodCaps: SpendQuery['periodCaps'], uses: PeriodUses | null): CapRow {
  const own = {
    usedMicros: cap.used_micros,
    usedTokens: cap.used_tokens,
    reservedMicros: cap.reserved_micros,
    reservedTokens: cap.reserved_tokens,
  };
  const { level, key } = cap;
  const configured = level === 'day' ? periodCaps?.dayMicros : level === 'month' ? periodCaps?.monthMicros : undefined;
  const capMicros = configured === undefined ? cap.cap_micros : configured;
  return { level, key, capMicros, capTokens: cap.cap_tokens, ...largerUse(level, own, uses) };
}
