import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { checkLock } from '../config-lock.ts';
import { createMonitor, type Monitored } from '../monitor.ts';
import { type Backend, type GivenControl, type JobConfig, JobFailure, type JobNews, type TrainedModel } from './job.ts';
import {
  appendMetrics,
  figuresOf,
  idleStatus,
  isStuck,
  type JobStatus,
  readMetrics,
  readStatus,
  setMetricsAside,
  writeStatus,
} from './status-file.ts';

export type JobResult =
  | { readonly type: 'succeeded'; readonly trained: TrainedModel }
  /** Stopped by a person. */
  | { readonly type: 'stopped'; readonly reason: string }
  /** Our process ends; the job goes on where it can, and another start takes it up. */
  | { readonly type: 'left'; readonly reason: string }
  | {
      readonly type: 'failed';
      /** `changed`: its folder began with another configuration; `retired`: its base is trained no more. */
      readonly code: 'failed' | 'changed' | 'retired';
      readonly reason: string;
      /** ISO 8601: since when the base is trained no more; null for other failures. */
      readonly date: string | null;
    };

export interface JobEnvironment {
  readonly backend: Backend;
  readonly now: () => Date;
  /** Hears of each change, after it was written. */
  readonly onStatus: (status: JobStatus) => void;
  /** What was asked of the job since it was last looked for, oldest first; taken away. */
  readonly takeControls: () => Promise<readonly GivenControl[]>;
  readonly stuckAfterHours: number;
  readonly signal: AbortSignal;
  /** Milliseconds between two looks for controls. */
  readonly controlInterval?: number;
}

/**
 * The one way to run a training job, whatever the back end. Never throws: what goes wrong is a result with its reason.
 * Status and metrics are on disk before anyone hears of them. A job that was started before in the same folder goes on
 * where it was; one whose configuration differs from the one its folder began with does not start.
 */
export async function runJob(config: JobConfig, environment: JobEnvironment): Promise<JobResult> {
  const { backend, signal, now } = environment;
  const before = await readStatus(config.folder);
  const board = createBoard(before ?? idleStatus(config.id, now()), config, environment);
  try {
    const different = await checkLock(path.join(config.folder, 'lock.json'), lockedFields(config));
    if (different.length > 0) return await board.close(failed(differenceWords(different), 'changed'));
    if (before && !backend.goesOnAlone) await setMetricsAside(config.folder, now());
    await board.set({ status: 'training', stage: 'training', message: null, heardAt: now().toISOString() });
    return await board.close(await train(config, environment, board, before));
  } catch (error) {
    if (signal.aborted) return board.close(left(backend));
    if (error instanceof JobFailure) return board.close(failed(error.message, error.code, error.date));
    return board.close(failed(error instanceof Error ? error.message : String(error)));
  }
}

function failed(
  reason: string,
  code: 'failed' | 'changed' | 'retired' = 'failed',
  date: string | null = null,
): JobResult {
  return { type: 'failed', code, reason, date };
}

function left({ goesOnAlone }: Backend): JobResult {
  const reason = goesOnAlone ? 'It goes on at the server; nobody follows it.' : 'It was ended with the process.';
  return { type: 'left', reason };
}

type Board = ReturnType<typeof createBoard>;

/** The status on disk and who is told of it. */
function createBoard(
  initial: JobStatus,
  config: JobConfig,
  { backend, now, onStatus, stuckAfterHours }: JobEnvironment,
) {
  let status = initial;
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
  const news = (change: Partial<JobStatus>) =>
    set({ alerts: withoutStuck(status), ...change, heardAt: now().toISOString() });
  return {
    set,
    news,
    async step(monitored: Monitored, steps: number | null) {
      await appendMetrics(config.folder, monitored, now());
      await news(figuresOf(monitored, steps));
    },
    /** The same again is no news. */
    async remoteStatus(message: string) {
      if (message !== status.message) await news({ message });
    },
    /** Says once that it sticks, until there is news again. */
    async watch() {
      const isTold = status.alerts.some(({ type }) => type === 'stuck');
      if (isTold || !isStuck(status, stuckAfterHours, now())) return;
      const message = `Nothing was heard of it for ${stuckAfterHours} h.`;
      await set({ alerts: [...status.alerts, { type: 'stuck', message, stops: false }] });
    },
    /** Even a full disk must not make a result into an exception. */
    async close(result: JobResult): Promise<JobResult> {
      try {
        await set(endingOf(result, backend));
      } catch {
        // The caller still gets the result.
      }
      return result;
    },
  };
}

function withoutStuck({ alerts }: JobStatus): JobStatus['alerts'] {
  return alerts.filter(({ type }) => type !== 'stuck');
}

function endingOf(result: JobResult, { goesOnAlone }: Backend): Partial<JobStatus> {
  switch (result.type) {
    case 'succeeded': {
      const { model, trainedTokens } = result.trained;
      return { status: 'completed', stage: 'completed', progress: 1, message: null, model, trainedTokens };
    }
    case 'stopped':
      return { status: 'stopped', stage: 'failed', message: result.reason };
    case 'left':
      return { status: goesOnAlone ? 'training' : 'stopped', message: result.reason };
    case 'failed':
      return { status: 'crashed', stage: 'failed', message: result.reason };
  }
}

async function train(
  config: JobConfig,
  environment: JobEnvironment,
  board: Board,
  before: JobStatus | null,
): Promise<JobResult> {
  const { backend, signal } = environment;
  const steps = await openSteps(config, backend, board);
  const ended = new AbortController();
  const controls = givenControls(environment, board, steps, ended.signal);
  const tell = (news: JobNews) => (news.type === 'step' ? steps.take(news) : tellBoard(board, news));
  const earlier = before && { uploads: before.uploads, remoteId: before.remoteId };
  try {
    const trained = await backend.train({ config, earlier, tell, nextControl: controls.next, signal });
    if (trained !== 'stopped') return { type: 'succeeded', trained };
    if (signal.aborted) return left(backend);
    const fatal = steps.fatal();
    return fatal === null ? { type: 'stopped', reason: controls.reason() ?? 'Stopped by you.' } : failed(fatal);
  } finally {
    ended.abort();
  }
}

function tellBoard(board: Board, news: Exclude<JobNews, { type: 'step' }>): Promise<void> {
  switch (news.type) {
    case 'uploading':
      return board.news({ stage: 'uploading' });
    case 'uploaded':
      return board.news({ uploads: news.uploads });
    case 'remote':
      return board.news({ remoteId: news.remoteId, stage: 'training' });
    case 'status':
      return board.remoteStatus(news.status);
    case 'message':
      return board.news({ message: news.message });
    case 'controlled': {
      const status = news.control === 'pause' ? 'paused' : 'training';
      return board.news({ status, message: news.reason });
    }
  }
}

/** The monitor, with what an earlier start of the same job had told it. */
async function openSteps({ folder }: JobConfig, { goesOnAlone }: Backend, board: Board) {
  const monitor = createMonitor();
  let [last, steps]: [number | null, number | null] = [null, null];
  for (const { loss, ...kept } of goesOnAlone ? await readMetrics(folder) : []) {
    last = monitor.take({ ...kept, loss: loss ?? Number.NaN }).step;
  }
  let fatal: string | null = null;
  return {
    fatal: () => fatal,
    async take({ report, of }: Extract<JobNews, { type: 'step' }>) {
      // A job that is taken up again tells of its steps from the first one on.
      if (last !== null && report.step <= last) return;
      last = report.step;
      steps = of ?? steps;
      const monitored = monitor.take(report);
      await board.step(monitored, steps);
      fatal ??= monitored.alerts.find((alert) => alert.stops)?.message ?? null;
    },
  };
}

type Steps = Awaited<ReturnType<typeof openSteps>>;

/** What a person asks for, and a stop where the job cannot go on. */
function givenControls(
  { takeControls, controlInterval = 1000 }: JobEnvironment,
  board: Board,
  steps: Steps,
  ended: AbortSignal,
) {
  const waiting: GivenControl[] = [];
  let isFatalTold = false;
  let reason: string | null = null;
  return {
    reason: () => reason,
    async next(): Promise<GivenControl> {
      for (;;) {
        ended.throwIfAborted();
        if (steps.fatal() !== null && !isFatalTold) {
          isFatalTold = true;
          return { type: 'stop', reason: steps.fatal() };
        }
        waiting.push(...(await takeControls()));
        const control = waiting.shift();
        if (control?.type === 'stop') reason = control.reason && `Stopped: ${control.reason}`;
        if (control) return control;
        await board.watch();
        await setTimeout(controlInterval, undefined, { signal: ended });
      }
    },
  };
}

/** What a job may not change between two starts in the same folder. */
function lockedFields({ baseModel, method, hyperparameters, trainingFile, trainingSha256, validationFile }: JobConfig) {
  return { baseModel, method, hyperparameters, trainingFile, trainingSha256, validationFile };
}

function differenceWords(
  differences: readonly { readonly field: string; readonly locked: unknown; readonly now: unknown }[],
) {
  const each = differences.map(
    ({ field, locked, now }) => `${field} was ${JSON.stringify(locked)}, is ${JSON.stringify(now)}`,
  );
  return each.join('; ');
}
