import { fail, ok, type Result } from '../../domain/result.ts';

export interface CsvRecord {
  /** Where it begins, from 1. */
  readonly line: number;
  readonly fields: readonly string[];
}

/** What is wrong with a text, and where. */
export interface CsvProblem {
  readonly line: number;
  readonly problem: string;
}

export interface CsvTable {
  readonly header: CsvRecord;
  /** As many fields each as the header has; blank lines are left out. */
  readonly records: readonly CsvRecord[];
}

const delimiters = [',', ';', '\t'] as const;

/** Reads a table as spreadsheets write it (RFC 4180), with commas, semicolons or tabs between the fields. */
export function readCsv(text: string): Result<CsvTable, CsvProblem> {
  const body = text.startsWith('\uFEFF') ? text.slice(1) : text;
  if (body.includes('\u0000')) return fail({ line: 1, problem: 'It is not a text.' });
  const records = split(body, delimiterOf(body));
  if (!records.ok) return records;
  const [header, ...rows] = records.value.filter(({ fields }) => fields.length > 1 || fields[0] !== '');
  if (!header) return fail({ line: 1, problem: 'It is empty.' });
  const wrong = rows.find(({ fields }) => fields.length !== header.fields.length);
  if (wrong) {
    const problem = `It has ${wrong.fields.length} fields; the header has ${header.fields.length}.`;
    return fail({ line: wrong.line, problem });
  }
  return ok({ header, records: rows });
}

/** The one that the first line has most of. */
function delimiterOf(text: string): string {
  const [first = ''] = text.split(/\r?\n/, 1);
  const count = (delimiter: string) => first.split(delimiter).length;
  return delimiters.reduce((best, delimiter) => (count(delimiter) > count(best) ? delimiter : best));
}

function split(text: string, delimiter: string): Result<readonly CsvRecord[], CsvProblem> {
  const records: CsvRecord[] = [];
  let fields: string[] = [];
  let line = 1;
  let recordLine = 1;
  let at = 0;
  while (at < text.length) {
    if (text[at] === '"') {
      const closed = closingQuote(text, at);
      if (closed === -1) return fail({ line, problem: 'A quote is opened and never closed.' });
      const quoted = text.slice(at + 1, closed);
      fields.push(quoted.replaceAll('""', '"'));
      line += quoted.split('\n').length - 1;
      at = closed + 1;
      if (at < text.length && ![delimiter, '\r', '\n'].includes(text[at] as string)) {
        return fail({ line, problem: 'Something stands between a closing quote and the end of its field.' });
      }
    } else {
      const end = endOfField(text, at, delimiter);
      fields.push(text.slice(at, end).trim());
      at = end;
    }
    if (text[at] === delimiter) {
      at += 1;
      if (at === text.length) fields.push('');
      continue;
    }
    if (text[at] === '\r' && text[at + 1] === '\n') at += 1;
    at += 1;
    records.push({ line: recordLine, fields });
    fields = [];
    line += 1;
    recordLine = line;
  }
  if (fields.length > 0) records.push({ line: recordLine, fields });
  return ok(records);
}

function closingQuote(text: string, open: number): number {
  for (let at = text.indexOf('"', open + 1); at !== -1; at = text.indexOf('"', at + 2)) {
    if (text[at + 1] !== '"') return at;
  }
  return -1;
}

function endOfField(text: string, from: number, delimiter: string): number {
  let at = from;
  while (at < text.length && text[at] !== delimiter && text[at] !== '\n' && text[at] !== '\r') at += 1;
  return at;
}
