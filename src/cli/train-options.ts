import { waysToJudge } from '../compose/training/judge-training.ts';
import { defaultSurvivalDays } from '../compose/training/landing-survival.ts';
import type { PrepareRequest } from '../compose/training/prepare-training.ts';
import { EngineError } from '../domain/engine-error.ts';
import { flagValue, type Invocation, textValue } from './command.ts';
import { countOf, spanOf } from './run-filter.ts';

/** Flags that say what goes into a dataset, for `parseArgs`. */
export const prepareOptions = {
  out: { type: 'string' },
  format: { type: 'string', multiple: true },
  seed: { type: 'string' },
  'held-out': { type: 'string' },
  'held-out-from': { type: 'string' },
  since: { type: 'string' },
  until: { type: 'string' },
  window: { type: 'string' },
  size: { type: 'string' },
  profile: { type: 'string' },
  licence: { type: 'string', multiple: true },
  judge: { type: 'string' },
  'judge-usd': { type: 'string' },
  'survival-days': { type: 'string' },
  parquet: { type: 'boolean' },
  'include-recorded': { type: 'boolean' },
} as const;

export const prepareUsage =
  '[--out FOLDER] [--format NAME]… [--profile NAME] [--parquet] [--size N] [--since TIME] [--until TIME] ' +
  '[--window YYYY-MM-DD[THH]] [--seed TEXT] [--held-out SHARE] [--held-out-from TIME] [--licence SPDX]… ' +
  '[--judge self|ruler|both] [--judge-usd USD] [--survival-days N] [--include-recorded]';

/** What the flags ask for, but for the folder and the profile. Throws `arguments/invalid`. */
export function prepareRequestOf(invocation: Invocation): Omit<PrepareRequest, 'folder' | 'profile'> {
  const licences = listOf(invocation, 'licence');
  const judge = judgeOf(invocation);
  return {
    formats: listOf(invocation, 'format'),
    split: {
      seed: textValue(invocation, 'seed') ?? '1',
      heldOut: shareOf(invocation),
      from: heldOutFromOf(invocation),
    },
    ...spanOf(invocation),
    recorded: flagValue(invocation, 'include-recorded'),
    ...(textValue(invocation, 'size') === null ? {} : { size: countOf(invocation, 'size', 0) }),
    ...(licences.length === 0 ? {} : { licences }),
    ...(judge ? { judge } : {}),
    survivalDays: countOf(invocation, 'survival-days', defaultSurvivalDays, 0),
    parquet: flagValue(invocation, 'parquet'),
  };
}

function listOf({ values }: Invocation, name: string): readonly string[] {
  const given = values[name];
  return Array.isArray(given) ? given.filter((each) => typeof each === 'string') : [];
}

function shareOf(invocation: Invocation): number {
  const text = textValue(invocation, 'held-out') ?? '0.1';
  const share = Number(text);
  if (text.trim() !== '' && share >= 0 && share < 1) return share;
  throw wrong(`--held-out is \`${text}\`; it must be a share from 0 to less than 1.`);
}

function heldOutFromOf(invocation: Invocation): string | null {
  const text = textValue(invocation, 'held-out-from');
  if (text === null) return null;
  const time = new Date(text);
  if (!Number.isNaN(time.getTime())) return time.toISOString();
  throw wrong(`--held-out-from is \`${text}\`; it must be a date or a time, such as 2026-03-01.`);
}

function judgeOf(invocation: Invocation): PrepareRequest['judge'] {
  const text = textValue(invocation, 'judge');
  const amount = textValue(invocation, 'judge-usd');
  if (text === null) {
    if (amount !== null) throw wrong('--judge-usd says what a judge may cost; name one with --judge.');
    return undefined;
  }
  const kind = waysToJudge.find((each) => each === text);
  if (!kind) throw wrong(`--judge is \`${text}\`; it must be one of ${waysToJudge.join(', ')}.`);
  if (amount !== null && !/^\d+(?:\.\d+)?$/.test(amount)) {
    throw wrong(`--judge-usd is \`${amount}\`; it must be an amount in US dollars.`);
  }
  return { kind, usd: amount === null ? null : Number(amount) };
}

function wrong(problem: string): EngineError {
  return new EngineError({ code: 'arguments/invalid', problem, usage: `countersign train prepare ${prepareUsage}` });
}
