import { diffStat, plural } from '../domain/describe-event.ts';
import { formatCost } from '../domain/money.ts';
import type { PhaseRecord, RunRecord } from '../domain/run.ts';
import { cacheLine } from './spend-text.ts';
import { table } from './table.ts';

function tokensOf({ spend }: Pick<PhaseRecord, 'spend'>): string {
  const cached = spend.tokens.cached > 0 ? ` (${spend.tokens.cached} cached)` : '';
  return `${spend.tokens.input}${cached} → ${spend.tokens.output}`;
}

/** A phase in one line: what a script or a person looks for at the end of a run. */
export function outcomeLine(phase: PhaseRecord): string {
  switch (phase.state) {
    case 'landed':
      return `${landedWord(phase)} ${phase.id} ${phase.landing?.commit ?? ''}`;
    case 'awaiting-review':
      return `waits ${phase.id} ${phase.reason ?? ''}`;
    case 'queued':
      return `queued ${phase.id}`;
    default:
      return `blocked ${phase.id} ${phase.reason ?? phase.state}`;
  }
}

function landedWord({ rolledBack }: PhaseRecord): string {
  if (rolledBack === null) return 'landed';
  return rolledBack.startsWith('refs/') ? 'undone' : 'rolled-back';
}

/** The end of a run for a person: outcome, change, tokens and cost by phase. */
export function summaryLines(run: RunRecord): readonly string[] {
  const rows = run.phases.map((phase) => [
    phase.id,
    phase.state,
    plural(phase.attempts, 'attempt', 'attempts'),
    phase.staged ? diffStat(phase.staged.files) : '',
    tokensOf(phase),
    formatCost(phase.spend.cost),
  ]);
  const { tokens, cost } = run.spend;
  const { input, cached } = tokens;
  const total = ['total', '', '', '', tokensOf(run), formatCost(run.spend.cost)];
  return [
    ...table(['phase', 'state', 'attempts', 'change', 'tokens in → out', 'cost'], [...rows, total]),
    ...(cached > 0 ? [cacheLine({ input, cached, savedMicros: cost.savedMicros ?? 0 })] : []),
    '= computed from usage at list price, ~ estimated, ? unknown, ✓ billed',
    ...(run.recorded ? ['Tokens and amounts are those of the recorded calls; nothing was spent.'] : []),
    '',
    ...run.phases.map(outcomeLine),
  ];
}
