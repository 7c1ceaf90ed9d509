import type { Workspace } from '../compose.ts';
import { formatCost } from '../domain/money.ts';
import { formatUsd } from './format-usd.ts';
import { table } from './table.ts';

type Report = ReturnType<Workspace['ledger']['spend']>;
type Caps = Report['caps'];
type Accepted = ReturnType<Workspace['ledger']['costPerAcceptedPhase']>;

const words = { month: 'this month', day: 'today' } as const;

/** How much of the input came from the providers' caches, and what that saved as far as prices are known. */
export function cacheLine({
  input,
  cached,
  savedMicros,
}: Pick<Report['total'], 'input' | 'cached' | 'savedMicros'>): string {
  const saved = savedMicros > 0 ? `, which saved ${formatUsd(savedMicros)}` : '';
  return `${Math.floor((100 * cached) / input)} % of the input came from a cache${saved}.`;
}

/** What a phase cost that landed, by the model that built it, with what its failed attempts and reviews cost. */
export function acceptedLines(accepted: Accepted): readonly string[] {
  const rows = accepted.map(({ model, accepted: phases, attempts, costLabel, perAcceptedMicros: micros }) => {
    const cost = micros === null ? 'nothing landed' : formatCost({ micros, label: costLabel });
    return [model, String(phases), String(attempts), cost];
  });
  return rows.length === 0 ? [] : ['', ...table(['Builder', 'landed', 'attempts', 'cost of a landed phase'], rows)];
}

/** The caps of a month, a day and the runs, with what is left; those of tiers and phases stand in `--json`. */
export function capLines(caps: Caps): readonly string[] {
  const rows = caps.flatMap(({ level, key, capMicros, usedMicros, reservedMicros }) => {
    if (capMicros === null || level === 'tier' || level === 'phase') return [];
    const left = Math.max(0, capMicros - usedMicros - reservedMicros);
    const name = level === 'run' ? `run ${key}` : `${words[level]}, all folders`;
    return [[name, formatUsd(capMicros), formatUsd(usedMicros), formatUsd(reservedMicros), formatUsd(left)]];
  });
  return rows.length === 0 ? [] : ['', ...table(['cap', 'at most', 'used', 'set aside', 'left'], rows)];
}
