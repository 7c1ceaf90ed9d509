import path from 'node:path';
import {
  exportedTables,
  exportTable,
  isTableName,
  type TableFormat,
  tableFormats,
} from '../../compose/export-table.ts';
import { EngineError } from '../../domain/engine-error.ts';
import { exitCodes } from '../../domain/exit-code.ts';
import { type Command, flagValue, type Invocation, textValue } from '../command.ts';
import { runBySelector } from '../find-run.ts';
import { runFilterOf, runFilterOptions, runFilterUsage } from '../run-filter.ts';
import { withWorkspace } from '../workspace.ts';

const usage = `[TABLE] [--format ${tableFormats.join('|')}] [--out FILE] [--run RUN] [--texts] ${runFilterUsage}`;

export const trajectoriesExport: Command = {
  name: 'trajectories export',
  summary: `Write a table of what was kept: ${exportedTables.join(', ')}.`,
  usage,
  options: {
    ...runFilterOptions,
    format: { type: 'string' },
    out: { type: 'string' },
    run: { type: 'string' },
    texts: { type: 'boolean' },
  },
  usesConfiguration: false,
  run: (invocation) => {
    const { terminal, positionals, directory, values } = invocation;
    const [table = 'runs', ...others] = positionals;
    if (others.length > 0 || !isTableName(table)) {
      throw wrong(`\`${positionals.join(' ')}\` is no table; there are ${exportedTables.join(', ')}.`);
    }
    const format = formatOf(invocation);
    const filter = runFilterOf(invocation);
    return withWorkspace(invocation, async ({ ledger }) => {
      const run = textValue(invocation, 'run');
      const runId = run === null ? {} : { runId: runBySelector(ledger, run).id };
      const query = { table, ...filter, ...runId, texts: flagValue(invocation, 'texts') };
      const out = textValue(invocation, 'out');
      const file = out === null ? null : path.resolve(directory, out);
      const rows = await exportTable(ledger, query, format, file);
      if (file !== null) {
        terminal.emit({ type: 'export', table, format, file, rows });
        terminal.print(`${rows} rows of ${table} in ${values.out as string}`);
      }
      return exitCodes.done;
    });
  },
};

function formatOf(invocation: Invocation): TableFormat {
  // Standard output of `--json` carries JSON only.
  const text = textValue(invocation, 'format') ?? (invocation.terminal.json ? 'jsonl' : 'csv');
  const format = tableFormats.find((candidate) => candidate === text);
  if (!format) throw wrong(`--format is \`${text}\`; it must be one of ${tableFormats.join(', ')}.`);
  if (format === 'csv' && invocation.terminal.json && textValue(invocation, 'out') === null) {
    throw wrong('With --json standard output carries JSON only; name a file with --out for CSV.');
  }
  return format;
}

function wrong(problem: string): EngineError {
  return new EngineError({ code: 'arguments/invalid', problem, usage: `countersign trajectories export ${usage}` });
}
