import assert from 'node:assert/strict';
import type { EngineEvent } from '../../../src/domain/event.ts';
import { generateRuns } from '../../../src/ledger/generate.ts';
import { metricsLine } from '../../../src/ledger/telemetry/metrics.ts';
import { otlpBody } from '../../../src/ledger/telemetry/otlp.ts';
import { createSpanMaker, type Span } from '../../../src/ledger/telemetry/spans.ts';
import { planOf, runStart, stamper } from './fixtures.ts';

function generated(): readonly EngineEvent[] {
  const runs = generateRuns({ runs: 6, seed: 4, until: '2026-03-01T00:00:00.000Z', callsPerRun: 12 });
  return [...runs].flatMap(({ events }) => events);
}

function spansOf(events: readonly EngineEvent[]): readonly Span[] {
  const maker = createSpanMaker();
  return events.flatMap((event) => maker.take(event));
}

function count(events: readonly EngineEvent[], type: EngineEvent['type']): number {
  return events.filter((event) => event.type === type).length;
}

describe('spans', () => {
  it('are one for each run, phase, attempt and call, each in its place', () => {
    const events = generated();
    const spans = spansOf(events);
    const named = (name: string) => spans.filter((span) => span.name === name);
    assert.equal(named('countersign.run').length, count(events, 'run-end'));
    assert.equal(named('countersign.phase').length, count(events, 'phase-end'));
    assert.equal(named('countersign.attempt').length, count(events, 'attempt-start'));
    const calls = spans.filter(({ kind }) => kind === 'client');
    assert.equal(calls.length, count(events, 'call-end'));
    assert.equal(new Set(spans.map(({ spanId }) => spanId)).size, spans.length);
    const byId = new Map(spans.map((span) => [span.spanId, span]));
    for (const span of spans) {
      assert.match(span.traceId, /^[0-9a-f]{32}$/);
      assert.match(span.spanId, /^[0-9a-f]{16}$/);
      assert.ok(span.endMs >= span.startMs);
      const parent = byId.get(span.parentSpanId ?? '');
      const wanted = { 'countersign.run': undefined, 'countersign.phase': 'countersign.run' } as Record<
        string,
        unknown
      >;
      const parentName = span.kind === 'client' ? 'countersign.attempt' : 'countersign.phase';
      assert.equal(parent?.name, span.name in wanted ? wanted[span.name] : parentName, span.name);
      if (parent) assert.equal(parent.traceId, span.traceId);
    }
  });

  it('of calls carry the conventions’ attributes, and the money beside them', () => {
    const [call] = spansOf(generated()).filter(({ kind }) => kind === 'client');
    assert.ok(call);
    const { attributes } = call;
    assert.match(call.name, /^chat (?:north-large|north-mini|reed-14b)$/);
    assert.equal(attributes['gen_ai.operation.name'], 'chat');
    assert.match(String(attributes['gen_ai.provider.name']), /^(?:lab|local)$/);
    assert.equal(`chat ${attributes['gen_ai.request.model']}`, call.name);
    for (const name of ['input_tokens', 'output_tokens', 'cache_read.input_tokens']) {
      assert.ok(Number.isSafeInteger(attributes[`gen_ai.usage.${name}`]), name);
    }
    assert.equal(typeof attributes['countersign.cost.usd'], 'number');
  });

  it('name a failed call’s fault', () => {
    const stamp = stamper('run-1');
    const of = { phaseId: 'api', attempt: 1, callId: 'c1', role: 'builder', model: 'lab/m' } as const;
    const money = { tokens: { input: 0, cached: 0, output: 0 }, cost: { micros: 0, label: 'billed' } } as const;
    const spans = spansOf([
      stamp({ type: 'call-start', stage: 'DISPATCH', ...of, reserved: { tokens: 1, micros: 1 } }),
      stamp({
        type: 'call-end',
        stage: 'ERROR',
        ...of,
        ...money,
        seconds: 1,
        overrun: false,
        fault: { code: 'model/quota-exhausted', provider: 'lab' },
      }),
    ]);
    assert.deepEqual(
      spans.map(({ error, parentSpanId }) => [error, parentSpanId]),
      [['model/quota-exhausted', null]],
    );
    const body = JSON.parse(otlpBody(spans, '1.2.3'));
    const [span] = body.resourceSpans[0].scopeSpans[0].spans;
    assert.deepEqual(span.status, { code: 2, message: 'model/quota-exhausted' });
    assert.ok(span.attributes.some(({ key }: { key: string }) => key === 'error.type'));
    assert.equal('parentSpanId' in span, false);
  });

  it('hold no text of a run', () => {
    const plan = planOf('api');
    const secret = { ...plan, goal: 'a very private goal' };
    const events = [...generated(), stamper('run-1')(runStart(secret))];
    const text = otlpBody(spansOf(events), '1') + events.map(metricsLine).join('');
    for (const told of ['private goal', 'Rate limits', 'npm test', 'part 1', 'Chosen by category', '1 failed']) {
      assert.ok(!text.includes(told), told);
    }
  });

  it('are written as OTLP’s JSON has them', () => {
    const [span] = spansOf(generated());
    const body = JSON.parse(otlpBody(span ? [span] : [], '1.2.3'));
    const { resource, scopeSpans } = body.resourceSpans[0];
    assert.deepEqual(resource.attributes, [
      { key: 'service.name', value: { stringValue: 'countersign' } },
      { key: 'service.version', value: { stringValue: '1.2.3' } },
    ]);
    const [written] = scopeSpans[0].spans;
    assert.equal(written.kind, 3);
    assert.match(written.startTimeUnixNano, /^\d{13}000000$/);
    const valueAt = (name: string) => written.attributes.find(({ key }: { key: string }) => key === name)?.value;
    assert.equal(typeof valueAt('gen_ai.usage.input_tokens').intValue, 'string');
    assert.deepEqual(Object.keys(valueAt('countersign.cost.usd')), ['doubleValue']);
  });

  it('of what ends without having begun are none', () => {
    const events = generated().filter(({ type }) => !type.endsWith('-start'));
    assert.deepEqual(spansOf(events), []);
  });
});

describe('metrics', () => {
  it('are a line of JSON for each call, phase and run that ended', () => {
    const events = generated();
    const lines = events.flatMap((event) => metricsLine(event) ?? []);
    const parsed = lines.map((line) => JSON.parse(line));
    assert.ok(lines.every((line) => line.endsWith('\n') && line.indexOf('\n') === line.length - 1));
    const of = (metric: string) => parsed.filter((line) => line.metric === metric);
    assert.equal(of('call').length, count(events, 'call-end'));
    assert.equal(of('phase').length, count(events, 'phase-end'));
    assert.equal(of('run').length, 6);
    const spent = (lines: readonly { costMicros: number }[]) => lines.reduce((sum, line) => sum + line.costMicros, 0);
    assert.equal(spent(of('call')), spent(of('phase')));
  });
});
