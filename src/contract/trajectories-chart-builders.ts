import type { Chart } from './trajectories-charts.ts';
import { addMoney, type Money, moneyText, noMoney, type PhaseFigure, type Totals } from './trajectories-figures.ts';
import { shortModel } from './trajectories-timeline.ts';
import { counted, localize, wholeNumber } from './words.ts';

const usd = ({ micros }: Money) => micros / 1_000_000;

/** Such as `47 of 61 · 77 %`: a rate never without its counts. */
function rate(part: number, all: number): string {
  return all === 0
    ? localize('0 of 0')
    : localize('{0} of {1} · {2} %', wholeNumber(part), wholeNumber(all), Math.floor((100 * part) / all));
}

/** So many series are told apart; the rest is summed in one more. */
const mostSeries = 4;
/** So many bars fit; a longer time is shown by week. */
const mostDays = 62;

const dayMs = 86_400_000;
const dayOf = (ms: number) => new Date(ms).toISOString().slice(0, 10);

/** Monday of the day's week. */
function weekOf(day: string): string {
  const ms = Date.parse(day);
  return dayOf(ms - ((new Date(ms).getUTCDay() + 6) % 7) * dayMs);
}

/** Every day or week from the first to the last, those without a call too. */
function daysBetween(first: string, last: string, stepDays: number): readonly string[] {
  const count = Math.round((Date.parse(last) - Date.parse(first)) / (stepDays * dayMs)) + 1;
  return Array.from({ length: count }, (_, index) => dayOf(Date.parse(first) + index * stepDays * dayMs));
}

export function costByDayChart({ days }: Totals): Chart {
  const known = [...days.keys()].sort();
  const [first, last] = [known[0], known.at(-1)];
  const byWeek = first !== undefined && last !== undefined && daysBetween(first, last, 1).length > mostDays;
  const bucketOf = byWeek ? weekOf : (day: string) => day;
  const labels = first && last ? daysBetween(bucketOf(first), bucketOf(last), byWeek ? 7 : 1) : [];
  const sums = new Map<string, Map<string, Money>>();
  const byModel = new Map<string, Money>();
  for (const [day, models] of days) {
    for (const [model, money] of models) {
      const bucket = sums.get(bucketOf(day)) ?? new Map<string, Money>();
      sums.set(bucketOf(day), bucket);
      bucket.set(model, addMoney(bucket.get(model) ?? noMoney, money));
      byModel.set(model, addMoney(byModel.get(model) ?? noMoney, money));
    }
  }
  const ranked = [...byModel].sort((a, b) => b[1].micros - a[1].micros || a[0].localeCompare(b[0]));
  const named = ranked.slice(0, mostSeries).map(([model]) => model);
  const others = new Set(ranked.slice(mostSeries).map(([model]) => model));
  const other = (label: string) =>
    [...(sums.get(label) ?? [])]
      .filter(([model]) => others.has(model))
      .reduce((sum, [, part]) => addMoney(sum, part), noMoney);
  const at = (label: string, model: string) => sums.get(label)?.get(model) ?? noMoney;
  const series = named.map((model) => ({
    name: shortModel(model),
    values: labels.map((label) => usd(at(label, model))),
  }));
  const rows = labels.map((label) => {
    const parts = [...named.map((model) => at(label, model)), ...(others.size > 0 ? [other(label)] : [])];
    return [label, ...parts.map(moneyText), moneyText(parts.reduce(addMoney, noMoney))];
  });
  const names = [...named.map(shortModel), ...(others.size > 0 ? [localize('Other')] : [])];
  const total = [...byModel.values()].reduce(addMoney, noMoney);
  return {
    key: 'cost-by-day',
    title: byWeek ? localize('Cost per week, by model') : localize('Cost per day, by model'),
    sentence: localize(
      '{0} over {1}, by model.',
      moneyText(total),
      byWeek ? counted(labels.length, '{0} week', '{0} weeks') : counted(labels.length, '{0} day', '{0} days'),
    ),
    note: byWeek
      ? localize('A run counts on the week it began, in UTC; weeks begin on Monday.')
      : localize('A run counts on the day it began, in UTC.'),
    unit: 'usd',
    shape: 'stacked',
    heading: byWeek ? localize('Week of') : localize('Day'),
    labels: [...labels],
    series:
      others.size > 0
        ? [...series, { name: localize('Other'), values: labels.map((label) => usd(other(label))) }]
        : series,
    table: { columns: [byWeek ? localize('Week of') : localize('Day'), ...names, localize('Total')], rows },
  };
}

function byCategory(phases: readonly PhaseFigure[]): readonly (readonly [string, readonly PhaseFigure[]])[] {
  const groups = Map.groupBy(phases, ({ category }) => category);
  return [...groups].sort((a, b) => b[1].length - a[1].length || a[0].localeCompare(b[0]));
}

const sumOf = (phases: readonly PhaseFigure[]) => phases.reduce<Money>(addMoney, noMoney);

export function costPerLandingChart({ phases }: Totals): Chart {
  const rows = byCategory(phases).map(([category, group]) => {
    const landed = group.filter((phase) => phase.landed).length;
    const sum = sumOf(group);
    const each = landed === 0 ? null : { ...sum, micros: Math.ceil(sum.micros / landed) };
    return { category, landed, ended: group.length, sum, each };
  });
  return {
    key: 'cost-per-landing',
    title: localize('Cost per landed phase, by category'),
    sentence: localize('What a landed phase costs in each of {0} categories.', rows.length),
    note: localize('With what the attempts and phases cost that did not land.'),
    unit: 'usd',
    shape: 'bars',
    heading: localize('Category'),
    labels: rows.map(({ category }) => category),
    series: [{ name: localize('Cost per landed phase'), values: rows.map(({ each }) => each && usd(each)) }],
    table: {
      columns: [localize('Category'), localize('Landed'), localize('Cost'), localize('Per landed phase')],
      rows: rows.map(({ category, landed, ended, sum, each }) => [
        category,
        rate(landed, ended),
        moneyText(sum),
        each ? moneyText(each) : localize('none landed'),
      ]),
    },
  };
}

export function attemptsChart({ phases }: Totals): Chart {
  const most = phases.reduce((longest, { attempts }) => Math.max(longest, attempts), 0);
  const counts = Array.from({ length: most }, (_, index) => {
    const group = phases.filter(({ attempts }) => attempts === index + 1);
    const landed = group.filter((phase) => phase.landed).length;
    return { landed, other: group.length - landed };
  });
  const landed = counts.reduce((sum, count) => sum + count.landed, 0);
  const labels = counts.map((_, index) => (index === 0 ? localize('1 attempt') : localize('{0} attempts', index + 1)));
  return {
    key: 'attempts',
    title: localize('Attempts to land'),
    sentence: localize('{0} of landed phases landed in the first attempt.', rate(counts[0]?.landed ?? 0, landed)),
    note: localize('Phases that ended by themselves; what was stopped is left out.'),
    unit: 'count',
    shape: 'stacked',
    heading: localize('Attempts'),
    labels,
    series: [
      { name: localize('Landed'), values: counts.map((count) => count.landed) },
      { name: localize('Not landed'), values: counts.map((count) => count.other) },
    ],
    table: {
      columns: [localize('Attempts'), localize('Landed'), localize('Not landed')],
      rows: counts.map((count, index) => [labels[index] ?? '', rate(count.landed, landed), wholeNumber(count.other)]),
    },
  };
}

const auditWords: () => Readonly<Record<string, string>> = () => ({
  clean: localize('Clean'),
  minors: localize('Minor findings'),
  majors: localize('Major findings'),
  'no-answer': localize('No usable answer'),
});

export function auditsChart({ audits }: Totals): Chart {
  const keys = Object.keys(auditWords());
  const values = keys.map((key) => audits.get(key) ?? 0);
  const all = values.reduce((sum, count) => sum + count, 0);
  return {
    key: 'audits',
    title: localize('Audit outcomes'),
    sentence: localize('{0} of audits found nothing.', rate(values[0] ?? 0, all)),
    note: localize('One for each attempt that reviewers looked at.'),
    unit: 'count',
    shape: 'bars',
    heading: localize('Outcome'),
    labels: keys.map((key) => auditWords()[key] ?? key),
    series: [{ name: localize('Attempts'), values }],
    table: {
      columns: [localize('Outcome'), localize('Attempts')],
      rows: all === 0 ? [] : keys.map((key, index) => [auditWords()[key] ?? key, rate(values[index] ?? 0, all)]),
    },
  };
}

/** The smallest value that this share of the calls does not go over. */
function percentile(buckets: ReadonlyMap<number, number>, share: number): number | null {
  const sorted = [...buckets].sort((a, b) => a[0] - b[0]);
  const all = sorted.reduce((sum, [, calls]) => sum + calls, 0);
  let seen = 0;
  for (const [seconds, calls] of sorted) {
    seen += calls;
    if (seen >= share * all) return seconds;
  }
  return null;
}

const seconds = (value: number | null) => (value === null ? '–' : `${value.toFixed(1)} s`);

export function latencyChart({ latencies }: Totals): Chart {
  const rows = [...latencies]
    .map(([model, buckets]) => ({
      model: shortModel(model),
      calls: [...buckets.values()].reduce((sum, calls) => sum + calls, 0),
      p50: percentile(buckets, 0.5),
      p90: percentile(buckets, 0.9),
      p99: percentile(buckets, 0.99),
    }))
    .sort((a, b) => b.calls - a.calls || a.model.localeCompare(b.model));
  return {
    key: 'latency',
    title: localize('Latency of calls, by model'),
    sentence: localize(
      'How long calls of {0} took: half, nine tenths and all but one in a hundred.',
      rows.length === 1 ? localize('1 model') : localize('{0} models', rows.length),
    ),
    note: localize('To a tenth of a second; from 10 s on to the second. Failed calls are left out.'),
    unit: 'seconds',
    shape: 'bars',
    heading: localize('Model'),
    labels: rows.map(({ model }) => model),
    series: (['p50', 'p90', 'p99'] as const).map((key) => ({
      name: key.toUpperCase(),
      values: rows.map((row) => row[key]),
    })),
    table: {
      columns: [localize('Model'), localize('Calls'), 'P50', 'P90', 'P99'],
      rows: rows.map(({ model, calls, p50, p90, p99 }) => [
        model,
        wholeNumber(calls),
        seconds(p50),
        seconds(p90),
        seconds(p99),
      ]),
    },
  };
}

/** Fewer similar phases than these are no history. */
const leastSamples = 5;

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}

/** What phases of a category cost, against what they were allowed to. */
export function forecastChart({ phases }: Totals): Chart {
  const rows = byCategory(phases).map(([category, all]) => {
    // Recorded replies cost nothing now, and what has no price tells nothing.
    const group = all.filter((phase) => !phase.recorded && phase.label !== 'unknown');
    const costs = group.map(({ micros }) => micros).sort((a, b) => a - b);
    const caps = group.flatMap(({ capMicros }) => capMicros ?? []).sort((a, b) => a - b);
    const label = sumOf(group).label;
    const range = costs.length < leastSamples ? null : { p50: quantile(costs, 0.5), p90: quantile(costs, 0.9) };
    return { category, samples: costs.length, label, range, cap: caps.length === 0 ? null : quantile(caps, 0.5) };
  });
  const text = (micros: number | null | undefined, label: Money['label']) =>
    micros == null ? '–' : moneyText({ micros, label });
  return {
    key: 'forecast',
    title: localize('Budget against forecast'),
    sentence: localize(
      'The range that half to nine tenths of phases cost, beside their cap, in {0} categories.',
      rows.length,
    ),
    note: localize(
      'Solid up to P50, hatched up to P90 of what such phases cost; the line is the middle one of their caps.',
    ),
    unit: 'usd',
    shape: 'ranges',
    heading: localize('Category'),
    labels: rows.map(({ category }) => category),
    series: [
      { name: 'P50', values: rows.map(({ range }) => range && range.p50 / 1_000_000) },
      { name: 'P90', values: rows.map(({ range }) => range && range.p90 / 1_000_000) },
      { name: localize('Cap'), values: rows.map(({ cap }) => cap && cap / 1_000_000) },
    ],
    table: {
      columns: [localize('Category'), localize('Phases'), 'P50', 'P90', localize('Cap')],
      rows: rows.map(({ category, samples, label, range, cap }) => [
        category,
        range ? wholeNumber(samples) : localize('{0}, no history yet', wholeNumber(samples)),
        text(range?.p50, label),
        text(range?.p90, label),
        text(cap, 'billed').replace('✓ ', ''),
      ]),
    },
  };
}
