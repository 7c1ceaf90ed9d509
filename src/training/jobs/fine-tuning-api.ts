import { setTimeout } from 'node:timers/promises';
import { z } from 'zod';

export interface ApiOptions {
  /** Usually ending in /v1; a query, such as Azure's `api-version`, is kept. */
  readonly baseUrl: string;
  readonly key: () => Promise<string | null>;
  readonly fetch?: typeof fetch;
  /** Milliseconds between two looks at a job, and how long one request may take. */
  readonly pollMs?: number;
  readonly requestMs?: number;
}

/** A passing failure of the network or the server is met again so often, each time after twice as long. */
const mostTries = 5;
const firstPauseMs = 500;

/** An answer that will be the same next time. */
export class Refused extends Error {
  readonly status: number;

  constructor(status: number, detail: string) {
    super(`${status}: ${detail}`);
    this.status = status;
  }
}

export interface Api {
  get(path: string, signal: AbortSignal): Promise<unknown>;
  /** Asks once, for what is good to know and not needed. */
  peek(path: string, signal: AbortSignal): Promise<unknown>;
  post(path: string, body: unknown, signal: AbortSignal): Promise<unknown>;
  /** Sent once: what it does must not be done twice. `key` names it to servers that know such a thing. */
  once(path: string, body: unknown, key: string, signal: AbortSignal): Promise<unknown>;
}

/** Requests to an API of OpenAI's shape. Throws `Refused`, and other errors for what may pass. */
export function apiOf({ baseUrl, key, fetch: send = fetch, requestMs = 120_000 }: ApiOptions): Api {
  const request = async (
    method: string,
    where: string,
    body: unknown,
    signal: AbortSignal,
    more: Readonly<Record<string, string>> = {},
  ): Promise<unknown> => {
    const secret = await key();
    const isForm = body instanceof FormData;
    const headers: Record<string, string> = {
      ...(secret === null ? {} : { authorization: `Bearer ${secret}` }),
      ...(body === undefined || isForm ? {} : { 'content-type': 'application/json' }),
      ...more,
    };
    const response = await send(addressOf(baseUrl, where), {
      method,
      headers,
      // A key never follows a redirect to another host.
      redirect: 'error',
      signal: AbortSignal.any([signal, AbortSignal.timeout(requestMs)]),
      ...(body === undefined ? {} : { body: isForm ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    if (response.ok) return parse(text);
    const detail = errorText(text) || response.statusText;
    const passing = response.status === 408 || response.status === 429 || response.status >= 500;
    throw passing ? new Error(`${response.status}: ${detail}`) : new Refused(response.status, detail);
  };
  return {
    get: (where, signal) => retrying(() => request('GET', where, undefined, signal), signal),
    peek: (where, signal) => request('GET', where, undefined, signal),
    post: (where, body, signal) => retrying(() => request('POST', where, body, signal), signal),
    once: (where, body, name, signal) => request('POST', where, body, signal, { 'idempotency-key': name }),
  };
}

function addressOf(baseUrl: string, where: string): URL {
  const url = new URL(baseUrl);
  const [path = '', query] = where.split('?');
  url.pathname = `${url.pathname.replace(/\/+$/, '')}${path}`;
  for (const [name, value] of new URLSearchParams(query)) url.searchParams.set(name, value);
  return url;
}

async function retrying<Value>(work: () => Promise<Value>, signal: AbortSignal): Promise<Value> {
  for (let tries = 1; ; tries++) {
    try {
      return await work();
    } catch (error) {
      if (error instanceof Refused || signal.aborted || tries === mostTries) throw error;
      await pauseBefore(tries, signal);
    }
  }
}

/** Waits longer each time. */
export async function pauseBefore(tries: number, signal: AbortSignal): Promise<void> {
  await setTimeout(firstPauseMs * 2 ** (tries - 1), undefined, { signal });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error('the answer is no JSON');
  }
}

function errorText(text: string): string {
  try {
    const read = z.object({ error: z.object({ message: z.string() }) }).safeParse(JSON.parse(text));
    return read.success ? read.data.error.message : '';
  } catch {
    return '';
  }
}

const dateSchema = z.union([z.number(), z.string()]).nullish();
const modelSchema = z.object({
  shutdown_date: dateSchema,
  deprecation: z.object({ fine_tune: dateSchema, inference: dateSchema }).nullish(),
});

/** When a model can be trained, and served, no more: ISO 8601, null where nothing was announced. */
export interface ModelEnds {
  readonly training: string | null;
  readonly serving: string | null;
}

/**
 * What a server announces of a model's end; nothing where it does not say, or does not list models.
 * Source: OpenAI API reference, "Models" (`shutdown_date`); Azure OpenAI REST reference, "Models" (`deprecation`).
 */
export async function modelEnds(api: Api, model: string, signal: AbortSignal): Promise<ModelEnds> {
  try {
    const told = modelSchema.parse(await api.peek(`/models/${encodeURIComponent(model)}`, signal));
    const serving = dateOf(told.shutdown_date) ?? dateOf(told.deprecation?.inference);
    return { training: dateOf(told.deprecation?.fine_tune) ?? serving, serving };
  } catch (error) {
    if (signal.aborted) throw error;
    return { training: null, serving: null };
  }
}

/** A date as servers give one, Unix seconds or text, as ISO 8601; null where it is none. */
export function dateOf(value: number | string | null | undefined): string | null {
  if (value === null || value === undefined) return null;
  const date = new Date(typeof value === 'number' ? value * 1000 : value);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}
