import { type ClientCall, WireFailure } from './client.ts';
import type { Clock } from './clock.ts';
import type { Endpoint, Habits } from './endpoint.ts';
import { refusesPictures, withoutPictures } from './pictures.ts';
import { failureOfRefusal, type Party, readStatedError, type StatedError } from './provider-error.ts';
import { refusesReasoning } from './reasoning.ts';
import { createEventReader } from './server-sent-events.ts';
import type { TokenBias, TokenWishes } from './token-bias.ts';
import { refusesTools } from './tool-calls.ts';
import { post, readErrorBody, type Timers } from './transport.ts';
import { type Frame, schemaInWords, withoutTools } from './wire.ts';

/** A server that speaks one of OpenAI's protocols, and the model on it. */
export interface Server {
  /** `PROVIDER/MODEL`. */
  readonly id: string;
  readonly provider: string;
  readonly model: string;
  readonly baseUrl: string;
  /** Environment variable that the key came from, or null. */
  readonly keyName: string | null;
  /** Looked up for each call; null where none is sent. */
  readonly key: () => Promise<string | null>;
  readonly endpoint: Endpoint;
  /** To ask for; null leaves it to the provider. */
  readonly serviceTier: string | null;
  readonly seesPictures: boolean;
  /** What its profile asks of the next token; null where it has none. */
  readonly wishes: TokenWishes | null;
  readonly tokenBias: () => Promise<TokenBias>;
  readonly timers: Timers;
  readonly fetch: typeof fetch;
  readonly clock: Clock;
}

/** A reply under way: who sends it, and its payloads as they arrive. */
export interface Exchange {
  readonly party: Party;
  /** How it was asked in the end. */
  readonly habits: Habits;
  /** One for a whole reply, one for each event of a stream, however it was asked for. Throws `WireFailure`. */
  readonly payloads: AsyncIterable<unknown>;
}

/** What is asked, as far as the asking needs to know it. */
interface Asked {
  readonly bodyOf: (habits: Habits) => object;
  readonly sendsPictures: boolean;
}

/**
 * Asks, and asks again in simpler terms where the server refuses one of our terms by name; what it refused is
 * remembered for the next call. A refused request is not charged.
 */
export async function ask(
  server: Server,
  path: string,
  { bodyOf, sendsPictures }: Asked,
  signal: AbortSignal,
): Promise<Exchange> {
  const { provider, keyName, endpoint, timers, clock } = server;
  const party: Party = { provider, keyName, key: await server.key() };
  const refused = new Set<string>();
  for (;;) {
    const habits = endpoint.habits.get(server.model) ?? firstHabits(server);
    const tier = server.serviceTier === null ? {} : { service_tier: server.serviceTier };
    const body = { ...bodyOf(habits), ...tier };
    const request = { party, url: addressOf(server.baseUrl, path), body, timers, fetch: server.fetch };
    const incoming = await post(request, signal);
    if (incoming.status < 400) return { party, habits, payloads: payloadsOf(party, incoming.text) };
    const refusal = { ...incoming, body: await readErrorBody(incoming), now: clock.now() };
    const stated = readStatedError(refusal.body);
    const simpler =
      sendsPictures && habits.pictures && refusesPictures(stated.message)
        ? { term: 'pictures', habits: { ...habits, pictures: false } }
        : simplify(habits, body, refusal.status, stated);
    if (!simpler || refused.has(simpler.term)) throw failureOfRefusal(party, refusal);
    refused.add(simpler.term);
    endpoint.habits.set(server.model, simpler.habits);
  }
}

/** `{baseUrl}/{path}`, with a query such as Azure's `api-version` kept. */
function addressOf(baseUrl: string, path: string): URL {
  const url = new URL(baseUrl);
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/${path}`;
  return url;
}

function firstHabits({ baseUrl, seesPictures }: Server): Habits {
  const { hostname } = new URL(baseUrl);
  // OpenAI's newer models refuse `max_tokens`; many other servers ignore `max_completion_tokens`, and with it the limit.
  const current = hostname === 'api.openai.com' || hostname.endsWith('.openai.azure.com');
  return {
    limitField: current ? 'max_completion_tokens' : 'max_tokens',
    structured: 'json_schema',
    temperature: true,
    logitBias: true,
    stream: true,
    streamUsage: true,
    tools: true,
    pictures: seesPictures,
    reasoning: true,
  };
}

/** The next simpler way to ask, if the refusal names something that this body held. */
function simplify(
  habits: Habits,
  body: object,
  status: number,
  stated: StatedError,
): { term: string; habits: Habits } | null {
  const text = `${stated.field} ${stated.message}`;
  const asks = (field: string) => Object.hasOwn(body, field);
  // Gateways and servers without a template for tools say so with other statuses too.
  if (asks('tools') && refusesTools(text)) {
    return { term: 'tools', habits: { ...habits, tools: false } };
  }
  if (status !== 400 && status !== 422) return null;
  if (
    /max_(?:completion_)?tokens/.test(text) &&
    asks(habits.limitField) &&
    /unsupported|not supported|instead|unknown|unrecognized|extra|permitted|unexpected/i.test(text)
  ) {
    const limitField = habits.limitField === 'max_tokens' ? 'max_completion_tokens' : 'max_tokens';
    return { term: limitField, habits: { ...habits, limitField } };
  }
  if (
    /response_?format|json_?schema|json_?object|text\.format|structured|grammar/i.test(text) &&
    (asks('response_format') || asks('text'))
  ) {
    const structured = habits.structured === 'json_schema' ? 'json_object' : 'prompt';
    return { term: structured, habits: { ...habits, structured } };
  }
  if (/logit_?bias/i.test(text) && asks('logit_bias'))
    return { term: 'logit_bias', habits: { ...habits, logitBias: false } };
  if (/temperature/i.test(text) && asks('temperature'))
    return { term: 'temperature', habits: { ...habits, temperature: false } };
  if (/stream_options|include_usage/i.test(text) && asks('stream_options')) {
    return { term: 'stream_options', habits: { ...habits, streamUsage: false } };
  }
  if (asks('include') && refusesReasoning(text)) {
    return { term: 'reasoning', habits: { ...habits, reasoning: false } };
  }
  if (/\bstream/i.test(text) && asks('stream')) return { term: 'stream', habits: { ...habits, stream: false } };
  return null;
}

/** System text for a server that is told the schema in words: at the end, behind what stays the same. */
function systemFor({ request, frame }: ClientCall, habits: Habits): string {
  return request.schema && habits.structured !== 'json_schema'
    ? `${frame.system}\n\n${schemaInWords(request.schema)}`
    : frame.system;
}

/** The frame as this server can take it. */
export function frameFor(call: ClientCall, habits: Habits): Frame {
  const shown = habits.pictures ? call.frame : withoutPictures(call.frame);
  const frame = habits.tools ? shown : withoutTools(shown);
  return { ...frame, system: systemFor(call, habits) };
}

/**
 * Reads a body by what it is, not by what it was asked or says to be: a stream of events, one JSON value, or neither.
 */
async function* payloadsOf(party: Party, pieces: AsyncIterable<string>): AsyncGenerator<unknown> {
  const events = createEventReader();
  let start = '';
  let whole: string[] | null = null;
  for await (const piece of pieces) {
    if (whole) {
      whole.push(piece);
      continue;
    }
    const fresh = start === '' ? piece.replace(/^\uFEFF?\s*/, '') : piece;
    if (fresh === '') continue;
    if (start === '') {
      start = fresh[0] as string;
      if (start === '{' || start === '[') {
        whole = [fresh];
        continue;
      }
      if (!/^(?:[:der\n]|id)/.test(fresh)) throw notTheProtocol(party, fresh);
    }
    for (const data of events.read(fresh)) {
      if (data.trim() === '[DONE]') return;
      yield parse(party, data);
    }
  }
  if (whole) yield parse(party, whole.join(''));
  else for (const data of events.end()) if (data.trim() !== '[DONE]') yield parse(party, data);
}

function notTheProtocol({ provider }: Party, text: string): WireFailure {
  const detail = text.startsWith('<') ? 'it is a web page' : 'it is neither JSON nor a stream of events';
  return new WireFailure({ code: 'model/broken-reply', provider, detail });
}

function parse({ provider }: Party, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const detail = 'it is not valid JSON';
    const uncertain = { charge: { type: 'uncertain' }, cause } as const;
    throw new WireFailure({ code: 'model/broken-reply', provider, detail }, uncertain);
  }
}
