import type { SQLOutputValue } from 'node:sqlite';
import { readMessages } from './calls.ts';
import type { Connection } from './connection.ts';
import { type RunFilter, runConditions } from './read-runs.ts';
import type { Texts } from './texts.ts';

export const tableNames = ['runs', 'phases', 'attempts', 'calls', 'checks', 'findings', 'landings'] as const;
export type TableName = (typeof tableNames)[number];

/** One row of an exported table: names as `--json` uses them, times in ISO 8601, money in micro-dollars. */
export type TableRow = Readonly<Record<string, string | number | null>>;

export interface TableQuery extends RunFilter {
  readonly table: TableName;
  /** Only of this run. */
  readonly runId?: string;
  /** Prompts and replies with the calls. */
  readonly texts?: boolean;
}

const time = (column: string, name: string) =>
  `strftime('%Y-%m-%dT%H:%M:%fZ', ${column} / 1000.0, 'unixepoch') AS ${name}`;
const sums = `coalesce(sum(s.calls), 0) AS calls, coalesce(sum(s.input), 0) AS input,
  coalesce(sum(s.cached), 0) AS cached, coalesce(sum(s.output), 0) AS output,
  coalesce(sum(s.micros), 0) AS costMicros, coalesce(sum(s.saved), 0) AS savedMicros,
  CASE WHEN sum(s.unknown) > 0 THEN 'unknown' WHEN sum(s.estimated) > 0 THEN 'estimated'
    WHEN sum(s.computed) > 0 THEN 'computed' ELSE 'billed' END AS costLabel`;
const attemptKey = 'x.run_id AS runId, x.phase_id AS phaseId, x.attempt';

/** Each selects from rows `x` of the chosen runs, in their order. */
const statements: Readonly<Record<TableName, (chosen: string) => string>> = {
  runs: (chosen) => `SELECT x.id, x.goal, x.state, x.reason, x.recorded, ${time('x.started_ms', 'startedAt')},
      ${time('x.ended_ms', 'endedAt')},
      (SELECT count(*) FROM phases p WHERE p.run_id = x.id) AS phases,
      (SELECT count(*) FROM phases p WHERE p.run_id = x.id AND p.state = 'landed' AND p.rolled_back IS NULL) AS landed,
      (SELECT coalesce(sum(p.attempts), 0) FROM phases p WHERE p.run_id = x.id) AS attempts, ${sums}
    FROM runs x LEFT JOIN run_spend s ON s.run_id = x.id WHERE x.id IN (${chosen})
    GROUP BY x.sequence ORDER BY x.sequence`,
  phases: (chosen) => `SELECT x.run_id AS runId, x.id, x.tier_id AS tierId, x.category, x.complexity, x.title, x.state,
      x.failure, x.reason, x.attempts, ${time('x.started_ms', 'startedAt')}, ${time('x.ended_ms', 'endedAt')},
      json_extract(x.landing, '$.commit') AS "commit", x.rolled_back AS rolledBack, ${sums}
    FROM phases x LEFT JOIN run_spend s ON s.run_id = x.run_id AND s.phase_id = x.id WHERE x.run_id IN (${chosen})
    GROUP BY x.run_id, x.id ORDER BY x.run_id, x.ordinal`,
  attempts: (chosen) => `SELECT ${attemptKey}, x.model, x.reason, ${time('x.started_ms', 'startedAt')},
      ${time('x.ended_ms', 'endedAt')},
      CASE WHEN substr(x.verdict, 1, 1) = '=' AND json_valid(substr(x.verdict, 2))
        THEN json_extract(substr(x.verdict, 2), '$.type') END AS verdict, ${sums}
    FROM attempts x LEFT JOIN attempt_spend s
      ON s.run_id = x.run_id AND s.phase_id = x.phase_id AND s.attempt = x.attempt
    WHERE x.run_id IN (${chosen}) GROUP BY x.run_id, x.phase_id, x.attempt
    ORDER BY x.run_id, x.phase_id, x.attempt`,
  calls: (chosen) => `SELECT x.id, x.run_id AS runId, x.tier_id AS tierId, x.phase_id AS phaseId, x.attempt, x.role,
      x.component, x.model, x.served_by AS servedBy, ${time('x.started_ms', 'startedAt')}, x.seconds, x.input,
      x.cached, x.output, x.micros AS costMicros, x.label AS costLabel, x.saved AS savedMicros,
      x.price_source AS priceSource, x.price_date AS priceDate, x.overrun, x.retries,
      CASE WHEN substr(x.fault, 1, 1) = '=' AND json_valid(substr(x.fault, 2))
        THEN json_extract(substr(x.fault, 2), '$.code') END AS fault, x.system, x.messages, x.reply
    FROM calls x WHERE x.run_id IN (${chosen}) ORDER BY x.run_id, x.phase_id, x.started_ms`,
  checks: (chosen) => `SELECT ${attemptKey}, x.ordinal, x.command, x.outcome, x.exit_code AS exitCode, x.seconds
    FROM checks x WHERE x.run_id IN (${chosen}) ORDER BY x.run_id, x.phase_id, x.attempt, x.ordinal`,
  findings: (chosen) => `SELECT ${attemptKey}, x.ordinal, x.severity, x.category, x.file, x.line, x.claim, x.component,
      x.model, x.fingerprint
    FROM findings x WHERE x.run_id IN (${chosen}) ORDER BY x.run_id, x.phase_id, x.attempt, x.ordinal`,
  landings: (chosen) => `SELECT x.run_id AS runId, x.phase_id AS phaseId, x.commit_id AS "commit", x.parent, x.tree,
      x.branch, ${time('x.landed_ms', 'landedAt')}, x.rolled_back AS rolledBack,
      ${time('x.rolled_back_ms', 'rolledBackAt')}
    FROM landings x WHERE x.run_id IN (${chosen}) ORDER BY x.sequence`,
};

/** Rows of a table one at a time, so that any number of them fits in memory. */
export function* readTable(connection: Connection, texts: Texts, query: TableQuery): Generator<TableRow> {
  const { table, runId, texts: withTexts, ...filter } = query;
  const { sql, parameters } = runConditions(filter);
  const one = runId === undefined ? '' : `${sql === '' ? 'WHERE' : ' AND'} r.id = :runId`;
  const chosen = `SELECT r.id FROM runs r ${sql}${one}`;
  const rows = connection.iterate(
    statements[table](chosen),
    runId === undefined ? parameters : { ...parameters, runId },
  );
  for (const row of rows) yield table === 'calls' ? callOf(row, withTexts === true ? texts : null) : plain(row);
}

function callOf(row: Record<string, SQLOutputValue>, texts: Texts | null): TableRow {
  const { system, messages, reply, ...rest } = row;
  if (!texts) return plain(rest);
  const read = (key: SQLOutputValue | undefined) => (key == null ? null : texts.shared(String(row.runId), String(key)));
  const told = messages == null ? null : JSON.stringify(readMessages(texts, String(row.runId), String(messages)));
  return { ...plain(rest), system: read(system), messages: told, reply: read(reply) };
}

function plain(row: Record<string, SQLOutputValue>): TableRow {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, plainValue(value)]));
}

function plainValue(value: SQLOutputValue): string | number | null {
  if (typeof value === 'bigint') return Number(value);
  return value instanceof Uint8Array ? null : value;
}
