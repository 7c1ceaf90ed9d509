import { z } from 'zod';
import { auditSchema } from '../domain/audit.ts';
import { checkReportSchema } from '../domain/checks.ts';
import { type ArmName, armNameSchema } from '../domain/deployment.ts';
import { type EngineEvent, engineEventSchema } from '../domain/event.ts';
import { type Fault, faultSchema } from '../domain/fault.ts';
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
import { type Verdict, verdictSchema } from '../domain/verdict.ts';
import { amountNames } from './accounts.ts';
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
  /** So many more are passed over: for a jump within the list. */
  readonly skip?: number;
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

/** The filter, and the page if there is one, as the `WHERE` clause of a query of `runs r`. */
export function runConditions(query: RunFilter & { readonly before?: string }): {
  readonly sql: string;
  readonly parameters: Record<string, string | number>;
} {
  const { sql, parameters } = where(query);
  if (query.before !== undefined) {
    sql.push('(r.started_ms, r.sequence) < (SELECT b.started_ms, b.sequence FROM runs b WHERE b.id = :before)');
    parameters.before = query.before;
  }
  return { sql: sql.length === 0 ? '' : `WHERE ${sql.join(' AND ')}`, parameters };
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
  const { sql, parameters } = runConditions(query);
  const rows = connection.all(
    `SELECT r.id, r.goal, r.state, r.reason, r.recorded, r.started_ms, r.ended_ms,
       (SELECT count(*) FROM phases p WHERE p.run_id = r.id) AS phases,
       (SELECT count(*) FROM phases p WHERE p.run_id = r.id AND p.state = 'landed' AND p.rolled_back IS NULL) AS landed,
       (SELECT count(*) FROM phases p WHERE p.run_id = r.id AND p.state = 'awaiting-review') AS waiting,
       (SELECT coalesce(sum(p.attempts), 0) FROM phases p WHERE p.run_id = r.id) AS attempts
     FROM runs r ${sql}
     ORDER BY r.started_ms DESC, r.sequence DESC LIMIT :limit OFFSET :skip`,
    { ...parameters, limit: query.limit, skip: query.skip ?? 0 },
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
  const { sql, parameters } = runConditions(filter);
  const row = connection.get(`SELECT count(*) AS runs FROM runs r ${sql}`, parameters);
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
    // Work without phases, such as an audit of what is staged, is not what anybody signs, resumes or rolls back.
    const withPhases = connection.get(
      `SELECT * FROM runs r WHERE EXISTS (SELECT 1 FROM phases p WHERE p.run_id = r.id)
       ORDER BY started_ms DESC, sequence DESC LIMIT 1`,
    );
    return withPhases ?? connection.get('SELECT * FROM runs ORDER BY started_ms DESC, sequence DESC LIMIT 1') ?? null;
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

const attemptSpend = amountNames.map((name) => `coalesce(s.${name}, 0) AS ${name}`).join(', ');

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

/** Titles of a run's phases by their ids. */
export function readPhaseTitles({ connection }: Source, runId: string): ReadonlyMap<string, string> {
  const rows = connection.all('SELECT id, title FROM phases WHERE run_id = :runId ORDER BY ordinal, id', { runId });
  return new Map(rows.map(({ id, title }) => [String(id), String(title)]));
}

/** One attempt at a phase, as a list shows it. */
export interface AttemptRecord {
  readonly runId: string;
  readonly phaseId: string;
  /** From 1. */
  readonly attempt: number;
  /** The Builder's. */
  readonly model: string;
  /** Why this model. */
  readonly reason: string;
  /** Arm of a deployed version that served it, with the version; null where none has a say. */
  readonly arm: ArmName | null;
  readonly version: string | null;
  readonly startedAt: string;
  /** Null while it is under way. */
  readonly endedAt: string | null;
  /** Why its patch was not taken; null where it was, or none came yet. */
  readonly refused: Fault | null;
  /** Null until there is one, and where the attempt ended before. */
  readonly verdict: Verdict | null;
  readonly spend: Spend;
}

const attemptRow = z.object({
  phase_id: z.string(),
  attempt: z.int(),
  model: z.string(),
  reason: z.string(),
  arm: armNameSchema.nullable(),
  version: z.string().nullable(),
  started_ms: z.int(),
  ended_ms: z.int().nullable(),
  refused: packed,
  verdict: packed,
});

/** Attempts of a run, phase by phase in the run's order. */
export function readAttempts({ connection, texts }: Source, runId: string): readonly AttemptRecord[] {
  const { file } = connection;
  const rows = connection.all(
    `SELECT a.phase_id, a.attempt, a.model, a.reason, a.arm, a.version, a.started_ms, a.ended_ms, a.refused, a.verdict, ${attemptSpend}
     FROM attempts a JOIN phases p ON p.run_id = a.run_id AND p.id = a.phase_id
       LEFT JOIN attempt_spend s ON s.run_id = a.run_id AND s.phase_id = a.phase_id AND s.attempt = a.attempt
     WHERE a.run_id = :runId ORDER BY p.ordinal, p.id, a.attempt`,
    { runId },
  );
  return rows.map((row) => {
    const { phase_id, started_ms, ended_ms, refused, verdict, ...facts } = parseRow(file, attemptRow, row);
    return {
      runId,
      phaseId: phase_id,
      ...facts,
      startedAt: isoOf(started_ms),
      endedAt: isoOrNull(ended_ms),
      refused: refused === null ? null : parseStored(file, faultSchema, texts.unpack(refused)),
      verdict: verdict === null ? null : parseStored(file, verdictSchema, texts.unpack(verdict)),
      spend: spendOfRow(file, row),
    };
  });
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
