import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { version } from '../../package.json';
import { describeFault } from '../domain/describe-fault.ts';
import { EngineError, faultOf } from '../domain/engine-error.ts';
import { type ExitCode, exitCodeOf, exitCodes } from '../domain/exit-code.ts';
import type { Command, Invocation } from './command.ts';
import { commands } from './commands.ts';
import { createTerminal, type Terminal } from './terminal.ts';

const globalOptions = {
  repo: { type: 'string' },
  config: { type: 'string' },
  json: { type: 'boolean' },
  quiet: { type: 'boolean' },
  verbose: { type: 'boolean' },
  'trust-workspace': { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
} as const satisfies ParseArgsOptionsConfig;

/** Runs one command line; resolves to the process's exit code and never throws. */
export async function runProgram(words: readonly string[]): Promise<ExitCode> {
  const has = (flag: string) => words.includes(`--${flag}`);
  const flags = { json: has('json'), quiet: has('quiet'), verbose: has('verbose') };
  const terminal = createTerminal(flags, { out: process.stdout, err: process.stderr });
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // The reader went away, as `| head` does: nobody is left to tell.
    if (error.code === 'EPIPE') process.exit(exitCodes.done);
  });
  try {
    return await dispatch(words, terminal);
  } catch (error) {
    return reportFault(error, terminal);
  }
}

async function dispatch(words: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const { command, rest } = findCommand(words);
  if (!command) return withoutCommand(rest, terminal);
  const { values, positionals } = parse(command, rest);
  if (values.help) {
    terminal.print(helpFor(command));
    return exitCodes.done;
  }
  const invocation: Invocation = {
    flags: {
      repo: typeof values.repo === 'string' ? values.repo : process.cwd(),
      config: typeof values.config === 'string' ? values.config : null,
      trustWorkspace: values['trust-workspace'] === true,
    },
    directory: process.cwd(),
    environment: process.env,
    positionals,
    values,
    terminal,
    signal: interruptSignal(terminal),
    usesConfiguration: command.usesConfiguration,
  };
  return command.run(invocation);
}

/** The command's words may stand behind flags: `countersign --json status`. */
export function findCommand(words: readonly string[]): { command: Command | null; rest: readonly string[] } {
  const takesValue = new Set(['--repo', '--config']);
  const plain: number[] = [];
  for (let index = 0; index < words.length && plain.length < 2; index++) {
    const word = words[index] as string;
    if (takesValue.has(word)) index++;
    else if (word.startsWith('-')) {
      if (plain.length > 0) break;
    } else plain.push(index);
  }
  for (const count of [2, 1]) {
    const used = plain.slice(0, count);
    const name = used.map((index) => words[index]).join(' ');
    const command = used.length === count ? commands.find((candidate) => candidate.name === name) : undefined;
    if (command) return { command, rest: words.filter((_, index) => !used.includes(index)) };
  }
  return { command: null, rest: words };
}

/** Throws `arguments/invalid`. */
export function parse(command: Command, words: readonly string[]) {
  try {
    const options: ParseArgsOptionsConfig = { ...globalOptions, ...command.options };
    const parsed = parseArgs({ args: [...words], options, allowPositionals: true, strict: true });
    return { values: parsed.values as Invocation['values'], positionals: parsed.positionals };
  } catch (error) {
    const problem = error instanceof Error ? firstSentence(error.message) : String(error);
    throw new EngineError({ code: 'arguments/invalid', problem, usage: usageOf(command) }, error);
  }
}

function firstSentence(text: string): string {
  const sentence = text.split(/\. |\n/, 1)[0] as string;
  return sentence.endsWith('.') ? sentence : `${sentence}.`;
}

function withoutCommand(words: readonly string[], terminal: Terminal): ExitCode {
  const [first] = words.filter((word) => !word.startsWith('-'));
  if (words.includes('--version') && first === undefined) {
    terminal.print(version);
    terminal.emit({ version });
    return exitCodes.done;
  }
  if (first === undefined || first === 'help') {
    terminal.print(overview());
    return exitCodes.done;
  }
  const family = commands.filter((command) => command.name.startsWith(`${first} `)).map((command) => command.name);
  const problem = `There is no command \`${first}\`${family.length > 0 ? ' alone' : ''}.`;
  const usage = family.length > 0 ? `countersign ${family.join(' | ')}` : null;
  throw new EngineError({ code: 'arguments/invalid', problem, usage });
}

function usageOf(command: Command): string {
  return `countersign ${command.name}${command.usage ? ` ${command.usage}` : ''}`;
}

function helpFor(command: Command): string {
  const options = Object.entries(command.options).map(
    ([name, { type }]) => `  --${name}${type === 'string' ? ' VALUE' : ''}`,
  );
  return [usageOf(command), '', command.summary, ...(options.length > 0 ? ['', ...options] : [])].join('\n');
}

function overview(): string {
  const width = Math.max(...commands.map((command) => command.name.length));
  return [
    'countersign COMMAND [--repo DIR] [--config FILE] [--json] [--quiet] [--verbose]',
    '',
    ...commands.map((command) => `  ${command.name.padEnd(width)}  ${command.summary}`),
    '',
    'countersign COMMAND --help tells more about one.',
  ].join('\n');
}

/** Ctrl-C once ends the run in good order; twice ends the process. */
function interruptSignal(terminal: Terminal): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(exitCodes.interrupted);
      terminal.warn('Stopping; nothing is left half done. Once more ends it at once.');
      controller.abort(new EngineError({ code: 'interrupted' }));
    });
  }
  return controller.signal;
}

function reportFault(error: unknown, terminal: Terminal): ExitCode {
  const fault = faultOf(error);
  const { message, remedy } = describeFault(fault);
  const at = 'at' in fault && fault.at ? { at: fault.at } : {};
  terminal.emit({ type: 'fault', code: fault.code, message, remedy, ...at });
  if (!terminal.json) terminal.warn(`${message}\n${remedy}`);
  if (terminal.verbose && error instanceof Error) terminal.warn(error.stack ?? '');
  return exitCodeOf(fault);
}
