import { otlpBody } from '../ledger/telemetry/otlp.ts';
import type { Span } from '../ledger/telemetry/spans.ts';

export interface SpanSenderOptions {
  /** Base address of a collector, or its whole `…/v1/traces`. */
  readonly endpoint: string;
  /** Such as a collector's key. */
  readonly headers: Readonly<Record<string, string>>;
  readonly version: string;
  /** Told once of the first failure after a success. */
  readonly onError: (message: string) => void;
  readonly timing?: { readonly flushMs: number; readonly requestMs: number; readonly closeMs: number };
}

/** Sends spans aside, in batches. Nothing waits for it but `close`, and that not for long; what cannot be sent is dropped. */
export interface SpanSender {
  add(spans: readonly Span[]): void;
  close(): Promise<void>;
}

const defaultTiming = { flushMs: 5000, requestMs: 10_000, closeMs: 2000 };
const mostWaiting = 4096;
const mostAtOnce = 512;
const mostTries = 3;

export function createSpanSender(options: SpanSenderOptions): SpanSender {
  const { flushMs, requestMs, closeMs } = options.timing ?? defaultTiming;
  const address = addressOf(options.endpoint);
  const aborted = new AbortController();
  let waiting: Span[] = [];
  let timer: NodeJS.Timeout | null = null;
  let sending: Promise<void> | null = null;
  let tries = 0;
  let isFailing = false;

  const fail = (reason: string) => {
    if (!isFailing) options.onError(`Spans cannot be sent to ${address}: ${reason}. Runs go on without them.`);
    isFailing = true;
  };
  const sendBatch = async (): Promise<void> => {
    const batch = waiting.slice(0, mostAtOnce);
    const problem = await post(address, options, otlpBody(batch, options.version), [
      aborted.signal,
      AbortSignal.timeout(requestMs),
    ]);
    tries = problem === null ? 0 : tries + 1;
    if (problem === null) isFailing = false;
    else fail(problem);
    if (problem === null || tries >= mostTries) {
      waiting = waiting.filter((span) => !batch.includes(span));
      tries = 0;
    }
  };
  const flush = (): Promise<void> => {
    sending ??= (async () => {
      while (waiting.length > 0 && !aborted.signal.aborted) {
        await sendBatch();
        // A collector that is away is asked again with the next spans.
        if (tries > 0) break;
      }
    })().finally(() => {
      sending = null;
    });
    return sending;
  };
  return {
    add(spans) {
      waiting.push(...spans);
      if (waiting.length > mostWaiting) waiting = waiting.slice(-mostWaiting);
      if (waiting.length === 0 || timer) return;
      timer = setTimeout(() => {
        timer = null;
        void flush();
      }, flushMs);
      timer.unref();
    },
    async close() {
      if (timer) clearTimeout(timer);
      const deadline = setTimeout(() => aborted.abort(), closeMs);
      await flush();
      clearTimeout(deadline);
      aborted.abort();
    },
  };
}

/** Null for success, else what went wrong in a few words. Never throws. */
async function post(
  address: string,
  { headers }: SpanSenderOptions,
  body: string,
  signals: readonly AbortSignal[],
): Promise<string | null> {
  try {
    const response = await fetch(address, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body,
      // Spans go where the user said and nowhere else.
      redirect: 'error',
      signal: AbortSignal.any([...signals]),
    });
    await response.body?.cancel();
    return response.ok ? null : `it answered ${response.status}`;
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return cause instanceof Error ? cause.message : String(cause);
  }
}

function addressOf(endpoint: string): string {
  const url = new URL(endpoint);
  if (!/\/v1\/traces\/?$/.test(url.pathname)) url.pathname = `${url.pathname.replace(/\/+$/, '')}/v1/traces`;
  return url.href;
}

/** Headers as `OTEL_EXPORTER_OTLP_HEADERS` holds them: `name=value`, percent-encoded, with commas between. */
export function headersOf(text: string | undefined): Readonly<Record<string, string>> {
  const pairs = (text ?? '').split(',').map((pair) => /^\s*([^=\s]+)\s*=\s*(.*?)\s*$/.exec(pair));
  return Object.fromEntries(pairs.flatMap((pair) => (pair?.[1] ? [[pair[1], decoded(pair[2] ?? '')]] : [])));
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
