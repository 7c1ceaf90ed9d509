import { createHash } from 'node:crypto';
import type { EngineEvent, EventOf } from '../../domain/event.ts';

type AttributeValue = string | number | boolean;

/** One finished span of OpenTelemetry, before it is put into OTLP's own JSON. */
export interface Span {
  /** 16 and 8 bytes in hexadecimal. */
  readonly traceId: string;
  readonly spanId: string;
  /** Null for a run's own span. */
  readonly parentSpanId: string | null;
  readonly name: string;
  readonly kind: 'internal' | 'client';
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  /** A fault's code; null where all went well. */
  readonly error: string | null;
}

/**
 * Turns the events of runs into spans: a trace for each run, in it its phases, attempts, calls, tools and checks. Calls
 * and tools carry the `gen_ai.*` attributes of OpenTelemetry's conventions (status Development). No prompt, reply, path,
 * goal or output is in any of them.
 */
export interface SpanMaker {
  /** Spans that this event finishes. */
  take(event: EngineEvent): readonly Span[];
}

interface Opened {
  readonly spanId: string;
  readonly parentSpanId: string | null;
  readonly startMs: number;
  readonly attributes: Readonly<Record<string, AttributeValue>>;
}

/** Runs that never end, as those of a killed process, are forgotten beyond so many open spans. */
const mostOpen = 10_000;

export function createSpanMaker(): SpanMaker {
  const open = new Map<string, Opened>();
  const begin = (key: string, event: EngineEvent, parent: string | null, attributes: Opened['attributes']) => {
    if (open.size >= mostOpen) open.clear();
    const parentSpanId = parent === null ? null : (open.get(parent)?.spanId ?? null);
    open.set(key, { spanId: spanIdOf(event.eventId), parentSpanId, startMs: msOfEvent(event), attributes });
  };
  const finish = (
    key: string,
    event: EngineEvent,
    end: Pick<Span, 'name' | 'kind' | 'attributes' | 'error'>,
  ): Span[] => {
    const opened = open.get(key);
    if (!opened) return [];
    open.delete(key);
    const { spanId, parentSpanId, startMs } = opened;
    const attributes = { ...opened.attributes, ...end.attributes };
    const endMs = Math.max(startMs, msOfEvent(event));
    return [{ ...end, traceId: traceIdOf(event.runId), spanId, parentSpanId, startMs, endMs, attributes }];
  };
  const finishAttempt = (event: EngineEvent): Span[] =>
    finish(attemptKey(event), event, { name: 'countersign.attempt', kind: 'internal', attributes: {}, error: null });

  return {
    take(event) {
      switch (event.type) {
        case 'run-start':
          begin(event.runId, event, null, { ...place(event), 'countersign.recorded': event.recorded });
          return [];
        case 'phase-start':
          begin(phaseKey(event), event, event.runId, {
            ...place(event),
            'countersign.phase.category': event.spec.category,
          });
          return [];
        case 'attempt-start': {
          const before = finishAttempt(event);
          begin(attemptKey(event), event, phaseKey(event), {
            ...place(event),
            'gen_ai.request.model': modelName(event.model),
          });
          return before;
        }
        case 'call-start':
          begin(event.callId, event, parentOf(event, open), { ...place(event), ...callAttributes(event) });
          return [];
        case 'call-end':
          return finish(event.callId, event, endOfCall(event));
        case 'tool-used':
          return [spanOfTool(event, open.get(parentOf(event, open))?.spanId ?? null)];
        case 'check-start':
          begin(checkKey(event), event, parentOf(event, open), place(event));
          return [];
        case 'check-end': {
          const { outcome } = event.result;
          const end = { 'countersign.check.outcome': outcome };
          return finish(checkKey(event), event, {
            name: 'countersign.check',
            kind: 'internal',
            attributes: end,
            error: outcome === 'passed' ? null : outcome,
          });
        }
        case 'phase-end': {
          const attempts = finishAttempt(event);
          const end = { 'countersign.phase.state': event.state, ...costAttributes(event.spend.cost) };
          const name = 'countersign.phase';
          const error = event.fault?.code ?? null;
          return [...attempts, ...finish(phaseKey(event), event, { name, kind: 'internal', attributes: end, error })];
        }
        case 'run-end': {
          const end = { 'countersign.run.outcome': event.outcome, 'countersign.run.exit_code': event.exitCode };
          const error = event.outcome === 'failed' ? 'failed' : null;
          return finish(event.runId, event, { name: 'countersign.run', kind: 'internal', attributes: end, error });
        }
        default:
          return [];
      }
    },
  };
}

function parentOf(event: EngineEvent, open: ReadonlyMap<string, unknown>): string {
  return [attemptKey(event), phaseKey(event)].find((key) => open.has(key)) ?? event.runId;
}

function phaseKey({ runId, phaseId = '' }: EngineEvent): string {
  return JSON.stringify([runId, phaseId]);
}

/** One at a time for each phase: a phase's attempts follow each other. */
function attemptKey({ runId, phaseId = '' }: EngineEvent): string {
  return JSON.stringify([runId, phaseId, 'attempt']);
}

function checkKey({ runId, phaseId = '' }: EngineEvent): string {
  return JSON.stringify([runId, phaseId, 'check']);
}

function place({ runId, phaseId, attempt }: EngineEvent): Record<string, AttributeValue> {
  return {
    'countersign.run.id': runId,
    ...(phaseId === undefined ? {} : { 'countersign.phase.id': phaseId }),
    ...(attempt === undefined ? {} : { 'countersign.attempt': attempt }),
  };
}

function modelName(model: string): string {
  return model.slice(model.indexOf('/') + 1);
}

function callAttributes({ model, role, runId, phaseId }: EventOf<'call-start'>): Record<string, AttributeValue> {
  return {
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': model.slice(0, Math.max(0, model.indexOf('/'))),
    'gen_ai.request.model': modelName(model),
    'gen_ai.agent.name': role,
    'gen_ai.conversation.id': phaseId === undefined ? runId : `${runId}/${phaseId}`,
  };
}

function endOfCall(event: EventOf<'call-end'>): Pick<Span, 'name' | 'kind' | 'attributes' | 'error'> {
  const { model, tokens, cost, fault } = event;
  return {
    name: `chat ${modelName(model)}`,
    kind: 'client',
    attributes: {
      'gen_ai.usage.input_tokens': tokens.input,
      'gen_ai.usage.cache_read.input_tokens': tokens.cached,
      'gen_ai.usage.output_tokens': tokens.output,
      ...costAttributes(cost),
    },
    error: fault?.code ?? null,
  };
}

/** It is told of when it is over. */
function spanOfTool(event: EventOf<'tool-used'>, parentSpanId: string | null): Span {
  const { tool, outcome, seconds } = event.use;
  const endMs = msOfEvent(event);
  return {
    traceId: traceIdOf(event.runId),
    spanId: spanIdOf(event.eventId),
    parentSpanId,
    name: `execute_tool ${tool}`,
    kind: 'internal',
    startMs: Math.round(endMs - seconds * 1000),
    endMs,
    attributes: { ...place(event), 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': tool },
    error: outcome === 'done' ? null : outcome,
  };
}

/** No convention names money yet. */
function costAttributes({ micros, label }: EventOf<'call-end'>['cost']): Record<string, AttributeValue> {
  return { 'countersign.cost.usd': micros / 1_000_000, 'countersign.cost.label': label };
}

function msOfEvent(event: EngineEvent): number {
  return Date.parse(event.at);
}

function traceIdOf(runId: string): string {
  return createHash('sha256').update(`trace ${runId}`).digest('hex').slice(0, 32);
}

function spanIdOf(eventId: string): string {
  return createHash('sha256').update(`span ${eventId}`).digest('hex').slice(0, 16);
}
