import type { ExportFormat } from './formats/format.ts';

/** One thing that is wrong with a file of training data. */
export interface RowFault {
  /** From 1; the line of the file. */
  readonly row: number;
  /** Dotted path; empty where the whole row is meant. */
  readonly field: string;
  readonly reason: string;
}

export interface Validated {
  readonly rows: number;
  readonly faults: readonly RowFault[];
  /** Faults beyond those listed. */
  readonly more: number;
  /** What is wrong with the file as a whole, one sentence each. */
  readonly problems: readonly string[];
}

const faultsListed = 100;

/** Judges a file line by line, in memory that does not grow with it. Empty lines at the end are no rows. */
export async function validateRows(lines: AsyncIterable<string>, format: ExportFormat): Promise<Validated> {
  const faults: RowFault[] = [];
  let [rows, more, line] = [0, 0, 0];
  for await (const text of lines) {
    line += 1;
    if (text.trim() === '') continue;
    rows += 1;
    for (const fault of faultsOfRow(text, line, format)) {
      if (faults.length < faultsListed) faults.push(fault);
      else more += 1;
    }
  }
  const least = format.leastRows ?? 1;
  const problems = rows < least ? [`It has ${rows} rows; ${format.readBy} takes no fewer than ${least}.`] : [];
  return { rows, faults, more, problems };
}

function faultsOfRow(text: string, row: number, format: ExportFormat): readonly RowFault[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return [{ row, field: '', reason: 'is no JSON' }];
  }
  const read = format.schema.safeParse(value);
  if (read.success) return [];
  return read.error.issues.map((issue) => {
    const unknown = issue.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
    const path = unknown === undefined ? issue.path : [...issue.path, unknown];
    const reason = unknown === undefined ? issue.message.replace(/^Invalid input: /, '') : 'is no key of this format';
    return { row, field: path.map(String).join('.'), reason };
  });
}
