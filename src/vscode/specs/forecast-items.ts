import type { QuickPickItem } from 'vscode';
import type { PlanForecast } from '../../compose/plans/forecast-plan.ts';
import { counted, localize } from '../../contract/words.ts';
import { formatCost } from '../../domain/money.ts';

type Range = PlanForecast['total'];

const amount = (micros: number) => formatCost({ micros, label: 'estimated' }, localize);
const exact = (micros: number) => formatCost({ micros, label: 'computed' });

function rangeWords({ p50Micros, p90Micros }: Range): string {
  return p50Micros === null || p90Micros === null
    ? localize('no history yet')
    : localize('{0} to {1}', amount(p50Micros), amount(p90Micros));
}

/** What all of it will cost, in a few words. */
export function forecastWords({ total }: Pick<PlanForecast, 'total'>): string {
  return localize('Forecast: {0}', rangeWords(total));
}

/** Rows to read: the phases, their sum, and what may be spent. */
export function forecastItems(told: PlanForecast): readonly QuickPickItem[] {
  const { phases, total, leastSamples } = told;
  const rows = phases.map((phase) => ({
    label: `$(circle-outline) ${phase.id}`,
    description: rangeWords(phase),
    detail:
      phase.samples < leastSamples
        ? localize(
            '{0}; a forecast needs {1}',
            counted(phase.samples, '{0} similar phase', '{0} similar phases'),
            leastSamples,
          )
        : localize('{0} similar phases: {1}, {2} complexity', phase.samples, phase.category, phase.complexity),
  }));
  const sum = phases.length > 1 ? [{ label: localize('$(layers) All together'), description: rangeWords(total) }] : [];
  return [...rows, ...sum, ...capItems(told)];
}

function capItems({ total, runCapMicros, dayLeftMicros, monthLeftMicros }: PlanForecast): readonly QuickPickItem[] {
  const caps = [
    [localize('The run may cost'), runCapMicros],
    [localize('Left for today'), dayLeftMicros],
    [localize('Left for this month'), monthLeftMicros],
  ] as const;
  return caps.flatMap(([label, left]) => {
    if (left === null) return [];
    const tight = total.p90Micros !== null && total.p90Micros > left;
    const description = `${exact(left)}${tight ? localize(' · one in ten such runs would need more') : ''}`;
    return [{ label: `$(${tight ? 'warning' : 'credit-card'}) ${label}`, description }];
  });
}
