/** Caps and reservations. See `run.ts` for what every port keeps to. */
import type { BudgetLevel, Fault } from '../../domain/fault.ts';
import type { Cost, Tokens } from '../../domain/money.ts';
import type { Result } from '../../domain/result.ts';
import type { AttemptScope } from './run.ts';

/** A cap at one level; null means none. */
export interface Cap {
  readonly micros: number | null;
  readonly tokens: number | null;
}

/** What a call may cost at worst: `micros` is null where the price is unknown. */
export interface WorstCase {
  readonly tokens: number;
  readonly micros: number | null;
}

export interface BudgetWarning {
  readonly level: BudgetLevel;
  /** 75 or 90: the mark that was just passed. */
  readonly percent: number;
  readonly spentMicros: number;
  readonly capMicros: number | null;
  readonly spentTokens: number;
  readonly capTokens: number | null;
}

/** What is left at the tightest level for one phase; null where nothing caps it. */
export interface Headroom {
  readonly micros: number | null;
  readonly tokens: number | null;
}

/**
 * The hard caps, shared by every process on this repository, and those of a day and a month by all of the user's. A
 * reservation is atomic: either the worst case fits what is left at phase, tier, run, day and month, and is set aside,
 * or nothing is.
 */
export interface Budget {
  /** Sets or replaces a cap. Keys: `RUN/PHASE`, `RUN:TIER`, `RUN`, `YYYY-MM-DD` and `YYYY-MM` (UTC). */
  setCap(level: BudgetLevel, key: string, cap: Cap): void;
  headroom(scope: AttemptScope): Headroom;
  /** Fails with `budget/exceeded` (the tightest level) or `budget/price-unknown` (no price and no token cap). */
  reserve(callId: string, scope: AttemptScope, model: string, worstCase: WorstCase): Result<void>;
  /**
   * Replaces a reservation by what the call used. More than was reserved is kept in full and blocks further calls.
   * Returns the warnings (75 %, 90 %) that this passed, each once.
   */
  settle(
    callId: string,
    tokens: Tokens,
    cost: Cost,
  ): { readonly overrun: boolean; readonly warnings: readonly BudgetWarning[] };
  /** The call was certainly not charged. */
  release(callId: string): void;
  /** Why a cap holds less widely than it should, such as one of all folders in this one alone; each told once. */
  takeFaults(runId: string): readonly Fault[];
}
