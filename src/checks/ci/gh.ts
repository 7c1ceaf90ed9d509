import { execFile } from 'node:child_process';
import { devNull } from 'node:os';
import { EngineError } from '../../domain/engine-error.ts';
import { findProgram } from '../find-program.ts';

/** The GitHub CLI, run without a shell and without ever asking. */
export interface Gh {
  /** Standard output. Throws `gh/missing`, `gh/failed`, `interrupted`. */
  run(words: readonly string[], options: { readonly signal: AbortSignal; readonly input?: string }): Promise<string>;
  /** Throws `gh/missing`. */
  assertThere(): Promise<void>;
}

export interface GhOptions {
  /** Top of the working tree. */
  readonly directory: string;
  readonly environment: NodeJS.ProcessEnv;
  /** Variables that hold keys of model providers: none of its business. */
  readonly secretNames: readonly string[];
  /** What it is needed for, as in `to open a pull request`. */
  readonly purpose: string;
}

const outputLimit = 16 * 1024 * 1024;
/** Until a call that does not end is given up. */
const milliseconds = 120_000;

export function ghOf(options: GhOptions): Gh {
  const { directory, environment, purpose } = options;
  const find = async (): Promise<string> => {
    const program = await findProgram('gh', { environment, directory });
    if (program === null) throw new EngineError({ code: 'gh/missing', purpose });
    return program;
  };
  return {
    assertThere: async () => void (await find()),
    async run(words, { signal, input = '' }) {
      const program = await find();
      return start(program, words, { directory, environment: environmentOf(options), input, signal });
    },
  };
}

interface Start {
  readonly directory: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly input: string;
  readonly signal: AbortSignal;
}

function start(program: string, words: readonly string[], start: Start): Promise<string> {
  const { directory, environment, input, signal } = start;
  return new Promise((resolve, reject) => {
    const options = { cwd: directory, env: environment, signal, timeout: milliseconds, maxBuffer: outputLimit };
    const child = execFile(program, [...words], options, (error, output, errors) => {
      if (!error) resolve(output);
      else if (signal.aborted) reject(new EngineError({ code: 'interrupted' }, error));
      else reject(new EngineError({ code: 'gh/failed', command: nameOf(words), detail: lastLines(errors) }, error));
    });
    // It may end before it has read everything; its exit code tells.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });
}

/** `pr create` of `pr create --title …`. */
function nameOf(words: readonly string[]): string {
  return words.slice(0, 2).join(' ');
}

function lastLines(errors: string): string {
  return errors.trim().split('\n').slice(-4).join(' ') || 'It said nothing.';
}

/** The user's own, without keys of model providers, and with what keeps gh quiet and git from running hooks for it. */
function environmentOf({ environment, secretNames }: GhOptions): NodeJS.ProcessEnv {
  const kept = Object.entries(environment).filter(([name]) => !secretNames.includes(name) && !/^GIT_/.test(name));
  const settings = [
    ['core.fsmonitor', 'false'],
    ['core.hooksPath', devNull],
    ['core.pager', 'cat'],
    ['core.editor', 'false'],
  ];
  const config = settings.flatMap(([key, value], index) => [
    [`GIT_CONFIG_KEY_${index}`, key],
    [`GIT_CONFIG_VALUE_${index}`, value],
  ]);
  return {
    ...Object.fromEntries(kept),
    GH_PROMPT_DISABLED: '1',
    GH_NO_UPDATE_NOTIFIER: '1',
    GH_PAGER: 'cat',
    NO_COLOR: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_CONFIG_COUNT: String(settings.length),
    ...Object.fromEntries(config),
  };
}
