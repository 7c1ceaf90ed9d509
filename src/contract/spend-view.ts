import { z } from 'zod';
import { type Cost, formatCost, microsOfUsd, type Spend, tokensSchema } from '../domain/money.ts';
import { runStateSchema } from '../domain/run.ts';
import { amountOf, amountSchema } from './amount.ts';

const usageSchema = z.object({ calls: z.int().nonnegative(), tokens: tokensSchema, amount: amountSchema });

const capSchema = z.object({
  /** Such as `of $5.00 cap`. */
  text: z.string(),
  /** Share of the cap, 0 to 100: what was used, and what is set aside on top of it. */
  settledPercent: z.number().min(0).max(100),
  reservedPercent: z.number().min(0).max(100),
  /** From 75 % `warning`, from 90 % `error`. */
  tone: z.enum(['normal', 'warning', 'error']),
  /** Such as `77 % committed · $1.13 left`; says it where the colour cannot be seen. */
  note: z.string(),
});

const cappedSchema = z.object({ usage: usageSchema, cap: capSchema.nullable() });

const spendRowSchema = z.object({ name: z.string(), usage: usageSchema });

export const runSpendSchema = z.object({
  runId: z.string(),
  title: z.string(),
  state: runStateSchema,
  /** Its replies came from a recording: the figures are those of the recorded calls, and nothing was spent. */
  recorded: z.boolean(),
  /** Such as `Phase 3 of 6`. */
  progress: z.string(),
  spend: cappedSchema,
  /** What is set aside for calls that were sent and not yet answered; null where none is. */
  reserved: z.object({ calls: z.int().positive(), amount: amountSchema }).nullable(),
  byModel: z.array(spendRowSchema),
});
export type RunSpend = z.infer<typeof runSpendSchema>;

export const spendTotalsSchema = z.object({ today: cappedSchema, all: usageSchema });
export type SpendTotals = z.infer<typeof spendTotalsSchema>;

/** All that the Spend view shows. `run` is the one that runs now or ran last; null before the first. */
export const spendViewSchema = z.object({ run: runSpendSchema.nullable(), totals: spendTotalsSchema });
export type SpendView = z.infer<typeof spendViewSchema>;

export interface Reserved {
  readonly calls: number;
  /** Null where a price is unknown. */
  readonly micros: number | null;
}

export const nothingReserved: Reserved = { calls: 0, micros: 0 };

type Usage = z.infer<typeof usageSchema>;
type Capped = z.infer<typeof cappedSchema>;

export function usageOf({ calls, tokens, cost }: Spend): Usage {
  return { calls, tokens, amount: amountOf(cost) };
}

function toneOf(percent: number): 'normal' | 'warning' | 'error' {
  if (percent >= 90) return 'error';
  return percent >= 75 ? 'warning' : 'normal';
}

const plain = (micros: number) => formatCost({ micros, label: 'billed' }).slice(2);

/** What was used, against a cap in US dollars where there is one. */
export function cappedOf(spend: Spend, capUsd: number | null, reserved: Reserved = nothingReserved): Capped {
  if (capUsd === null) return { usage: usageOf(spend), cap: null };
  const cap = microsOfUsd(capUsd);
  const share = (micros: number) => (cap === 0 ? 100 : Math.min(100, (100 * micros) / cap));
  const committed = spend.cost.micros + (reserved.micros ?? 0);
  const settledPercent = share(spend.cost.micros);
  const percent = share(committed);
  // Calls without a price are in neither figure.
  const [atLeast, atMost] =
    spend.cost.label === 'unknown' || reserved.micros === null ? ['at least ', 'at most '] : ['', ''];
  return {
    usage: usageOf(spend),
    cap: {
      text: `of ${plain(cap)} cap`,
      settledPercent,
      reservedPercent: percent - settledPercent,
      tone: toneOf(percent),
      // Rounded down, so that nobody reads 100 % before it is so.
      note: `${atLeast}${Math.floor(percent)} % committed · ${atMost}${plain(Math.max(0, cap - committed))} left`,
    },
  };
}

export interface RunFigures {
  readonly runId: string;
  readonly title: string;
  readonly state: RunSpend['state'];
  readonly recorded: boolean;
  /** Phases that have ended, and how many there are. */
  readonly ended: number;
  readonly phases: number;
  readonly spend: Spend;
  readonly capUsd: number | null;
  readonly reserved: Reserved;
  readonly byModel: readonly { readonly name: string; readonly spend: Spend }[];
}

export function runSpendOf(figures: RunFigures): RunSpend {
  const { runId, title, state, recorded, ended, phases, spend, capUsd, reserved, byModel } = figures;
  const cost: Cost = { micros: reserved.micros ?? 0, label: reserved.micros === null ? 'unknown' : 'estimated' };
  return {
    runId,
    title,
    state,
    recorded,
    progress: `Phase ${Math.min(ended + 1, phases)} of ${phases}`,
    spend: cappedOf(spend, capUsd, reserved),
    reserved: reserved.calls === 0 ? null : { calls: reserved.calls, amount: amountOf(cost) },
    byModel: byModel.map((row) => ({ name: row.name, usage: usageOf(row.spend) })),
  };
}
