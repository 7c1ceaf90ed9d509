import assert from 'node:assert/strict';
import { type ScriptedModelServer, startScriptedModelServer } from '../../support/scripted-model-server.ts';
import { createBench, faultFrom, modelsConfig, never, requestOf } from './support.ts';

const servers: ScriptedModelServer[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

const bodies = {
  chat: {
    choices: [{ index: 0, message: { content: 'ok' }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 1000, completion_tokens: 500 },
  },
  responses: {
    object: 'response',
    status: 'completed',
    output: [{ type: 'message', content: [{ type: 'output_text', text: 'ok' }] }],
    usage: { input_tokens: 1000, output_tokens: 500 },
  },
};

interface Asked {
  readonly api: 'chat' | 'responses';
  readonly asked?: string;
  readonly served?: string;
}

async function benchFor({ api, asked, served }: Asked, status = 200) {
  const body = status === 200 ? { ...bodies[api], service_tier: served } : { error: { message: 'bad service_tier' } };
  const server = await startScriptedModelServer({ replies: [{ status, body }] });
  servers.push(server);
  const lab = { baseUrl: server.url, api, ...(asked ? { serviceTier: asked } : {}) };
  const price = { input: 10, output: 20, serviceTiers: { flex: 0.5 } };
  const config = modelsConfig({ providers: { lab }, roles: { builder: 'lab/m' }, prices: { 'lab/m': price } });
  const bench = createBench(null, { config });
  return { bench, server, model: bench.models.for('builder') };
}

for (const api of ['chat', 'responses'] as const) {
  describe(`a service tier over ${api}`, () => {
    it('is asked for where the provider is configured so, and not otherwise', async () => {
      const flex = await benchFor({ api, asked: 'flex', served: 'flex' });
      await flex.model.complete(requestOf(), never);
      assert.equal(flex.server.requests[0]?.body.service_tier, 'flex');
      const usual = await benchFor({ api });
      await usual.model.complete(requestOf(), never);
      assert.equal('service_tier' in (usual.server.requests[0]?.body ?? {}), false);
    });

    it('is charged as the one that served', async () => {
      for (const [served, micros, label] of [
        ['flex', 10_000, 'computed'],
        ['default', 20_000, 'computed'],
        ['priority', 40_000, 'estimated'],
      ] as const) {
        const { bench, model } = await benchFor({ api, asked: 'flex', served });
        await model.complete(requestOf(), never);
        const { cost } = bench.of('call-end')[0] ?? {};
        assert.deepEqual([cost?.micros, cost?.label], [micros, label], served);
      }
    });

    it('that the server refuses is told and not left out', async () => {
      const { model, server } = await benchFor({ api, asked: 'flex' }, 400);
      const fault = await faultFrom(model.complete(requestOf(), never), 'model/rejected');
      assert.match(fault.detail, /service_tier/);
      assert.equal(server.requests.length, 1);
    });
  });
}
