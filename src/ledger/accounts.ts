import type { ArmName } from '../domain/deployment.ts';
import type { Cost, Tokens } from '../domain/money.ts';
import type { Connection, Row } from './connection.ts';

/**
 * Who says what a call used, from least to most certain. A later word replaces an earlier one of no higher rank, so
 * that a call counts once, whichever of its reports comes first.
 */
export const authorities = { none: 0, presumed: 1, event: 2, kept: 3, settled: 4 } as const;
export type Authority = (typeof authorities)[keyof typeof authorities];

export interface Usage {
  readonly tokens: Tokens;
  readonly cost: Cost;
}

/** What is known of a call before its usage. */
export interface CallIdentity {
  readonly callId: string;
  readonly runId: string;
  readonly tierId: string | null;
  readonly phaseId: string;
  readonly attempt: number;
  readonly role: string | null;
  readonly component: string | null;
  readonly model: string;
  /** Arm of a deployed version that it was served by; null where none has a say. */
  readonly arm?: ArmName | null;
  readonly startedMs: number;
}

/** Makes the call's row, or fills in what it did not know. */
export function introduceCall(connection: Connection, call: CallIdentity): void {
  connection.run(
    `INSERT INTO calls (id, run_id, tier_id, phase_id, attempt, role, component, model, arm, started_ms)
     VALUES (:callId, :runId, :tierId, :phaseId, :attempt, :role, :component, :model, :arm, :startedMs)
     ON CONFLICT (id) DO UPDATE SET tier_id = coalesce(tier_id, excluded.tier_id),
       role = coalesce(role, excluded.role), component = coalesce(component, excluded.component),
       arm = coalesce(arm, excluded.arm)`,
    { ...call, arm: call.arm ?? null },
  );
}

/**
 * Changes a call's row through `change` and moves every sum that the row counts in along with it. Belongs in a
 * transaction: the sums and the calls agree at every commit.
 */
export function withAccounts(connection: Connection, callId: string, change: () => void): void {
  const before = entryOf(connection, callId);
  change();
  const after = entryOf(connection, callId);
  if (before && after && sameKeys(before, after)) {
    post(connection, after, difference(after.amounts, before.amounts));
    return;
  }
  if (before) post(connection, before, difference(nothing, before.amounts));
  if (after) post(connection, after, after.amounts);
}

/** Writes what a call used, unless something more certain is there. */
export function setUsage(connection: Connection, callId: string, usage: Usage, authority: Authority): void {
  const { input, cached, output } = usage.tokens;
  const { micros, label, savedMicros: saved = null, price } = usage.cost;
  const { source = null, date = null } = price ?? {};
  connection.run(
    `UPDATE calls SET input = :input, cached = :cached, output = :output, micros = :micros, label = :label,
       saved = coalesce(:saved, saved), price_source = coalesce(:source, price_source),
       price_date = coalesce(:date, price_date), authority = :authority
     WHERE id = :callId AND authority <= :authority`,
    { callId, input, cached, output, micros, label, saved, source, date, authority },
  );
}

/** What sums are kept of, in every table of sums. */
export const amountNames = [
  'calls',
  'input',
  'cached',
  'output',
  'micros',
  'saved',
  'computed',
  'estimated',
  'unknown',
] as const;
type Amounts = Record<(typeof amountNames)[number], number>;

const nothing: Amounts = {
  calls: 0,
  input: 0,
  cached: 0,
  output: 0,
  micros: 0,
  saved: 0,
  computed: 0,
  estimated: 0,
  unknown: 0,
};

interface Entry {
  readonly runId: string;
  readonly phaseId: string;
  readonly attempt: number;
  readonly model: string;
  readonly role: string;
  readonly hour: number;
  readonly amounts: Amounts;
}

const hourMs = 3_600_000;
/** Stands for the role of a call of which only its reservation is known. */
const unknownRole = 'unknown';

function entryOf(connection: Connection, callId: string): Entry | null {
  const row = connection.get(
    `SELECT run_id, phase_id, attempt, model, role, started_ms, input, cached, output, micros, saved, label
     FROM calls WHERE id = :callId AND authority > 0`,
    { callId },
  );
  return row ? entryOfRow(row) : null;
}

function entryOfRow(row: Row): Entry {
  return {
    runId: String(row.run_id),
    phaseId: String(row.phase_id),
    attempt: Number(row.attempt),
    model: String(row.model),
    role: row.role === null ? unknownRole : String(row.role),
    hour: Math.floor(Number(row.started_ms) / hourMs),
    amounts: {
      calls: 1,
      input: Number(row.input),
      cached: Number(row.cached),
      output: Number(row.output),
      micros: Number(row.micros),
      saved: Number(row.saved),
      computed: row.label === 'computed' ? 1 : 0,
      estimated: row.label === 'estimated' ? 1 : 0,
      unknown: row.label === 'unknown' ? 1 : 0,
    },
  };
}

const keyNames = ['runId', 'phaseId', 'attempt', 'model', 'role', 'hour'] as const;

function sameKeys(a: Entry, b: Entry): boolean {
  return keyNames.every((name) => a[name] === b[name]);
}

function difference(a: Amounts, b: Amounts): Amounts {
  return Object.fromEntries(amountNames.map((name) => [name, a[name] - b[name]])) as Amounts;
}

const columns = amountNames.join(', ');
const values = amountNames.map((name) => `:${name}`).join(', ');
const additions = amountNames.map((name) => `${name} = ${name} + excluded.${name}`).join(', ');

const postRunSpend = `INSERT INTO run_spend (run_id, phase_id, model, role, ${columns})
  VALUES (:runId, :phaseId, :model, :role, ${values})
  ON CONFLICT (run_id, phase_id, model, role) DO UPDATE SET ${additions}`;
const postAttemptSpend = `INSERT INTO attempt_spend (run_id, phase_id, attempt, ${columns})
  VALUES (:runId, :phaseId, :attempt, ${values})
  ON CONFLICT (run_id, phase_id, attempt) DO UPDATE SET ${additions}`;
const postRollup = `INSERT INTO rollups (dimension, hour, key, ${columns}) VALUES (:dimension, :hour, :key, ${values})
  ON CONFLICT (dimension, hour, key) DO UPDATE SET ${additions}`;

function post(connection: Connection, entry: Entry, amounts: Amounts): void {
  if (amountNames.every((name) => amounts[name] === 0)) return;
  const { runId, phaseId, attempt, model, role, hour } = entry;
  connection.run(postRunSpend, { runId, phaseId, model, role, ...amounts });
  connection.run(postAttemptSpend, { runId, phaseId, attempt, ...amounts });
  const keys = { model, phase: phaseId, role, run: runId };
  for (const [dimension, key] of Object.entries(keys)) {
    connection.run(postRollup, { dimension, hour, key, ...amounts });
  }
}
