import type { ParseArgsOptionsConfig } from 'node:util';
import type { ResumeOptions } from '../compose.ts';
import { EngineError } from '../domain/engine-error.ts';
import { type Invocation, textValue } from './command.ts';

/** Flags that raise a cap when a run goes on, for `parseArgs`. */
export const raiseOptions = {
  'budget-usd': { type: 'string' },
  'budget-tokens': { type: 'string' },
  tier: { type: 'string' },
} as const satisfies ParseArgsOptionsConfig;

export const raiseUsage = '[--tier TIER] [--budget-usd USD] [--budget-tokens N]';

/** The higher cap that the flags ask for: of the phase, of the tier they name, else of the run. Undefined for none. */
export function raiseOf(invocation: Invocation, phaseId: string | null): ResumeOptions['raise'] {
  const usd = amountOf(invocation, 'budget-usd', /^\d{1,9}(?:\.\d{1,6})?$/, 'an amount in US dollars, such as 8');
  const tokens = amountOf(invocation, 'budget-tokens', /^\d{1,12}$/, 'a whole number, such as 3000000');
  const tier = textValue(invocation, 'tier');
  if (usd === undefined && tokens === undefined) {
    if (tier === null && phaseId === null) return undefined;
    throw wrong('name the cap to raise: --budget-usd or --budget-tokens.');
  }
  if (tier !== null && phaseId !== null) throw wrong('name a tier or a phase, not both.');
  const level = phaseId !== null ? 'phase' : tier !== null ? 'tier' : 'run';
  return { level, id: phaseId ?? tier, usd, tokens };
}

function amountOf(invocation: Invocation, name: string, form: RegExp, must: string): number | undefined {
  const text = textValue(invocation, name);
  if (text === null) return undefined;
  if (form.test(text) && Number(text) > 0) return Number(text);
  throw wrong(`--${name} is \`${text}\`; it must be ${must}.`);
}

function wrong(problem: string): EngineError {
  return new EngineError({
    code: 'arguments/invalid',
    problem,
    usage: 'countersign resume RUN[/PHASE] [--tier TIER] --budget-usd USD',
  });
}
