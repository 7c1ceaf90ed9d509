import { z } from 'zod';
import { type Cost, leastSure, noSpend } from '../domain/money.ts';
import { amountOf, amountSchema } from './amount.ts';
import { localize } from './words.ts';

/** So many models have a fill of their own; the others share the last one. */
const mostSeries = 4;

const daySchema = z.object({
  /** `YYYY-MM-DD`, UTC. */
  day: z.string(),
  /** Micro-dollars of each series. */
  parts: z.array(z.int().nonnegative()),
  amount: amountSchema,
});

export const spendDaysSchema = z.object({
  /** Whole names of the models, the dearest first; the last may be `Other`. */
  series: z
    .array(z.string())
    .min(1)
    .max(mostSeries + 1),
  /** The oldest first. */
  days: z.array(daySchema),
  /** Where the scale has its lines, in micro-dollars, from 0 upwards; the last is its end. */
  ticks: z.array(z.int().nonnegative()).min(2),
});
/** Cost of each day, stacked by model. */
export type SpendDays = z.infer<typeof spendDaysSchema>;

export interface DayFigures {
  readonly day: string;
  readonly models: readonly { readonly name: string; readonly cost: Cost }[];
}

/** Null where nothing was used on any of the days. */
export function spendDaysOf(figures: readonly DayFigures[]): SpendDays | null {
  const sums = new Map<string, number>();
  for (const { name, cost } of figures.flatMap(({ models }) => models)) {
    sums.set(name, (sums.get(name) ?? 0) + cost.micros);
  }
  if (sums.size === 0) return null;
  const names = [...sums].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0])).map(([name]) => name);
  const own = names.slice(0, mostSeries);
  const series = names.length > own.length ? [...own, localize('Other')] : own;
  const days = figures.map(({ day, models }) => {
    const parts = series.map(() => 0);
    let cost: Cost = noSpend.cost;
    for (const model of models) {
      const index = seriesOf(own, model.name);
      parts[index] = (parts[index] ?? 0) + model.cost.micros;
      cost = { micros: cost.micros + model.cost.micros, label: leastSure(cost.label, model.cost.label) };
    }
    return { day, parts, amount: amountOf(cost) };
  });
  const most = Math.max(...days.map(({ parts }) => parts.reduce((sum, part) => sum + part, 0)));
  return { series, days, ticks: ticksFor(most) };
}

/** Which fill a model has, given those that have one of their own. */
export function seriesOf(own: readonly string[], name: string): number {
  const index = own.slice(0, mostSeries).indexOf(name);
  return index === -1 ? mostSeries : index;
}

/** Two or three round lines from 0 up to what holds the largest day. */
export function ticksFor(mostMicros: number): number[] {
  const wanted = Math.max(mostMicros, 100) / 2;
  const power = 10 ** Math.floor(Math.log10(wanted));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= wanted) ?? wanted;
  const top = mostMicros > step ? 2 : 1;
  return Array.from({ length: top + 1 }, (_, index) => Math.round(index * step));
}
