import { z } from 'zod';
import { type Audit, auditSchema } from '../domain/audit.ts';
import { type Candidate, candidateSchema } from '../domain/building.ts';
import { type CheckReport, checkReportSchema } from '../domain/checks.ts';
import { engineEventSchema } from '../domain/event.ts';
import { landingSchema, type Staged, stagedSchema } from '../domain/proposal.ts';
import { type Risk, riskSchema } from '../domain/risk.ts';
import { type PhaseSpec, phaseSpecSchema } from '../domain/spec.ts';
import { type KeptCall, readCalls } from './calls.ts';
import { isoOf } from './clock.ts';
import type { Row } from './connection.ts';
import type { Source } from './read-runs.ts';
import { parseRow, parseStored } from './texts.ts';

/** One attempt with everything it left: what training data is made from. */
export interface TrainingAttempt {
  /** From 1. */
  readonly attempt: number;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly checks: CheckReport | null;
  readonly audit: Audit | null;
  readonly staged: Staged | null;
  readonly risk: Risk | null;
  /** The patch that was first staged, where a person decided on the attempt; null where nobody did. */
  readonly proposedPatch: string | null;
  readonly candidates: readonly Candidate[];
  /** The Builder's answered calls, in the order they started. */
  readonly calls: readonly KeptCall[];
  /** Of the phase, up to the end of this attempt. */
  readonly costMicros: number;
}

export interface TrainingPhase {
  readonly runId: string;
  readonly phaseId: string;
  readonly spec: PhaseSpec;
  /** Replies came from a cassette. */
  readonly recorded: boolean;
  /** The attempt that landed; null where none did. */
  readonly landedAttempt: number | null;
  readonly rolledBack: boolean;
  /** Where what landed stands; null where nothing did. */
  readonly landing: { readonly commit: string; readonly branch: string; readonly landedAt: string } | null;
  readonly capMicros: number | null;
  readonly attempts: readonly TrainingAttempt[];
}

export interface TrainingWindow {
  /** ISO 8601: runs that started at this moment or later, and before that one. */
  readonly since?: string;
  readonly until?: string;
}

const phaseRow = z.object({
  run_id: z.string(),
  id: z.string(),
  spec: z.string(),
  recorded: z.int(),
  landed: z.int(),
  evidence: z.int().nullable(),
  rolled_back: z.string().nullable(),
  landing: z.string().nullable(),
  landed_ms: z.int().nullable(),
  cap_micros: z.int().nullable(),
});
const attemptRow = z.object({
  attempt: z.int(),
  started_ms: z.int(),
  checks: z.string().nullable(),
  audit: z.string().nullable(),
  staged: z.string().nullable(),
  risk: z.string().nullable(),
  decision: z.string().nullable(),
  candidates: z.string().nullable(),
  micros: z.int(),
});

/**
 * Ended phases, those with one and the same spec together, in an order that does not change. Reads on while it is
 * consumed: memory holds one group at a time.
 */
export function* readTrainingGroups(
  source: Source,
  { since, until }: TrainingWindow,
): Generator<readonly TrainingPhase[]> {
  const { connection } = source;
  const rows = connection.iterate(
    `SELECT p.run_id, p.id, p.spec, r.recorded, p.state = 'landed' AS landed, p.evidence, p.rolled_back, p.landing, l.landed_ms, b.cap_micros
     FROM phases p JOIN runs r ON r.id = p.run_id
       LEFT JOIN landings l ON l.commit_id = json_extract(p.landing, '$.commit')
       LEFT JOIN budgets b ON b.level = 'phase' AND b.key = p.run_id || '/' || p.id
     WHERE p.state IN ('landed', 'rejected', 'stuck', 'failed')
       AND r.started_ms >= :since AND r.started_ms < :until
     ORDER BY p.spec, r.started_ms, r.sequence, p.id`,
    {
      since: since === undefined ? 0 : Date.parse(since),
      until: until === undefined ? Number.MAX_SAFE_INTEGER : Date.parse(until),
    },
  );
  let group: TrainingPhase[] = [];
  let key: string | null = null;
  for (const row of rows) {
    const spec = String(row.spec);
    if (key !== null && spec !== key) {
      yield group;
      group = [];
    }
    key = spec;
    group.push(phaseOf(source, row));
  }
  if (group.length > 0) yield group;
}

function phaseOf(source: Source, row: Row): TrainingPhase {
  const { connection, texts } = source;
  const phase = parseRow(connection.file, phaseRow, row);
  return {
    runId: phase.run_id,
    phaseId: phase.id,
    spec: parseStored(connection.file, phaseSpecSchema, texts.unpack(phase.spec)),
    recorded: phase.recorded === 1,
    landedAttempt: phase.landed === 1 ? phase.evidence : null,
    rolledBack: phase.rolled_back !== null,
    landing: landingOf(phase),
    capMicros: phase.cap_micros,
    attempts: attemptsOf(source, phase.run_id, phase.id),
  };
}

function landingOf({ landing, landed_ms: ms }: z.infer<typeof phaseRow>): TrainingPhase['landing'] {
  if (landing === null || ms === null) return null;
  const read = landingSchema.safeParse(JSON.parse(landing));
  return read.success ? { commit: read.data.commit, branch: read.data.branch, landedAt: isoOf(ms) } : null;
}

function attemptsOf(source: Source, runId: string, phaseId: string): readonly TrainingAttempt[] {
  const { connection, texts } = source;
  const { file } = connection;
  const calls = readCalls(connection, texts, { runId, phaseId }).filter(({ role }) => role === 'builder');
  const rows = connection.all(
    `SELECT a.attempt, a.started_ms, a.checks, a.audit, a.staged, a.risk, a.decision, a.candidates,
       (SELECT coalesce(sum(s.micros), 0) FROM attempt_spend s
        WHERE s.run_id = a.run_id AND s.phase_id = a.phase_id AND s.attempt <= a.attempt) AS micros
     FROM attempts a WHERE a.run_id = :runId AND a.phase_id = :phaseId ORDER BY a.attempt`,
    { runId, phaseId },
  );
  return rows.map((row) => {
    const read = parseRow(file, attemptRow, row);
    const stored = <Schema extends z.ZodType>(schema: Schema, text: string | null): z.infer<Schema> | null =>
      text === null ? null : parseStored(file, schema, texts.unpack(text));
    return {
      attempt: read.attempt,
      startedAt: isoOf(read.started_ms),
      checks: stored(checkReportSchema, read.checks),
      audit: stored(auditSchema, read.audit),
      staged: stored(stagedSchema, read.staged),
      risk: stored(riskSchema, read.risk),
      proposedPatch: read.decision === null ? null : firstPatch(source, { runId, phaseId, attempt: read.attempt }),
      candidates: stored(z.array(candidateSchema), read.candidates) ?? [],
      calls: calls.filter(({ scope }) => scope.attempt === read.attempt),
      costMicros: read.micros,
    };
  });
}

/** What was staged first of an attempt: a person's choice of hunks, or edit, stages it anew. */
function firstPatch(
  { connection, texts }: Source,
  of: { readonly runId: string; readonly phaseId: string; readonly attempt: number },
): string | null {
  const rows = connection.iterate('SELECT body FROM events WHERE run_id = :runId ORDER BY sequence', {
    runId: of.runId,
  });
  for (const { body } of rows) {
    const { success, data } = engineEventSchema.safeParse(JSON.parse(texts.unpack(String(body))));
    if (!success || data.type !== 'patch-staged') continue;
    if (data.phaseId === of.phaseId && data.attempt === of.attempt) return data.staged.patch;
  }
  return null;
}
