import { periodCapsOf } from '../../compose/plans/forecast-plan.ts';
import { EngineError } from '../../domain/engine-error.ts';
import { exitCodes } from '../../domain/exit-code.ts';
import { formatCost } from '../../domain/money.ts';
import { type Command, textValue } from '../command.ts';
import { acceptedLines, cacheLine, capLines } from '../spend-text.ts';
import { table } from '../table.ts';
import { withWorkspace } from '../workspace.ts';

const keys = ['phase', 'model', 'day', 'run', 'role', 'arm'] as const;
type Key = (typeof keys)[number];

export const spend: Command = {
  name: 'spend',
  summary: 'Show what was spent, and what is left of the caps.',
  usage: '[--by phase|model|day|run|role|arm]',
  options: { by: { type: 'string' } },
  usesConfiguration: false,
  run: (invocation) => {
    const by = keyOf(textValue(invocation, 'by') ?? 'phase');
    return withWorkspace(invocation, async ({ ledger, config }) => {
      const { terminal } = invocation;
      const report = ledger.spend({ by, periodCaps: periodCapsOf(config) });
      const accepted = by === 'model' ? ledger.costPerAcceptedPhase(null) : null;
      terminal.emit(accepted ? { ...report, acceptedPhases: accepted } : report);
      const cells = (row: (typeof report.rows)[number]) => [
        row.key,
        String(row.calls),
        String(row.input),
        String(row.cached),
        String(row.output),
        formatCost({ micros: row.costMicros, label: row.costLabel }),
      ];
      const rows = [...report.rows.map(cells), cells({ ...report.total, key: 'total' })];
      if (report.rows.length === 0) terminal.print('Nothing spent yet. The first call appears here before it is sent.');
      else for (const line of table([by, 'calls', 'input', 'cached', 'output', 'cost'], rows)) terminal.print(line);
      if (report.total.cached > 0) terminal.print(cacheLine(report.total));
      for (const line of acceptedLines(accepted ?? [])) terminal.print(line);
      for (const line of capLines(report.caps)) terminal.print(line);
      return exitCodes.done;
    });
  },
};

function keyOf(text: string): Key {
  const key = keys.find((candidate) => candidate === text);
  if (key) return key;
  const problem = `--by is \`${text}\`; it must be one of ${keys.join(', ')}.`;
  throw new EngineError({ code: 'arguments/invalid', problem, usage: 'countersign spend --by model' });
}
