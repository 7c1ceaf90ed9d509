import { microsOfUsd } from '../domain/money.ts';
import type { Charge, Usage } from './client.ts';

/** No model reads or writes this much in one call; a larger figure is a mistake. */
const mostTokens = 20_000_000;

type Fields = Readonly<Record<string, unknown>>;

interface ReportedUsage {
  readonly usage: Usage;
  /** What the provider says it charged, in micro-dollars. */
  readonly billedMicros: number | null;
}

/**
 * Reads the `usage` object of a reply, of whatever provider family. Null where it is absent, or where a figure is
 * negative, fractional, no number or absurdly large: nothing of such an object is believed.
 */
export function readUsage(raw: unknown): ReportedUsage | null {
  if (!isFields(raw)) return null;
  const usage = readTokens(raw);
  if (!usage || !Object.values(usage).every(isCount)) return null;
  return { usage, billedMicros: readCharge(raw) };
}

/**
 * What a whole reply says of its charge. `seen` is all of its text: a provider that counts nothing for it, or nothing for
 * the request, has not counted.
 */
export function chargeOf(raw: unknown, seen: string, serviceTier: string | null = null): Charge {
  const reported = readUsage(raw);
  const counted = reported && reported.usage.input > 0 && (reported.usage.output > 0 || seen === '');
  return counted ? { type: 'reported', ...reported, serviceTier } : { type: 'unreported', output: seen };
}

function readTokens(raw: Fields): Usage | null {
  const stated = raw.prompt_tokens ?? raw.input_tokens;
  const visible = raw.completion_tokens ?? raw.output_tokens;
  if (!isCount(stated) || !isCount(visible)) return null;
  const inputDetails = fieldsOf(raw.prompt_tokens_details ?? raw.input_tokens_details);
  const outputDetails = fieldsOf(raw.completion_tokens_details ?? raw.output_tokens_details);
  const cached = count(
    inputDetails.cached_tokens ?? raw.cache_read_input_tokens ?? raw.prompt_cache_hit_tokens ?? raw.cached_tokens,
  );
  const cacheWritten = count(
    inputDetails.cache_write_tokens ?? inputDetails.cache_creation_tokens ?? raw.cache_creation_input_tokens,
  );
  const reasoning = count(outputDetails.reasoning_tokens ?? raw.reasoning_tokens);
  if (cached === null || cacheWritten === null || reasoning === null) return null;
  const total = isCount(raw.total_tokens) ? raw.total_tokens : null;
  const input = cacheIsApart(raw, { stated, visible, cached, cacheWritten, total })
    ? stated + cached + cacheWritten
    : stated;
  return { input, cached, cacheWritten, output: outputOf({ input, visible, reasoning, total }) };
}

/**
 * Whether the stated input leaves the cached tokens out. OpenAI counts them in; Anthropic counts them apart, and so do
 * some layers that translate its replies. Only a figure that cannot be right otherwise decides, but for Anthropic's own
 * field names.
 */
function cacheIsApart(
  raw: Fields,
  {
    stated,
    visible,
    cached,
    cacheWritten,
    total,
  }: Record<'stated' | 'visible' | 'cached' | 'cacheWritten', number> & {
    total: number | null;
  },
): boolean {
  const fromCache = cached + cacheWritten;
  if (fromCache === 0) return false;
  if (fromCache > stated) return true;
  if (total !== null && total === stated + visible + fromCache) return true;
  const anthropicNames = raw.input_tokens !== undefined && raw.prompt_tokens === undefined;
  return anthropicNames && (raw.cache_read_input_tokens ?? raw.cache_creation_input_tokens) !== undefined;
}

/** All output: some providers leave hidden reasoning out of the visible count, and only the total betrays it. */
function outputOf(counts: { input: number; visible: number; reasoning: number; total: number | null }): number {
  const { input, visible, reasoning, total } = counts;
  const hidden = total === null ? 0 : Math.max(0, total - input - visible);
  return reasoning > visible ? visible + Math.max(hidden, reasoning) : visible + hidden;
}

/** OpenRouter states `cost` in dollars, and with one's own key what the provider behind it charges beside it. */
function readCharge(raw: Fields): number | null {
  const fee = isFields(raw.cost) ? raw.cost.total_cost : raw.cost;
  if (!isAmount(fee)) return null;
  const behind = raw.is_byok === true ? fieldsOf(raw.cost_details).upstream_inference_cost : 0;
  if (behind !== null && behind !== undefined && !isAmount(behind)) return null;
  return microsOfUsd(fee + (behind ?? 0));
}

/** An absent count is 0; null where something stands there that is no count. */
function count(value: unknown): number | null {
  if (value === undefined || value === null) return 0;
  return isCount(value) ? value : null;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= mostTokens;
}

function isAmount(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 && value < 100_000;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function fieldsOf(value: unknown): Fields {
  return isFields(value) ? value : {};
}
