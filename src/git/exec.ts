import { type ChildProcess, spawn } from 'node:child_process';
import { EngineError } from '../domain/engine-error.ts';
import { faultOfFailure } from './git-failure.ts';

/** How git is run: always this program, here, with exactly this environment and these settings above the repository's. */
export interface Git {
  /** Absolute path. */
  readonly program: string;
  readonly directory: string;
  /** The child's whole environment, without `GIT_CONFIG_*`. */
  readonly environment: Readonly<Record<string, string>>;
  /** Settings that win over every configuration file, in order. */
  readonly config: readonly (readonly [key: string, value: string])[];
}

export interface RunOptions {
  /** Written once it is there; meanwhile the command starts. Must not reject. */
  readonly input?: string | Uint8Array | Promise<string>;
  /** Added to the environment of this one command. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Exit codes that are answers, not failures. */
  readonly accept?: readonly number[];
  /** Most bytes of standard output; beyond them the command is ended and fails. */
  readonly outputLimit?: number;
  /** Until it is ended and fails. */
  readonly seconds?: number;
  readonly signal?: AbortSignal | undefined;
}

export interface Completed {
  readonly exitCode: number;
  readonly output: Buffer;
  readonly errors: string;
}

const defaultOutputLimit = 256 * 1024 * 1024;
const errorLimit = 64 * 1024;
const defaultSeconds = 900;

/**
 * Runs one git command without a shell and collects its output. Throws `git/missing`, `git/failed`, `interrupted`,
 * `environment/disk-full` or `repository/locked`; its process group is gone when it throws.
 */
export async function runGit(git: Git, words: readonly string[], options: RunOptions = {}): Promise<Completed> {
  options.signal?.throwIfAborted();
  const child = startGit(git, words, options.environment);
  const limit = options.outputLimit ?? defaultOutputLimit;
  const output: Buffer[] = [];
  let size = 0;
  let overflow = false;
  child.stdout?.on('data', (part: Buffer) => {
    size += part.length;
    if (size > limit) {
      overflow = true;
      killGroup(child);
    } else output.push(part);
  });
  const errors = collectErrors(child);
  // A command that ends before it has read everything says why by its exit code.
  child.stdin?.on('error', () => undefined);
  void Promise.resolve(options.input ?? '').then((input) => child.stdin?.end(input));
  const timer = setTimeout(() => killGroup(child), (options.seconds ?? defaultSeconds) * 1000);
  const stop = () => killGroup(child);
  options.signal?.addEventListener('abort', stop, { once: true });
  try {
    const exitCode = await ended(child, git);
    options.signal?.throwIfAborted();
    const text = overflow ? `It printed more than ${limit} bytes.` : errors();
    if (exitCode === 0 || (exitCode !== null && options.accept?.includes(exitCode))) {
      return { exitCode, output: Buffer.concat(output), errors: text };
    }
    throw new EngineError(faultOfFailure(git, words, exitCode, text));
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener('abort', stop);
  }
}

/** Standard output as text, without its last line end. */
export async function gitText(git: Git, words: readonly string[], options: RunOptions = {}): Promise<string> {
  const { output } = await runGit(git, words, options);
  const text = output.toString('utf8');
  return text.endsWith('\n') ? text.slice(0, -1) : text;
}

/** Standard output cut at its NUL bytes. */
export async function gitFields(git: Git, words: readonly string[], options: RunOptions = {}): Promise<string[]> {
  const fields = (await runGit(git, words, options)).output.toString('utf8').split('\0');
  if (fields.at(-1) === '') fields.pop();
  return fields;
}

/** Starts a command that is talked to. It leads a process group of its own, so that all of it can be ended. */
export function startGit(
  git: Git,
  words: readonly string[],
  environment: RunOptions['environment'] = {},
): ChildProcess {
  return spawn(git.program, [...words], {
    cwd: git.directory,
    env: { ...git.environment, ...configEnvironment(git), ...environment },
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: process.platform !== 'win32',
    windowsHide: true,
  });
}

/** Reads what a command says on standard error, its last part only; the returned function gives what came so far. */
export function collectErrors(child: ChildProcess): () => string {
  let text = '';
  child.stderr?.setEncoding('utf8');
  child.stderr?.on('data', (part: string) => {
    text = (text + part).slice(-errorLimit);
  });
  return () => text.trim();
}

/** Resolves with the exit code, or null where a signal ended it. Rejects with `git/missing`. */
export function ended(child: ChildProcess, git: Git): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once('error', (error) =>
      reject(new EngineError({ code: 'git/missing', detail: `${git.program}: ${error.message}` }, error)),
    );
    child.once('close', (exitCode) => resolve(exitCode));
  });
}

export function killGroup(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null) return;
  try {
    if (process.platform === 'win32') child.kill('SIGKILL');
    else process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It ended by itself in between.
  }
}

export function withConfig(git: Git, config: Git['config']): Git {
  return { ...git, config: [...git.config, ...config] };
}

export function withEnvironment(git: Git, environment: Git['environment']): Git {
  return { ...git, environment: { ...git.environment, ...environment } };
}

/** Settings go by environment, not by `-c`: there a key may contain `=`, as a hostile filter name does. */
function configEnvironment(git: Git): Record<string, string> {
  const variables: Record<string, string> = { GIT_CONFIG_COUNT: String(git.config.length) };
  git.config.forEach(([key, value], index) => {
    variables[`GIT_CONFIG_KEY_${index}`] = key;
    variables[`GIT_CONFIG_VALUE_${index}`] = value;
  });
  return variables;
}
