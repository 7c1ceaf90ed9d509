import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { readUsage } from '../../../src/models/usage.ts';
import { startScriptedModelServer } from '../../support/scripted-model-server.ts';
import { createBench, modelsConfig, never, requestOf } from './support.ts';

interface Vector {
  readonly name: string;
  readonly why: string;
  readonly api: 'chat' | 'responses';
  readonly body?: unknown;
  readonly stream?: readonly unknown[];
  readonly expect: {
    readonly tokens: { readonly input: number; readonly cached: number; readonly output: number } | null;
    readonly micros?: number;
    readonly label: 'billed' | 'computed' | 'estimated';
    readonly outcome?: 'reply' | 'fault';
  };
}

const folder = new URL('../../vectors/usage/', import.meta.url);
const families = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .map((name) => JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as { family: string; cases: Vector[] });

async function call({ api, body, stream }: Vector) {
  const raw = stream ? stream.map((data) => `data: ${JSON.stringify(data)}\n\n`).join('') : body;
  const server = await startScriptedModelServer({
    replies: [
      { status: 200, body: raw, times: 1 },
      { status: 400, body: 'once is enough' },
    ],
  });
  const bench = createBench(server.url, {
    config: modelsConfig({
      providers: { lab: { baseUrl: server.url, api } },
      roles: { builder: 'lab/m' },
      prices: { 'lab/m': { input: 1, output: 2, cachedInput: 0.1 } },
    }),
  });
  const reply = await bench.models
    .for('builder')
    .complete(requestOf(), never)
    .catch(() => null);
  await server.close();
  const [start] = bench.of('call-start');
  const [end] = bench.of('call-end');
  assert.ok(start && end);
  return { bench, reply, start, end };
}

for (const { family, cases } of families) {
  describe(`usage of ${family}`, () => {
    for (const vector of cases) {
      it(`${vector.name}: ${vector.why}`, async () => {
        const { tokens, micros, label, outcome = 'reply' } = vector.expect;
        const { bench, reply, start, end } = await call(vector);
        assert.equal(reply !== null, outcome === 'reply');
        assert.equal(end.cost.label, label);
        assert.equal(bench.budget.reserved.size, 0);
        if (tokens) {
          assert.deepEqual(end.tokens, tokens);
          assert.equal(end.cost.micros, micros);
          if (reply) assert.deepEqual(reply.tokens, tokens);
        } else if (outcome === 'fault') {
          assert.equal(end.tokens.input + end.tokens.output, start.reserved.tokens);
          assert.equal(end.cost.micros, start.reserved.micros);
        } else {
          assert.equal(reply?.tokens, null);
          assert.ok(end.tokens.input > 10 && end.tokens.output > 0 && end.cost.micros > 0);
          assert.ok(end.tokens.input + end.tokens.output <= start.reserved.tokens);
        }
        if (reply) assert.equal(reply.text, 'Done.');
      });
    }
  });
}

describe('the vectors', () => {
  it('are there, with names of their own', () => {
    assert.ok(families.length >= 12);
    for (const { cases } of families) assert.equal(new Set(cases.map(({ name }) => name)).size, cases.length);
  });
});

describe('reading usage', () => {
  it('never throws and never gives a figure that is no count, whatever it is given', () => {
    const names = [
      'prompt_tokens',
      'completion_tokens',
      'total_tokens',
      'input_tokens',
      'output_tokens',
      'cached_tokens',
      'cost',
    ];
    const value = fc.oneof(fc.anything(), fc.integer({ min: -5, max: 5000 }), fc.double());
    const object = fc.dictionary(
      fc.constantFrom(...names, 'prompt_tokens_details', 'completion_tokens_details'),
      fc.oneof(value, fc.record({ cached_tokens: value, reasoning_tokens: value })),
    );
    fc.assert(
      fc.property(fc.oneof(object, fc.anything()), (raw) => {
        const read = readUsage(raw);
        if (read === null) return;
        const { input, cached, cacheWritten, output } = read.usage;
        for (const count of [input, cached, cacheWritten, output]) assert.ok(Number.isSafeInteger(count) && count >= 0);
        assert.ok(cached + cacheWritten <= input);
        assert.ok(read.billedMicros === null || (Number.isSafeInteger(read.billedMicros) && read.billedMicros >= 0));
      }),
      { numRuns: 2000 },
    );
  });
});
