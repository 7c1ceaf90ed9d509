import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describeFault } from '../domain/describe-fault.ts';
import { EngineError } from '../domain/engine-error.ts';
import type { Fault } from '../domain/fault.ts';
import type { Cap, WorstCase } from '../engine/ports/budget.ts';
import { monthOf } from './clock.ts';
import { type Connection, openConnection, type Row } from './connection.ts';
import { openStore } from './open-store.ts';
import type { Liveness } from './owner.ts';

/** What all folders of one user used and have set aside in a day or a month, UTC. */
export interface PeriodUse {
  readonly usedMicros: number;
  readonly usedTokens: number;
  readonly reservedMicros: number;
  readonly reservedTokens: number;
}

export interface PeriodUses {
  readonly day: PeriodUse;
  readonly month: PeriodUse;
}

interface Amounts {
  readonly micros: number;
  readonly tokens: number;
}

/**
 * What one user spends over all folders, in one file that every process of theirs shares. It holds no caps: each folder
 * holds its own against these sums. A reservation here precedes the one in the folder's ledger; should a process be
 * killed in between, it counts at its worst case, as one that was sent.
 */
export interface UserAccounts {
  /** Sets the worst case aside where it fits what both caps leave, in one statement; says whether it did. */
  reserve(callId: string, day: string, caps: { readonly day: Cap; readonly month: Cap }, worst: WorstCase): boolean;
  /** Replaces what the call counts for. One that is not known here is left alone. */
  settle(callId: string, used: Amounts): void;
  release(callId: string): void;
  uses(day: string): PeriodUses;
  /** Settles what this opening left open at its worst case, and lets go of the file. */
  close(): void;
}

export interface UserAccountsOptions {
  /** Where the user's state lives, such as `~/.local/state/countersign`. */
  readonly directory: string;
  readonly owner: string;
  readonly liveness: (owner: string) => Liveness;
  readonly now: () => number;
  readonly busyTimeoutMs: number;
}

const schema = `
CREATE TABLE totals (
  period TEXT PRIMARY KEY,
  used_micros INTEGER NOT NULL,
  used_tokens INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE reservations (
  call_id TEXT PRIMARY KEY,
  day TEXT NOT NULL,
  month TEXT NOT NULL,
  tokens INTEGER NOT NULL,
  micros INTEGER NOT NULL,
  used_tokens INTEGER NOT NULL DEFAULT 0,
  used_micros INTEGER NOT NULL DEFAULT 0,
  state TEXT NOT NULL,
  owner TEXT NOT NULL,
  made_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX reservations_open ON reservations (made_ms) WHERE state = 'open';
CREATE INDEX reservations_made ON reservations (made_ms);
`;

/** A reservation of a process that cannot be asked whether it lives counts as left behind after this long. */
const strangerMs = 3_600_000;
/** A call that was settled this long ago is not settled again. */
const forgetMs = 40 * 86_400_000;

const used = (column: string, period: string) =>
  `coalesce((SELECT ${column} FROM totals WHERE period = :${period}), 0)`;
const open = (column: string, period: string) =>
  `(SELECT coalesce(sum(${column}), 0) FROM reservations WHERE state = 'open' AND ${period} = :${period})`;
const fits = (period: 'day' | 'month', unit: 'micros' | 'tokens') =>
  `(:${period}_${unit} IS NULL OR ${used(`used_${unit}`, period)} + ${open(unit, period)} + :${unit} <= :${period}_${unit})`;

const reserveStatement = `
INSERT INTO reservations (call_id, day, month, tokens, micros, state, owner, made_ms)
SELECT :callId, :day, :month, :tokens, :micros, 'open', :owner, :madeMs
WHERE ${fits('day', 'micros')} AND ${fits('day', 'tokens')} AND ${fits('month', 'micros')} AND ${fits('month', 'tokens')}`;

const useStatement = `SELECT ${(['day', 'month'] as const)
  .flatMap((period) =>
    (['micros', 'tokens'] as const).flatMap((unit) => [
      `${used(`used_${unit}`, period)} AS ${period}_used_${unit}`,
      `${open(unit, period)} AS ${period}_reserved_${unit}`,
    ]),
  )
  .join(', ')}`;

/** The user's accounts, opened when a call is about to be paid for. */
export interface SharedAccounts {
  /** Null where the file cannot be used: then each folder's caps count that folder alone, and `takeFaults` says why. */
  open(): UserAccounts | null;
  /** As of now, without making the file; null where it is not there or cannot be read. */
  uses(day: string): PeriodUses | null;
  /** What went wrong on opening; each is told once. */
  takeFaults(): readonly Fault[];
  close(): void;
}

function fileIn(directory: string): string {
  return join(directory, 'accounts.sqlite');
}

/** Reads the user's accounts as of now, without making the file; null where it is not there or cannot be read. */
export function sharedUsesIn(
  directory: string,
  busyTimeoutMs: number,
): { uses(day: string): PeriodUses | null; close(): void } {
  let connection: Connection | null = null;
  return {
    uses(day) {
      try {
        if (!connection && existsSync(fileIn(directory))) {
          const options = { synchronous: 'NORMAL', readOnly: true, busyTimeoutMs } as const;
          connection = openConnection(fileIn(directory), options);
        }
        return connection ? usesOf(connection, day) : null;
      } catch {
        return null;
      }
    },
    close() {
      connection?.close();
      connection = null;
    },
  };
}

export function sharedAccounts(options: UserAccountsOptions): SharedAccounts {
  const file = fileIn(options.directory);
  const reading = sharedUsesIn(options.directory, options.busyTimeoutMs);
  let accounts: UserAccounts | null | undefined;
  let faults: Fault[] = [];
  const openOnce = (): UserAccounts | null => {
    try {
      const opened = openAccounts(file, options);
      faults.push(...opened.notices);
      return opened.accounts;
    } catch (error) {
      const detail = error instanceof EngineError ? describeFault(error.fault).message : String(error);
      faults.push({ code: 'store/accounts-unavailable', file, detail });
      return null;
    }
  };
  return {
    open() {
      if (accounts === undefined) accounts = openOnce();
      return accounts;
    },
    uses: (day) => (accounts ? accounts.uses(day) : reading.uses(day)),
    takeFaults() {
      const told = faults;
      faults = [];
      return told;
    },
    close() {
      accounts?.close();
      accounts = null;
      reading.close();
    },
  };
}

/** Opens the file and makes it where there is none. Throws where it cannot be written, and `store/newer`. */
function openAccounts(
  file: string,
  { owner, liveness, now, busyTimeoutMs }: UserAccountsOptions,
): { readonly accounts: UserAccounts; readonly notices: readonly Fault[] } {
  const store = openStore(file, { busyTimeoutMs, migrations: [schema] });
  const { main: connection, notices } = store;
  if (store.newer) {
    connection.close();
    throw new EngineError(store.newer);
  }
  // The folders' ledgers are flushed to disk; these sums need only outlive a process.
  store.durable.close();
  const isLeftBehind = (held: Row) => {
    if (held.owner === owner) return false;
    const alive = liveness(String(held.owner));
    return alive === 'dead' || (alive === 'unknown' && now() - Number(held.made_ms) > strangerMs);
  };
  settleWhere(connection, isLeftBehind);
  connection.run(`DELETE FROM reservations WHERE state <> 'open' AND made_ms < :before`, { before: now() - forgetMs });
  const accounts: UserAccounts = {
    reserve(callId, day, caps, { tokens, micros }) {
      const row = { callId, day, month: monthOf(day), tokens, micros: micros ?? 0, owner, madeMs: now() };
      const limits = {
        day_micros: caps.day.micros,
        day_tokens: caps.day.tokens,
        month_micros: caps.month.micros,
        month_tokens: caps.month.tokens,
      };
      return connection.run(reserveStatement, { ...row, ...limits }) === 1;
    },
    settle: (callId, amounts) => connection.transaction(() => book(connection, callId, 'settled', amounts)),
    release: (callId) => connection.transaction(() => book(connection, callId, 'released', nothing)),
    uses: (day) => usesOf(connection, day),
    close() {
      try {
        settleWhere(connection, (held) => held.owner === owner);
      } finally {
        connection.close();
      }
    },
  };
  return { accounts, notices };
}

const nothing: Amounts = { micros: 0, tokens: 0 };

function usesOf(connection: Connection, day: string): PeriodUses {
  const row = connection.get(useStatement, { day, month: monthOf(day) }) ?? {};
  const of = (period: 'day' | 'month'): PeriodUse => ({
    usedMicros: Number(row[`${period}_used_micros`]),
    usedTokens: Number(row[`${period}_used_tokens`]),
    reservedMicros: Number(row[`${period}_reserved_micros`]),
    reservedTokens: Number(row[`${period}_reserved_tokens`]),
  });
  return { day: of('day'), month: of('month') };
}

/** A call that was cut off may have been charged: its whole worst case counts. */
function settleWhere(connection: Connection, isLeft: (held: Row) => boolean): void {
  const left = connection.all(`SELECT * FROM reservations WHERE state = 'open'`).filter(isLeft);
  if (left.length === 0) return;
  connection.transaction(() => {
    for (const { call_id, micros, tokens } of left) {
      const amounts = { micros: Number(micros), tokens: Number(tokens) };
      book(connection, String(call_id), 'settled', amounts, 'open');
    }
  });
}

/** Puts the difference to what the call counted for before into its day and its month. */
function book(
  connection: Connection,
  callId: string,
  state: 'settled' | 'released',
  { micros, tokens }: Amounts,
  onlyFrom?: 'open',
): void {
  const row = connection.get('SELECT * FROM reservations WHERE call_id = :callId', { callId });
  if (!row || (onlyFrom !== undefined && row.state !== onlyFrom)) return;
  connection.run(
    'UPDATE reservations SET state = :state, used_micros = :micros, used_tokens = :tokens WHERE call_id = :callId',
    { callId, state, micros, tokens },
  );
  for (const period of [row.day, row.month]) {
    connection.run(
      `INSERT INTO totals (period, used_micros, used_tokens) VALUES (:period, :micros, :tokens)
       ON CONFLICT (period) DO UPDATE SET used_micros = used_micros + excluded.used_micros,
         used_tokens = used_tokens + excluded.used_tokens`,
      {
        period: String(period),
        micros: micros - Number(row.used_micros),
        tokens: tokens - Number(row.used_tokens),
      },
    );
  }
}
