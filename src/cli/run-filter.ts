import type { Workspace } from '../compose.ts';
import { EngineError } from '../domain/engine-error.ts';
import { microsOfUsd } from '../domain/money.ts';
import { runStateSchema } from '../domain/run.ts';
import { readWindow } from '../domain/time-window.ts';
import { type Invocation, textValue } from './command.ts';

type RunFilter = Parameters<Workspace['ledger']['countRuns']>[0];

/** Flags that choose runs, for `parseArgs`. */
export const runFilterOptions = {
  text: { type: 'string' },
  state: { type: 'string' },
  model: { type: 'string' },
  category: { type: 'string' },
  since: { type: 'string' },
  until: { type: 'string' },
  window: { type: 'string' },
  'min-cost': { type: 'string' },
} as const;

export const runFilterUsage =
  '[--text TEXT] [--state STATE] [--model MODEL] [--category NAME] [--since TIME] [--until TIME] ' +
  '[--window YYYY-MM-DD[THH]] [--min-cost USD]';

/** Which runs the flags choose. Times are UTC unless they name a zone; a window is one hour or one day. */
export function runFilterOf(invocation: Invocation): RunFilter {
  const text = textValue(invocation, 'text');
  const state = textValue(invocation, 'state');
  const model = textValue(invocation, 'model');
  const category = textValue(invocation, 'category');
  const cost = textValue(invocation, 'min-cost');
  return {
    ...(text === null ? {} : { text }),
    ...(state === null ? {} : { state: stateOf(state) }),
    ...(model === null ? {} : { model }),
    ...(category === null ? {} : { category }),
    ...spanOf(invocation),
    ...(cost === null ? {} : { leastMicros: microsOf(cost) }),
  };
}

/** The time that `--since`, `--until` or `--window` name. */
export function spanOf(invocation: Invocation): Pick<RunFilter, 'since' | 'until'> {
  const window = textValue(invocation, 'window');
  const since = textValue(invocation, 'since');
  const until = textValue(invocation, 'until');
  if (window === null) {
    return {
      ...(since === null ? {} : { since: timeOf('since', since) }),
      ...(until === null ? {} : { until: timeOf('until', until) }),
    };
  }
  if (since !== null || until !== null) throw wrong('--window says both ends; leave out --since and --until.');
  const read = readWindow(window);
  if (!read) throw wrong(`--window is \`${window}\`; it must read YYYY-MM-DD or YYYY-MM-DDTHH.`);
  return { since: read.start, until: read.end };
}

/** A moment that a flag names, in UTC unless it names a zone. */
export function timeOf(name: string, text: string): string {
  const isTime = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}.*)?$/.test(text);
  const zoned = text.length === 10 || /(?:Z|[+-]\d{2}:\d{2})$/i.test(text) ? text : `${text}Z`;
  const ms = isTime ? Date.parse(zoned) : Number.NaN;
  if (Number.isNaN(ms)) throw wrong(`--${name} is \`${text}\`; it must be a day or a time, such as 2026-03-01T10:00.`);
  return new Date(ms).toISOString();
}

function stateOf(text: string): NonNullable<RunFilter['state']> {
  const read = runStateSchema.safeParse(text);
  if (read.success) return read.data;
  throw wrong(`--state is \`${text}\`; it must be one of ${runStateSchema.options.join(', ')}.`);
}

function microsOf(text: string): number {
  const usd = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isNaN(usd)) throw wrong(`--min-cost is \`${text}\`; it must be an amount in US dollars.`);
  return microsOfUsd(usd);
}

function wrong(problem: string): EngineError {
  return new EngineError({
    code: 'arguments/invalid',
    problem,
    usage: `countersign trajectories list ${runFilterUsage}`,
  });
}

/** A whole number from the given least one on. */
export function countOf(invocation: Invocation, name: string, otherwise: number, least = 1): number {
  const text = textValue(invocation, name);
  if (text === null) return otherwise;
  const count = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (count >= least) return count;
  throw new EngineError({
    code: 'arguments/invalid',
    problem: `--${name} is \`${text}\`; it must be a whole number of at least ${least}.`,
    usage: null,
  });
}
