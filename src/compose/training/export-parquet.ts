import { chmod } from 'node:fs/promises';
import path from 'node:path';
import { EngineError } from '../../domain/engine-error.ts';
import type { TableQuery, TableRow } from '../../ledger/export-tables.ts';
import type { Ledger } from '../../ledger/open-ledger.ts';
import { createParquetWriter, type ParquetColumn } from '../../training/parquet-file.ts';

/** Writes a table to a Parquet file; returns how many rows it has. Throws `arguments/invalid` for a table without rows. */
export async function exportTableParquet(
  ledger: Pick<Ledger, 'table'>,
  query: TableQuery,
  file: string,
): Promise<number> {
  const columns = columnsOfRows(ledger.table(query));
  if (columns.length === 0) {
    const problem = `There is no row of ${query.table} to write, and a Parquet file without columns cannot be read.`;
    throw new EngineError({ code: 'arguments/invalid', problem, usage: null });
  }
  return intoParquet(file, columns, ledger.table(query));
}

/** Writes rows to a file that is readable by the user alone; what was there is replaced. */
export async function intoParquet(
  file: string,
  columns: readonly ParquetColumn[],
  rows: Iterable<unknown> | AsyncIterable<unknown>,
): Promise<number> {
  try {
    const writer = await createParquetWriter(path.dirname(file), path.basename(file), columns);
    await chmod(file, 0o600);
    for await (const row of rows) await writer.write(row);
    return (await writer.close()).rows;
  } catch (error) {
    throw asFileFault(error, file);
  }
}

/** What a failure to write a file is told as. */
export function asFileFault(error: unknown, file: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (error instanceof EngineError || typeof code !== 'string') return error;
  if (code === 'ENOSPC') return new EngineError({ code: 'environment/disk-full', path: file }, error);
  const problem = `${file} cannot be written (${code}).`;
  return new EngineError({ code: 'arguments/invalid', problem, usage: null }, error);
}

/** A column holds numbers where nothing else is in it; one that is empty throughout holds text. */
function columnsOfRows(rows: Iterable<TableRow>): readonly ParquetColumn[] {
  const types = new Map<string, 'text' | 'number' | null>();
  for (const row of rows) {
    for (const [name, value] of Object.entries(row)) {
      const before = types.get(name) ?? null;
      if (value === null) types.set(name, before);
      else types.set(name, typeof value === 'number' && before !== 'text' ? 'number' : 'text');
    }
  }
  return [...types].map(([name, type]) => ({ name, type: type ?? 'text' }));
}
