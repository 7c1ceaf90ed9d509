import type { Span } from './spans.ts';

const kinds = { internal: 1, client: 3 } as const;
const failed = 2;

/** The body of one request to `/v1/traces`, in OTLP's JSON encoding. */
export function otlpBody(spans: readonly Span[], version: string): string {
  const resource = { attributes: attributesOf({ 'service.name': 'countersign', 'service.version': version }) };
  const scope = { name: 'countersign', version };
  return JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ scope, spans: spans.map(otlpSpan) }] }] });
}

function otlpSpan(span: Span): object {
  const { traceId, spanId, parentSpanId, name, kind, startMs, endMs, attributes, error } = span;
  return {
    traceId,
    spanId,
    ...(parentSpanId === null ? {} : { parentSpanId }),
    name,
    kind: kinds[kind],
    startTimeUnixNano: nanosOf(startMs),
    endTimeUnixNano: nanosOf(endMs),
    attributes: attributesOf(error === null ? attributes : { ...attributes, 'error.type': error }),
    status: error === null ? {} : { code: failed, message: error },
  };
}

/** 64-bit numbers are strings in OTLP's JSON. */
function nanosOf(ms: number): string {
  return `${ms}000000`;
}

function attributesOf(attributes: Span['attributes']): readonly object[] {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: anyValueOf(value) }));
}

function anyValueOf(value: string | number | boolean): object {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value };
}
