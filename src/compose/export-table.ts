import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type TableName, type TableQuery, type TableRow, tableNames } from '../ledger/export-tables.ts';
import type { Ledger } from '../ledger/open-ledger.ts';
import { asFileFault } from './training/export-parquet.ts';

export const exportedTables: readonly TableName[] = tableNames;

export const tableFormats = ['csv', 'json', 'jsonl'] as const;
export type TableFormat = (typeof tableFormats)[number];

export function isTableName(text: string): text is TableName {
  return tableNames.some((name) => name === text);
}

/** Writes a table to a file, or to standard output for null; returns how many rows it has. */
export async function exportTable(
  ledger: Pick<Ledger, 'table'>,
  query: TableQuery,
  format: TableFormat,
  file: string | null,
): Promise<number> {
  let count = 0;
  const counted = function* () {
    for (const row of ledger.table(query)) {
      count += 1;
      yield row;
    }
  };
  const text = Readable.from(chunksOf(linesOf(counted(), format)));
  if (file === null) {
    await pipeline(text, process.stdout, { end: false });
    return count;
  }
  try {
    await pipeline(text, createWriteStream(file, { mode: 0o600 }));
  } catch (error) {
    throw asFileFault(error, file);
  }
  return count;
}

function linesOf(rows: Iterable<TableRow>, format: TableFormat): Iterable<string> {
  if (format === 'jsonl') return jsonLines(rows);
  return format === 'csv' ? csvLines(rows) : jsonArray(rows);
}

function* jsonLines(rows: Iterable<TableRow>): Generator<string> {
  for (const row of rows) yield `${JSON.stringify(row)}\n`;
}

function* jsonArray(rows: Iterable<TableRow>): Generator<string> {
  let before = '[\n';
  for (const row of rows) {
    yield `${before}${JSON.stringify(row)}`;
    before = ',\n';
  }
  yield before === '[\n' ? '[]\n' : '\n]\n';
}

/** As spreadsheets read it (RFC 4180). A table without rows has no header either: nothing is known of its columns. */
function* csvLines(rows: Iterable<TableRow>): Generator<string> {
  let header = true;
  for (const row of rows) {
    if (header) yield `${Object.keys(row).join(',')}\r\n`;
    header = false;
    yield `${Object.values(row).map(csvField).join(',')}\r\n`;
  }
}

/** A text that a spreadsheet would take for a formula is given a quote before it: models wrote some of these. */
function csvField(value: string | number | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

const chunkLength = 65_536;

function* chunksOf(lines: Iterable<string>): Generator<string> {
  let chunk = '';
  for (const line of lines) {
    chunk += line;
    if (chunk.length < chunkLength) continue;
    yield chunk;
    chunk = '';
  }
  if (chunk !== '') yield chunk;
}
