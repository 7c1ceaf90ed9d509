import type { BudgetLevel, Fault } from '../domain/fault.ts';
import { budgetLevels } from '../domain/fault.ts';
import type { WorstCase } from '../engine/ports/budget.ts';
import type { AttemptScope } from '../engine/ports/run.ts';
import { monthOf } from './clock.ts';
import type { Connection, Row } from './connection.ts';
import type { PeriodUse, PeriodUses } from './user-accounts.ts';

/** The budget row of one call at each level. */
export interface Keys {
  readonly phase: string;
  readonly tier: string | null;
  readonly run: string;
  readonly day: string;
  readonly month: string;
}

/** The day of a call whose reply is recorded: figures of a cassette are nobody's money, so no day or month counts them. */
export const noDay = '';

export function keysOf(scope: Pick<AttemptScope, 'runId' | 'tierId' | 'phaseId'>, day: string): Keys {
  const { runId, tierId, phaseId } = scope;
  const tier = tierId === null ? null : `${runId}:${tierId}`;
  return { phase: `${runId}/${phaseId}`, tier, run: runId, day, month: monthOf(day) };
}

export const levelsOf = `(b.level, b.key) IN
  (VALUES ('phase', :phase), ('tier', :tier), ('run', :run), ('day', :day), ('month', :month))`;
/** Open reservations that count at the level of budget row `b`. */
const openAt = `FROM reservations r WHERE r.state = 'open' AND b.key = CASE b.level
  WHEN 'phase' THEN r.phase_key WHEN 'tier' THEN r.tier_key WHEN 'run' THEN r.run_id WHEN 'day' THEN r.day
  ELSE substr(r.day, 1, 7) END`;
export const reservedMicros = `(SELECT coalesce(sum(r.micros), 0) ${openAt})`;
export const reservedTokens = `(SELECT coalesce(sum(r.tokens), 0) ${openAt})`;

/** How one cap stands, with what is set aside counted in. */
export interface Standing {
  readonly level: BudgetLevel;
  readonly key: string;
  readonly capMicros: number | null;
  readonly capTokens: number | null;
  readonly usedMicros: number;
  readonly usedTokens: number;
  readonly reservedMicros: number;
  readonly reservedTokens: number;
  readonly overruns: number;
  readonly warned: number;
  /** Null where nothing caps it; an overrun leaves nothing. */
  readonly leftMicros: number | null;
  readonly leftTokens: number | null;
}

/** How the caps over one call stand. `shared` is what all folders used in its day and month, where that is known. */
export function standingsAt(connection: Connection, keys: Keys, shared: PeriodUses | null): readonly Standing[] {
  const rows = connection.all(
    `SELECT b.*, ${reservedMicros} AS reserved_micros, ${reservedTokens} AS reserved_tokens
     FROM budgets b WHERE ${levelsOf}`,
    { ...keys },
  );
  const order = (standing: Standing) => budgetLevels.indexOf(standing.level);
  return rows.map((row) => standingOf(row, shared)).sort((a, b) => order(a) - order(b));
}

function standingOf(row: Row, shared: PeriodUses | null): Standing {
  const level = row.level as BudgetLevel;
  const overruns = Number(row.overruns);
  const left = (cap: number | null, used: number) => (cap === null ? null : overruns > 0 ? 0 : Math.max(0, cap - used));
  const capMicros = numberOrNull(row.cap_micros);
  const capTokens = numberOrNull(row.cap_tokens);
  const own = {
    usedMicros: Number(row.used_micros),
    usedTokens: Number(row.used_tokens),
    reservedMicros: Number(row.reserved_micros),
    reservedTokens: Number(row.reserved_tokens),
  };
  const use = largerUse(level, own, shared);
  return {
    level,
    key: String(row.key),
    capMicros,
    capTokens,
    ...use,
    overruns,
    warned: Number(row.warned),
    leftMicros: left(capMicros, use.usedMicros + use.reservedMicros),
    leftTokens: left(capTokens, use.usedTokens + use.reservedTokens),
  };
}

/**
 * A day's and a month's cap hold over all folders. This folder may know of more than the user's accounts do: from
 * before they were kept, and while they could not be written.
 */
export function largerUse(level: BudgetLevel, own: PeriodUse, shared: PeriodUses | null): PeriodUse {
  if (!shared || (level !== 'day' && level !== 'month')) return own;
  const all = shared[level];
  const larger = (a: number, b: number, c: number, d: number) => (a + b >= c + d ? [a, b] : [c, d]) as [number, number];
  const micros = larger(all.usedMicros, all.reservedMicros, own.usedMicros, own.reservedMicros);
  const tokens = larger(all.usedTokens, all.reservedTokens, own.usedTokens, own.reservedTokens);
  return { usedMicros: micros[0], reservedMicros: micros[1], usedTokens: tokens[0], reservedTokens: tokens[1] };
}

export function numberOrNull(value: Row[string] | undefined): number | null {
  return value === null || value === undefined ? null : Number(value);
}

export function smallest(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : Math.min(...known);
}

/** Why nothing was set aside: the level with the least left, in the unit that does not fit. */
export function refusal(standings: readonly Standing[], model: string, worstCase: WorstCase): Fault {
  const { tokens, micros } = worstCase;
  if (micros === null && standings.every((standing) => standing.capTokens === null)) {
    return { code: 'budget/price-unknown', model };
  }
  const lacks = (standing: Standing) =>
    Math.max(
      standing.leftMicros === null || micros === null ? 0 : share(micros, standing.leftMicros),
      standing.leftTokens === null ? 0 : share(tokens, standing.leftTokens),
      standing.overruns > 0 && (standing.capMicros ?? standing.capTokens) !== null ? Number.POSITIVE_INFINITY : 0,
    );
  const tightest = standings.reduce<Standing | null>(
    (worst, standing) => (worst && lacks(worst) >= lacks(standing) ? worst : standing),
    null,
  );
  return {
    code: 'budget/exceeded',
    level: tightest?.level ?? 'run',
    needMicros: micros,
    leftMicros: tightest?.leftMicros ?? null,
    needTokens: tokens,
    leftTokens: tightest?.leftTokens ?? null,
  };
}

function share(need: number, left: number): number {
  if (need === 0) return 0;
  return left === 0 ? Number.POSITIVE_INFINITY : need / left;
}
