import assert from 'node:assert/strict';
import { formatOf } from '../../../src/models/format.ts';
import { pricingOf } from '../../../src/models/prices.ts';
import { startScriptedModelServer } from '../../support/scripted-model-server.ts';
import { createBench, faultFrom, modelsConfig, never, requestOf } from './support.ts';

const key = { OPENAI_API_KEY: 'sk-1' };

function modelsFor(config: unknown, environment: Record<string, string> = {}, changes = {}) {
  return createBench(null, { config: modelsConfig(config), environment, ...changes }).models;
}

describe('the model for a role', () => {
  it('is what the configuration names, split at the first slash', () => {
    const models = modelsFor({
      providers: { lab: { baseUrl: 'http://127.0.0.1:9/v1' } },
      roles: { builder: 'lab/vendor/model:free', auditor: 'lab/other' },
    });
    assert.equal(models.for('builder').id, 'lab/vendor/model:free');
    assert.equal(models.for('auditor').id, 'lab/other');
    assert.equal(models.for('builder').recorded, false);
  });

  it('is what the spec asks for before that', () => {
    const models = modelsFor({ providers: { lab: { baseUrl: 'http://127.0.0.1:9/v1' } }, roles: { builder: 'lab/a' } });
    assert.equal(models.for('builder', 'lab/b').id, 'lab/b');
    assert.equal(models.for('builder').id, 'lab/a');
  });

  it('is that of Builder or Auditor for the roles that have none', () => {
    const roles = { builder: 'lab/a', auditor: 'lab/b' };
    const models = modelsFor({ providers: { lab: { baseUrl: 'http://127.0.0.1:9/v1' } }, roles });
    const ids = (['reflector', 'planner', 'aggregator', 'judge'] as const).map((role) => models.for(role).id);
    assert.deepEqual(ids, ['lab/a', 'lab/a', 'lab/b', 'lab/b']);
    const own = modelsFor({
      providers: { lab: { baseUrl: 'http://127.0.0.1:9/v1' } },
      roles: { ...roles, judge: 'lab/c' },
    });
    assert.equal(own.for('judge').id, 'lab/c');
  });

  it('is not configured where there is neither a model nor a key', async () => {
    for (const role of ['builder', 'auditor', 'judge'] as const) {
      assert.deepEqual(await faultFrom(() => modelsFor({}).for(role), 'model/not-configured'), {
        code: 'model/not-configured',
        role,
      });
    }
    await faultFrom(() => modelsFor({}, { OPENAI_API_KEY: '  ' }).for('builder'), 'model/not-configured');
    await faultFrom(
      () => modelsFor({}, { OPENAI_BASE_URL: 'http://127.0.0.1:9/v1' }).for('builder'),
      'model/not-configured',
    );
  });

  it('is a model with a known price where there is only a key', async () => {
    const models = modelsFor({}, key);
    assert.notEqual(models.for('builder').id, models.for('auditor').id, 'another pair of eyes');
    assert.equal(models.for('reflector').id, models.for('builder').id);
    for (const role of ['builder', 'auditor'] as const) {
      const { id } = models.for(role);
      const model = {
        id,
        model: id.slice('openai/'.length),
        baseUrl: 'https://api.openai.com/v1',
        recorded: false,
        serviceTier: null,
      };
      assert.match((await pricingOf(model, {}, new Date('2026-11-20')))?.origin?.source ?? '', /^genai-prices /);
    }
  });

  it('is none of the built-in ones once the configuration names any', async () => {
    const config = { providers: { lab: { baseUrl: 'http://127.0.0.1:9/v1' } }, roles: { builder: 'lab/a' } };
    await faultFrom(() => modelsFor(config, key).for('auditor'), 'model/not-configured');
  });

  it('needs a provider that is configured', async () => {
    const fault = await faultFrom(
      () => modelsFor({ roles: { builder: 'nowhere/a' } }).for('builder'),
      'config/invalid',
    );
    assert.match(fault.problem, /no provider `nowhere`/);
    await faultFrom(
      () => modelsFor({ providers: { x: {} }, roles: { builder: 'x/a' } }).for('builder'),
      'config/invalid',
    );
    await faultFrom(() => modelsFor({ roles: { builder: 'constructor/a' } }).for('builder'), 'config/invalid');
  });

  it('may come from a client of the editor’s', async () => {
    const otherClient = (provider: string, model: string) =>
      provider === 'editor'
        ? {
            id: `editor/${model}`,
            recorded: false,
            send: async () => ({
              text: `from ${model}`,
              toolCalls: [],
              tookTools: true,
              servedBy: null,
              charge: { type: 'unreported' as const, output: 'x' },
            }),
          }
        : null;
    const bench = createBench(null, { config: modelsConfig({ roles: { builder: 'editor/copilot' } }), otherClient });
    assert.equal((await bench.models.for('builder').complete(requestOf(), never)).text, 'from copilot');
    assert.equal(bench.of('call-end')[0]?.cost.label, 'unknown', 'no price is made up for it');
  });
});

describe('the built-in provider', () => {
  async function ask(environment: Record<string, string>, changes = {}) {
    const server = await startScriptedModelServer({ replies: [{ text: 'ok' }] });
    const bench = createBench(null, {
      config: modelsConfig(),
      environment: { OPENAI_BASE_URL: server.url, ...environment },
      ...changes,
    });
    await bench.models.for('builder').complete(requestOf(), never);
    await server.close();
    return { seen: server.requests[0], bench };
  }

  it('speaks Chat Completions to an address of one’s own, and its price there is unknown', async () => {
    const { seen, bench } = await ask(key);
    assert.equal(seen?.path, '/v1/chat/completions');
    assert.equal(seen?.headers.authorization, 'Bearer sk-1');
    assert.equal(bench.of('call-end')[0]?.cost.label, 'unknown');
  });

  it('speaks Responses to OpenAI', async () => {
    const asked: { url: string; body: Record<string, unknown> }[] = [];
    const bench = createBench(null, {
      config: modelsConfig(),
      environment: key,
      fetch: async (url, init) => {
        asked.push({ url: String(url), body: JSON.parse(String(init?.body)) });
        const content = [{ type: 'output_text', text: 'ok' }];
        const usage = { input_tokens: 1000, output_tokens: 100 };
        return Response.json({
          status: 'completed',
          model: 'gpt-6-sol-1',
          output: [{ type: 'message', content }],
          usage,
        });
      },
    });
    const reply = await bench.models.for('builder').complete(requestOf(), never);
    assert.equal(asked[0]?.url, 'https://api.openai.com/v1/responses');
    assert.equal(reply.servedBy, 'gpt-6-sol-1');
    const { price, ...cost } = bench.of('call-end')[0]?.cost ?? {};
    assert.deepEqual(cost, { micros: 3000, label: 'computed' });
    assert.match(price?.source ?? '', /^genai-prices /);
  });

  it('takes a stored key over the environment’s', async () => {
    const keyFor = async (provider: string) => (provider === 'openai' ? 'stored' : undefined);
    const { seen } = await ask({}, { keyFor, storedKeys: new Set(['openai']) });
    assert.equal(seen?.headers.authorization, 'Bearer stored');
    const both = await ask(key, { keyFor });
    assert.equal(both.seen?.headers.authorization, 'Bearer stored');
  });

  it('is told when its address is none', async () => {
    for (const url of ['localhost:8080', 'not an address', 'file:///etc/passwd']) {
      await faultFrom(() => modelsFor({}, { ...key, OPENAI_BASE_URL: url }).for('builder'), 'config/invalid');
    }
  });
});

describe('a provider', () => {
  async function headersOf(provider: object, environment = {}) {
    const server = await startScriptedModelServer({ replies: [{ text: 'ok' }] });
    const bench = createBench(null, {
      config: modelsConfig({
        providers: { lab: { baseUrl: `${server.url}/?api-version=1`, ...provider } },
        roles: { builder: 'lab/m' },
      }),
      environment,
    });
    await bench.models.for('builder').complete(requestOf(), never);
    await server.close();
    return server.requests[0];
  }

  it('that names no variable gets no key, whatever keys there are', async () => {
    const seen = await headersOf({}, { OPENAI_API_KEY: 'sk-1', LAB_KEY: 'x' });
    assert.equal(seen?.headers.authorization, undefined);
  });

  it('gets the key of the variable it names', async () => {
    const seen = await headersOf({ apiKeyEnv: 'LAB_KEY' }, { OPENAI_API_KEY: 'sk-1', LAB_KEY: ' lab-1\n' });
    assert.equal(seen?.headers.authorization, 'Bearer lab-1');
  });

  it('keeps the query of its address', async () => {
    assert.equal((await headersOf({}))?.path, '/v1/chat/completions?api-version=1');
    assert.equal((await headersOf({ api: 'responses' }))?.path, '/v1/responses?api-version=1');
  });
});

describe('the reply format', () => {
  for (const [model, format] of [
    ['some-model', 'diff'],
    ['gpt-6-sol', 'diff'],
    ['recorded', 'diff'],
    ['anthropic/claude-sonnet-4.5', 'search-replace'],
    ['qwen3-coder:30b', 'search-replace'],
    ['llama-3.1-8b-instruct', 'whole-file'],
    ['phi-3.8b', 'whole-file'],
  ] as const) {
    it(`of ${model} is ${format}`, () => assert.equal(formatOf(model), format));
  }
});
