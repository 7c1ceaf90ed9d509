import type { Fault } from '../domain/fault.ts';
import { type Charge, WireFailure } from './client.ts';
import { plainText } from './plain-text.ts';

/** Who answers, for the words of a fault. */
export interface Party {
  readonly provider: string;
  /** Environment variable that the key came from, or null. */
  readonly keyName: string | null;
  /** Taken out of whatever the provider says. */
  readonly key: string | null;
}

interface Refusal {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
  readonly now: Date;
}

/** What a refusal says of itself, in whichever of the usual shapes. */
export interface StatedError {
  readonly code: string;
  readonly message: string;
  /** The request's field that it names. */
  readonly field: string;
}

const quotaCodes = new Set([
  'insufficient_quota',
  'billing_hard_limit_reached',
  'billing_not_active',
  'insufficient_credits',
]);
const refusalCodes = /content_?(?:filter|policy)|moderation|safety|responsible/i;
/** A gateway that gave up waiting cannot say whether the model went on. */
const gatewayStatuses = new Set([502, 504, 520, 522, 524]);
const passingStatuses = new Set([408, 409, 425, 500, 502, 503, 504, 520, 522, 524, 529]);

/** The failure that an HTTP refusal stands for. */
export function failureOfRefusal(party: Party, refusal: Refusal): WireFailure {
  const { status, headers } = refusal;
  const afterSeconds = readRetryAfter(headers, refusal.now);
  const stated = readStatedError(refusal.body);
  const fault = faultOfStatus(party, status, stated, afterSeconds);
  const passing = fault.code === 'model/rate-limited' || (fault.code === 'model/server-error' && isPassing(status));
  return new WireFailure(fault, {
    charge: { type: gatewayStatuses.has(status) ? 'uncertain' : 'none' },
    transient: passing && headers.get('x-should-retry') !== 'false',
    afterSeconds,
  });
}

/** The failure that an error stands for which came with status 200, as a body or within a stream. */
export function failureOfStatedError(party: Party, stated: StatedError, charge: Charge): WireFailure {
  const status = /^[45]\d\d$/.test(stated.code) ? Number(stated.code) : statusOfCode(stated.code);
  const fault = faultOfStatus(party, status, stated, null);
  const passing = fault.code === 'model/rate-limited' || (fault.code === 'model/server-error' && isPassing(status));
  return new WireFailure(fault, { charge, transient: passing });
}

function statusOfCode(code: string): number {
  if (quotaCodes.has(code) || /rate_?limit/i.test(code)) return 429;
  if (/auth|api_key/i.test(code)) return 401;
  if (/invalid|not_found|unsupported|context_length/i.test(code)) return 400;
  return 500;
}

function isPassing(status: number): boolean {
  return passingStatuses.has(status);
}

function faultOfStatus(
  { provider, keyName, key }: Party,
  status: number,
  stated: StatedError,
  retryAfterSeconds: number | null,
): Fault {
  const detail = plainText(stated.message, key) || 'no reason given';
  if (status === 401 || status === 403) return { code: 'model/unauthorized', provider, keyName };
  if (status === 402 || (status === 429 && quotaCodes.has(stated.code)))
    return { code: 'model/quota-exhausted', provider };
  if (status === 429) return { code: 'model/rate-limited', provider, retryAfterSeconds };
  if (isPassing(status) || status >= 500) return { code: 'model/server-error', provider, status, detail };
  if (refusalCodes.test(stated.code)) return { code: 'model/refused', provider, detail };
  return { code: 'model/rejected', provider, status, detail };
}

/** Reads `{error: {code, type, message, param}}`, `{error: "…"}`, `{message}`, `{detail}` or plain text. */
export function readStatedError(body: string): StatedError {
  try {
    return statedErrorOf(JSON.parse(body)) ?? { code: '', message: body, field: '' };
  } catch {
    return { code: '', message: /^\s*</.test(body) ? 'a web page instead of a reply' : body, field: '' };
  }
}

/** Null where a parsed body states no error. */
export function statedErrorOf(parsed: unknown): StatedError | null {
  const holder = objectOf(Array.isArray(parsed) ? parsed[0] : parsed);
  const error = holder.error ?? (holder.object === 'error' ? holder : null);
  if (typeof error === 'string') return { code: '', message: error, field: '' };
  const inner = error === null || typeof error !== 'object' ? null : objectOf(error);
  if (!inner) {
    const message = holder.message ?? holder.detail;
    if (message === undefined || holder.choices !== undefined || holder.output !== undefined) return null;
    return { code: '', message: wordsOf(message), field: '' };
  }
  return {
    code: wordsOf(inner.code ?? inner.type ?? inner.status ?? ''),
    message: wordsOf(inner.message ?? inner.detail ?? ''),
    field: wordsOf(inner.param ?? ''),
  };
}

/** Seconds to wait, from `retry-after-ms` or `retry-after` (seconds or a date); null where neither can be read. */
function readRetryAfter(headers: Headers, now: Date): number | null {
  const milliseconds = Number(headers.get('retry-after-ms') ?? Number.NaN);
  if (Number.isFinite(milliseconds) && milliseconds >= 0) return milliseconds / 1000;
  const text = headers.get('retry-after')?.trim();
  if (!text) return null;
  const seconds = Number(text);
  if (Number.isFinite(seconds)) return seconds >= 0 ? seconds : null;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : Math.max(0, (at - now.getTime()) / 1000);
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function wordsOf(value: unknown): string {
  return typeof value === 'string' ? value : value === null || value === undefined ? '' : JSON.stringify(value);
}
