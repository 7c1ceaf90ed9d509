import type { ComparedModels } from '../compose/training/compare-models.ts';
import { formatUsd } from './format-usd.ts';
import { table } from './table.ts';

type Arms = NonNullable<ComparedModels['evaluated']>;
type Figures = Arms['candidate'];
type Difference = Arms['retries'];

/** Two models side by side, for a person: counts, means, intervals, and what the gate says. */
export function comparisonLines({ baseline, candidate, live, evaluated, gate }: ComparedModels): readonly string[] {
  const basis =
    live.basis === 'arms' ? 'phases on either arm, chosen by hash' : 'phases that each of them served at any time';
  const measured = evaluated
    ? ['', 'held-out phases that both were measured on', ...armLines(evaluated, baseline, candidate)]
    : [];
  return [
    basis,
    ...armLines(live, baseline, candidate),
    ...measured,
    '',
    `gate: ${gate.finding}, by ${gate.from === 'live' ? 'what they served' : 'held-out phases'}`,
    ...gate.rules.map(({ rule, finding, because }) => `  ${finding.padEnd(9)} ${rule}: ${because}`),
  ];
}

function armLines(arms: Arms, baseline: string, candidate: string): readonly string[] {
  const row = (name: string, of: Figures) => [
    name,
    String(of.phases),
    of.phases === 0 ? '' : `${percent(of.landed.hits / of.phases)} (${interval(of.landedInterval, percent)})`,
    String(of.unsafe),
    of.phases === 0 ? '' : formatUsd(of.meanCostMicros),
    of.phases === 0 ? '' : of.meanRetries.toFixed(2),
  ];
  const { landed, costMicros, retries } = arms;
  return [
    ...table(
      ['model', 'phases', 'landed (95 %)', 'unsafe', 'cost', 'retries'],
      [row(baseline, arms.baseline), row(candidate, arms.candidate)],
    ),
    `difference: landed ${signed(landed, percent)}; cost ${signed(costMicros, formatUsd)}; retries ${signed(retries, (value) => value.toFixed(2))}`,
  ];
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

function interval({ low, high }: { low: number; high: number }, words: (value: number) => string): string {
  return `${words(low)} to ${words(high)}`;
}

function signed(difference: Difference, words: (value: number) => string): string {
  if (difference === null) return 'too few to tell';
  const sign = (value: number) => `${value < 0 ? '−' : '+'}${words(Math.abs(value))}`;
  return `${sign(difference.difference)} (${interval(difference, sign)})`;
}
