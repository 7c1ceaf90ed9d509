import { z } from 'zod';
import { EngineError } from '../domain/engine-error.ts';
import { type BudgetLevel, budgetLevelSchema } from '../domain/fault.ts';
import { addSpend, type CostLabel, noSpend, type Spend } from '../domain/money.ts';
import { dayOf, isoOf } from './clock.ts';
import type { Connection, Row } from './connection.ts';
import { reservedMicros, reservedTokens } from './standings.ts';
import { parseRow } from './texts.ts';

export const spendKeys = ['phase', 'model', 'day', 'run', 'role'] as const;
type SpendKey = (typeof spendKeys)[number];

export interface SpendQuery {
  readonly by: SpendKey;
  /** ISO 8601; calls that started at this moment or later. */
  readonly since?: string;
  readonly runId?: string;
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
  /** Today's cap, and those of the run asked for; without one, of the newest run and those that have not ended. */
  readonly caps: readonly CapRow[];
}

const sumNames = ['calls', 'input', 'cached', 'output', 'micros', 'computed', 'estimated', 'unknown'] as const;

/** Sums of the accounting columns; to be parsed by `spendOfRow`. */
export const spendColumns = sumNames.map((name) => `coalesce(sum(${name}), 0) AS ${name}`).join(', ');

type Sums = Record<(typeof sumNames)[number], number>;

/** Checked by hand: a report may have ten thousand of these. */
function sumsOfRow(file: string, row: Row): Sums {
  for (const name of sumNames) {
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
  const { calls, input, cached, output, micros } = sums;
  return { calls, tokens: { input, cached, output }, cost: { micros, label: labelOf(sums) } };
}

function spendRow(key: string, spend: Spend): SpendRow {
  const { calls, tokens, cost } = spend;
  return { key, calls, ...tokens, costMicros: cost.micros, costLabel: cost.label };
}

const hourMs = 3_600_000;
const hoursOfDay = 24;

/** The accounting columns of one call, as if it were a sum. */
const callAmounts = `1 AS calls, input, cached, output, micros, label = 'computed' AS computed,
  label = 'estimated' AS estimated, label = 'unknown' AS unknown`;
const amountColumns = 'calls, input, cached, output, micros, computed, estimated, unknown';
const callKeys: Record<SpendKey, string> = {
  phase: 'phase_id',
  model: 'model',
  day: `started_ms / ${hourMs * hoursOfDay}`,
  run: 'run_id',
  role: `coalesce(role, 'unknown')`,
};
/** Which sums are read where no run is named. Every dimension holds every call, so that any of them gives the days. */
const dimensions: Record<SpendKey, string> = { phase: 'phase', model: 'model', day: 'role', run: 'run', role: 'role' };

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
export function readSpend(connection: Connection, query: SpendQuery, nowMs: number): SpendReport {
  const { sql, parameters } = relationOf(query);
  const { file } = connection;
  const order = query.by === 'day' ? 'key' : 'micros DESC, key';
  const spends = connection
    .all(`SELECT key, ${spendColumns} FROM (${sql}) GROUP BY key HAVING sum(calls) > 0 ORDER BY ${order}`, parameters)
    .map((row) => ({ key: keyOf(query.by, row), spend: spendOfRow(file, row) }));
  return {
    by: query.by,
    rows: spends.map(({ key, spend }) => spendRow(key, spend)),
    total: spendRow(
      'total',
      spends.reduce<Spend>((sum, { spend }) => addSpend(sum, spend), noSpend),
    ),
    caps: readCaps(connection, query.runId, nowMs),
  };
}

function keyOf(by: SpendKey, row: Row): string {
  return by === 'day' ? dayOf(Number(row.key) * hoursOfDay * hourMs) : String(row.key);
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
    ...spendRow(String(row.key), spendOfRow(connection.file, row)),
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

function readCaps(connection: Connection, runId: string | undefined, nowMs: number): readonly CapRow[] {
  const runs = runId === undefined ? newestAndLive : 'SELECT :runId AS id';
  const rows = connection.all(
    `WITH live AS (${runs}),
       chosen (level, key) AS (
         SELECT 'day', :day UNION SELECT 'run', id FROM live
         UNION SELECT 'tier', p.run_id || ':' || p.tier_id FROM phases p JOIN live ON p.run_id = live.id
         UNION SELECT 'phase', p.run_id || '/' || p.id FROM phases p JOIN live ON p.run_id = live.id)
     SELECT b.*, ${reservedMicros} AS reserved_micros, ${reservedTokens} AS reserved_tokens
     FROM chosen JOIN budgets b ON b.level = chosen.level AND b.key = chosen.key
     WHERE coalesce(b.cap_micros, b.cap_tokens) IS NOT NULL
     ORDER BY CASE b.level WHEN 'day' THEN 0 WHEN 'run' THEN 1 WHEN 'tier' THEN 2 ELSE 3 END, b.key`,
    { day: dayOf(nowMs), ...(runId === undefined ? {} : { runId }) },
  );
  return rows.map((row) => {
    const cap = parseRow(connection.file, capRow, row);
    return {
      level: cap.level,
      key: cap.key,
      capMicros: cap.cap_micros,
      capTokens: cap.cap_tokens,
      usedMicros: cap.used_micros,
      usedTokens: cap.used_tokens,
      reservedMicros: cap.reserved_micros,
      reservedTokens: cap.reserved_tokens,
    };
  });
}
