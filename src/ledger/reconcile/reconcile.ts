import { type CostLabel, leastSure } from '../../domain/money.ts';
import type { StatedUsage } from './read-export.ts';

/** What this ledger holds of one model on one day; nothing from cassettes. */
export interface OwnUsage {
  /** `YYYY-MM-DD`, UTC. */
  readonly day: string;
  /** `PROVIDER/MODEL`, and the name that the provider gave itself. */
  readonly model: string;
  readonly servedBy: string | null;
  readonly calls: number;
  readonly input: number;
  readonly output: number;
  readonly micros: number;
  readonly label: CostLabel;
  /** Of calls whose usage the provider did not report, or that were cut off: they count at our own figure. */
  readonly estimated: number;
  readonly estimatedMicros: number;
}

type Own = Omit<OwnUsage, 'day' | 'model' | 'servedBy'>;
type Stated = Omit<StatedUsage, 'day' | 'model'>;

export type ReconcileState = 'matched' | 'differs' | 'ours-only' | 'theirs-only';
export type Cause = 'estimated' | 'unpriced' | 'price' | 'other-calls' | 'missing-calls' | 'day-boundary' | 'usage';

export interface ReconcileRow {
  readonly day: string;
  /** Null where the export knows no models: all of the day together. */
  readonly model: string | null;
  readonly state: ReconcileState;
  readonly ours: Own | null;
  readonly theirs: Stated | null;
  /** Theirs less ours; null where either does not tell. */
  readonly differenceMicros: number | null;
  readonly differenceTokens: number | null;
  /** The likeliest; null where it matches. */
  readonly cause: Cause | null;
}

export interface Reconciliation {
  /** By day, then by model. */
  readonly rows: readonly ReconcileRow[];
  readonly matches: boolean;
}

export interface Tolerance {
  /** Share of the provider's figure, such as 0.01. */
  readonly share: number;
  /** Differences up to this are none. */
  readonly micros: number;
}

/** Compares what a provider states with what was kept, day by day and model by model. */
export function reconcile(
  own: readonly OwnUsage[],
  stated: readonly StatedUsage[],
  tolerance: Tolerance,
): Reconciliation {
  const knowsModels = stated.some(({ model }) => model !== null);
  const names = new Set(stated.map(({ model }) => keyOfModel(model ?? '')));
  const nameOf = (usage: OwnUsage) => {
    if (!knowsModels) return null;
    const candidates = [usage.model, usage.servedBy ?? usage.model].map(keyOfModel);
    return candidates.find((name) => names.has(name)) ?? (candidates[0] as string);
  };
  const pairs = new Map<string, Pair>();
  const pairAt = (day: string, model: string | null) => {
    const key = JSON.stringify([day, model]);
    const known = pairs.get(key) ?? { day, model, ours: null, theirs: null };
    pairs.set(key, known);
    return known;
  };
  for (const usage of own) {
    const pair = pairAt(usage.day, nameOf(usage));
    pair.ours = addOwn(pair.ours, usage);
  }
  for (const usage of stated) {
    const pair = pairAt(usage.day, knowsModels ? keyOfModel(usage.model ?? '') : null);
    pair.theirs = addStated(pair.theirs, usage);
  }
  const rows = [...pairs.values()]
    .sort((a, b) => a.day.localeCompare(b.day) || (a.model ?? '').localeCompare(b.model ?? ''))
    .map((pair) => rowOf(pair, tolerance));
  const explained = rows.map((row) => ({
    ...row,
    cause: row.cause === null ? null : boundaryOr(row, rows, tolerance),
  }));
  return { rows: explained, matches: rows.every(({ state }) => state === 'matched') };
}

interface Pair {
  readonly day: string;
  readonly model: string | null;
  ours: Own | null;
  theirs: Stated | null;
}

/**
 * A model's name without provider, date and spelling: `openai/gpt-4o-mini-2024-07-18`, `gpt-4o-mini` and
 * `GPT 4o mini` are one.
 */
export function keyOfModel(name: string): string {
  return name
    .slice(name.lastIndexOf('/') + 1)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .replace(/-20\d{2}(?:-\d{2}-\d{2}|\d{4})$/, '');
}

function addOwn(a: Own | null, b: OwnUsage): Own {
  const { calls, input, output, micros, label, estimated, estimatedMicros } = b;
  if (!a) return { calls, input, output, micros, label, estimated, estimatedMicros };
  return {
    calls: a.calls + calls,
    input: a.input + input,
    output: a.output + output,
    micros: a.micros + micros,
    label: leastSure(a.label, label),
    estimated: a.estimated + estimated,
    estimatedMicros: a.estimatedMicros + estimatedMicros,
  };
}

function addStated(a: Stated | null, { calls, input, output, micros }: StatedUsage): Stated {
  const plus = (x: number | null | undefined, y: number | null) => (y === null ? (x ?? null) : (x ?? 0) + y);
  return {
    calls: plus(a?.calls, calls),
    input: plus(a?.input, input),
    output: plus(a?.output, output),
    micros: plus(a?.micros, micros),
  };
}

function rowOf({ day, model, ours, theirs }: Pair, tolerance: Tolerance): ReconcileRow {
  const micros = theirs?.micros == null ? null : theirs.micros - (ours?.micros ?? 0);
  const stated = theirs && theirs.input !== null && theirs.output !== null ? theirs.input + theirs.output : null;
  const tokens = stated === null ? null : stated - ((ours?.input ?? 0) + (ours?.output ?? 0));
  const row = { day, model, ours, theirs, differenceMicros: micros, differenceTokens: tokens };
  const within =
    (micros === null || Math.abs(micros) <= Math.max(tolerance.micros, tolerance.share * (theirs?.micros ?? 0))) &&
    (tokens === null || Math.abs(tokens) <= tolerance.share * (stated ?? 0));
  if (!ours)
    return within ? { ...row, state: 'matched', cause: null } : { ...row, state: 'theirs-only', cause: 'other-calls' };
  if (!theirs) {
    // Nothing was charged: an export need not list it.
    if (ours.micros === 0 && ours.label !== 'unknown') return { ...row, state: 'matched', cause: null };
    return { ...row, state: 'ours-only', cause: ours.estimated === ours.calls ? 'estimated' : 'missing-calls' };
  }
  if (within) return { ...row, state: 'matched', cause: null };
  return { ...row, state: 'differs', cause: causeOf(ours, theirs, tokens, tolerance) };
}

function causeOf(ours: Own, theirs: Stated, tokens: number | null, { share }: Tolerance): Cause {
  if (ours.label === 'unknown') return 'unpriced';
  const all = ours.input + ours.output;
  if (tokens !== null && Math.abs(tokens) <= share * all) return 'price';
  if (theirs.calls !== null && theirs.calls > ours.calls) return 'other-calls';
  // They count at their worst case: less than half of what is too much cannot explain it.
  const tooMuch = theirs.micros === null ? 0 : ours.micros - theirs.micros;
  if (ours.estimated > 0 && ours.estimatedMicros * 2 >= tooMuch) return 'estimated';
  if (theirs.calls !== null && theirs.calls < ours.calls) return 'missing-calls';
  return 'usage';
}

/** The same amount is short on the day beside it: a call near midnight counts on the day that it began here. */
function boundaryOr(row: ReconcileRow, rows: readonly ReconcileRow[], tolerance: Tolerance): Cause | null {
  const missing = (candidate: ReconcileRow) =>
    candidate.differenceMicros ?? (candidate.theirs ? null : -(candidate.ours?.micros ?? 0));
  const own = missing(row);
  if (own === null || own === 0) return row.cause;
  const isBeside = (other: ReconcileRow) =>
    other.model === row.model && Math.abs(Date.parse(other.day) - Date.parse(row.day)) === 86_400_000;
  const cancels = (other: ReconcileRow) => {
    const theirs = missing(other);
    return theirs !== null && Math.abs(theirs + own) <= Math.max(tolerance.micros, tolerance.share * Math.abs(own));
  };
  return rows.some((other) => isBeside(other) && cancels(other)) ? 'day-boundary' : row.cause;
}
