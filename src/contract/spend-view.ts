import { z } from 'zod';
import { type Cost, formatCost, leastSure, microsOfUsd, type Spend, tokensSchema } from '../domain/money.ts';
import { runStateSchema } from '../domain/run.ts';
import { type Amount, amountOf, amountSchema } from './amount.ts';
import { spendDaysSchema } from './spend-days.ts';
import { localize } from './words.ts';

const usageSchema = z.object({ calls: z.int().nonnegative(), tokens: tokensSchema, amount: amountSchema });
type Usage = z.infer<typeof usageSchema>;

const percentSchema = z.number().min(0).max(100);

const capSchema = z.object({
  /** Such as `of $5.00 cap`. */
  text: z.string(),
  /** Share of the cap: what was used, and what is set aside on top of it. */
  settledPercent: percentSchema,
  reservedPercent: percentSchema,
  /** From 75 % `warning`, from 90 % `error`. */
  tone: z.enum(['normal', 'warning', 'error']),
  /** Such as `77 % committed · $1.13 left`; says it where the colour cannot be seen. */
  note: z.string(),
});

const cappedSchema = z.object({ usage: usageSchema, cap: capSchema.nullable() });
/** What was used, against its cap; without one there is no bar. */
export type Capped = z.infer<typeof cappedSchema>;

const spendRowSchema = z.object({
  /** As the table shows it, and whole with where its price comes from. */
  name: z.string(),
  title: z.string(),
  /** Which series of the days' chart it is; null where it is none. */
  series: z.int().min(0).max(4).nullable(),
  usage: usageSchema,
});
export type SpendRow = z.infer<typeof spendRowSchema>;

const forecastSchema = z.object({
  /** Such as `~ $4.20–$4.90`; null without a history. */
  text: z.string().nullable(),
  spoken: z.string(),
  /** Where it lies on the cap's bar; null without a cap or a history. */
  from: percentSchema.nullable(),
  to: percentSchema.nullable(),
});

const burnSchema = z.object({
  /** Such as `~ $0.11/min`. */
  text: z.string(),
  spoken: z.string(),
  /** Minute by minute, the oldest first, as shares of the dearest. */
  points: z.array(z.number().min(0).max(1)),
});

export const breakdownKeys = ['model', 'phase', 'role'] as const;
export type BreakdownKey = (typeof breakdownKeys)[number];

export const runSpendSchema = z.object({
  runId: z.string(),
  title: z.string(),
  state: runStateSchema,
  /** It runs now, in this program or another. */
  live: z.boolean(),
  /** Its replies came from a recording: the figures are those of the recorded calls, and nothing was spent. */
  recorded: z.boolean(),
  /** Such as `Phase 3 of 6`. */
  progress: z.string(),
  spend: cappedSchema,
  /** Settled and set aside together. */
  committed: amountSchema,
  /** What is set aside for calls that were sent and not yet answered; null where none is. */
  reserved: z.object({ calls: z.int().positive(), amount: amountSchema }).nullable(),
  /** Null once it does not run any more. */
  forecast: forecastSchema.nullable(),
  burn: burnSchema.nullable(),
  by: z.object({ model: z.array(spendRowSchema), phase: z.array(spendRowSchema), role: z.array(spendRowSchema) }),
  /** Such as `64 %`, and what that saved, where it is known; null where nothing came from a cache. */
  cached: z.object({ text: z.string(), saved: amountSchema.nullable() }).nullable(),
});
export type RunSpend = z.infer<typeof runSpendSchema>;

const periodSchema = z.object({
  spend: cappedSchema,
  /** The part of it that other folders used; null where that is nothing. */
  elsewhere: amountSchema.nullable(),
});
export type Period = z.infer<typeof periodSchema>;

export const spendTotalsSchema = z.object({
  today: periodSchema,
  month: periodSchema,
  /** Caps can be set from here: where they are known. */
  settable: z.boolean(),
});
export type SpendTotals = z.infer<typeof spendTotalsSchema>;

const landingRowSchema = z.object({
  runId: z.string(),
  phaseId: z.string(),
  commit: z.string(),
  title: z.string(),
  amount: amountSchema,
  rolledBack: z.boolean(),
});

export const spendHistorySchema = z.object({
  /** Null where nothing was used in these days. */
  days: spendDaysSchema.nullable(),
  /** The newest first. */
  landings: z.array(landingRowSchema),
});
export type SpendHistory = z.infer<typeof spendHistorySchema>;

/** All that the Spend view shows. `run` is the one that runs now or ran last; null before the first. */
export const spendViewSchema = z.object({
  run: runSpendSchema.nullable(),
  totals: spendTotalsSchema,
  history: spendHistorySchema,
});
export type SpendView = z.infer<typeof spendViewSchema>;

export interface Reserved {
  readonly calls: number;
  /** Null where a price is unknown. */
  readonly micros: number | null;
}

export const nothingReserved: Reserved = { calls: 0, micros: 0 };

export function usageOf({ calls, tokens, cost }: Spend): Usage {
  return { calls, tokens, amount: amountOf(cost) };
}

function toneOf(percent: number): 'normal' | 'warning' | 'error' {
  if (percent >= 90) return 'error';
  return percent >= 75 ? 'warning' : 'normal';
}

/** An amount without its mark. */
export function plainUsd(micros: number): string {
  return formatCost({ micros, label: 'billed' }).slice(2);
}

/** A part of the cap in percent, never past its end. */
function shareOf(micros: number, capMicros: number): number {
  return capMicros === 0 ? 100 : Math.min(100, (100 * micros) / capMicros);
}

/** What was used, against a cap in US dollars where there is one. */
export function cappedOf(spend: Spend, capUsd: number | null, reserved: Reserved = nothingReserved): Capped {
  if (capUsd === null) return { usage: usageOf(spend), cap: null };
  const cap = microsOfUsd(capUsd);
  const committed = spend.cost.micros + (reserved.micros ?? 0);
  const settledPercent = shareOf(spend.cost.micros, cap);
  const percent = shareOf(committed, cap);
  // Calls without a price are in neither figure.
  const [atLeast, atMost] =
    spend.cost.label === 'unknown' || reserved.micros === null
      ? [localize('at least '), localize('at most ')]
      : ['', ''];
  return {
    usage: usageOf(spend),
    cap: {
      text: localize('of {0} cap', plainUsd(cap)),
      settledPercent,
      reservedPercent: percent - settledPercent,
      tone: toneOf(percent),
      // Rounded down, so that nobody reads 100 % before it is so.
      note: localize(
        '{0}{1} % committed · {2}{3} left',
        atLeast,
        Math.floor(percent),
        atMost,
        plainUsd(Math.max(0, cap - committed)),
      ),
    },
  };
}

/** What a day or a month used here, and in all folders as far as their common cap counts it. */
export function periodOf(here: Spend, capUsd: number | null, allMicros: number, reservedMicros: number): Period {
  const elsewhere = Math.max(0, allMicros - here.cost.micros);
  // Of other folders only the sum is known here.
  const label = elsewhere > 0 ? leastSure(here.cost.label, 'estimated') : here.cost.label;
  const all: Spend = { ...here, cost: { micros: here.cost.micros + elsewhere, label } };
  return {
    spend: cappedOf(all, capUsd, { calls: 0, micros: reservedMicros }),
    elsewhere: elsewhere === 0 ? null : amountOf({ micros: elsewhere, label: 'estimated' }),
  };
}

export interface RunFigures {
  readonly runId: string;
  readonly title: string;
  readonly state: RunSpend['state'];
  readonly live: boolean;
  readonly recorded: boolean;
  /** Phases that have ended, and how many there are. */
  readonly ended: number;
  readonly phases: number;
  readonly spend: Spend;
  readonly capUsd: number | null;
  readonly reserved: Reserved;
  readonly forecast: ForecastFigures;
  readonly burn: BurnFigures;
  readonly by: RunSpend['by'];
}

export interface ForecastFigures {
  /** Of the whole run at its end; null without a history. */
  readonly p50Micros: number | null;
  readonly p90Micros: number | null;
}

export interface BurnFigures {
  /** Micro-dollars of each minute, the oldest first. */
  readonly minutes: readonly number[];
  readonly cost: Cost;
  /** How long the cost took. */
  readonly overMinutes: number;
}

export function runSpendOf(figures: RunFigures): RunSpend {
  const { runId, title, state, live, recorded, ended, phases, spend, capUsd, reserved, by } = figures;
  return {
    runId,
    title,
    state,
    live,
    recorded,
    progress: localize('Phase {0} of {1}', Math.min(ended + 1, phases), phases),
    spend: cappedOf(spend, capUsd, reserved),
    committed: committedOf(spend.cost, reserved),
    reserved: reserved.calls === 0 ? null : { calls: reserved.calls, amount: amountOf(reservedCost(reserved)) },
    forecast: live ? forecastOf(figures.forecast, capUsd) : null,
    burn: live ? burnOf(figures.burn) : null,
    by,
    cached: cachedOf(spend),
  };
}

function reservedCost({ micros }: Reserved): Cost {
  return { micros: micros ?? 0, label: micros === null ? 'unknown' : 'estimated' };
}

function committedOf(settled: Cost, reserved: Reserved): Amount {
  if (reserved.calls === 0) return amountOf(settled);
  const aside = reservedCost(reserved);
  return amountOf({ micros: settled.micros + aside.micros, label: leastSure(settled.label, aside.label) });
}

const noHistory = () => localize('No forecast: fewer than 5 similar phases have ended here.');

function forecastOf({ p50Micros, p90Micros }: ForecastFigures, capUsd: number | null): RunSpend['forecast'] {
  if (p50Micros === null || p90Micros === null) return { text: null, spoken: noHistory(), from: null, to: null };
  const [low, high] = [plainUsd(p50Micros), plainUsd(p90Micros)];
  const cap = capUsd === null ? null : microsOfUsd(capUsd);
  return {
    text: low === high ? `~ ${low}` : `~ ${low}–${high}`,
    spoken: localize(
      'Half of such runs end at {0} or less, nine of ten at {1} or less, estimated from similar phases',
      low,
      high,
    ),
    from: cap === null ? null : shareOf(p50Micros, cap),
    to: cap === null ? null : shareOf(p90Micros, cap),
  };
}

function burnOf({ minutes, cost, overMinutes }: BurnFigures): RunSpend['burn'] {
  const perMinute = amountOf({ micros: Math.round(cost.micros / overMinutes), label: cost.label });
  const most = Math.max(1, ...minutes);
  return {
    text: `${perMinute.text}/min`,
    spoken: localize('Burn rate over the last 10 minutes: {0}, per minute', perMinute.spoken),
    points: minutes.map((micros) => micros / most),
  };
}

/** A share that is not nothing is never shown as 0 %, nor one that is not all as 100 %. */
function cachedOf({ tokens, cost }: Spend): RunSpend['cached'] {
  if (tokens.cached === 0 || tokens.input === 0) return null;
  const percent = Math.min(99, Math.max(1, Math.round((100 * tokens.cached) / tokens.input)));
  const saved = cost.savedMicros ?? 0;
  return {
    text: `${tokens.cached >= tokens.input ? 100 : percent} %`,
    saved: saved === 0 ? null : amountOf({ micros: saved, label: 'computed' }),
  };
}
