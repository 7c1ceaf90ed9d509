/**
 * A model server on loopback that plays scripted replies, over Chat Completions and Responses, streamed or not, and
 * fails in every way that a real one does. As a program: `node --import tsx scripted-model-server.ts SCRIPT.json`
 * prints `{"url": …}` and one line for each request, and ends when its standard input does.
 */
import { readFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { chatBody, chatEvents, responsesBody, responsesEvents } from './scripted-wire.ts';

export interface ScriptedUsage {
  readonly input: number;
  readonly cached?: number;
  readonly output: number;
}

/** The first reply of a script that fits a request answers it. */
export interface ScriptedReply {
  /** `ROLE` for all its components, or `ROLE:COMPONENT`. What is left out fits everything. */
  readonly role?: string;
  readonly phase?: string;
  readonly attempt?: number;
  readonly model?: string;
  /** Texts that the system message or the others must contain. */
  readonly contains?: readonly string[];
  /** Answers only so many requests, then it is passed over. */
  readonly times?: number;

  readonly text?: string;
  /** Asked for after the text. Arguments that are text are sent as they are. */
  readonly toolCalls?: readonly { readonly id?: string; readonly name: string; readonly arguments?: unknown }[];
  /** On Responses: output items that come before the message (`text`) or before the tool call of this position. */
  readonly reasoning?: readonly { readonly before: 'text' | number; readonly item: object }[];
  readonly refusal?: string;
  /** Sent as the wire's own usage. By default a quarter of the characters; null sends none. */
  readonly usage?: ScriptedUsage | null;
  /** Sent as `usage` just as it is. */
  readonly rawUsage?: unknown;
  /** Null ends the reply without a reason. */
  readonly finish?: 'stop' | 'length' | 'content_filter' | 'tool_calls' | null;
  /** Answers with one JSON body though a stream was asked for. */
  readonly plain?: boolean;
  /** Waits before it answers. */
  readonly delayMs?: number;

  /** Answers with this status, body and headers instead of a reply. */
  readonly status?: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * `reset` drops the connection unanswered, `cut` in the middle of the reply, `stall` goes quiet there and `silent`
   * before it, `drip` and `endless` never come to an end, slowly and fast.
   */
  readonly failure?: 'reset' | 'cut' | 'stall' | 'silent' | 'drip' | 'endless' | 'html';
}

export interface Script {
  readonly replies: readonly ScriptedReply[];
}

/** A request as it came, with what its frame says. */
export interface SeenRequest {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Readonly<Record<string, unknown>>;
  readonly role: string | null;
  readonly phase: string | null;
  readonly attempt: number | null;
  readonly system: string;
  /** All other messages. */
  readonly text: string;
  /** Index of the reply that answered it; null where none fitted. */
  readonly answeredBy: number | null;
}

export interface ScriptedModelServer {
  /** Base URL, ending in `/v1`. */
  readonly url: string;
  readonly requests: readonly SeenRequest[];
  /** Drops every connection. */
  close(): Promise<void>;
}

export async function startScriptedModelServer(
  script: Script,
  onRequest: (request: SeenRequest) => void = () => {},
): Promise<ScriptedModelServer> {
  const requests: SeenRequest[] = [];
  const used = new Map<number, number>();
  const server = createServer((incoming, response) => {
    response.on('error', () => {});
    answer(incoming, response).catch((error: unknown) => response.destroy(error as Error));
  });

  async function answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = incoming.url ?? '';
    if (incoming.method !== 'POST') return sendJson(response, 200, { object: 'list', data: [{ id: 'scripted' }] });
    const asked = readRequest(path, incoming.headers, await bodyOf(incoming));
    const index = script.replies.findIndex(
      (reply, at) => fits(reply, asked) && (used.get(at) ?? 0) < (reply.times ?? Number.POSITIVE_INFINITY),
    );
    const seen = { ...asked, answeredBy: index === -1 ? null : index };
    requests.push(seen);
    onRequest(seen);
    const reply = script.replies[index];
    if (!reply) {
      const message = `no scripted reply for ${seen.role}, phase ${seen.phase}, attempt ${seen.attempt}`;
      return sendJson(response, 400, { error: { message, type: 'invalid_request_error' } });
    }
    used.set(index, (used.get(index) ?? 0) + 1);
    if (reply.delayMs) await new Promise((resolve) => setTimeout(resolve, reply.delayMs));
    await play(reply, seen, response);
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function bodyOf(incoming: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
  const pieces: Buffer[] = [];
  for await (const piece of incoming) pieces.push(piece as Buffer);
  return JSON.parse(Buffer.concat(pieces).toString('utf8'));
}

type Asked = Omit<SeenRequest, 'answeredBy'>;

function readRequest(path: string, headers: IncomingHttpHeaders, body: Readonly<Record<string, unknown>>): Asked {
  const messages = (body.messages ?? body.input ?? []) as readonly WireMessage[];
  const system = String(messages.find(({ role }) => role === 'system')?.content ?? body.instructions ?? '');
  const text = messages
    .filter(({ role }) => role !== 'system')
    .map(textOfMessage)
    .join('\n')
    .trimEnd();
  const role = /^Countersign role: (\S+)/.exec(system)?.[1] ?? null;
  const phase = /(?:^|\n)Phase (\S+), attempt (\d+)$/.exec(text);
  return {
    path,
    headers,
    body,
    role,
    phase: phase?.[1] ?? null,
    attempt: phase ? Number(phase[2]) : null,
    system,
    text,
  };
}

/** A message of Chat Completions, or an item of Responses. */
interface WireMessage {
  readonly role?: string;
  readonly content?: string | readonly { readonly text?: string }[] | null;
  readonly tool_calls?: readonly { readonly function: { readonly name: string; readonly arguments: string } }[];
  readonly name?: string;
  readonly arguments?: string;
  readonly output?: string;
}

function textOfMessage({ content, tool_calls: calls = [], name, arguments: input, output }: WireMessage): string {
  const asked = calls.map((call) => `${call.function.name} ${call.function.arguments}`);
  const item = name === undefined ? [] : [`${name} ${input}`];
  const said = typeof content === 'object' ? content?.map(({ text }) => text ?? '').join('\n') : content;
  return [...(said ? [said] : []), ...asked, ...item, ...(output === undefined ? [] : [output])].join('\n');
}

function fits(reply: ScriptedReply, { role, phase, attempt, body, system, text }: Asked): boolean {
  const all = `${system}\n${text}`;
  return (
    (reply.role === undefined || reply.role === role || reply.role === role?.split(':')[0]) &&
    (reply.phase === undefined || reply.phase === phase) &&
    (reply.attempt === undefined || reply.attempt === attempt) &&
    (reply.model === undefined || reply.model === body.model) &&
    (reply.contains ?? []).every((wanted) => all.includes(wanted))
  );
}

function sendJson(response: ServerResponse, status: number, body: unknown, headers = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}

async function play(reply: ScriptedReply, seen: SeenRequest, response: ServerResponse): Promise<void> {
  if (reply.failure === 'reset') return void response.destroy();
  if (reply.failure === 'silent') return;
  if (reply.failure === 'html') {
    response.writeHead(reply.status ?? 200, { 'content-type': 'text/html' });
    return void response.end('<!doctype html><title>Sign in</title><p>Please sign in.</p>');
  }
  if (reply.failure === 'drip' || reply.failure === 'endless') return pour(response, reply.failure);
  if (reply.status !== undefined || reply.body !== undefined) return sendRaw(reply, response);
  const responses = seen.path.includes('/responses');
  if (reply.plain || seen.body.stream !== true) {
    const body = JSON.stringify(responses ? responsesBody(reply, seen) : chatBody(reply, seen));
    response.writeHead(200, { 'content-type': 'application/json', ...reply.headers });
    if (!reply.failure) return void response.end(body);
    response.write(body.slice(0, body.length / 2));
  } else {
    const events = responses ? responsesEvents(reply, seen) : chatEvents(reply, seen);
    response.writeHead(200, { 'content-type': 'text/event-stream', ...reply.headers });
    const most = reply.failure ? Math.ceil(events.length / 2) : events.length;
    for (const event of events.slice(0, most)) response.write(event);
    if (!reply.failure) return void response.end();
  }
  if (reply.failure === 'cut') setTimeout(() => response.destroy(), 20);
}

function sendRaw({ status = 200, body = '', headers }: ScriptedReply, response: ServerResponse): void {
  const isText = typeof body === 'string';
  response.writeHead(status, { 'content-type': isText ? 'text/plain' : 'application/json', ...headers });
  response.end(isText ? body : JSON.stringify(body));
}

/** A reply that never ends: a word now and then, or as much as the client takes, for at most ten seconds. */
async function pour(response: ServerResponse, speed: 'drip' | 'endless'): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const words = speed === 'drip' ? 'word ' : 'word '.repeat(10_000);
  const event = `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: words } }] })}\n\n`;
  const end = Date.now() + 10_000;
  while (!response.destroyed && Date.now() < end) {
    const more = response.write(event);
    await new Promise((resolve) => {
      if (more) setTimeout(resolve, speed === 'drip' ? 50 : 0);
      else response.once('drain', resolve).once('close', resolve);
    });
  }
  response.destroy();
}

async function main(file: string): Promise<void> {
  const script = JSON.parse(readFileSync(file, 'utf8')) as Script;
  const print = (value: unknown) => process.stdout.write(`${JSON.stringify(value)}\n`);
  const server = await startScriptedModelServer(script, ({ path, role, phase, attempt, answeredBy }) =>
    print({ path, role, phase, attempt, answeredBy }),
  );
  print({ url: server.url });
  process.stdin.resume().on('end', () => void server.close());
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(process.argv[2] as string);
