import type { FileReconciliation } from '../compose/reconcile-file.ts';
import { formatCost } from '../domain/money.ts';
import { formatUsd } from './format-usd.ts';
import { table } from './table.ts';

type Row = FileReconciliation['rows'][number];

const causes: Record<NonNullable<Row['cause']>, string> = {
  estimated: 'calls cut off count here at their worst case; the provider may not have charged them',
  unpriced: 'the price of some calls is not known here; set it under `models.prices`',
  price: 'the tokens agree, so the price differs; set it under `models.prices`',
  'other-calls': 'the provider counts calls that were not made in this folder',
  'missing-calls': 'the provider does not list calls kept here: another key or project, or a file that is not complete',
  'day-boundary': 'the day beside it differs by the same amount: calls near midnight count on another day',
  usage: 'the provider counts the same calls differently',
};

/** A reconciliation for a person: what differs, how much and why, then how much of the rest agrees. */
export function reconcileLines(found: FileReconciliation, tolerancePercent: number): readonly string[] {
  const { rows, days, format } = found;
  if (!days) return ['The file lists nothing: there is nothing to compare.'];
  const off = rows.filter(({ state }) => state !== 'matched');
  const matched = rows.length - off.length;
  const within = `${matched} of ${rows.length} lines by day and model agree within ${tolerancePercent} %.`;
  const span = `${days.from} to ${days.to} (UTC), read as ${format === 'generic' ? 'a plain table' : format}.`;
  if (off.length === 0) return [span, within];
  const cells = off.map((row) => [row.day, row.model ?? 'all models', row.state, ...amounts(row)]);
  const reasons = [...new Set(off.flatMap(({ cause }) => (cause === null ? [] : [cause])))];
  return [
    span,
    '',
    ...table(['day', 'model', 'state', 'here', 'provider', 'difference'], cells),
    '',
    ...reasons.map((cause) => `${daysOf(off, cause)}: ${causes[cause]}.`),
    within,
  ];
}

function amounts({ ours, theirs, differenceMicros, differenceTokens }: Row): readonly string[] {
  const tokens = (side: { readonly input: number | null; readonly output: number | null }) =>
    `${(side.input ?? 0) + (side.output ?? 0)} tokens`;
  const here = ours ? formatCost({ micros: ours.micros, label: ours.label }) : '';
  if (differenceMicros === null && differenceTokens !== null) {
    return [ours ? tokens(ours) : '', theirs ? tokens(theirs) : '', `${signed(differenceTokens)} tokens`];
  }
  const provider = theirs?.micros == null ? '' : formatUsd(theirs.micros);
  const difference = differenceMicros ?? -(ours?.micros ?? 0);
  return [here, provider, `${difference < 0 ? '-' : '+'}${formatUsd(Math.abs(difference))}`];
}

function signed(value: number): string {
  return value < 0 ? String(value) : `+${value}`;
}

function daysOf(rows: readonly Row[], cause: Row['cause']): string {
  const days = [...new Set(rows.filter((row) => row.cause === cause).map(({ day }) => day))];
  return days.length <= 3 ? days.join(', ') : `${days.slice(0, 3).join(', ')} and ${days.length - 3} more days`;
}
