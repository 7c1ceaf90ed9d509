import { z } from 'zod';
import { auditSchema } from '../domain/audit.ts';
import { checkReportSchema } from '../domain/checks.ts';
import { type EngineEvent, engineEventSchema } from '../domain/event.ts';
import { noSpend, type Spend } from '../domain/money.ts';
import { landingSchema, stagedSchema } from '../domain/proposal.ts';
import { riskSchema } from '../domain/risk.ts';
import {
  failureReasonSchema,
  frozenPlanSchema,
  type PhaseRecord,
  phaseStateSchema,
  type RunRecord,
  type RunState,
  runStateSchema,
} from '../domain/run.ts';
import { phaseSpecSchema } from '../domain/spec.ts';
import { verdictSchema } from '../domain/verdict.ts';
import { isoOf, isoOrNull } from './clock.ts';
import type { Connection, Row } from './connection.ts';
import { spendColumns, spendOfRow } from './read-spend.ts';
import { parseRow, parseStored, type Texts } from './texts.ts';

/** What queries read from: one connection and the long values beside it. */
export interface Source {
  readonly connection: Connection;
  readonly texts: Texts;
}

/** A run as a list shows it. */
export interface RunSummary {
  readonly id: string;
  readonly goal: string;
  readonly state: RunState;
  readonly reason: string | null;
  /** Replies came from a cassette. */
  readonly recorded: boolean;
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly phases: number;
  readonly landed: number;
  readonly waiting: number;
  readonly attempts: number;
  readonly spend: Spend;
}

export interface RunFilter {
  /** Part of the run's goal or of a phase's title, in any case. */
  readonly text?: string;
  readonly state?: RunState;
  readonly model?: string;
  readonly category?: string;
  /** ISO 8601: started at this moment or later, and before that one. */
  readonly since?: string;
  readonly until?: string;
  readonly leastMicros?: number;
}

export interface RunQuery extends RunFilter {
  readonly limit: number;
  /** Id of the last run of the page before. */
  readonly before?: string;
}

const conditions: Record<keyof RunFilter, string> = {
  text: `(r.goal LIKE :text ESCAPE '\\' OR EXISTS
    (SELECT 1 FROM phases p WHERE p.run_id = r.id AND p.title LIKE :text ESCAPE '\\'))`,
  state: 'r.state = :state',
  model: 'EXISTS (SELECT 1 FROM run_spend s WHERE s.run_id = r.id AND s.model = :model)',
  category: 'EXISTS (SELECT 1 FROM phases p WHERE p.run_id = r.id AND p.category = :category)',
  since: 'r.started_ms >= :since',
  until: 'r.started_ms < :until',
  leastMicros: '(SELECT coalesce(sum(micros), 0) FROM run_spend s WHERE s.run_id = r.id) >= :leastMicros',
};

function parameterOf(name: keyof RunFilter, value: string | number): string | number {
  if (name === 'since' || name === 'until') return Date.parse(String(value));
  return name === 'text' ? `%${String(value).replace(/[\\%_]/g, '\\$&')}%` : value;
}

function where(filter: RunFilter): { readonly sql: string[]; readonly parameters: Record<string, string | number> } {
  const sql: string[] = [];
  const parameters: Record<string, string | number> = {};
  for (const name of Object.keys(conditions) as (keyof RunFilter)[]) {
    const value = filter[name];
    if (value === undefined) continue;
    sql.push(conditions[name]);
    parameters[name] = parameterOf(name, value);
  }
  return { sql, parameters };
}

const summaryRow = z.object({
  id: z.string(),
  goal: z.string(),
  state: runStateSchema,
  reason: z.string().nullable(),
  recorded: z.int(),
  started_ms: z.int(),
  ended_ms: z.int().nullable(),
  phases: z.int(),
  landed: z.int(),
  waiting: z.int(),
  attempts: z.int(),
});

/** One page of runs, newest first. */
export function readRuns({ connection }: Source, query: RunQuery): readonly RunSummary[] {
  const { sql, parameters } = where(query);
  if (query.before !== undefined) {
    sql.push('(r.started_ms, r.sequence) < (SELECT b.started_ms, b.sequence FROM runs b WHERE b.id = :before)');
    parameters.before = query.before;
  }
  const rows = connection.all(
    `SELECT r.id, r.goal, r.state, r.reason, r.recorded, r.started_ms, r.ended_ms,
       (SELECT count(*) FROM phases p WHERE p.run_id = r.id) AS phases,
       (SELECT count(*) FROM phases p WHERE p.run_id = r.id AND p.state = 'landed') AS landed,
       (SELECT count(*) FROM phases p WHERE p.run_id = r.id AND p.state = 'awaiting-review') AS waiting,
       (SELECT coalesce(sum(p.attempts), 0) FROM phases p WHERE p.run_id = r.id) AS attempts
     FROM runs r ${sql.length === 0 ? '' : `WHERE ${sql.join(' AND ')}`}
     ORDER BY r.started_ms DESC, r.sequence DESC LIMIT :limit`,
    { ...parameters, limit: query.limit },
  );
  return rows.map((row) => {
    const { started_ms, ended_ms, recorded, ...summary } = parseRow(connection.file, summaryRow, row);
    return {
      ...summary,
      recorded: recorded === 1,
      startedAt: isoOf(started_ms),
      endedAt: isoOrNull(ended_ms),
      spend: spendOfRun(connection, summary.id),
    };
  });
}

export function countRuns({ connection }: Source, filter: RunFilter): number {
  const { sql, parameters } = where(filter);
  const row = connection.get(
    `SELECT count(*) AS runs FROM runs r ${sql.length === 0 ? '' : `WHERE ${sql.join(' AND ')}`}`,
    parameters,
  );
  return Number(row?.runs ?? 0);
}

const runRow = z.object({
  recorded: z.int(),
  id: z.string(),
  plan: z.string(),
  state: runStateSchema,
  reason: z.string().nullable(),
  started_ms: z.int(),
  ended_ms: z.int().nullable(),
});

/** `last`, a whole id, or the beginning of one that no other run shares. */
export function readRun(source: Source, selector: string): RunRecord | null {
  const { connection, texts } = source;
  const row = selectRun(connection, selector);
  if (!row) return null;
  const run = parseRow(connection.file, runRow, row);
  return {
    id: run.id,
    plan: parseStored(connection.file, frozenPlanSchema, texts.unpack(run.plan)),
    state: run.state,
    reason: run.reason,
    recorded: run.recorded === 1,
    startedAt: isoOf(run.started_ms),
    endedAt: isoOrNull(run.ended_ms),
    phases: connection
      .all(`${phaseColumns} WHERE p.run_id = :runId ORDER BY p.ordinal, p.id`, { runId: run.id })
      .map((phase) => phaseOfRow(source, phase)),
    spend: spendOfRun(connection, run.id),
  };
}

function selectRun(connection: Connection, selector: string): Row | null {
  if (selector === 'last') {
    return connection.get('SELECT * FROM runs ORDER BY started_ms DESC, sequence DESC LIMIT 1') ?? null;
  }
  const exact = connection.get('SELECT * FROM runs WHERE id = :selector', { selector });
  if (exact || selector === '') return exact ?? null;
  const rows = connection.all('SELECT * FROM runs WHERE substr(id, 1, length(:selector)) = :selector LIMIT 2', {
    selector,
  });
  return rows.length === 1 ? (rows[0] ?? null) : null;
}

const phaseColumns = `SELECT p.run_id, p.id, p.tier_id, p.spec, p.state, p.failure, p.reason, p.attempts, p.started_ms,
    p.ended_ms, p.landing, p.rolled_back, a.staged, a.checks, a.audit, a.risk, a.verdict
  FROM phases p LEFT JOIN attempts a ON a.run_id = p.run_id AND a.phase_id = p.id AND a.attempt = p.evidence`;

const packed = z.string().nullable();
const phaseRow = z.object({
  run_id: z.string(),
  id: z.string(),
  tier_id: z.string().nullable(),
  spec: z.string(),
  state: phaseStateSchema,
  failure: failureReasonSchema.nullable(),
  reason: z.string().nullable(),
  attempts: z.int(),
  started_ms: z.int().nullable(),
  ended_ms: z.int().nullable(),
  landing: packed,
  rolled_back: z.string().nullable(),
  staged: packed,
  checks: packed,
  audit: packed,
  risk: packed,
  verdict: packed,
});

function phaseOfRow({ connection, texts }: Source, row: Row): PhaseRecord {
  const { file } = connection;
  const phase = parseRow(file, phaseRow, row);
  const read = <Schema extends z.ZodType>(schema: Schema, stored: string | null): z.infer<Schema> | null =>
    stored === null ? null : parseStored(file, schema, texts.unpack(stored));
  return {
    runId: phase.run_id,
    id: phase.id,
    tierId: phase.tier_id,
    spec: parseStored(file, phaseSpecSchema, texts.unpack(phase.spec)),
    state: phase.state,
    failure: phase.failure,
    reason: phase.reason,
    attempts: phase.attempts,
    startedAt: isoOrNull(phase.started_ms),
    endedAt: isoOrNull(phase.ended_ms),
    staged: read(stagedSchema, phase.staged),
    checks: read(checkReportSchema, phase.checks),
    audit: read(auditSchema, phase.audit),
    risk: read(riskSchema, phase.risk),
    verdict: read(verdictSchema, phase.verdict),
    landing: phase.landing === null ? null : parseStored(file, landingSchema, phase.landing),
    rolledBack: phase.rolled_back,
    spend: spendOfPhase(connection, phase.run_id, phase.id),
  };
}

export function readPhase(source: Source, runId: string, phaseId: string): PhaseRecord | null {
  const row = source.connection.get(`${phaseColumns} WHERE p.run_id = :runId AND p.id = :phaseId`, { runId, phaseId });
  return row ? phaseOfRow(source, row) : null;
}

/** Phases that wait for a signature, those of the oldest run first. */
export function readPendingReviews(source: Source): readonly PhaseRecord[] {
  const rows = source.connection.all(
    `${phaseColumns} JOIN runs r ON r.id = p.run_id WHERE p.state = 'awaiting-review'
     ORDER BY r.started_ms, r.sequence, p.ordinal`,
  );
  return rows.map((row) => phaseOfRow(source, row));
}

/** Events of a run in their order, whole or after one that is already known. */
export function readEvents(
  { connection, texts }: Source,
  runId: string,
  range: { readonly after?: string; readonly limit?: number },
): readonly EngineEvent[] {
  const rows = connection.all(
    `SELECT body FROM events WHERE run_id = :runId AND event_id > :after ORDER BY event_id LIMIT :limit`,
    { runId, after: range.after ?? '', limit: range.limit ?? -1 },
  );
  return rows.map((row) => parseStored(connection.file, engineEventSchema, texts.unpack(String(row.body))));
}

function spendOfRun(connection: Connection, runId: string): Spend {
  const row = connection.get(`SELECT ${spendColumns} FROM run_spend WHERE run_id = :runId`, { runId });
  return row ? spendOfRow(connection.file, row) : noSpend;
}

function spendOfPhase(connection: Connection, runId: string, phaseId: string): Spend {
  const row = connection.get(`SELECT ${spendColumns} FROM run_spend WHERE run_id = :runId AND phase_id = :phaseId`, {
    runId,
    phaseId,
  });
  return row ? spendOfRow(connection.file, row) : noSpend;
}
