import { Worker } from 'node:worker_threads';
import { EngineError } from '../domain/engine-error.ts';
import type { Fault } from '../domain/fault.ts';
import { type DirectReader, directReader, type ReaderPlace, type ReaderRequest } from './direct-reader.ts';
import { ledgerWorkerFile } from './ledger-worker-file.ts';
import type { Pruned, Retention } from './maintain.ts';
import { type LedgerReads, readNames } from './reads.ts';

/** The same questions as `LedgerReads`, answered by a thread of its own. */
type AsyncReads = {
  readonly [Name in keyof LedgerReads]: (
    ...parameters: Parameters<LedgerReads[Name]>
  ) => Promise<ReturnType<LedgerReads[Name]>>;
};

/**
 * Reads a ledger that this process has opened, beside the thread that asks and through a connection of its own; sees
 * what was written before it was asked. Rejects with the faults of the ledger, and with `interrupted` what `close` cuts
 * off. Never keeps the process alive while nothing is asked.
 */
export interface LedgerReader extends AsyncReads {
  /** Takes out prompts, replies and evidence of old runs; totals stay. */
  prune(retention: Retention): Promise<Pruned>;
  /** Harmless the second time. */
  close(): Promise<void>;
}

export type ReaderReply =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly fault: Fault };

/** Starts its thread when it is first asked. Where none can start, or it dies, reads in this one. */
export function openReader(place: ReaderPlace, file: string | URL = ledgerWorkerFile): LedgerReader {
  const thread = new ReaderThread(place, file);
  const reads = Object.keys(readNames).map((name) => {
    const ask = (...parameters: readonly unknown[]) => thread.ask(name as ReaderRequest['name'], parameters);
    return [name, ask] as const;
  });
  return {
    ...(Object.fromEntries(reads) as unknown as AsyncReads),
    prune: (retention) => thread.ask('prune', [retention]) as Promise<Pruned>,
    close: () => thread.close(),
  };
}

interface Pending {
  readonly request: ReaderRequest;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

class ReaderThread {
  readonly #place: ReaderPlace;
  readonly #file: string | URL;
  readonly #pending = new Map<number, Pending>();
  #worker: Worker | null = null;
  #here: DirectReader | null = null;
  #closed = false;
  #asked = 0;

  constructor(place: ReaderPlace, file: string | URL) {
    this.#place = place;
    this.#file = file;
  }

  ask(name: ReaderRequest['name'], parameters: readonly unknown[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#closed) throw new EngineError({ code: 'interrupted' });
      const request: ReaderRequest = { id: this.#asked++, name, parameters };
      const pending: Pending = { request, resolve, reject };
      if (this.#here) return this.#answerHere(pending);
      this.#worker ??= this.#start();
      if (!this.#worker) return this.#answerHere(pending);
      this.#pending.set(request.id, pending);
      this.#worker.ref();
      this.#worker.postMessage(request);
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    const worker = this.#worker;
    this.#worker = null;
    this.#here?.close();
    this.#here = null;
    for (const { reject } of this.#pending.values()) reject(new EngineError({ code: 'interrupted' }));
    this.#pending.clear();
    await worker?.terminate();
  }

  #start(): Worker | null {
    try {
      const worker = new Worker(this.#file, { name: 'countersign ledger', workerData: this.#place });
      worker.unref();
      worker.on('message', (reply: ReaderReply) => this.#settle(worker, reply));
      // Any of the three may come alone; after the first there is no worker to speak of.
      worker.on('error', () => this.#goOnAlone(worker));
      worker.on('messageerror', () => this.#goOnAlone(worker));
      worker.on('exit', () => this.#goOnAlone(worker));
      return worker;
    } catch {
      return null;
    }
  }

  #settle(worker: Worker, reply: ReaderReply): void {
    const pending = this.#pending.get(reply.id);
    this.#pending.delete(reply.id);
    // A thread that is being ended must keep the process: whoever closes waits for it.
    if (this.#pending.size === 0 && this.#worker === worker) worker.unref();
    if ('fault' in reply) pending?.reject(new EngineError(reply.fault));
    else pending?.resolve(reply.value);
  }

  #goOnAlone(worker: Worker): void {
    if (this.#worker !== worker) return;
    worker.unref();
    this.#worker = null;
    this.#here = directReader(this.#place);
    const left = [...this.#pending.values()];
    this.#pending.clear();
    for (const pending of left) this.#answerHere(pending);
  }

  #answerHere({ request, resolve, reject }: Pending): void {
    try {
      this.#here ??= directReader(this.#place);
      resolve(this.#here.answer(request));
    } catch (error) {
      reject(error instanceof Error ? error : new Error(String(error)));
    }
  }
}
