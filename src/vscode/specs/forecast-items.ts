import type { QuickPickItem } from 'vscode';
import type { PlanForecast } from '../../compose/forecast-plan.ts';
import { plural } from '../../domain/describe-event.ts';
import { formatCost } from '../../domain/money.ts';

type Range = PlanForecast['total'];

const amount = (micros: number) => formatCost({ micros, label: 'estimated' });
const exact = (micros: number) => formatCost({ micros, label: 'computed' });

function rangeWords({ p50Micros, p90Micros }: Range): string {
  return p50Micros === null || p90Micros === null ? 'no history yet' : `${amount(p50Micros)} to ${amount(p90Micros)}`;
}

/** Rows to read: the phases, their sum, and what may be spent. */
export function forecastItems(told: PlanForecast): readonly QuickPickItem[] {
  const { phases, total, leastSamples } = told;
  const rows = phases.map((phase) => ({
    label: `$(circle-outline) ${phase.id}`,
    description: rangeWords(phase),
    detail:
      phase.samples < leastSamples
        ? `${plural(phase.samples, 'similar phase', 'similar phases')}; a forecast needs ${leastSamples}`
        : `${phase.samples} similar phases: ${phase.category}, ${phase.complexity} complexity`,
  }));
  const sum = phases.length > 1 ? [{ label: '$(layers) All together', description: rangeWords(total) }] : [];
  return [...rows, ...sum, ...capItems(told)];
}

function capItems({ total, runCapMicros, dayLeftMicros, monthLeftMicros }: PlanForecast): readonly QuickPickItem[] {
  const caps = [
    ['The run may cost', runCapMicros],
    ['Left for today', dayLeftMicros],
    ['Left for this month', monthLeftMicros],
  ] as const;
  return caps.flatMap(([label, left]) => {
    if (left === null) return [];
    const tight = total.p90Micros !== null && total.p90Micros > left;
    const description = `${exact(left)}${tight ? ' · one in ten such runs would need more' : ''}`;
    return [{ label: `$(${tight ? 'warning' : 'credit-card'}) ${label}`, description }];
  });
}
