import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Ledger } from '../ledger/open-ledger.ts';

/** The ledger, as far as a stream needs it. */
export type EventSource = Pick<Ledger, 'eventsAfter' | 'lastSequence'>;

export interface ServeOptions {
  readonly source: EventSource;
  /** 0 takes a free one. */
  readonly port: number;
  readonly pollMs?: number;
}

export interface EventServer {
  readonly url: string;
  /** Stands in the header `Authorization: Bearer TOKEN` of every request. */
  readonly token: string;
  /** Ends every stream and frees the port. */
  close(): Promise<void>;
}

const mostClients = 16;
const page = 200;
/** Something is sent this often, so that a dead connection is noticed. */
const heartbeatMs = 15_000;

/**
 * Serves events over SSE on loopback, for this user alone: every request needs the token, and none is answered that a
 * page of another origin or a name that was bent to this address sends.
 */
export async function serveEvents({ source, port, pollMs = 200 }: ServeOptions): Promise<EventServer> {
  const token = randomBytes(32).toString('base64url');
  const ending = new AbortController();
  let clients = 0;
  const server = createServer({ requestTimeout: 10_000, headersTimeout: 10_000, maxHeaderSize: 16_384 });
  server.maxConnections = mostClients * 4;
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const refused = refusalOf(request, server, token);
    if (refused) return refuse(response, refused);
    const from = beginningOf(request, source);
    if (from === null) return refuse(response, { status: 400, message: 'Last-Event-ID is no number of an event here' });
    if (clients >= mostClients)
      return refuse(response, { status: 503, message: `${mostClients} clients are connected` });
    clients += 1;
    void stream(request, response, from, { source, pollMs, signal: ending.signal })
      .catch(() => response.destroy())
      .finally(() => {
        clients -= 1;
      });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    token,
    async close() {
      const closed = once(server, 'close');
      ending.abort();
      server.close();
      await Promise.race([closed, sleep(500)]);
      server.closeAllConnections();
      await closed;
    },
  };
}

interface Refusal {
  readonly status: number;
  readonly message: string;
}

function refusalOf(request: IncomingMessage, server: Server, token: string): Refusal | null {
  const { port } = server.address() as AddressInfo;
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`];
  const { host, origin, authorization } = request.headers;
  if (!hosts.includes(host?.toLowerCase() ?? ''))
    return { status: 403, message: 'this is not the host that was asked for' };
  if (origin !== undefined && !hosts.some((name) => origin === `http://${name}`)) {
    return { status: 403, message: 'pages of other origins are not answered' };
  }
  if (!isToken(/^Bearer (\S+)$/i.exec(authorization ?? '')?.[1] ?? '', token)) {
    return { status: 401, message: 'send the token: Authorization: Bearer TOKEN' };
  }
  if (pathOf(request) !== '/events') return { status: 404, message: 'there is only /events' };
  return request.method === 'GET' ? null : { status: 405, message: 'only GET' };
}

/** In the same time whatever was sent, and however long it is. */
function isToken(sent: string, token: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(sent), digest(token));
}

function pathOf(request: IncomingMessage): string {
  return (request.url ?? '').split('?', 1)[0] as string;
}

function refuse(response: ServerResponse, { status, message }: Refusal): void {
  const challenge = status === 401 ? { 'www-authenticate': 'Bearer' } : {};
  response.writeHead(status, { 'content-type': 'application/json', connection: 'close', ...challenge });
  response.end(`${JSON.stringify({ error: message })}\n`);
}

/** Where a stream begins: behind `Last-Event-ID`, with everything for `?from=start`, else with what comes now. */
function beginningOf(request: IncomingMessage, source: EventSource): number | null {
  const last = request.headers['last-event-id'];
  const newest = source.lastSequence();
  if (last === undefined) return /[?&]from=start(?:&|$)/.test(request.url ?? '') ? 0 : newest;
  const sequence = typeof last === 'string' && /^\d{1,15}$/.test(last) ? Number(last) : -1;
  return sequence >= 0 && sequence <= newest ? sequence : null;
}

interface Stream {
  readonly source: EventSource;
  readonly pollMs: number;
  readonly signal: AbortSignal;
}

/** Reads from the store only as fast as the client takes it: nothing piles up for one that is slow. */
async function stream(
  request: IncomingMessage,
  response: ServerResponse,
  from: number,
  options: Stream,
): Promise<void> {
  const { source, pollMs, signal } = options;
  response.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  response.write(`retry: 1000\nid: ${from}\n\n`);
  let at = from;
  let spoke = performance.now();
  while (!signal.aborted && !request.destroyed && !response.destroyed) {
    const events = source.eventsAfter(at, page);
    for (const { sequence, event } of events) {
      at = sequence;
      spoke = performance.now();
      const taken = response.write(`id: ${sequence}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
      if (!taken) await drained(response, signal);
    }
    if (performance.now() - spoke > heartbeatMs) {
      response.write(': still here\n\n');
      spoke = performance.now();
    }
    if (events.length < page) await sleep(pollMs, undefined, { signal }).catch(() => {});
  }
  response.end();
}

async function drained(response: ServerResponse, signal: AbortSignal): Promise<void> {
  const end = new AbortController();
  const ended = AbortSignal.any([signal, end.signal]);
  await Promise.race([once(response, 'drain', { signal: ended }), once(response, 'close', { signal: ended })]).catch(
    () => {},
  );
  end.abort();
}
