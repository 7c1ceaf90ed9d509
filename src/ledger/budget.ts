import type { BudgetLevel, Fault } from '../domain/fault.ts';
import { budgetLevels } from '../domain/fault.ts';
import type { Cost, Tokens } from '../domain/money.ts';
import { fail, ok } from '../domain/result.ts';
import type { Budget, BudgetWarning, Cap, Headroom } from '../engine/ports/budget.ts';
import type { AttemptScope } from '../engine/ports/run.ts';
import { authorities, introduceCall, setUsage, withAccounts } from './accounts.ts';
import { dayOf, monthOf } from './clock.ts';
import type { Connection, Row } from './connection.ts';
import type { Liveness } from './owner.ts';
import {
  type Keys,
  keysOf,
  levelsOf,
  noDay,
  numberOrNull,
  refusal,
  reservedMicros,
  reservedTokens,
  type Standing,
  smallest,
  standingsAt,
} from './standings.ts';
import type { PeriodUses, SharedAccounts, UserAccounts } from './user-accounts.ts';

export interface BudgetOptions {
  /** Flushes each commit to disk: money is never forgotten. */
  readonly connection: Connection;
  /** Spares the flush: caps are set anew whenever a run begins or goes on. */
  readonly capsConnection: Connection;
  readonly now: () => number;
  /** This opening of the ledger, as `formatOwner` writes it. */
  readonly owner: string;
  readonly liveness: (owner: string) => Liveness;
  /** What the user spends over all folders; null keeps to this one. */
  readonly shared: SharedAccounts | null;
}

/** A reservation of a process that cannot be asked whether it lives counts as left behind after this long. */
const strangerMs = 3_600_000;
const dayMs = 86_400_000;
const marks = [75, 90] as const;

/** The whole of the hard cap: this inserts a row or it does not. */
const reserveStatement = `
INSERT INTO reservations (call_id, run_id, tier_id, phase_id, attempt, phase_key, tier_key, day, model, tokens, micros,
  state, owner, made_ms)
SELECT :callId, :run, :tierId, :phaseId, :attempt, :phase, :tier, :day, :model, :tokens, :micros, 'open', :owner, :madeMs
WHERE NOT EXISTS (
    SELECT 1 FROM budgets b WHERE ${levelsOf} AND (
      (b.cap_micros IS NOT NULL AND b.used_micros + ${reservedMicros} + coalesce(:micros, 0) > b.cap_micros)
      OR (b.cap_tokens IS NOT NULL AND b.used_tokens + ${reservedTokens} + :tokens > b.cap_tokens)
      OR (b.overruns > 0 AND coalesce(b.cap_micros, b.cap_tokens) IS NOT NULL)))
  AND (:micros IS NOT NULL OR EXISTS (SELECT 1 FROM budgets b WHERE ${levelsOf} AND b.cap_tokens IS NOT NULL))`;

/** Money and tokens are whole and not negative; anything else would let a cap be talked away. */
function assertAmount(name: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`${name} must be a whole number, not ${value}.`);
}

interface Reservation {
  readonly callId: string;
  readonly scope: AttemptScope;
  readonly keys: Keys;
  readonly model: string;
  readonly tokens: number;
  readonly micros: number | null;
  readonly usedTokens: number;
  readonly usedMicros: number;
  readonly overrun: boolean;
  readonly state: string;
  readonly owner: string;
  readonly madeMs: number;
}

function reservationOf(row: Row): Reservation {
  const scope: AttemptScope = {
    runId: String(row.run_id),
    tierId: row.tier_id === null ? null : String(row.tier_id),
    phaseId: String(row.phase_id),
    attempt: Number(row.attempt),
  };
  return {
    callId: String(row.call_id),
    scope,
    keys: keysOf(scope, String(row.day)),
    model: String(row.model),
    tokens: Number(row.tokens),
    micros: numberOrNull(row.micros),
    usedTokens: Number(row.used_tokens),
    usedMicros: Number(row.used_micros),
    overrun: row.overrun === 1,
    state: String(row.state),
    owner: String(row.owner),
    madeMs: Number(row.made_ms),
  };
}

/** The hard caps, with what becomes of reservations that a killed process left behind. */
export interface HeldBudget extends Budget {
  /**
   * Settles reservations of processes that no longer run. Such a call may have been charged, so that its whole worst
   * case counts as used, labelled `estimated` (`unknown` without a price). Returns how many there were.
   */
  settleAbandoned(): number;
  /** The same for what this opening of the ledger itself left open. */
  settleOwn(): number;
}

export function openBudget(options: BudgetOptions): HeldBudget {
  const { connection, now, owner, liveness, shared } = options;
  const accountsFor = (runId: string): UserAccounts | null =>
    shared && !isRecorded(connection, runId) ? shared.open() : null;
  const take = (callId: string): Reservation | null => {
    const row = connection.get('SELECT * FROM reservations WHERE call_id = :callId', { callId });
    return row ? reservationOf(row) : null;
  };
  const abandon = (held: Reservation) => {
    const cost: Cost =
      held.micros === null ? { micros: 0, label: 'unknown' } : { micros: held.micros, label: 'estimated' };
    const tokens: Tokens = { input: held.tokens, cached: 0, output: 0 };
    book(connection, held, { state: 'abandoned', tokens: held.tokens, micros: held.micros ?? 0 });
    charge(connection, held, tokens, cost, authorities.presumed);
    markCutOff(connection, held.callId);
  };
  /** Killed after the reply was kept: what it used is known. */
  const settleKept = (held: Reservation): boolean => {
    const used = usageKept(connection, held.callId);
    if (used === null) return false;
    const { tokens, micros } = used;
    const overrun = tokens > held.tokens || (held.micros !== null && micros > held.micros);
    book(connection, held, { state: 'settled', tokens, micros, overrun });
    return true;
  };
  const settleLeft = (held: Reservation) => {
    if (settleKept(held)) return;
    // What a cassette was asked never left the machine.
    if (isRecorded(connection, held.scope.runId)) letGo(held);
    else abandon(held);
  };
  const letGo = (held: Reservation) => {
    book(connection, held, { state: 'released', tokens: 0, micros: 0 });
    markCutOff(connection, held.callId);
  };
  const settleWhere = (left: (held: Reservation) => boolean): number => {
    const open = connection.all(`SELECT * FROM reservations WHERE state = 'open'`).map(reservationOf).filter(left);
    if (open.length === 0) return 0;
    return connection.transaction(() => {
      const still = open.filter((held) => take(held.callId)?.state === 'open');
      for (const held of still) settleLeft(held);
      return still.length;
    });
  };
  const isLeftBehind = (held: Reservation) => {
    if (held.owner === owner) return false;
    const alive = liveness(held.owner);
    return alive === 'dead' || (alive === 'unknown' && now() - held.madeMs > strangerMs);
  };
  const budget: HeldBudget = {
    setCap: (level, key, cap) => setCap(options.capsConnection, level, key, cap),
    headroom(scope): Headroom {
      const keys = today(scope);
      const standings = standingsAt(connection, keys, accountsFor(scope.runId)?.uses(keys.day) ?? null);
      return {
        micros: smallest(standings.map((standing) => standing.leftMicros)),
        tokens: smallest(standings.map((standing) => standing.leftTokens)),
      };
    },
    reserve(callId, scope, model, worstCase) {
      assertAmount('tokens', worstCase.tokens);
      if (worstCase.micros !== null) assertAmount('micros', worstCase.micros);
      const keys = today(scope);
      const row = {
        ...keys,
        callId,
        tierId: scope.tierId,
        phaseId: scope.phaseId,
        attempt: scope.attempt,
        model,
        ...worstCase,
        owner,
        madeMs: now(),
      };
      const accounts = accountsFor(scope.runId);
      const fitsAll = accounts?.reserve(callId, keys.day, periodCaps(connection, keys), worstCase) ?? true;
      if (fitsAll && connection.run(reserveStatement, row) === 1) return ok(undefined);
      if (fitsAll) accounts?.release(callId);
      return fail(refusal(standingsAt(connection, keys, accounts?.uses(keys.day) ?? null), model, worstCase));
    },
    settle(callId, tokens, cost) {
      for (const [name, value] of Object.entries(tokens)) assertAmount(name, value);
      assertAmount('micros', cost.micros);
      const usedTokens = tokens.input + tokens.output;
      const { keys, overrun } = connection.transaction(() => {
        const held = take(callId);
        if (!held) throw new Error(`Call ${callId} was settled without a reservation.`);
        const overrun = usedTokens > held.tokens || (held.micros !== null && cost.micros > held.micros);
        book(connection, held, { state: 'settled', tokens: usedTokens, micros: cost.micros, overrun });
        charge(connection, held, tokens, cost, authorities.settled);
        connection.run('UPDATE calls SET overrun = :overrun WHERE id = :callId', { callId, overrun: overrun ? 1 : 0 });
        return { keys: held.keys, overrun };
      });
      const accounts = accountsFor(keys.run);
      accounts?.settle(callId, { micros: cost.micros, tokens: usedTokens });
      const uses = accounts?.uses(keys.day) ?? null;
      return { overrun, warnings: connection.transaction(() => warn(connection, keys, uses)) };
    },
    release(callId) {
      const released = connection.transaction(() => {
        const held = take(callId);
        if (!held || held.state === 'settled' || held.state === 'released') return null;
        book(connection, held, { state: 'released', tokens: 0, micros: 0 });
        withAccounts(connection, callId, () => {
          connection.run(
            `UPDATE calls SET authority = 0, input = 0, cached = 0, output = 0, micros = 0, saved = 0, label = 'billed', fault = NULL
             WHERE id = :callId AND authority = ${authorities.presumed}`,
            { callId },
          );
        });
        return held;
      });
      if (released) accountsFor(released.scope.runId)?.release(callId);
    },
    takeFaults(runId) {
      accountsFor(runId);
      return shared?.takeFaults() ?? [];
    },
    settleAbandoned: () => settleWhere(isLeftBehind),
    settleOwn: () => settleWhere((held) => held.owner === owner),
  };
  const today = (scope: AttemptScope): Keys => {
    if (isRecorded(connection, scope.runId)) return keysOf(scope, noDay);
    const day = dayOf(now());
    inheritCap(connection, 'day', day, dayOf(Date.parse(`${day}T00:00:00Z`) - dayMs));
    const month = monthOf(day);
    inheritCap(connection, 'month', month, monthOf(dayOf(Date.parse(`${month}-01T00:00:00Z`) - dayMs)));
    return keysOf(scope, day);
  };
  return budget;
}

/** A run that goes on past midnight keeps its cap: a day or month without one of its own takes the one before's. */
function inheritCap(connection: Connection, level: 'day' | 'month', key: string, before: string): void {
  if (connection.get('SELECT 1 AS known FROM budgets WHERE level = :level AND key = :key', { level, key })) return;
  connection.run(
    `INSERT OR IGNORE INTO budgets (level, key, cap_micros, cap_tokens)
     SELECT :level, :key, cap_micros, cap_tokens FROM budgets WHERE level = :level AND key = :before`,
    { level, key, before },
  );
}

function markCutOff(connection: Connection, callId: string): void {
  connection.run('UPDATE calls SET fault = coalesce(fault, :fault) WHERE id = :callId', {
    callId,
    fault: `=${JSON.stringify({ code: 'interrupted' } satisfies Fault)}`,
  });
}

/** What a call used, where its reply was kept before its reservation was settled. */
function usageKept(
  connection: Connection,
  callId: string,
): { readonly tokens: number; readonly micros: number } | null {
  const row = connection.get(
    `SELECT input + output AS tokens, micros FROM calls WHERE id = :callId AND authority >= ${authorities.kept}`,
    { callId },
  );
  return row ? { tokens: Number(row.tokens), micros: Number(row.micros) } : null;
}

function isRecorded(connection: Connection, runId: string): boolean {
  return connection.get('SELECT recorded FROM runs WHERE id = :runId', { runId })?.recorded === 1;
}

/** This folder's caps of the call's day and month. */
function periodCaps(connection: Connection, { day, month }: Keys): { readonly day: Cap; readonly month: Cap } {
  const capOf = (level: 'day' | 'month', key: string): Cap => {
    const row = connection.get('SELECT cap_micros, cap_tokens FROM budgets WHERE level = :level AND key = :key', {
      level,
      key,
    });
    return { micros: numberOrNull(row?.cap_micros), tokens: numberOrNull(row?.cap_tokens) };
  };
  return { day: capOf('day', day), month: capOf('month', month) };
}

function setCap(
  connection: Connection,
  level: BudgetLevel,
  key: string,
  cap: { micros: number | null; tokens: number | null },
): void {
  const { micros, tokens } = cap;
  if (micros !== null) assertAmount('micros', micros);
  if (tokens !== null) assertAmount('tokens', tokens);
  connection.transaction(() => {
    const row = connection.get('SELECT * FROM budgets b WHERE level = :level AND key = :key', { level, key });
    if (row && numberOrNull(row.cap_micros) === micros && numberOrNull(row.cap_tokens) === tokens) return;
    const raised = row !== undefined && (isHigher(micros, row.cap_micros) || isHigher(tokens, row.cap_tokens));
    connection.run(
      `INSERT INTO budgets (level, key, cap_micros, cap_tokens) VALUES (:level, :key, :micros, :tokens)
       ON CONFLICT (level, key) DO UPDATE SET cap_micros = excluded.cap_micros, cap_tokens = excluded.cap_tokens`,
      { level, key, micros, tokens },
    );
    // Whoever raises a cap has seen what went over it.
    if (raised) connection.run('UPDATE budgets SET overruns = 0 WHERE level = :level AND key = :key', { level, key });
    const passed = row
      ? markPassed({
          capMicros: micros,
          capTokens: tokens,
          usedMicros: Number(row.used_micros),
          usedTokens: Number(row.used_tokens),
        })
      : 0;
    connection.run('UPDATE budgets SET warned = min(warned, :passed) WHERE level = :level AND key = :key', {
      level,
      key,
      passed,
    });
  });
}

function isHigher(cap: number | null, before: Row[string] | undefined): boolean {
  const was = numberOrNull(before);
  return was !== null && (cap === null || cap > was);
}

type Use = Pick<Standing, 'capMicros' | 'capTokens' | 'usedMicros' | 'usedTokens'>;

/** The highest mark that the use has reached, or 0. */
function markPassed(use: Use): number {
  const reaches = (mark: number) =>
    isShare(use.usedMicros, use.capMicros, mark) || isShare(use.usedTokens, use.capTokens, mark);
  return marks.findLast(reaches) ?? 0;
}

function isShare(used: number, cap: number | null, percent: number): boolean {
  return cap !== null && used > 0 && used * 100 >= cap * percent;
}

function warn(connection: Connection, keys: Keys, uses: PeriodUses | null): readonly BudgetWarning[] {
  return standingsAt(connection, keys, uses).flatMap((standing) => {
    const passed = markPassed(standing);
    if (passed <= standing.warned) return [];
    const { level, key, capMicros, capTokens } = standing;
    connection.run('UPDATE budgets SET warned = :passed WHERE level = :level AND key = :key', { level, key, passed });
    return marks
      .filter((mark) => mark > standing.warned && mark <= passed)
      .map((percent) => ({
        level,
        percent,
        spentMicros: standing.usedMicros,
        capMicros,
        spentTokens: standing.usedTokens,
        capTokens,
      }));
  });
}

interface Booking {
  readonly state: 'settled' | 'released' | 'abandoned';
  readonly tokens: number;
  readonly micros: number;
  readonly overrun?: boolean;
}

/** Replaces what a reservation counts for, at every level; also where it was booked before. */
function book(connection: Connection, held: Reservation, booking: Booking): void {
  const { state, tokens, micros, overrun = false } = booking;
  connection.run(
    `UPDATE reservations SET state = :state, used_tokens = :tokens, used_micros = :micros, overrun = :overrun
     WHERE call_id = :callId`,
    { callId: held.callId, state, tokens, micros, overrun: overrun ? 1 : 0 },
  );
  for (const level of budgetLevels) {
    const key = held.keys[level];
    if (key === null || key === noDay) continue;
    connection.run(
      `INSERT INTO budgets (level, key, used_micros, used_tokens, overruns) VALUES (:level, :key, :micros, :tokens, :overruns)
       ON CONFLICT (level, key) DO UPDATE SET used_micros = used_micros + excluded.used_micros,
         used_tokens = used_tokens + excluded.used_tokens, overruns = max(0, overruns + excluded.overruns)`,
      {
        level,
        key,
        micros: micros - held.usedMicros,
        tokens: tokens - held.usedTokens,
        // A day and a month are shared by all runs: one model's false figures do not block the others'.
        overruns: level === 'day' || level === 'month' ? 0 : Number(overrun) - Number(held.overrun),
      },
    );
  }
}

function charge(connection: Connection, held: Reservation, tokens: Tokens, cost: Cost, authority: 1 | 4): void {
  const { callId, scope, model, madeMs } = held;
  withAccounts(connection, callId, () => {
    const identity = { callId, ...scope, role: null, component: null, model, arm: null, startedMs: madeMs };
    introduceCall(connection, identity);
    setUsage(connection, callId, { tokens, cost }, authority);
  });
}
