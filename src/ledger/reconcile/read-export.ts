import { fail, ok, type Result } from '../../domain/result.ts';
import { type CsvProblem, type CsvRecord, type CsvTable, readCsv } from './read-csv.ts';

/** One day of one model as a provider states it. Null is what its export does not tell. */
export interface StatedUsage {
  /** `YYYY-MM-DD`, UTC. */
  readonly day: string;
  /** As the export names it; null where it has no models. */
  readonly model: string | null;
  readonly calls: number | null;
  /** Cached input included. */
  readonly input: number | null;
  readonly output: number | null;
  readonly micros: number | null;
}

export interface ProviderExport {
  readonly format: 'openai' | 'anthropic' | 'openrouter' | 'generic';
  /** By day and model, in the order in which they first stand in the file. */
  readonly usage: readonly StatedUsage[];
}

type Meaning = 'day' | 'model' | 'calls' | 'input' | 'output' | 'usd' | 'currency';

/**
 * What a column means by its header, in any case. Several columns of one meaning add up, as the providers split input
 * by how it was cached; of days, models and amounts the first one counts.
 */
const meanings: Readonly<Record<Meaning, readonly string[]>> = {
  day: [
    'usage_date_utc',
    'start_time_iso',
    'start_time',
    'date',
    'day',
    'usage_date',
    'created_at',
    'timestamp',
    'time',
  ],
  model: ['model', 'model_version', 'model_permaslug', 'model_name', 'model_id', 'line_item', 'snapshot_id'],
  calls: ['num_model_requests', 'num_requests', 'requests', 'request_count', 'calls', 'n_requests'],
  input: [
    'input_tokens',
    'tokens_prompt',
    'prompt_tokens',
    'usage_input_tokens_no_cache',
    'usage_input_tokens_cache_write_5m',
    'usage_input_tokens_cache_write_1h',
    'usage_input_tokens_cache_read',
  ],
  output: ['output_tokens', 'tokens_completion', 'completion_tokens', 'usage_output_tokens'],
  usd: ['amount_value', 'cost_usd', 'cost_total', 'cost', 'total_cost', 'amount', 'usd', 'amount_usd', 'spend'],
  currency: ['amount_currency', 'currency'],
};
const addedUp: readonly Meaning[] = ['input', 'output', 'calls'];

const marksOf = {
  openrouter: ['generation_id', 'model_permaslug'],
  anthropic: ['usage_date_utc'],
  openai: ['num_model_requests', 'amount_value'],
} as const;

/** Reads a provider's export of costs or usage. Says by line what cannot be read. */
export function readExport(text: string): Result<ProviderExport, CsvProblem> {
  const csv = readCsv(text);
  if (!csv.ok) return csv;
  const names = csv.value.header.fields.map((name) =>
    name
      .trim()
      .toLowerCase()
      .replace(/[\s-]+/g, '_'),
  );
  const columns = columnsOf(names);
  const missing = missingIn(columns, names);
  if (missing) return fail({ line: csv.value.header.line, problem: missing });
  const format =
    (['openrouter', 'anthropic', 'openai'] as const).find((candidate) =>
      marksOf[candidate].some((mark) => names.includes(mark)),
    ) ?? 'generic';
  // Each line of it is one call.
  const oneEach = names.includes('generation_id');
  const usage = sum(csv.value, columns, oneEach);
  return usage.ok ? ok({ format, usage: usage.value }) : usage;
}

type Columns = Readonly<Record<Meaning, readonly number[]>>;

function columnsOf(names: readonly string[]): Columns {
  const of = (meaning: Meaning) => {
    const known = meanings[meaning].map((name) => names.indexOf(name)).filter((index) => index !== -1);
    return addedUp.includes(meaning) ? known : known.slice(0, 1);
  };
  return {
    day: of('day'),
    model: of('model'),
    calls: of('calls'),
    input: of('input'),
    output: of('output'),
    usd: of('usd'),
    currency: of('currency'),
  };
}

function missingIn(columns: Columns, names: readonly string[]): string | null {
  if (columns.day.length === 0) return `No column says the day (such as \`date\`); there are ${names.join(', ')}.`;
  if (columns.usd.length + columns.input.length + columns.output.length > 0) return null;
  return `No column says an amount or tokens (such as \`cost_usd\` or \`input_tokens\`); there are ${names.join(', ')}.`;
}

interface Sum {
  readonly day: string;
  readonly model: string | null;
  calls: number | null;
  input: number | null;
  output: number | null;
  usd: number | null;
}

function sum(table: CsvTable, columns: Columns, oneEach: boolean): Result<readonly StatedUsage[], CsvProblem> {
  const sums = new Map<string, Sum>();
  for (const record of table.records) {
    const read = readRecord(record, columns);
    if (!read.ok) return read;
    const { day, model, calls, input, output, usd } = read.value;
    const key = JSON.stringify([day, model]);
    const known = sums.get(key) ?? { day, model, calls: null, input: null, output: null, usd: null };
    known.calls = plus(known.calls, oneEach ? 1 : calls);
    known.input = plus(known.input, input);
    known.output = plus(known.output, output);
    known.usd = plus(known.usd, usd);
    sums.set(key, known);
  }
  // Rounded once: many small amounts would add up to a difference of their own.
  return ok(
    [...sums.values()].map(({ usd, ...rest }) => ({
      ...rest,
      micros: usd === null ? null : Math.round(usd * 1_000_000),
    })),
  );
}

function plus(a: number | null, b: number | null): number | null {
  return b === null ? a : (a ?? 0) + b;
}

function readRecord({ line, fields }: CsvRecord, columns: Columns): Result<Sum, CsvProblem> {
  const text = (meaning: Meaning) => fields[columns[meaning][0] ?? -1] ?? '';
  const day = dayOf(text('day'));
  if (day === null) return fail({ line, problem: `\`${shorten(text('day'))}\` is no day.` });
  const currency = text('currency').trim().toLowerCase();
  if (currency !== '' && currency !== 'usd') {
    return fail({ line, problem: `Amounts are compared in US dollars, not in ${shorten(currency)}.` });
  }
  const numbers = { calls: null, input: null, output: null, usd: null } as Record<
    Exclude<keyof Sum, 'day' | 'model'>,
    number | null
  >;
  for (const name of ['calls', 'input', 'output', 'usd'] as const) {
    for (const column of columns[name]) {
      const written = fields[column] ?? '';
      const value = numberOf(written);
      if (value === undefined) return fail({ line, problem: `\`${shorten(written)}\` is no number.` });
      numbers[name] = plus(numbers[name], value);
    }
  }
  // A line item such as `model, input` names its model first.
  const model = text('model').split(', ', 1)[0]?.trim() || null;
  return ok({ day, model, ...numbers });
}

/** Undefined where it is none; null for an empty field. */
function numberOf(text: string): number | null | undefined {
  const plain = text
    .trim()
    .replace(/^\$/, '')
    .replaceAll(/(?<=\d),(?=\d{3}\b)/g, '');
  if (plain === '') return null;
  if (!/^-?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(plain)) return undefined;
  const value = Number(plain);
  return Number.isFinite(value) ? value : undefined;
}

/** A date, a date with a time, or seconds or milliseconds since 1970, as a day in UTC. */
function dayOf(text: string): string | null {
  const written = text.trim();
  const plain = /^(\d{4})-(\d{2})-(\d{2})$/.exec(written);
  const isTime = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}/.test(written);
  const ms = /^\d{9,10}(?:\.\d+)?$/.test(written)
    ? Number(written) * 1000
    : /^\d{12,13}$/.test(written)
      ? Number(written)
      : plain || isTime
        ? Date.parse(withZone(written, plain !== null))
        : Number.NaN;
  return Number.isNaN(ms) ? null : new Date(ms).toISOString().slice(0, 10);
}

/** A time without a zone is UTC, as the providers' exports are. */
function withZone(text: string, isDay: boolean): string {
  const iso = text.replace(' UTC', 'Z').replace(' ', 'T');
  return isDay || /(?:Z|[+-]\d{2}:?\d{2})$/i.test(iso) ? iso : `${iso}Z`;
}

function shorten(text: string): string {
  return text.length <= 40 ? text : `${text.slice(0, 39)}…`;
}
