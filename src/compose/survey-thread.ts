import { Worker } from 'node:worker_threads';
import type { GatherResult } from '../builder/gather/run-gatherers.ts';
import type { Survey, SurveyRequest } from '../builder/survey/survey.ts';
import { EngineError } from '../domain/engine-error.ts';

/** What the thread needs to open the same repository. */
export interface SurveyStart {
  readonly root: string;
  readonly directory: string;
  readonly environment: NodeJS.ProcessEnv;
}

export type SurveyMessage =
  | { readonly type: 'look'; readonly id: number; readonly request: SurveyRequest }
  | { readonly type: 'cancel'; readonly id: number };

export interface SurveyReply {
  readonly id: number;
  /** Null where it failed. */
  readonly results: readonly GatherResult[] | null;
  readonly failure: string | null;
}

interface Pending {
  readonly resolve: (reply: SurveyReply) => void;
  readonly reject: (error: Error) => void;
}

/**
 * A survey in a thread of its own, started when it is first asked. The thread never keeps the process alive while
 * nothing is asked. Where it cannot start, or dies, what is asked is looked for here instead.
 */
export function surveyInThread(file: string | URL, start: SurveyStart, here: Survey): Survey & { close(): void } {
  const pending = new Map<number, Pending>();
  let worker: Worker | null | undefined;
  let asked = 0;

  function goOnAlone(why: string): void {
    worker = null;
    for (const { reject } of pending.values()) reject(new Error(why));
    pending.clear();
  }

  function begin(): Worker | null {
    try {
      const started = new Worker(file, { name: 'countersign survey', workerData: start });
      started.unref();
      started.on('message', (reply: SurveyReply) => {
        pending.get(reply.id)?.resolve(reply);
        pending.delete(reply.id);
        if (pending.size === 0) started.unref();
      });
      started.on('error', (error: Error) => goOnAlone(error.message));
      started.on('messageerror', (error: Error) => goOnAlone(error.message));
      started.on('exit', () => goOnAlone('The surveying thread ended.'));
      return started;
    } catch {
      return null;
    }
  }

  async function ask(thread: Worker, request: SurveyRequest, signal: AbortSignal): Promise<SurveyReply> {
    asked += 1;
    const id = asked;
    const cancel = () => thread.postMessage({ type: 'cancel', id } satisfies SurveyMessage);
    signal.addEventListener('abort', cancel, { once: true });
    try {
      return await new Promise<SurveyReply>((resolve, reject) => {
        pending.set(id, { resolve, reject });
        thread.ref();
        thread.postMessage({ type: 'look', id, request } satisfies SurveyMessage);
      });
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  }

  const survey: Survey = async (request, signal) => {
    if (worker === undefined) worker = begin();
    if (worker) {
      const reply = await ask(worker, request, signal).catch(() => null);
      if (signal.aborted) throw new EngineError({ code: 'interrupted' }, signal.reason);
      if (reply?.results) return reply.results;
    }
    return here(request, signal);
  };
  return Object.assign(survey, {
    close() {
      void worker?.terminate();
    },
  });
}
