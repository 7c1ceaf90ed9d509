import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import type { Backend, Control, JobRun, TrainedModel } from './job.ts';

const lineSchema = z.union([
  z.object({
    step: z.int().nonnegative(),
    /** JSON has no NaN: a trainer that reached one writes null. */
    loss: z.number().nullable(),
    validationLoss: z.number().nullable().default(null),
    throughput: z.number().nonnegative().nullable().default(null),
  }),
  z.object({ message: z.string() }),
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
}

/** So long a program has to end by itself after it was asked to. */
const graceMs = 10_000;
/** Of what it says on standard error, the end is kept for the reason of a failure. */
const errorKept = 2_000;

/**
 * Trains by any program. It finds its paths in the environment (`COUNTERSIGN_TRAINING_FILE`, `…_VALIDATION_FILE`,
 * `…_BASE_MODEL`, `…_METHOD`, `…_OUTPUT`, and `…_PARAMETERS` as JSON), prints one JSON object a line
 * (`{step, loss, validationLoss?, throughput?}` or `{message}`), and writes `result.json` (`{model, trainedTokens?,
 * checkpoints?}`) into `…_OUTPUT` before it exits with 0. Pausing stops its process group, resuming continues it.
 */
export function createCommandBackend({ command, environment }: CommandOptions): Backend {
  return {
    name: 'command',
    async train(run) {
      const [program, ...words] = command;
      const child = spawn(program, words, {
        cwd: run.config.folder,
        env: { ...environment, ...variablesOf(run) },
        stdio: ['ignore', 'pipe', 'pipe'],
        detached: process.platform !== 'win32',
      });
      const signalAll = (signal: NodeJS.Signals) => sendSignal(child.pid, signal);
      let complaint = '';
      child.stderr.on('data', (part: Buffer) => {
        complaint = (complaint + part.toString('utf8')).slice(-errorKept);
      });
      const exit = new Promise<number | null>((resolve, reject) => {
        child.on('error', reject);
        child.on('close', resolve);
      });
      const reading = readLines(run, child.stdout);
      const stopped = { asked: false };
      const onAbort = () => signalAll('SIGTERM');
      run.signal.addEventListener('abort', onAbort, { once: true });
      void obey(run, stopped, signalAll);
      try {
        const code = await exit;
        await reading;
        if (stopped.asked || run.signal.aborted) return 'stopped';
        if (code !== 0) throw new Error(`${program} ended with code ${code}. ${complaint.trim()}`.trim());
        return await readResult(run);
      } finally {
        run.signal.removeEventListener('abort', onAbort);
      }
    },
  };
}

function variablesOf({ config }: JobRun): NodeJS.ProcessEnv {
  const { trainingFile, validationFile, baseModel, method, folder, hyperparameters } = config;
  return {
    COUNTERSIGN_TRAINING_FILE: trainingFile,
    COUNTERSIGN_VALIDATION_FILE: validationFile ?? '',
    COUNTERSIGN_BASE_MODEL: baseModel,
    COUNTERSIGN_METHOD: method,
    COUNTERSIGN_OUTPUT: folder,
    COUNTERSIGN_PARAMETERS: JSON.stringify(hyperparameters),
  };
}

/** Follows a person's controls until the job has ended; then `nextControl` rejects and nobody minds. */
async function obey(run: JobRun, stopped: { asked: boolean }, send: (signal: NodeJS.Signals) => void): Promise<void> {
  const signals: Record<Control, NodeJS.Signals> = { pause: 'SIGSTOP', resume: 'SIGCONT', stop: 'SIGTERM' };
  try {
    for (;;) {
      const control = await run.nextControl();
      if (control === 'stop') {
        stopped.asked = true;
        // A paused program cannot hear that it is to end.
        send('SIGCONT');
        setTimeout(() => send('SIGKILL'), graceMs).unref();
      }
      send(signals[control]);
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

async function readLines({ tell }: JobRun, output: NodeJS.ReadableStream): Promise<void> {
  for await (const line of createInterface({ input: output, crlfDelay: Number.POSITIVE_INFINITY })) {
    const read = lineSchema.safeParse(parse(line));
    if (!read.success) continue;
    if ('message' in read.data) await tell({ type: 'message', message: read.data.message });
    else await tell({ type: 'step', report: { ...read.data, loss: read.data.loss ?? Number.NaN } });
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
  const file = path.join(config.folder, 'result.json');
  const text = await readFile(file, 'utf8').catch(() => null);
  if (text === null) throw new Error('The program ended well but wrote no result.json.');
  const read = resultSchema.safeParse(parse(text));
  if (!read.success) throw new Error(`Its result.json cannot be read: ${read.error.issues[0]?.message}`);
  return { ...read.data, shutdownDate: null };
}
