import { type Charge, interruptedOnWire, WireFailure } from './client.ts';
import { plainText } from './plain-text.ts';
import type { Party } from './provider-error.ts';

/** How long a reply may take, in seconds. */
export interface Timers {
  /** Until the first byte. Servers that do not stream think all this time. */
  readonly firstByte: number;
  /** Between two pieces of the reply. */
  readonly idle: number;
  /** For all of it, however it drips. */
  readonly total: number;
}

export const defaultTimers: Timers = { firstByte: 280, idle: 120, total: 900 };

const mostBytes = 32 * 1024 * 1024;
const mostErrorBytes = 64 * 1024;
const mostRedirects = 3;

export interface Post {
  readonly party: Party;
  readonly url: URL;
  readonly body: unknown;
  readonly timers: Timers;
  readonly fetch: typeof fetch;
}

export interface Incoming {
  readonly status: number;
  readonly headers: Headers;
  /** Pieces as they arrive. Throws `WireFailure` when time, size or the connection run out; ends it when left early. */
  readonly text: AsyncIterable<string>;
}

/**
 * Sends one request and hands its reply over as it arrives, with every bound on time and size in force. The key goes to
 * the address it is meant for and to no other: a redirect elsewhere is refused.
 */
export async function post(request: Post, signal: AbortSignal): Promise<Incoming> {
  const watch = createWatch(request.timers, signal);
  try {
    const response = await follow(request, watch.signal);
    return { status: response.status, headers: response.headers, text: piecesOf(request, response, watch) };
  } catch (error) {
    watch.stop();
    throw failureOf(request, watch, error);
  }
}

/** All of a short body; what is longer than an error may be is cut. */
export async function readErrorBody(incoming: Incoming): Promise<string> {
  let body = '';
  try {
    for await (const piece of incoming.text) {
      body += piece;
      if (body.length > mostErrorBytes) break;
    }
  } catch (error) {
    // The status already says what happened; half a reason is better than none.
    if (!(error instanceof WireFailure) || error.fault.code === 'interrupted') throw error;
  }
  return body.slice(0, mostErrorBytes);
}

async function follow(request: Post, signal: AbortSignal): Promise<Response> {
  let url = request.url;
  for (let redirects = 0; ; redirects += 1) {
    const response = await request.fetch(url.href, {
      method: 'POST',
      headers: headersFor(request),
      body: JSON.stringify(request.body),
      redirect: 'manual',
      signal,
    });
    if (response.status < 300 || response.status > 399) return response;
    await response.body?.cancel();
    const target = targetOf(response, url);
    const keepsRequest = response.status === 307 || response.status === 308;
    if (target?.origin !== url.origin || !keepsRequest || redirects === mostRedirects) {
      const { provider } = request.party;
      const detail = `it redirects to ${target ? target.origin : 'nowhere'}; set \`baseUrl\` to the address that answers`;
      throw new WireFailure({ code: 'model/rejected', provider, status: response.status, detail });
    }
    url = target;
  }
}

function targetOf(response: Response, from: URL): URL | null {
  const location = response.headers.get('location');
  return location !== null && URL.canParse(location, from.href) ? new URL(location, from) : null;
}

function headersFor({ party: { provider, keyName, key } }: Post): Record<string, string> {
  const headers = { 'content-type': 'application/json', accept: 'text/event-stream, application/json' };
  if (key === null) return headers;
  // The platform's own complaint about an impossible header would print the key.
  if (!/^[\x21-\x7e]+$/.test(key)) throw new WireFailure({ code: 'model/unauthorized', provider, keyName });
  return { ...headers, authorization: `Bearer ${key}` };
}

/** The timers of one reply. */
export interface Watch {
  readonly signal: AbortSignal;
  /** Which timer ended it; null while none did. */
  ended(): { readonly kind: 'idle' | 'total'; readonly seconds: number } | null;
  interrupted(): boolean;
  /** A piece arrived: wait for the next one. */
  touch(): void;
  stop(): void;
}

export function createWatch(timers: Timers, outer: AbortSignal): Watch {
  const controller = new AbortController();
  let ended: ReturnType<Watch['ended']> = null;
  const end = (kind: 'idle' | 'total', seconds: number) => () => {
    ended ??= { kind, seconds };
    controller.abort();
  };
  const total = setTimeout(end('total', timers.total), timers.total * 1000);
  let idle = setTimeout(end('idle', timers.firstByte), timers.firstByte * 1000);
  return {
    signal: AbortSignal.any([outer, controller.signal]),
    ended: () => ended,
    interrupted: () => outer.aborted,
    touch() {
      clearTimeout(idle);
      idle = setTimeout(end('idle', timers.idle), timers.idle * 1000);
    },
    stop() {
      clearTimeout(total);
      clearTimeout(idle);
    },
  };
}

async function* piecesOf(request: Post, response: Response, watch: Watch): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let bytes = 0;
  try {
    watch.signal.throwIfAborted();
    for await (const piece of response.body ?? []) {
      watch.touch();
      bytes += piece.byteLength;
      if (bytes > mostBytes) throw tooLong(request);
      yield decoder.decode(piece, { stream: true });
    }
    const rest = decoder.decode();
    if (rest) yield rest;
  } catch (error) {
    throw failureOf(request, watch, error);
  } finally {
    watch.stop();
  }
}

function tooLong({ party: { provider } }: Post): WireFailure {
  const detail = `it is longer than ${mostBytes / 1024 / 1024} MiB`;
  return new WireFailure({ code: 'model/broken-reply', provider, detail }, { charge: { type: 'uncertain' } });
}

/** Names of failures that come before the request can have arrived. */
const neverArrived =
  /^(?:ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|EACCES|EPERM|EINVAL|UND_ERR_CONNECT_TIMEOUT|ERR_INVALID_URL|ERR_TLS.*|ERR_SSL.*|EPROTO|.*CERT.*|.*SIGNATURE.*|UNABLE_TO_.*|bad port)$/;
const passing =
  /^(?:ECONNREFUSED|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ECONNRESET|EPIPE|ETIMEDOUT|UND_ERR_CONNECT_TIMEOUT|UND_ERR_SOCKET)$/;

function failureOf(request: Post, watch: Watch, error: unknown): WireFailure {
  if (error instanceof WireFailure) return error;
  if (watch.interrupted()) return interruptedOnWire(error);
  const { provider } = request.party;
  const uncertain: Charge = { type: 'uncertain' };
  const ended = watch.ended();
  const reason = reasonOf(error);
  if (ended || reason === 'UND_ERR_HEADERS_TIMEOUT' || reason === 'UND_ERR_BODY_TIMEOUT') {
    const { kind, seconds } = ended ?? { kind: 'idle' as const, seconds: request.timers.firstByte };
    const fault = { code: 'model/timed-out', provider, kind, seconds } as const;
    return new WireFailure(fault, { charge: uncertain, transient: kind === 'idle', cause: error });
  }
  const address = `${request.url.origin}${request.url.pathname}`;
  const detail = plainText(reason, request.party.key);
  return new WireFailure(
    { code: 'model/unreachable', provider, address, detail },
    { charge: neverArrived.test(reason) ? { type: 'none' } : uncertain, transient: passing.test(reason), cause: error },
  );
}

/** The innermost reason: the platform wraps what the socket said, and several addresses tried make a list. */
function reasonOf(error: unknown): string {
  let reason = String(error);
  for (let cause = error, depth = 0; cause instanceof Error && depth < 5; cause = cause.cause, depth += 1) {
    const first = cause instanceof AggregateError ? cause.errors[0] : cause;
    const { code, message } = first as { code?: unknown; message: string };
    reason = typeof code === 'string' ? code : message;
  }
  return reason;
}
