import { z } from 'zod';
import { findingCategorySchema, severitySchema } from '../domain/audit.ts';
import { type BacklogChanges, type BacklogIssue, needsCleanup } from '../domain/backlog.ts';
import { isoOf } from './clock.ts';
import type { Connection } from './connection.ts';
import type { Source } from './read-runs.ts';
import { parseRow, parseStored } from './texts.ts';

/** A finding as the store lists it, of whatever attempt. */
export interface KeptFinding {
  readonly runId: string;
  readonly phaseId: string;
  readonly severity: z.infer<typeof severitySchema>;
  readonly category: z.infer<typeof findingCategorySchema>;
  readonly file: string | null;
  readonly line: number | null;
  readonly claim: string;
  readonly component: string;
  readonly model: string | null;
  readonly fingerprint: string;
}

const findingRow = z.object({
  run_id: z.string(),
  phase_id: z.string(),
  severity: severitySchema,
  category: findingCategorySchema,
  file: z.string().nullable(),
  line: z.int().nullable(),
  claim: z.string(),
  component: z.string(),
  model: z.string().nullable(),
  fingerprint: z.string(),
});

/** The newest finding that a fingerprint, or the beginning of one that no other shares, names; null for none. */
export function readFinding(connection: Connection, selector: string): KeptFinding | null {
  const rows = connection.all(
    `SELECT f.run_id, f.phase_id, f.severity, f.category, f.file, f.line, f.claim, f.component, f.model, f.fingerprint
     FROM findings f JOIN runs r ON r.id = f.run_id
     WHERE substr(f.fingerprint, 1, length(:selector)) = :selector
     ORDER BY r.started_ms DESC, r.sequence DESC, f.attempt DESC LIMIT 200`,
    { selector },
  );
  const found = rows.map((row) => parseRow(connection.file, findingRow, row));
  const [first] = found;
  if (!first || selector === '' || new Set(found.map(({ fingerprint }) => fingerprint)).size > 1) return null;
  const { run_id: runId, phase_id: phaseId, ...finding } = first;
  return { runId, phaseId, ...finding };
}

const issueRow = findingRow
  .pick({ severity: true, category: true, file: true, line: true, claim: true, fingerprint: true })
  .extend({ runs: z.int(), tiers: z.int(), first_ms: z.int(), last_ms: z.int(), landing: z.int() });

/** Landings looked at for having mended an issue; older ones are left alone. */
const landingsRead = 1_000;

/**
 * The project's backlog, oldest first: open findings of changes that landed and were not rolled back. An issue ages by
 * the distinct runs that landed something since it did, itself included, and by their tiers where a run has several. It
 * is gone once it is dismissed, or a later landing changed its file and the review of that did not say it again. As it was
 * after the landing with the sequence `upTo`; as it is now where that is null.
 */
export function readBacklog({ connection, texts }: Source, upTo: number | null = null): readonly BacklogIssue[] {
  const rows = connection.all(
    `WITH alive AS (
       SELECT l.sequence, l.run_id, l.phase_id, l.landed_ms, p.tier_id, p.evidence,
         (SELECT count(DISTINCT t.tier_id) FROM phases t WHERE t.run_id = l.run_id) AS tiers_of_run
       FROM landings l JOIN phases p ON p.run_id = l.run_id AND p.id = l.phase_id
       WHERE l.rolled_back IS NULL AND (:upTo IS NULL OR l.sequence <= :upTo)
     ),
     seen AS (
       SELECT f.*, a.sequence AS landing, a.landed_ms
       FROM findings f JOIN alive a ON a.run_id = f.run_id AND a.phase_id = f.phase_id AND a.evidence = f.attempt
       WHERE f.category NOT IN ('policy', 'auditor-error')
         AND f.fingerprint NOT IN (SELECT fingerprint FROM dismissals)
     ),
     span AS (
       SELECT fingerprint, min(landing) AS first, max(landing) AS last, min(landed_ms) AS first_ms FROM seen GROUP BY fingerprint
     )
     SELECT n.severity, n.category, n.file, n.line, n.claim, n.fingerprint, n.landing, n.landed_ms AS last_ms, s.first_ms,
       (SELECT count(DISTINCT a.run_id) FROM alive a WHERE a.sequence >= s.first) AS runs,
       (SELECT count(DISTINCT a.run_id || ' ' || a.tier_id) FROM alive a
         WHERE a.sequence >= s.first AND a.tiers_of_run > 1) AS tiers
     FROM span s JOIN seen n ON n.fingerprint = s.fingerprint AND n.landing = s.last
     GROUP BY n.fingerprint ORDER BY s.first_ms, n.fingerprint`,
    { upTo },
  );
  const issues = rows.map((row) => parseRow(connection.file, issueRow, row));
  const since = Math.min(...issues.map(({ landing }) => landing));
  const changed = filesByLanding({ connection, texts }, since, upTo);
  const isMended = ({ file, landing }: (typeof issues)[number]) =>
    changed.some(({ sequence, files }) => sequence > landing && file !== null && files.has(file));
  return issues
    .filter((issue) => !isMended(issue))
    .map(({ first_ms, last_ms, landing: _, ...issue }) => ({
      ...issue,
      firstSeen: isoOf(first_ms),
      lastSeen: isoOf(last_ms),
      needsCleanup: needsCleanup(issue),
    }));
}

const changedFiles = z.object({ files: z.array(z.object({ path: z.string() })) });

/** Which files the newest landings after one changed. */
function filesByLanding({ connection, texts }: Source, after: number, upTo: number | null) {
  if (!Number.isFinite(after)) return [];
  const rows = connection.all(
    `SELECT l.sequence, a.staged FROM landings l
     JOIN phases p ON p.run_id = l.run_id AND p.id = l.phase_id
     JOIN attempts a ON a.run_id = p.run_id AND a.phase_id = p.id AND a.attempt = p.evidence
     WHERE l.sequence > :after AND (:upTo IS NULL OR l.sequence <= :upTo)
       AND l.rolled_back IS NULL AND a.staged IS NOT NULL
     ORDER BY l.sequence DESC LIMIT :limit`,
    { after, upTo, limit: landingsRead },
  );
  return rows.map((row) => {
    const { files } = parseStored(connection.file, changedFiles, texts.unpack(String(row.staged)));
    return { sequence: Number(row.sequence), files: new Set(files.map(({ path }) => path)) };
  });
}

/** What the landings of a run changed in the backlog; nothing where it landed nothing. */
export function readBacklogChanges(source: Source, runId: string): BacklogChanges {
  const row = source.connection.get(
    'SELECT min(sequence) AS first, max(sequence) AS last FROM landings WHERE run_id = :runId AND rolled_back IS NULL',
    { runId },
  );
  if (row?.first == null) return { added: [], closed: [], due: [] };
  const before = readBacklog(source, Number(row.first) - 1);
  const after = readBacklog(source, Number(row.last));
  const known = new Map(before.map((issue) => [issue.fingerprint, issue]));
  const open = new Set(after.map(({ fingerprint }) => fingerprint));
  return {
    added: after.filter(({ fingerprint }) => !known.has(fingerprint)),
    closed: before.filter(({ fingerprint }) => !open.has(fingerprint)),
    due: after.filter((issue) => issue.needsCleanup && known.get(issue.fingerprint)?.needsCleanup !== true),
  };
}
