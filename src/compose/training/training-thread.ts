/** Training's heavy work, in a thread of its own: it reads all that was kept, which would hold up an editor for seconds. */
import { Worker } from 'node:worker_threads';
import type { OpenOptions } from '../../compose.ts';
import { EngineError } from '../../domain/engine-error.ts';
import type { Fault } from '../../domain/fault.ts';
import type { TrainingOffer, TrainingTask, TrainingTasks } from './training-tasks.ts';
import { trainingWorkerFile } from './training-worker-file.ts';

/** How the thread opens the same repository as the one that asks. */
export interface TrainingPlace {
  readonly directory: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly ownLayers: NonNullable<OpenOptions['ownLayers']>;
  /** Keys that the one who asks keeps, by provider. */
  readonly keys: Readonly<Record<string, string>>;
}

export interface TrainingStart {
  readonly place: TrainingPlace;
  readonly task: TrainingTask;
}

export type TrainingReply =
  | { readonly type: 'offer'; readonly offer: TrainingOffer }
  | { readonly type: 'done'; readonly value: unknown }
  | { readonly type: 'failed'; readonly fault: Fault };

/** What the thread is told while it is at work. */
export type TrainingWord = 'cancel' | 'agreed' | 'refused';

export interface ThreadOptions {
  readonly signal: AbortSignal;
  /** Asks a person before anything is sent or paid; nothing is where it is absent. */
  readonly agree?: (offer: TrainingOffer) => Promise<boolean>;
  readonly file?: string | URL;
}

/**
 * Carries out one task. A thread is started for it and ends with it. Rejects with what the task throws, and with
 * `interrupted` once it has let go after `signal` was aborted.
 */
export function inTrainingThread<Name extends keyof TrainingTasks>(
  place: TrainingPlace,
  task: TrainingTask<Name>,
  { signal, agree, file = trainingWorkerFile }: ThreadOptions,
): Promise<TrainingTasks[Name]['result']> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) throw new EngineError({ code: 'interrupted' });
    const workerData: TrainingStart = { place, task: task as TrainingTask };
    const worker = new Worker(file, { name: 'countersign training', workerData });
    const say = (word: TrainingWord) => worker.postMessage(word);
    // It is left to end by itself: what it made half it also removes.
    const cancel = () => say('cancel');
    signal.addEventListener('abort', cancel, { once: true });
    const settle = (end: () => void) => {
      signal.removeEventListener('abort', cancel);
      void worker.terminate();
      end();
    };
    const ask = async (offer: TrainingOffer) => say((await agree?.(offer).catch(() => false)) ? 'agreed' : 'refused');
    worker.on('message', (reply: TrainingReply) => {
      if (reply.type === 'offer') void ask(reply.offer);
      else if (reply.type === 'done') settle(() => resolve(reply.value as TrainingTasks[Name]['result']));
      else settle(() => reject(new EngineError(reply.fault)));
    });
    worker.on('error', (error) => settle(() => reject(error)));
    worker.on('exit', () => settle(() => reject(new Error('The training thread ended without an answer.'))));
  });
}
