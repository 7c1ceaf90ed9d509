/** One training format in one file, without a split: to look at, or for a tool that makes its own. */
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Workspace } from '../../compose.ts';
import type { TableQuery } from '../../ledger/export-tables.ts';
import { rowsOf, scrubbed, withoutCopies } from '../../training/export-dataset.ts';
import type { ExportFormat } from '../../training/formats/format.ts';
import { formatNamed } from '../../training/formats/registry.ts';
import { createLeftOut, type LeftOut } from '../../training/left-out.ts';
import { columnsOf } from '../../training/parquet-file.ts';
import { asFileFault, intoParquet } from './export-parquet.ts';
import { defaultSurvivalDays, survivalOfLandings } from './landing-survival.ts';
import { licenceOf, readTrajectoryGroups } from './training-source.ts';

export interface TrajectoryExport {
  /** One of `trainingFormats()`. */
  readonly format: string;
  /** Which runs, as a table has it. */
  readonly runs: Omit<TableQuery, 'table' | 'texts'>;
  readonly recorded: boolean;
  /** Null for standard output. */
  readonly file: string | null;
  readonly parquet: boolean;
}

export interface TrajectoryExported {
  readonly rows: number;
  readonly leftOut: ReturnType<LeftOut['list']>;
}

/** Throws `arguments/invalid` where the file cannot be written. */
export async function exportTrajectories(
  parts: Pick<Workspace, 'ledger' | 'repository' | 'config'>,
  { format: name, runs, recorded, file, parquet }: TrajectoryExport,
  signal: AbortSignal,
): Promise<TrajectoryExported> {
  const format = formatNamed(name) as ExportFormat;
  const leftOut = createLeftOut();
  const chosen = new Set([...parts.ledger.table({ ...runs, table: 'runs' })].map(({ id }) => String(id)));
  const { since, until } = runs;
  const rule = {
    ...(since === undefined ? {} : { since }),
    ...(until === undefined ? {} : { until }),
    recorded,
    licence: await licenceOf(parts),
    licences: parts.config.config.training.licences,
    survival: await survivalOfLandings(parts, defaultSurvivalDays, new Date(), signal),
  };
  function* rows(): Generator<unknown> {
    for (const group of readTrajectoryGroups(parts, rule, leftOut)) {
      const wanted = group.filter(({ runId }) => chosen.has(runId));
      const clean = wanted.map((each) => scrubbed(each, (text) => parts.ledger.redact(text)));
      yield* rowsOf(format, withoutCopies(clean, leftOut), leftOut);
    }
  }
  if (parquet && file !== null) {
    return { rows: await intoParquet(file, columnsOf(format), rows()), leftOut: leftOut.list() };
  }
  return { rows: await intoLines(file, rows()), leftOut: leftOut.list() };
}

async function intoLines(file: string | null, rows: Iterable<unknown>): Promise<number> {
  let count = 0;
  const lines = function* () {
    for (const row of rows) {
      count += 1;
      yield `${JSON.stringify(row)}\n`;
    }
  };
  try {
    if (file === null) await pipeline(Readable.from(lines()), process.stdout, { end: false });
    else await pipeline(Readable.from(lines()), createWriteStream(file, { mode: 0o600 }));
  } catch (error) {
    throw asFileFault(error, file ?? 'standard output');
  }
  return count;
}
