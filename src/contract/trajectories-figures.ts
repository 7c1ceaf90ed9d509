import { type CostLabel, formatCost, leastSure } from '../domain/money.ts';
import { amountOf } from './amount.ts';
import {
  attemptsChart,
  auditsChart,
  costByDayChart,
  costPerLandingChart,
  forecastChart,
  latencyChart,
} from './trajectories-chart-builders.ts';
import type { ChartsView } from './trajectories-charts.ts';
import { localize } from './words.ts';

/** Money with how sure it is. */
export interface Money {
  readonly micros: number;
  readonly label: CostLabel;
}

/** A phase that ended by itself. */
export interface PhaseFigure extends Money {
  readonly category: string;
  readonly landed: boolean;
  readonly attempts: number;
  readonly recorded: boolean;
  readonly capMicros: number | null;
}

/** A part of the filtered history; the ledger's own parts fit. */
export interface FiguresPart {
  readonly runs: number;
  readonly costs: readonly (Money & { readonly day: string; readonly model: string })[];
  readonly phases: readonly PhaseFigure[];
  readonly audits: readonly { readonly outcome: string; readonly attempts: number }[];
  readonly latencies: readonly { readonly model: string; readonly seconds: number; readonly calls: number }[];
}

/** What was added up so far. */
export interface Totals {
  runs: number;
  spent: Money;
  /** By day and model. */
  readonly days: Map<string, Map<string, Money>>;
  readonly phases: PhaseFigure[];
  readonly audits: Map<string, number>;
  /** By model: calls by their seconds. */
  readonly latencies: Map<string, Map<number, number>>;
}

export const noMoney: Money = { micros: 0, label: 'billed' };
export const addMoney = (a: Money, b: Money): Money => ({
  micros: a.micros + b.micros,
  label: leastSure(a.label, b.label),
});
export const moneyText = ({ micros, label }: Money) => formatCost({ micros, label }, localize);

/** Adds up parts of the history and draws the charts of what there is. */
export interface Figures {
  add(part: FiguresPart): void;
  view(matching: number): ChartsView;
}

export function createFigures(): Figures {
  const totals: Totals = {
    runs: 0,
    spent: noMoney,
    days: new Map(),
    phases: [],
    audits: new Map(),
    latencies: new Map(),
  };
  return {
    add: (part) => addPart(totals, part),
    view: (matching) => ({
      read: totals.runs,
      matching,
      spent: amountOf(totals.spent),
      charts: [
        costByDayChart(totals),
        costPerLandingChart(totals),
        attemptsChart(totals),
        auditsChart(totals),
        latencyChart(totals),
        forecastChart(totals),
      ],
    }),
  };
}

function addPart(totals: Totals, part: FiguresPart): void {
  totals.runs += part.runs;
  for (const { day, model, micros, label } of part.costs) {
    const models = totals.days.get(day) ?? new Map<string, Money>();
    totals.days.set(day, models);
    models.set(model, addMoney(models.get(model) ?? noMoney, { micros, label }));
    totals.spent = addMoney(totals.spent, { micros, label });
  }
  for (const phase of part.phases) totals.phases.push(phase);
  for (const { outcome, attempts } of part.audits) {
    totals.audits.set(outcome, (totals.audits.get(outcome) ?? 0) + attempts);
  }
  for (const { model, seconds, calls } of part.latencies) {
    const buckets = totals.latencies.get(model) ?? new Map<number, number>();
    totals.latencies.set(model, buckets);
    buckets.set(seconds, (buckets.get(seconds) ?? 0) + calls);
  }
}
