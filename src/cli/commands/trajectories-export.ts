import path from 'node:path';
import {
  exportedTables,
  exportTable,
  isTableName,
  type TableFormat,
  tableFormats,
} from '../../compose/export-table.ts';
import { exportTableParquet } from '../../compose/training/export-parquet.ts';
import { exportTrajectories } from '../../compose/training/export-trajectories.ts';
import { trainingFormats } from '../../compose/training/training-formats.ts';
import type { Workspace } from '../../compose.ts';
import { EngineError } from '../../domain/engine-error.ts';
import { type ExitCode, exitCodes } from '../../domain/exit-code.ts';
import { type Command, flagValue, type Invocation, textValue } from '../command.ts';
import { runBySelector } from '../find-run.ts';
import { runFilterOf, runFilterOptions, runFilterUsage } from '../run-filter.ts';
import { withWorkspace } from '../workspace.ts';

const usage =
  `[TABLE] [--format ${tableFormats.join('|')}|parquet|TRAINING-FORMAT] [--parquet] [--out FILE] [--run RUN] [--texts] ` +
  `[--include-recorded] ${runFilterUsage}`;

export const trajectoriesExport: Command = {
  name: 'trajectories export',
  summary: `Write a table of what was kept (${exportedTables.join(', ')}), or trajectories in a training format.`,
  usage,
  options: {
    ...runFilterOptions,
    format: { type: 'string' },
    out: { type: 'string' },
    run: { type: 'string' },
    texts: { type: 'boolean' },
    parquet: { type: 'boolean' },
    'include-recorded': { type: 'boolean' },
  },
  usesConfiguration: false,
  run: (invocation) => {
    const { positionals } = invocation;
    const name = textValue(invocation, 'format');
    if (name !== null && trainingFormats().includes(name)) {
      if (positionals.length > 0)
        throw wrong(`${name} holds trajectories, not the table \`${positionals.join(' ')}\`.`);
      return exportAsTraining(invocation, name);
    }
    const [table = 'runs', ...others] = positionals;
    if (others.length > 0 || !isTableName(table)) {
      throw wrong(`\`${positionals.join(' ')}\` is no table; there are ${exportedTables.join(', ')}.`);
    }
    const format = formatOf(invocation);
    const query = { table, ...runFilterOf(invocation), texts: flagValue(invocation, 'texts') };
    return withWorkspace(invocation, async ({ ledger }) => {
      const chosen = { ...query, ...runIdOf(invocation, ledger) };
      const file = fileOf(invocation);
      const rows =
        format === 'parquet' && file !== null
          ? await exportTableParquet(ledger, chosen, file)
          : await exportTable(ledger, chosen, format as TableFormat, file);
      tell(invocation, { table, format, rows }, `${rows} rows of ${table}`);
      return exitCodes.done;
    });
  },
};

function exportAsTraining(invocation: Invocation, format: string): Promise<ExitCode> {
  const runs = runFilterOf(invocation);
  const parquet = flagValue(invocation, 'parquet');
  const recorded = flagValue(invocation, 'include-recorded');
  const file = fileOf(invocation);
  if (parquet && file === null) throw wrong('Name a file for Parquet with --out.');
  return withWorkspace(invocation, async (workspace) => {
    const chosen = { ...runs, ...runIdOf(invocation, workspace.ledger) };
    const { rows, leftOut } = await exportTrajectories(
      workspace,
      { format, runs: chosen, recorded, file, parquet },
      invocation.signal,
    );
    const { terminal } = invocation;
    tell(invocation, { table: null, format, rows, leftOut }, `${rows} rows of ${format}`);
    for (const { reason, count } of file === null ? [] : leftOut) terminal.print(`left out  ${count} × ${reason}`);
    return exitCodes.done;
  });
}

function runIdOf(invocation: Invocation, ledger: Workspace['ledger']): { readonly runId?: string } {
  const run = textValue(invocation, 'run');
  return run === null ? {} : { runId: runBySelector(ledger, run).id };
}

function fileOf(invocation: Invocation): string | null {
  const out = textValue(invocation, 'out');
  return out === null ? null : path.resolve(invocation.directory, out);
}

/** On standard output stand the rows, so what was done is told only where they went into a file. */
function tell(invocation: Invocation, facts: Readonly<Record<string, unknown>>, words: string): void {
  const { terminal } = invocation;
  const file = fileOf(invocation);
  if (file === null) return;
  terminal.emit({ type: 'export', ...facts, file });
  terminal.print(`${words} in ${textValue(invocation, 'out')}`);
}

function formatOf(invocation: Invocation): TableFormat | 'parquet' {
  // Standard output of `--json` carries JSON only.
  const text = textValue(invocation, 'format') ?? (invocation.terminal.json ? 'jsonl' : 'csv');
  const toFile = textValue(invocation, 'out') !== null;
  if (text === 'parquet' || flagValue(invocation, 'parquet')) {
    if (toFile) return 'parquet';
    throw wrong('Name a file for Parquet with --out.');
  }
  const format = tableFormats.find((candidate) => candidate === text);
  if (!format) {
    const known = [...tableFormats, 'parquet', ...trainingFormats()].join(', ');
    throw wrong(`--format is \`${text}\`; it must be one of ${known}.`);
  }
  if (format === 'csv' && invocation.terminal.json && !toFile) {
    throw wrong('With --json standard output carries JSON only; name a file with --out for CSV.');
  }
  return format;
}

function wrong(problem: string): EngineError {
  return new EngineError({ code: 'arguments/invalid', problem, usage: `countersign trajectories export ${usage}` });
}
