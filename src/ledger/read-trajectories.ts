import { type EngineEvent, engineEventSchema } from '../domain/event.ts';
import { type CostLabel, costLabels } from '../domain/money.ts';
import type { PhaseSpec } from '../domain/spec.ts';
import { isoOf } from './clock.ts';
import type { Connection, Row } from './connection.ts';
import { type RunFilter, runConditions, type Source } from './read-runs.ts';
import { parseStored } from './texts.ts';

/** A part of a phase's events in their order. */
export interface EventsPage {
  readonly events: readonly EngineEvent[];
  /** Id to go on after; null where nothing was read. */
  readonly last: string | null;
  /** There may be more after `last`. */
  readonly more: boolean;
}

/** Events of one phase, whole or after one that is already known. Reads at most `limit` of them. */
export function readPhaseEvents(
  { connection, texts }: Source,
  runId: string,
  phaseId: string,
  range: { readonly after?: string; readonly limit: number },
): EventsPage {
  // What stands in a file of its own, or is no JSON, is looked at below.
  const rows = connection.all(
    `SELECT event_id, body FROM events WHERE run_id = :runId AND event_id > :after
       AND CASE WHEN substr(body, 1, 1) = '=' AND json_valid(substr(body, 2))
         THEN json_extract(substr(body, 2), '$.phaseId') = :phaseId ELSE 1 END
     ORDER BY event_id LIMIT :limit`,
    { runId, phaseId, after: range.after ?? '', limit: range.limit },
  );
  const events = rows.map((row) => parseStored(connection.file, engineEventSchema, texts.unpack(String(row.body))));
  const last = rows.at(-1);
  return {
    events: events.filter((event) => event.phaseId === phaseId),
    last: last ? String(last.event_id) : null,
    more: rows.length === range.limit,
  };
}

/** What runs can be told apart by: every model that was called, every category of a phase. */
export interface RunFacets {
  readonly models: readonly string[];
  readonly categories: readonly string[];
}

export function readRunFacets(connection: Connection): RunFacets {
  const models = connection.all(`SELECT DISTINCT key FROM rollups WHERE dimension = 'model' ORDER BY key`);
  const categories = connection.all('SELECT DISTINCT category FROM phases ORDER BY category');
  return { models: models.map(({ key }) => String(key)), categories: categories.map((row) => String(row.category)) };
}

/** A sum of money with how sure it is. */
interface Money {
  readonly micros: number;
  readonly label: CostLabel;
}

export const auditOutcomes = ['clean', 'minors', 'majors', 'no-answer'] as const;
export type AuditOutcome = (typeof auditOutcomes)[number];

/** One part of the filtered runs in figures; parts are added up by who asked. */
export interface HistoryPart {
  readonly runs: number;
  /** Id of the last run of this part; null where there are no more. */
  readonly next: string | null;
  /** By the day (`YYYY-MM-DD`, UTC) on which the call's run began. */
  readonly costs: readonly (Money & { readonly day: string; readonly model: string })[];
  /** Each phase that ended by itself: landed (and was not taken back) or not. */
  readonly phases: readonly (Money &
    Pick<PhaseSpec, 'category' | 'complexity'> & {
      readonly landed: boolean;
      readonly attempts: number;
      readonly recorded: boolean;
      /** Its cap in micro-dollars; null without one. */
      readonly capMicros: number | null;
    })[];
  readonly audits: readonly { readonly outcome: AuditOutcome; readonly attempts: number }[];
  /** Calls by model and how long they took: `seconds` is the lower end of a bucket of 0.1 s, from 10 s on of 1 s. */
  readonly latencies: readonly { readonly model: string; readonly seconds: number; readonly calls: number }[];
}

export interface HistoryQuery extends RunFilter {
  /** Id of the last run of the part before. */
  readonly before?: string;
  readonly limit: number;
}

/** Figures for charts of the next runs that pass the filter, the newest first. */
export function readHistoryPart({ connection }: Source, query: HistoryQuery): HistoryPart {
  const { sql, parameters } = runConditions(query);
  const chosen = connection.all(
    `SELECT r.id FROM runs r ${sql} ORDER BY r.started_ms DESC, r.sequence DESC LIMIT :limit`,
    { ...parameters, limit: query.limit },
  );
  const ids = JSON.stringify(chosen.map(({ id }) => id));
  const rows = (text: string) =>
    connection.all(`WITH chosen AS (SELECT value AS id FROM json_each(:ids)) ${text}`, { ids });
  const last = chosen.at(-1);
  return {
    runs: chosen.length,
    next: last && chosen.length === query.limit ? String(last.id) : null,
    costs: rows(costs).map((row) => ({
      ...moneyOf(row),
      day: isoOf(Number(row.day) * dayMs).slice(0, 10),
      model: String(row.model),
    })),
    phases: rows(phases).map((row) => ({
      ...moneyOf(row),
      category: String(row.category),
      complexity: row.complexity as PhaseSpec['complexity'],
      landed: row.landed === 1,
      attempts: Number(row.attempts),
      recorded: row.recorded === 1,
      capMicros: row.cap_micros === null ? null : Number(row.cap_micros),
    })),
    audits: rows(audits).map((row) => ({
      outcome: row.outcome as AuditOutcome,
      attempts: Number(row.attempts),
    })),
    latencies: rows(latencies).map((row) => ({
      model: String(row.model),
      seconds: Number(row.tenths) / 10,
      calls: Number(row.calls),
    })),
  };
}

const dayMs = 86_400_000;

const leastSureOf = (alias: string) => `CASE WHEN sum(${alias}.unknown) > 0 THEN 'unknown'
  WHEN sum(${alias}.estimated) > 0 THEN 'estimated' WHEN sum(${alias}.computed) > 0 THEN 'computed'
  ELSE 'billed' END AS label`;

function moneyOf(row: Row): Money {
  const label = costLabels.find((known) => known === row.label) ?? 'unknown';
  return { micros: Number(row.micros ?? 0), label };
}

const costs = `SELECT r.started_ms / ${dayMs} AS day, s.model, sum(s.micros) AS micros, ${leastSureOf('s')}
  FROM chosen c JOIN runs r ON r.id = c.id JOIN run_spend s ON s.run_id = c.id GROUP BY day, s.model`;

const phases = `SELECT p.category, p.complexity, p.state = 'landed' AND p.rolled_back IS NULL AS landed, p.attempts,
    r.recorded, b.cap_micros, coalesce(sum(s.micros), 0) AS micros, ${leastSureOf('s')}
  FROM chosen c JOIN runs r ON r.id = c.id JOIN phases p ON p.run_id = c.id
    LEFT JOIN run_spend s ON s.run_id = p.run_id AND s.phase_id = p.id
    LEFT JOIN budgets b ON b.level = 'phase' AND b.key = p.run_id || '/' || p.id
  WHERE p.state IN ('landed', 'rejected', 'stuck', 'awaiting-review')
  GROUP BY p.run_id, p.id`;

/** What reviewers said of each attempt that they looked at. A reviewer without an answer is a finding of its own. */
const audits = `SELECT outcome, count(*) AS attempts FROM (
    SELECT CASE WHEN sum(f.category = 'auditor-error') > 0 THEN 'no-answer' WHEN sum(f.severity = 'major') > 0 THEN 'majors'
      WHEN count(f.severity) > 0 THEN 'minors' ELSE 'clean' END AS outcome
    FROM chosen c JOIN attempts a ON a.run_id = c.id
      LEFT JOIN findings f ON f.run_id = a.run_id AND f.phase_id = a.phase_id AND f.attempt = a.attempt
    WHERE a.audit IS NOT NULL GROUP BY a.run_id, a.phase_id, a.attempt)
  GROUP BY outcome`;

const latencies = `SELECT k.model, CASE WHEN k.seconds < 10 THEN CAST(k.seconds * 10 AS INTEGER)
      ELSE CAST(k.seconds AS INTEGER) * 10 END AS tenths, count(*) AS calls
  FROM chosen c JOIN calls k ON k.run_id = c.id WHERE k.seconds IS NOT NULL AND k.authority > 0 AND k.fault IS NULL
  GROUP BY k.model, tenths`;
