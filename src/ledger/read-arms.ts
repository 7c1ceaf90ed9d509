import { z } from 'zod';
import { type ArmName, armNameSchema } from '../domain/deployment.ts';
import { isoOf } from './clock.ts';
import type { Connection } from './connection.ts';
import { parseRow } from './texts.ts';

/** A phase that ended by itself, under the model that its first attempt was made with. */
export interface ServedPhaseRecord {
  readonly runId: string;
  readonly phaseId: string;
  /** `PROVIDER/MODEL` of the first attempt: what a later one escalated to is part of what the first came to. */
  readonly model: string;
  /** Arm and version, where a deployment had a say. */
  readonly arm: ArmName | null;
  readonly version: string | null;
  /** And not taken back. */
  readonly landed: boolean;
  /** A patch of it went for a forbidden path or left its scope, or its landing was taken back. */
  readonly unsafe: boolean;
  readonly costMicros: number;
  /** Attempts behind the first. */
  readonly retries: number;
  /** ISO 8601. */
  readonly endedAt: string;
}

export interface ServedQuery {
  /** ISO 8601; phases that ended at this moment or later. */
  readonly since?: string;
  /** `PROVIDER/MODEL`s of first attempts; all where none are named. */
  readonly models?: readonly string[];
}

const servedRow = z.object({
  run_id: z.string(),
  id: z.string(),
  model: z.string(),
  arm: armNameSchema.nullable(),
  version: z.string().nullable(),
  landed: z.int(),
  unsafe: z.int(),
  micros: z.int(),
  attempts: z.int(),
  ended_ms: z.int(),
});

/**
 * Phases in the order in which they ended. Left out is what says nothing of a model: recorded replies, phases that a
 * person or the environment cut off, and those that wait for a person.
 */
export function readServedPhases(connection: Connection, query: ServedQuery): readonly ServedPhaseRecord[] {
  const { since, models } = query;
  const rows = connection.all(
    `SELECT p.run_id, p.id, a.model, a.arm, a.version, p.attempts, p.ended_ms,
       p.state = 'landed' AND p.rolled_back IS NULL AS landed,
       p.rolled_back IS NOT NULL OR EXISTS (
         SELECT 1 FROM attempts f WHERE f.run_id = p.run_id AND f.phase_id = p.id
           AND (f.refused LIKE '%"code":"patch/forbidden"%' OR f.refused LIKE '%"code":"patch/out-of-scope"%')
       ) AS unsafe,
       (SELECT coalesce(sum(s.micros), 0) FROM attempt_spend s WHERE s.run_id = p.run_id AND s.phase_id = p.id) AS micros
     FROM phases p JOIN runs r ON r.id = p.run_id
       JOIN attempts a ON a.run_id = p.run_id AND a.phase_id = p.id AND a.attempt = (
         SELECT min(f.attempt) FROM attempts f WHERE f.run_id = p.run_id AND f.phase_id = p.id)
     WHERE r.recorded = 0 AND p.ended_ms IS NOT NULL AND p.ended_ms >= :since
       AND p.state IN ('landed', 'rejected', 'stuck', 'failed') AND coalesce(p.failure, '') <> 'environment'
       AND (:models IS NULL OR a.model IN (SELECT value FROM json_each(:models)))
     ORDER BY p.ended_ms, p.run_id, p.id`,
    {
      since: since === undefined ? 0 : Date.parse(since),
      models: models === undefined ? null : JSON.stringify(models),
    },
  );
  return rows.map((row) => {
    const read = parseRow(connection.file, servedRow, row);
    return {
      runId: read.run_id,
      phaseId: read.id,
      model: read.model,
      arm: read.arm,
      version: read.version,
      landed: read.landed === 1,
      unsafe: read.unsafe === 1,
      costMicros: read.micros,
      retries: Math.max(0, read.attempts - 1),
      endedAt: isoOf(read.ended_ms),
    };
  });
}

export interface CallHealth {
  readonly calls: number;
  /** Ended in a fault, whatever it was; one that a person cut off is none. */
  readonly failed: number;
}

/** How the calls of one model went, from a moment (ISO 8601) on. */
export function readCallHealth(connection: Connection, model: string, since: string): CallHealth {
  const row = connection.get(
    `SELECT count(*) AS calls, coalesce(sum(fault IS NOT NULL), 0) AS failed FROM calls
     WHERE model = :model AND started_ms >= :since AND seconds IS NOT NULL
       AND coalesce(fault, '') NOT LIKE '%"code":"interrupted"%' AND coalesce(fault, '') NOT LIKE '%"code":"budget/%'`,
    { model, since: Date.parse(since) },
  );
  return { calls: Number(row?.calls ?? 0), failed: Number(row?.failed ?? 0) };
}
