import { EngineError } from '../domain/engine-error.ts';
import { budgetLevels } from '../domain/fault.ts';
import type { BlobStore } from './blobs.ts';
import type { Connection } from './connection.ts';

export interface Retention {
  /** Runs that started before this moment lose their prompts, replies and evidence. ISO 8601. */
  readonly before?: string;
  /** Beyond this size the oldest runs lose theirs. */
  readonly mostBytes?: number;
}

export interface Pruned {
  readonly runs: number;
  /** How much smaller the ledger is. */
  readonly bytes: number;
}

/** Bytes in use by the database and the files beside it. */
function sizeOf(connection: Connection): number {
  const pragma = (name: string) => Number(connection.get(`PRAGMA ${name}`)?.[name] ?? 0);
  const pages = pragma('page_count') - pragma('freelist_count');
  const blobs = connection.get(
    'SELECT coalesce(sum(bytes), 0) AS bytes FROM (SELECT max(bytes) AS bytes FROM blobs GROUP BY hash)',
  );
  return pages * pragma('page_size') + Number(blobs?.bytes ?? 0);
}

/**
 * Takes prompts, replies, events and evidence of old runs out. Runs, phases, landings, calls with their cost, and all
 * sums stay. A run that has not ended, or in which a phase waits for a person, is left alone.
 */
export function prune(connection: Connection, blobs: BlobStore, retention: Retention, nowMs: number): Pruned {
  const sizeBefore = sizeOf(connection);
  const beforeMs = retention.before === undefined ? Number.NEGATIVE_INFINITY : Date.parse(retention.before);
  const mostBytes = retention.mostBytes ?? Number.POSITIVE_INFINITY;
  const isTooMuch = (startedMs: number) => startedMs < beforeMs || sizeOf(connection) > mostBytes;
  let runs = 0;
  for (let done = false; !done; ) {
    const oldest = connection.all(prunable);
    for (const { id, started_ms } of oldest) {
      done = !isTooMuch(Number(started_ms));
      if (done) break;
      pruneRun(connection, String(id), nowMs);
      runs += 1;
    }
    done ||= oldest.length === 0;
  }
  sweepBlobs(connection, blobs);
  giveBackSpace(connection);
  connection.run(
    `INSERT INTO upkeep (task, done_ms) VALUES ('prune', :nowMs)
     ON CONFLICT (task) DO UPDATE SET done_ms = excluded.done_ms`,
    { nowMs },
  );
  return { runs, bytes: sizeBefore - sizeOf(connection) };
}

/** The oldest runs that may be pruned, some at a time. */
const prunable = `SELECT id, started_ms FROM runs r WHERE ended_ms IS NOT NULL AND pruned_ms IS NULL AND NOT EXISTS
    (SELECT 1 FROM phases p WHERE p.run_id = r.id AND p.state = 'awaiting-review')
  ORDER BY started_ms, sequence LIMIT 100`;

const pagesAtOnce = 2000;

/** In steps, so that another process can write in between. */
function giveBackSpace(connection: Connection): void {
  const free = () => Number(connection.get('PRAGMA freelist_count')?.freelist_count ?? 0);
  for (let before = free(); before > 0; ) {
    connection.execute(`PRAGMA incremental_vacuum(${pagesAtOnce})`);
    const after = free();
    if (after >= before) break;
    before = after;
  }
  connection.execute('PRAGMA wal_checkpoint(TRUNCATE)');
}

/** Milliseconds since 1970; 0 for never. */
export function lastPrunedMs(connection: Connection): number {
  return Number(connection.get(`SELECT done_ms FROM upkeep WHERE task = 'prune'`)?.done_ms ?? 0);
}

/** What an attempt's row holds besides its totals. */
export const evidenceColumns = [
  'summary',
  'staged',
  'refused',
  'scan',
  'checks',
  'audit',
  'verdict',
  'risk',
  'because',
  'reflection',
  'review_reasons',
  'context',
  'claims',
  'candidates',
];

function pruneRun(connection: Connection, runId: string, nowMs: number): void {
  connection.transaction(() => {
    connection.run(
      `UPDATE calls SET system = NULL, messages = NULL, tools = NULL, tool_calls = NULL, reply = NULL
       WHERE run_id = :runId`,
      { runId },
    );
    connection.run('DELETE FROM texts WHERE run_id = :runId', { runId });
    connection.run('DELETE FROM events WHERE run_id = :runId', { runId });
    connection.run('DELETE FROM tool_uses WHERE run_id = :runId', { runId });
    connection.run(
      `UPDATE attempts SET ${evidenceColumns.map((name) => `${name} = NULL`).join(', ')} WHERE run_id = :runId`,
      { runId },
    );
    // A very long plan, spec or fault stands in a file too, and stays.
    connection.run(
      `DELETE FROM blobs WHERE run_id = :runId AND '#' || hash NOT IN (
         SELECT plan FROM runs WHERE id = :runId UNION ALL SELECT spec FROM phases WHERE run_id = :runId
         UNION ALL SELECT fault FROM calls WHERE run_id = :runId AND fault IS NOT NULL)`,
      { runId },
    );
    connection.run('UPDATE runs SET pruned_ms = :nowMs WHERE id = :runId', { runId, nowMs });
  });
}

/** A run whose texts came back is pruned again in its time. */
export function forgetPruning(connection: Connection, runId: string): void {
  connection.run('UPDATE runs SET pruned_ms = NULL WHERE id = :runId', { runId });
}

/** Files that no run refers to. Under the write lock, because a writer puts its file there inside its transaction. */
function sweepBlobs(connection: Connection, blobs: BlobStore): void {
  connection.transaction(() => {
    for (const hash of blobs.hashes()) {
      if (!connection.get('SELECT 1 AS used FROM blobs WHERE hash = :hash', { hash })) blobs.remove(hash);
    }
  });
}

/** What is wrong with a ledger, one sentence each; nothing where it is whole. Reads every page: seconds on a big one. */
export function checkIntegrity(connection: Connection, blobs: BlobStore): readonly string[] {
  const pages = connection
    .all('PRAGMA integrity_check(10)')
    .map((row) => String(row.integrity_check))
    .filter((line) => line !== 'ok');
  return [
    ...pages,
    ...sumsThatDiffer(connection),
    ...budgetsThatDiffer(connection),
    ...missingBlobs(connection, blobs),
  ];
}

const amounts = ['calls', 'input', 'cached', 'output', 'micros', 'saved'] as const;

function sumsThatDiffer(connection: Connection): readonly string[] {
  const sums = amounts.map((name) => `coalesce(sum(${name}), 0) AS ${name}`).join(', ');
  const truth = connection.get(
    `SELECT ${sums} FROM (SELECT 1 AS calls, input, cached, output, micros, saved FROM calls WHERE authority > 0)`,
  );
  const agrees = (row: ReturnType<Connection['get']>) => amounts.every((name) => row?.[name] === truth?.[name]);
  const problems: string[] = [];
  if (!agrees(connection.get(`SELECT ${sums} FROM run_spend`))) problems.push('The sums by run differ from the calls.');
  if (!agrees(connection.get(`SELECT ${sums} FROM attempt_spend`))) {
    problems.push('The sums by attempt differ from the calls.');
  }
  for (const dimension of ['model', 'phase', 'role', 'run']) {
    const row = connection.get(`SELECT ${sums} FROM rollups WHERE dimension = :dimension`, { dimension });
    if (!agrees(row)) problems.push(`The sums by ${dimension} and hour differ from the calls.`);
  }
  return problems;
}

const reservationKeys = {
  phase: 'phase_key',
  tier: 'tier_key',
  run: 'run_id',
  day: 'day',
  month: 'substr(day, 1, 7)',
} as const;

function budgetsThatDiffer(connection: Connection): readonly string[] {
  return budgetLevels.flatMap((level) => {
    const key = reservationKeys[level];
    const row = connection.get(
      `SELECT count(*) AS wrong FROM budgets b LEFT JOIN
         (SELECT ${key} AS key, sum(used_micros) AS micros, sum(used_tokens) AS tokens FROM reservations
          GROUP BY ${key}) r ON r.key = b.key
       WHERE b.level = :level
         AND (b.used_micros <> coalesce(r.micros, 0) OR b.used_tokens <> coalesce(r.tokens, 0))`,
      { level },
    );
    const wrong = Number(row?.wrong ?? 0);
    return wrong === 0 ? [] : [`What is used of ${wrong} caps at level ${level} differs from the calls settled.`];
  });
}

function missingBlobs(connection: Connection, blobs: BlobStore): readonly string[] {
  return connection.all('SELECT DISTINCT hash FROM blobs').flatMap((row) => {
    try {
      blobs.read(String(row.hash));
      return [];
    } catch (error) {
      if (error instanceof EngineError) return [`A long text is missing or altered: ${error.message}`];
      throw error;
    }
  });
}
