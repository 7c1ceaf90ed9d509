import type { PlanForecast } from '../compose/plans/forecast-plan.ts';
import { formatUsd } from './format-usd.ts';
import { table } from './table.ts';

type Range = PlanForecast['total'];

function rangeText({ p50Micros, p90Micros }: Range): string {
  if (p50Micros === null || p90Micros === null) return 'no history yet';
  return `~ ${formatUsd(p50Micros)} to ${formatUsd(p90Micros)}`;
}

/** A forecast for a person: each phase, the sum, and where a cap may be in the way. */
export function forecastLines(forecast: PlanForecast): readonly string[] {
  const { phases, total, leastSamples } = forecast;
  const rows = phases.map((phase) => [
    phase.id,
    phase.category,
    phase.complexity,
    `${phase.samples} similar`,
    rangeText(phase),
  ]);
  const thin = phases.some(({ samples }) => samples < leastSamples);
  return [
    ...table(['phase', 'category', 'complexity', 'history', 'P50 to P90'], rows),
    ...(phases.length > 1 ? ['', `All together: ${rangeText(total)}`] : []),
    ...(thin
      ? [`A forecast needs ${leastSamples} similar phases: the same category and complexity, paid for here.`]
      : []),
    ...capLines(forecast),
  ];
}

function capLines({ total, runCapMicros, dayLeftMicros, monthLeftMicros }: PlanForecast): readonly string[] {
  const caps = [
    ['The run may cost', runCapMicros],
    ['Left for today, over all folders:', dayLeftMicros],
    ['Left for this month, over all folders:', monthLeftMicros],
  ] as const;
  return caps.flatMap(([words, left]) => {
    if (left === null) return [];
    const tight = total.p90Micros !== null && total.p90Micros > left ? '; one in ten such runs would need more' : '';
    return [`${words} ${formatUsd(left)}${tight}`];
  });
}

/** The same in one line, to be said before a run. */
export function forecastLine({ phases, total }: PlanForecast): string {
  const known = phases.filter(({ p50Micros }) => p50Micros !== null).length;
  if (total.p50Micros !== null) return `Forecast ${rangeText(total)} (P50 to P90 of similar phases)`;
  return `Forecast: no history yet for ${phases.length - known} of ${phases.length} phases`;
}
