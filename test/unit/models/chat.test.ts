import assert from 'node:assert/strict';
import {
  type Script,
  type ScriptedModelServer,
  startScriptedModelServer,
} from '../../support/scripted-model-server.ts';
import { createBench, findingsSchema, modelsConfig, never, ownPrice, requestOf } from './support.ts';

const servers: ScriptedModelServer[] = [];

async function serve(replies: Script['replies']): Promise<ScriptedModelServer> {
  const server = await startScriptedModelServer({ replies });
  servers.push(server);
  return server;
}

afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

const usage = { input: 120, cached: 20, output: 30 };

function configFor(url: string, api: 'chat' | 'responses') {
  return modelsConfig({
    providers: { lab: { baseUrl: url, apiKeyEnv: 'LAB_KEY', api } },
    roles: { builder: 'lab/small', auditor: 'lab/small' },
    prices: { 'lab/small': { input: 1, output: 2, cachedInput: 0.1 } },
  });
}

for (const api of ['chat', 'responses'] as const) {
  describe(`a call over ${api}`, () => {
    for (const plain of [false, true]) {
      it(`returns a whole reply ${plain ? 'though the server does not stream' : 'from a stream'}`, async () => {
        const server = await serve([{ role: 'builder', text: 'A patch – with 🙂 in it.', usage, plain }]);
        const bench = createBench(server.url, { config: configFor(server.url, api) });
        let seen = '';
        const request = requestOf({ onText: (delta) => (seen += delta) });
        const reply = await bench.models.for('builder').complete(request, never);
        assert.deepEqual(reply, {
          text: 'A patch – with 🙂 in it.',
          toolCalls: [],
          tookTools: true,
          tokens: usage,
          billedMicros: null,
          model: 'lab/small',
          servedBy: 'small',
        });
        assert.equal(seen, reply.text);
      });
    }

    it('frames the request so that anyone can tell whose it is', async () => {
      const server = await serve([{ text: 'ok' }]);
      const bench = createBench(server.url, { config: configFor(server.url, api) });
      const request = requestOf({ role: 'auditor', component: 'correctness', temperature: 0 });
      await bench.models.for('auditor').complete(request, never);
      const seen = server.requests[0];
      assert.equal(seen?.path, api === 'chat' ? '/v1/chat/completions' : '/v1/responses');
      assert.equal(seen?.system, 'Countersign role: auditor:correctness\nYou write patches.');
      assert.equal(seen?.text, 'Greet the user by name.\n\nPhase greeting, attempt 1');
      assert.equal(seen?.headers.authorization, 'Bearer secret-key-1');
      assert.equal(seen?.body.temperature, 0);
      assert.equal(seen?.body[api === 'chat' ? 'max_tokens' : 'max_output_tokens'], 4000);
      if (api === 'responses') assert.equal(seen?.body.store, false);
    });

    it('asks for strict structured output where a schema is given', async () => {
      const server = await serve([{ text: '{"summary":"fine"}' }]);
      const bench = createBench(server.url, { config: configFor(server.url, api) });
      await bench.models.for('auditor').complete(requestOf({ role: 'auditor', schema: findingsSchema }), never);
      const body = server.requests[0]?.body ?? {};
      const format = api === 'chat' ? body.response_format : (body.text as { format: unknown }).format;
      const named = { name: 'audit', schema: findingsSchema.schema, strict: true };
      assert.deepEqual(
        format,
        api === 'chat' ? { type: 'json_schema', json_schema: named } : { type: 'json_schema', ...named },
      );
    });

    it('settles, keeps and tells what the provider reported', async () => {
      const server = await serve([{ text: 'A patch.', usage }]);
      const bench = createBench(server.url, { config: configFor(server.url, api) });
      await bench.models.for('builder').complete(requestOf(), never);
      // 100 × $1 + 20 × $0.10 + 30 × $2 a million.
      const settled = { tokens: usage, cost: { micros: 162, label: 'computed', savedMicros: 18, ...ownPrice } };
      const [start] = bench.of('call-start');
      const [end] = bench.of('call-end');
      const [call] = bench.calls;
      assert.equal(bench.budget.spent.micros, 162);
      assert.equal(bench.budget.reserved.size, 0);
      assert.ok(start && end && call);
      assert.deepEqual({ tokens: end.tokens, cost: end.cost }, settled);
      assert.deepEqual({ tokens: call.tokens, cost: call.cost }, settled);
      assert.equal(end.callId, start.callId);
      assert.equal(call.callId, start.callId);
      assert.equal(call.reply, 'A patch.');
      assert.equal(call.system.split('\n')[0], 'Countersign role: builder');
      assert.ok(start.reserved.tokens >= 4000 + 20);
    });
  });
}
