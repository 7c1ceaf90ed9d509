import { setImmediate } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';

/** One question to the counting thread: all the texts of one request go in one message. */
export interface CountRequest {
  readonly id: number;
  readonly texts: readonly string[];
  readonly exact: boolean;
}

export interface CountReply {
  readonly id: number;
  /** One for each text, in their order. */
  readonly counts: readonly number[];
}

interface Pending {
  readonly request: CountRequest;
  readonly resolve: (counts: Promise<readonly number[]> | readonly number[]) => void;
}

/**
 * Counts in a thread of its own, which never keeps the process alive while nothing is asked. Where it cannot start, or
 * dies, everything that was asked and will be asked is counted here instead.
 */
export class TokenThread {
  readonly #pending = new Map<number, Pending>();
  #worker: Worker | null;
  #asked = 0;

  /** @param file the thread's program; it answers each `CountRequest` by a `CountReply` */
  constructor(file: string | URL) {
    this.#worker = this.#start(file);
  }

  count(texts: readonly string[], exact: boolean): Promise<readonly number[]> {
    const request: CountRequest = { id: this.#asked++, texts, exact };
    const worker = this.#worker;
    if (!worker) return countHere(request);
    return new Promise((resolve) => {
      this.#pending.set(request.id, { request, resolve });
      worker.ref();
      worker.postMessage(request);
    });
  }

  #start(file: string | URL): Worker | null {
    try {
      const worker = new Worker(file, { name: 'countersign tokens' });
      worker.on('message', ({ id, counts }: CountReply) => {
        this.#pending.get(id)?.resolve(counts);
        this.#pending.delete(id);
        if (this.#pending.size === 0) worker.unref();
      });
      // Any of the three may come alone; after the first there is no worker to speak of.
      worker.on('error', () => this.#goOnAlone());
      worker.on('messageerror', () => this.#goOnAlone());
      worker.on('exit', () => this.#goOnAlone());
      // Only now: listening for messages is what keeps a process alive.
      worker.unref();
      return worker;
    } catch {
      return null;
    }
  }

  #goOnAlone(): void {
    this.#worker?.unref();
    this.#worker = null;
    for (const { request, resolve } of this.#pending.values()) resolve(countHere(request));
    this.#pending.clear();
  }
}

async function countHere({ texts, exact }: CountRequest): Promise<readonly number[]> {
  // Read and built in two turns of the event loop: each takes some tens of milliseconds, and others wait.
  await import('gpt-tokenizer/bpeRanks/o200k_base');
  await setImmediate();
  const { tokensOf } = await import('./count-tokens.ts');
  return texts.map((text) => tokensOf(text, exact));
}
