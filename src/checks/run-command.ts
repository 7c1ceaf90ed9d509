import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { EngineError } from '../domain/engine-error.ts';
import { createBoundedOutput } from './bounded-output.ts';
import { endStrays, strayMarker } from './stray-processes.ts';

export interface CommandOptions {
  readonly program: string;
  readonly args: readonly string[];
  readonly directory: string;
  /** The whole environment; only a name for this run is added to it, by which what it leaves behind is known. */
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
  /** Between the polite signal and the one that cannot be refused. */
  readonly graceSeconds: number;
  readonly outputBytes: number;
  /** The program is bubblewrap, which tells on descriptor 3 which process it started. */
  readonly sandboxed: boolean;
}

export interface CommandEnd {
  /** `sandbox-failed`: bubblewrap itself could not start the command. */
  readonly ended: 'exited' | 'timed-out' | 'not-started' | 'sandbox-failed';
  /** Null where a signal ended it or it never started. */
  readonly exitCode: number | null;
  readonly seconds: number;
  readonly output: string;
  /** SHA-256 of the whole output, in hex. */
  readonly outputHash: string;
}

/**
 * Runs one program in a process group of its own, without a terminal or standard input, and leaves none of the group
 * behind. Throws `interrupted` once the group is gone when the signal is aborted; any other ending is returned.
 */
export async function runCommand(options: CommandOptions, signal: AbortSignal): Promise<CommandEnd> {
  if (signal.aborted) throw new EngineError({ code: 'interrupted' });
  const began = performance.now();
  const collected = createBoundedOutput(options.outputBytes);
  const id = randomUUID();
  const child = spawn(options.program, options.args, {
    cwd: options.directory,
    env: { ...options.environment, [strayMarker]: id },
    // A session of its own: no terminal to type into, and one process group to end.
    detached: true,
    stdio: options.sandboxed ? ['ignore', 'pipe', 'pipe', 'pipe'] : ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
  });
  child.stdout?.on('data', (chunk: Buffer) => collected.write(chunk));
  child.stderr?.on('data', (chunk: Buffer) => collected.write(chunk));
  const status = readStatus(options.sandboxed ? (child.stdio[3] as Readable) : null);
  let stopped: 'timed-out' | 'interrupted' | null = null;
  let grace: NodeJS.Timeout | undefined;
  const stop = (why: 'timed-out' | 'interrupted') => {
    if (stopped) return;
    stopped = why;
    void endPolitely(child, status.innerPid());
    grace = setTimeout(() => killGroup(child, 'SIGKILL'), options.graceSeconds * 1000);
  };
  const abort = () => stop('interrupted');
  const limit = setTimeout(() => stop('timed-out'), Math.min(options.timeoutSeconds * 1000, 2 ** 31 - 1));
  signal.addEventListener('abort', abort, { once: true });
  try {
    const end = await ending(child, () => endStrays(id));
    const { text, hash } = collected.finish();
    const seconds = (performance.now() - began) / 1000;
    const made = { seconds, output: text, outputHash: hash };
    if (stopped === 'interrupted') throw new EngineError({ code: 'interrupted' });
    if (stopped === 'timed-out') return { ...made, ended: 'timed-out', exitCode: null };
    if (end.error) return { ...made, ended: 'not-started', exitCode: null, output: end.error.message };
    if (options.sandboxed && !status.commandEnded()) return { ...made, ended: 'sandbox-failed', exitCode: null };
    return { ...made, ended: 'exited', exitCode: end.exitCode };
  } finally {
    clearTimeout(limit);
    clearTimeout(grace);
    signal.removeEventListener('abort', abort);
  }
}

interface Ending {
  readonly exitCode: number | null;
  readonly error: Error | null;
}

/** Resolves when the program has ended, what it left is killed, and its output is read. */
function ending(child: ChildProcess, endOthers: () => Promise<void>): Promise<Ending> {
  return new Promise((resolve) => {
    let exitCode: number | null = null;
    let cleared = Promise.resolve();
    child.once('error', (error) => {
      if (child.pid === undefined) resolve({ exitCode: null, error });
    });
    child.once('exit', (code) => {
      exitCode = code;
      killGroup(child, 'SIGKILL');
      cleared = endOthers();
      // A process that nobody finds may hold the pipes open for ever.
      setTimeout(() => {
        for (const stream of child.stdio) stream?.destroy();
      }, 2000).unref();
    });
    child.once('close', () => void cleared.then(() => resolve({ exitCode, error: null })));
  });
}

function killGroup(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): void {
  if (child.pid === undefined) return;
  try {
    if (process.platform === 'win32') child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch {
    // The group is gone already.
  }
}

/**
 * Asks the command to end. In a sandbox only what runs inside is asked: bubblewrap itself would end at once and take
 * the command with it, without any grace.
 */
async function endPolitely(child: ChildProcess, innerPid: number | null): Promise<void> {
  if (innerPid === null) return killGroup(child, 'SIGTERM');
  const inside = await descendantsOf(innerPid);
  if (inside.length === 0) return killGroup(child, 'SIGTERM');
  for (const pid of inside) {
    try {
      process.kill(pid, 'SIGTERM');
    } catch {
      // It ended in the meantime.
    }
  }
}

async function descendantsOf(pid: number): Promise<readonly number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  const children = text.split(' ').filter(Boolean).map(Number);
  const deeper = await Promise.all(children.map(descendantsOf));
  return [...children, ...deeper.flat()];
}

interface SandboxStatus {
  /** The first process inside, as this side numbers it. */
  innerPid(): number | null;
  commandEnded(): boolean;
}

function readStatus(stream: Readable | null): SandboxStatus {
  let text = '';
  stream?.on('data', (chunk: Buffer) => {
    text += chunk.toString('utf8');
  });
  return {
    innerPid: () => {
      const found = /"child-pid":\s*(\d+)/.exec(text);
      return found ? Number(found[1]) : null;
    },
    commandEnded: () => /"exit-code":/.test(text),
  };
}
