import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { checkLock } from '../config-lock.ts';
import { createMonitor, type Monitored } from '../monitor.ts';
import type { Backend, Control, JobConfig, JobNews, TrainedModel } from './job.ts';
import { appendMetrics, figuresOf, idleStatus, type JobStatus, takeControl, writeStatus } from './status-file.ts';

export type JobResult =
  | { readonly type: 'succeeded'; readonly trained: TrainedModel }
  | { readonly type: 'stopped'; readonly reason: string }
  | { readonly type: 'failed'; readonly reason: string };

export interface JobEnvironment {
  readonly backend: Backend;
  readonly now: () => Date;
  /** Hears of each change, after it was written. */
  readonly onStatus: (status: JobStatus) => void;
  readonly signal: AbortSignal;
  /** Milliseconds between two looks for controls. */
  readonly controlInterval?: number;
}

/**
 * The one way to run a training job, whatever the back end. Never throws: what goes wrong is a result with its reason.
 * Status and metrics are on disk before anyone hears of them; controls are files, so that another process can give
 * them. A job whose configuration differs from the one its folder began with does not start.
 */
export async function runJob(config: JobConfig, environment: JobEnvironment): Promise<JobResult> {
  const board = createBoard(config, environment);
  try {
    const different = await checkLock(path.join(config.folder, 'lock.json'), lockedFields(config));
    if (different.length > 0) return await board.close({ type: 'failed', reason: differenceWords(different) });
    await board.set({ status: 'training' });
    const result = await train(config, environment, board);
    return await board.close(result);
  } catch (error) {
    return board.close({ type: 'failed', reason: error instanceof Error ? error.message : String(error) });
  }
}

type Board = ReturnType<typeof createBoard>;

/** The status on disk and who is told of it. */
function createBoard(config: JobConfig, { now, onStatus }: JobEnvironment) {
  let status = idleStatus(config.id, now());
  const write = async (change: Partial<JobStatus>) => {
    status = { ...status, ...change, updatedAt: now().toISOString() };
    await writeStatus(config.folder, status);
    onStatus(status);
  };
  let writing: Promise<void> = Promise.resolve();
  // News and controls come side by side: each waits for the one before, also where that one failed.
  const set = (change: Partial<JobStatus>): Promise<void> => {
    writing = writing.then(
      () => write(change),
      () => write(change),
    );
    return writing;
  };
  return {
    set,
    async step(monitored: Monitored) {
      await appendMetrics(config.folder, monitored, now());
      await set(figuresOf(monitored));
    },
    /** Even a full disk must not make a result into an exception. */
    async close(result: JobResult): Promise<JobResult> {
      try {
        await set(endingOf(result));
      } catch {
        // The caller still gets the result.
      }
      return result;
    },
  };
}

function endingOf(result: JobResult): Partial<JobStatus> {
  switch (result.type) {
    case 'succeeded':
      return { status: 'completed', message: null, model: result.trained.model };
    case 'stopped':
      return { status: 'stopped', message: result.reason };
    case 'failed':
      return { status: 'crashed', message: result.reason };
  }
}

async function train(config: JobConfig, environment: JobEnvironment, board: Board): Promise<JobResult> {
  const monitor = createMonitor();
  const ended = new AbortController();
  let fatal: string | null = null;
  let isFatalTold = false;
  const tell = async (news: JobNews) => {
    switch (news.type) {
      case 'remote':
        return board.set({ remoteId: news.remoteId });
      case 'status':
        return board.set({ message: news.status });
      case 'message':
        return board.set({ message: news.message });
      case 'step': {
        const monitored = monitor.take(news.report);
        await board.step(monitored);
        fatal ??= monitored.alerts.find((alert) => alert.stops)?.message ?? null;
      }
    }
  };
  const nextControl = async (): Promise<Control> => {
    for (;;) {
      ended.signal.throwIfAborted();
      if (fatal !== null && !isFatalTold) {
        isFatalTold = true;
        return 'stop';
      }
      const control = await takeControl(config.folder);
      if (control) await board.set(control === 'pause' ? { status: 'paused' } : { status: 'training' });
      if (control) return control;
      await setTimeout(environment.controlInterval ?? 1000, undefined, { signal: ended.signal });
    }
  };
  try {
    const trained = await environment.backend.train({ config, tell, nextControl, signal: environment.signal });
    if (trained !== 'stopped') return { type: 'succeeded', trained };
    return fatal === null ? { type: 'stopped', reason: 'Stopped by you.' } : { type: 'failed', reason: fatal };
  } finally {
    ended.abort();
  }
}

/** What a job may not change between two starts in the same folder. */
function lockedFields({ baseModel, method, hyperparameters, trainingFile, validationFile }: JobConfig) {
  return { baseModel, method, hyperparameters, trainingFile, validationFile };
}

function differenceWords(
  differences: readonly { readonly field: string; readonly locked: unknown; readonly now: unknown }[],
) {
  const each = differences.map(
    ({ field, locked, now }) => `${field} was ${JSON.stringify(locked)}, is ${JSON.stringify(now)}`,
  );
  return `This folder's job began with another configuration: ${each.join('; ')}. Use a new folder, or set it back.`;
}
