import { type CostLabel, leastSure, type Spend } from '../domain/money.ts';
import { amountNames } from './accounts.ts';
import { dayOf, isoOf } from './clock.ts';
import type { Connection } from './connection.ts';
import { type SpendRow, spendColumns, spendOfRow, spendRowOf, sumRows } from './read-spend.ts';

const minuteMs = 60_000;
const hourMs = 3_600_000;
const dayMs = 86_400_000;
const burnMinutes = 10;
/** No call takes longer than its components may: one that began before that has ended before the window. */
const longestCallMs = 30 * minuteMs;

/** What calls that ended in the last ten minutes cost. */
export interface BurnRate {
  /** Micro-dollars of each minute, the oldest first. */
  readonly minutes: readonly number[];
  readonly micros: number;
  readonly label: CostLabel;
  readonly calls: number;
  /** At the rate of the ten minutes. */
  readonly microsPerHour: number;
  /** ISO 8601: when the first minute begins. */
  readonly from: string;
}

/** Of one run, or of all that were paid for. */
export function readBurnRate(connection: Connection, runId: string | null, nowMs: number): BurnRate {
  const fromMs = nowMs - burnMinutes * minuteMs;
  const rows = connection.all(
    `SELECT c.started_ms + CAST(coalesce(c.seconds, 0) * 1000 AS INTEGER) AS ended_ms, c.micros, c.label
     FROM calls c LEFT JOIN runs r ON r.id = c.run_id
     WHERE c.started_ms >= :earliest AND c.started_ms <= :nowMs AND c.authority > 0
       AND CASE WHEN :runId IS NULL THEN coalesce(r.recorded, 0) = 0 ELSE c.run_id = :runId END`,
    { earliest: fromMs - longestCallMs, nowMs, runId },
  );
  const minutes = Array.from({ length: burnMinutes }, () => 0);
  let [micros, calls] = [0, 0];
  let label: CostLabel = 'billed';
  for (const row of rows) {
    const minute = Math.floor((Math.min(Number(row.ended_ms), nowMs - 1) - fromMs) / minuteMs);
    if (minute < 0) continue;
    minutes[minute] = (minutes[minute] ?? 0) + Number(row.micros);
    micros += Number(row.micros);
    calls += 1;
    label = leastSure(label, row.label as CostLabel);
  }
  return { minutes, micros, label, calls, microsPerHour: micros * (60 / burnMinutes), from: isoOf(fromMs) };
}

/** One day of a chart, with a row for each model that was used; a day without calls has none. */
export interface DaySpend {
  /** `YYYY-MM-DD`, UTC. */
  readonly day: string;
  readonly models: readonly SpendRow[];
  readonly total: SpendRow;
}

const amounts = amountNames.join(', ');
/** What was paid for from an hour on, by hour and model: all calls less those of runs whose replies were recorded. */
const paid = `WITH paid AS (
  SELECT hour, key, ${amounts} FROM rollups WHERE dimension = 'model' AND hour >= :hour
  UNION ALL
  SELECT r.started_ms / ${hourMs}, s.model, ${amountNames.map((name) => `-s.${name}`).join(', ')}
  FROM runs r JOIN run_spend s ON s.run_id = r.id WHERE r.recorded = 1 AND r.started_ms >= :hour * ${hourMs})`;

/** The last days up to today, the oldest first. Recorded replies cost nothing and are left out. */
export function readSpendByDayAndModel(connection: Connection, days: number, nowMs: number): readonly DaySpend[] {
  const firstMs = Math.floor(nowMs / dayMs) * dayMs - (days - 1) * dayMs;
  const rows = connection.all(
    `${paid} SELECT hour * ${hourMs} / ${dayMs} AS day, key, ${spendColumns} FROM paid
     GROUP BY day, key HAVING sum(calls) > 0 ORDER BY day, key`,
    { hour: firstMs / hourMs },
  );
  const byDay = Map.groupBy(rows, (row) => dayOf(Number(row.day) * dayMs));
  return Array.from({ length: days }, (_, index) => {
    const day = dayOf(firstMs + index * dayMs);
    const models = (byDay.get(day) ?? []).map((row) => spendRowOf(connection.file, String(row.key), row));
    return { day, models, total: sumRows(models) };
  });
}

/** What this repository's calls used today and this month, UTC, without recorded replies. */
export interface PeriodTotals {
  readonly today: Spend;
  readonly month: Spend;
  /** ISO 8601: when each began. */
  readonly todayFrom: string;
  readonly monthFrom: string;
}

export function readPeriodTotals(connection: Connection, nowMs: number): PeriodTotals {
  const day = dayOf(nowMs);
  const [todayFrom, monthFrom] = [`${day}T00:00:00.000Z`, `${day.slice(0, 7)}-01T00:00:00.000Z`];
  const since = (from: string): Spend => {
    const row = connection.get(`${paid} SELECT ${spendColumns} FROM paid`, { hour: Date.parse(from) / hourMs });
    return spendOfRow(connection.file, row ?? {});
  };
  return { today: since(todayFrom), month: since(monthFrom), todayFrom, monthFrom };
}

/** What a landed phase costs with one Builder model, its failed attempts included. */
export interface AcceptedCost {
  /** The Builder's. */
  readonly model: string;
  /** Phases that landed, and were not taken back, on an attempt of this model. */
  readonly accepted: number;
  readonly attempts: number;
  /** Everything its attempts cost, with the reviews of what it wrote. */
  readonly costMicros: number;
  readonly costLabel: CostLabel;
  /** Null where nothing was accepted. */
  readonly perAcceptedMicros: number | null;
}

/** By Builder model, the cheapest per accepted phase first. `since` is ISO 8601: attempts that began then or later. */
export function readCostPerAcceptedPhase(connection: Connection, since: string | null): readonly AcceptedCost[] {
  const rows = connection.all(
    `SELECT a.model, count(*) AS attempts, ${spendColumns},
       sum(p.state = 'landed' AND p.rolled_back IS NULL AND a.attempt = p.evidence) AS accepted
     FROM attempts a JOIN phases p ON p.run_id = a.run_id AND p.id = a.phase_id
       LEFT JOIN attempt_spend s ON s.run_id = a.run_id AND s.phase_id = a.phase_id AND s.attempt = a.attempt
     WHERE a.started_ms >= :sinceMs GROUP BY a.model`,
    { sinceMs: since === null ? 0 : Date.parse(since) },
  );
  const costs = rows.map((row): AcceptedCost => {
    const { key, costMicros, costLabel } = spendRowOf(connection.file, String(row.model), row);
    const [accepted, attempts] = [Number(row.accepted), Number(row.attempts)];
    const perAcceptedMicros = accepted === 0 ? null : Math.ceil(costMicros / accepted);
    return { model: key, accepted, attempts, costMicros, costLabel, perAcceptedMicros };
  });
  const price = (cost: AcceptedCost) => cost.perAcceptedMicros ?? Number.POSITIVE_INFINITY;
  return costs.sort((a, b) => price(a) - price(b) || a.model.localeCompare(b.model));
}
