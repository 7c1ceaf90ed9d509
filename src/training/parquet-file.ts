/** Parquet, one row after another: memory holds one group of rows, and their figures at the end of the file. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import type { RowWriter } from './dataset-files.ts';
import type { ExportFormat } from './formats/format.ts';

export interface ParquetColumn {
  readonly name: string;
  /** `json` holds any value as JSON text. A column may hold nulls, whatever its type. */
  readonly type: 'text' | 'number' | 'boolean' | 'json';
}

const wireTypes = { text: 'STRING', number: 'DOUBLE', boolean: 'BOOLEAN', json: 'JSON' } as const;
/** Of long rows fewer go together. */
const groupRows = 5_000;
const groupBytes = 16 * 1024 * 1024;

/** Columns of a training format: what nests stands as JSON, for Parquet knows no value whose keys differ by row. */
export function columnsOf({ schema }: Pick<ExportFormat, 'schema'>): readonly ParquetColumn[] {
  const { properties = {} } = z.toJSONSchema(schema, { unrepresentable: 'any', io: 'input' });
  return Object.entries(properties).map(([name, property]) => {
    const type = typeof property === 'object' ? property.type : undefined;
    if (type === 'string') return { name, type: 'text' };
    if (type === 'boolean') return { name, type: 'boolean' };
    return { name, type: type === 'number' || type === 'integer' ? 'number' : 'json' };
  });
}

/** The file must not exist yet. `writer` rejects a row with a column that was not named. */
export async function createParquetWriter(
  folder: string,
  file: string,
  columns: readonly ParquetColumn[],
): Promise<RowWriter> {
  const { ParquetWriter, fileWriter, schemaFromColumnData } = await import('hyparquet-writer');
  const types = columns.map(({ name, type }) => ({ name, type: wireTypes[type], nullable: true }));
  const schema = schemaFromColumnData({ columnData: types.map((column) => ({ ...column, data: [] })) });
  const target = path.join(folder, file);
  const writer = new ParquetWriter({ writer: fileWriter(target), schema, createdBy: 'countersign', statistics: false });
  const known = new Set(columns.map(({ name }) => name));
  let group: Readonly<Record<string, unknown>>[] = [];
  let [rows, bytes] = [0, 0];
  const flush = async () => {
    if (group.length === 0) return;
    const columnData = types.map((column) => ({ ...column, data: group.map((row) => row[column.name] ?? null) }));
    await writer.write({ columnData, rowGroupSize: group.length });
    [group, bytes] = [[], 0];
  };
  return {
    async write(row) {
      const values = row as Readonly<Record<string, unknown>>;
      const stray = Object.keys(values).find((name) => !known.has(name));
      if (stray !== undefined) throw new Error(`${file} has no column ${stray}.`);
      group.push(values);
      rows += 1;
      bytes += sizeOf(values);
      if (group.length >= groupRows || bytes >= groupBytes) await flush();
    },
    async close() {
      await flush();
      await writer.finish();
      return { file, rows, bytes: (await stat(target)).size, sha256: await sha256Of(target) };
    },
  };
}

/** About how much memory a value takes. */
function sizeOf(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 8;
  return Object.values(value).reduce((sum: number, inner) => sum + sizeOf(inner), 16);
}

async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}
