import type { ParseArgsOptionsConfig } from 'node:util';
import type { ExitCode } from '../domain/exit-code.ts';
import type { Terminal } from './terminal.ts';

/** Flags every command takes. */
export interface GlobalFlags {
  /** Directory in the repository to work on. */
  readonly repo: string;
  readonly config: string | null;
  readonly trustWorkspace: boolean;
}

export interface Invocation {
  readonly flags: GlobalFlags;
  /** Where the command was called; files it names are relative to it. */
  readonly directory: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly positionals: readonly string[];
  readonly values: Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
  readonly usesConfiguration: boolean;
}

/** One command, one file. Throws an `EngineError` where it cannot do its work. */
export interface Command {
  /** One or two words, such as `config show`. */
  readonly name: string;
  readonly summary: string;
  /** What follows the name. */
  readonly usage: string;
  readonly options: ParseArgsOptionsConfig;
  /** It builds, checks or reviews: then the user must know which keys of the workspace do not count. */
  readonly usesConfiguration: boolean;
  run(invocation: Invocation): Promise<ExitCode>;
}

export function textValue(invocation: Invocation, name: string): string | null {
  const value = invocation.values[name];
  return typeof value === 'string' ? value : null;
}

export function flagValue(invocation: Invocation, name: string): boolean {
  return invocation.values[name] === true;
}
