import { EngineError } from '../domain/engine-error.ts';
import { type Invocation, textValue } from './command.ts';

export interface NumberBounds {
  readonly least: number;
  readonly most: number;
  readonly whole?: boolean;
}

/** The number that an option gives, null where it is not given. Throws `arguments/invalid`. */
export function numberValue(
  invocation: Invocation,
  name: string,
  { least, most, whole = false }: NumberBounds,
  usage: string,
): number | null {
  const text = textValue(invocation, name);
  if (text === null) return null;
  const value = Number(text);
  if (text.trim() !== '' && value >= least && value <= most && (!whole || Number.isInteger(value))) return value;
  const problem = `--${name} is \`${text}\`; it must be a ${whole ? 'whole ' : ''}number from ${least} to ${most}.`;
  throw new EngineError({ code: 'arguments/invalid', problem, usage });
}
