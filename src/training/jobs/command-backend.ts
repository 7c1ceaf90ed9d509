import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { open, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { StringDecoder } from 'node:string_decoder';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { formatOwner, livenessOf, processOf } from '../../ledger/owner.ts';
import type { Backend, Control, JobRun, TrainedModel } from './job.ts';

const lineSchema = z.union([
  z.object({
    step: z.int().nonnegative(),
    /** How many steps there are. */
    steps: z.int().positive().nullable().default(null),
    /** JSON has no NaN: a trainer that reached one writes null. */
    loss: z.number().nullable(),
    validationLoss: z.number().nullable().default(null),
    throughput: z.number().nonnegative().nullable().default(null),
  }),
  z.object({ message: z.string().max(2000) }),
]);
const resultSchema = z.object({
  model: z.string().min(1),
  trainedTokens: z.int().nonnegative().nullable().default(null),
  checkpoints: z.array(z.string()).default([]),
});

export interface CommandOptions {
  /** Program and arguments; no shell. */
  readonly command: readonly [string, ...string[]];
  readonly environment: NodeJS.ProcessEnv;
  /** So long (milliseconds) a program has to end by itself after it was asked to. */
  readonly graceMs?: number;
}

/** Of what it says on standard error, the end is kept for the reason of a failure. */
const errorKept = 2_000;
const metricsName = 'program-metrics.jsonl';
const lookEveryMs = 250;

/**
 * Trains by any program. It finds its paths in the environment (`COUNTERSIGN_TRAINING_FILE`, `…_VALIDATION_FILE`,
 * `…_BASE_MODEL`, `…_METHOD`, `…_OUTPUT`, `…_METRICS`, and `…_PARAMETERS` as JSON; `…_RESUMED` is 1 where an earlier
 * start was cut off), writes one JSON object a line (`{step, steps?, loss, validationLoss?, throughput?}` or
 * `{message}`) to standard output or to `…_METRICS`, and writes `result.json` (`{model, trainedTokens?, checkpoints?}`)
 * into `…_OUTPUT` before it exits with 0. Pausing stops its process group, resuming continues it.
 */
export function createCommandBackend(options: CommandOptions): Backend {
  return {
    name: 'command',
    goesOnAlone: false,
    async train(run) {
      assertAlone(run);
      await forgetEarlier(run);
      const child = start(options, run);
      const { graceMs = 10_000 } = options;
      const exit = new Promise<number | null>((resolve, reject) => {
        child.on('error', reject);
        child.on('close', resolve);
      });
      const complaint = tailOf(child);
      const reading = readLines(run, child.stdout as NodeJS.ReadableStream);
      const ended = new AbortController();
      const following = followFile(run, ended.signal);
      const stopped = { asked: false };
      const end = () => endGently(child.pid, graceMs);
      run.signal.addEventListener('abort', end, { once: true });
      void obey(run, stopped, child.pid, end);
      try {
        if (child.pid !== undefined) {
          await run.tell({ type: 'remote', remoteId: formatOwner(processOf(child.pid)) });
        }
        const code = await exit;
        await reading;
        if (stopped.asked || run.signal.aborted) return 'stopped';
        if (code !== 0) throw new Error(`${options.command[0]} ended with code ${code}. ${complaint()}`.trim());
        return await readResult(run);
      } finally {
        run.signal.removeEventListener('abort', end);
        ended.abort();
        await following;
      }
    },
  };
}

/** Two programs must not write into one folder. */
function assertAlone({ earlier }: JobRun): void {
  const before = earlier?.remoteId ?? null;
  if (before === null || livenessOf(before) !== 'alive') return;
  throw new Error('its program of an earlier start still runs: wait for it, or end it');
}

/** What an earlier start left must not pass for what this one does. */
async function forgetEarlier({ config }: JobRun): Promise<void> {
  for (const name of ['result.json', metricsName]) await rm(path.join(config.folder, name), { force: true });
}

function start({ command, environment }: CommandOptions, run: JobRun): ChildProcess {
  const [program, ...words] = command;
  return spawn(program, words, {
    cwd: run.config.folder,
    env: { ...environment, ...variablesOf(run) },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: process.platform !== 'win32',
  });
}

function variablesOf({ config, earlier }: JobRun): NodeJS.ProcessEnv {
  const { trainingFile, validationFile, baseModel, method, folder, hyperparameters } = config;
  return {
    COUNTERSIGN_TRAINING_FILE: trainingFile,
    COUNTERSIGN_VALIDATION_FILE: validationFile ?? '',
    COUNTERSIGN_BASE_MODEL: baseModel,
    COUNTERSIGN_METHOD: method,
    COUNTERSIGN_OUTPUT: folder,
    COUNTERSIGN_METRICS: path.join(folder, metricsName),
    COUNTERSIGN_PARAMETERS: JSON.stringify(hyperparameters),
    COUNTERSIGN_RESUMED: earlier?.remoteId ? '1' : '0',
  };
}

function tailOf({ stderr }: ChildProcess): () => string {
  let text = '';
  stderr?.on('data', (part: Buffer) => {
    text = (text + part.toString('utf8')).slice(-errorKept);
  });
  return () => text.trim();
}

/** Asks the program to end, and ends it where it does not. */
function endGently(pid: number | undefined, graceMs: number): void {
  // A paused program cannot hear that it is to end.
  sendSignal(pid, 'SIGCONT');
  sendSignal(pid, 'SIGTERM');
  setTimeout(() => sendSignal(pid, 'SIGKILL'), graceMs).unref();
}

const signals: Record<Exclude<Control, 'stop'>, NodeJS.Signals> = { pause: 'SIGSTOP', resume: 'SIGCONT' };

/** Follows a person's controls until the job has ended; then `nextControl` rejects and nobody minds. */
async function obey(run: JobRun, stopped: { asked: boolean }, pid: number | undefined, end: () => void): Promise<void> {
  try {
    for (;;) {
      const { type, reason } = await run.nextControl();
      if (type === 'stop') {
        stopped.asked = true;
        end();
        continue;
      }
      sendSignal(pid, signals[type]);
      await run.tell({ type: 'controlled', control: type, reason });
    }
  } catch {
    // The job is over.
  }
}

function sendSignal(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, signal);
  } catch {
    // It has ended by itself.
  }
}

async function readLines(run: JobRun, output: NodeJS.ReadableStream): Promise<void> {
  for await (const line of createInterface({ input: output, crlfDelay: Number.POSITIVE_INFINITY })) {
    await readLine(run, line);
  }
}

async function readLine({ tell }: JobRun, line: string): Promise<void> {
  const read = lineSchema.safeParse(parse(line));
  if (!read.success) return;
  if ('message' in read.data) return tell({ type: 'message', message: read.data.message });
  const { steps: of, loss, ...report } = read.data;
  await tell({ type: 'step', report: { ...report, loss: loss ?? Number.NaN }, of });
}

/** Reads whole lines that the program adds to its metrics file, until the job is over and all of it is read. */
async function followFile(run: JobRun, ended: AbortSignal): Promise<void> {
  const file = path.join(run.config.folder, metricsName);
  const decoder = new StringDecoder('utf8');
  let [offset, rest] = [0, ''];
  for (;;) {
    const isLast = ended.aborted;
    const added = await readFrom(file, offset);
    offset += added.length;
    const lines = (rest + decoder.write(added)).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) await readLine(run, line);
    if (isLast && added.length === 0) return;
    if (!isLast) await pause(lookEveryMs, undefined, { signal: ended }).catch(() => {});
  }
}

const mostAtOnce = 1 << 20;

async function readFrom(file: string, offset: number): Promise<Buffer> {
  const handle = await open(file, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0)).catch(() => null);
  if (!handle) return Buffer.alloc(0);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(mostAtOnce), 0, mostAtOnce, offset);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** A program may print whatever else it likes. */
function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

async function readResult({ config }: JobRun): Promise<TrainedModel> {
  const text = await readFile(path.join(config.folder, 'result.json'), 'utf8').catch(() => null);
  if (text === null) throw new Error('The program ended well but wrote no result.json.');
  const read = resultSchema.safeParse(parse(text));
  if (!read.success) throw new Error(`Its result.json cannot be read: ${read.error.issues[0]?.message}`);
  return { ...read.data, shutdownDate: null };
}
