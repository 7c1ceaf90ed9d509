import assert from 'node:assert/strict';
import { createBreaker } from '../../../src/models/breaker.ts';
import { createEndpoints } from '../../../src/models/endpoint.ts';
import {
  type Script,
  type ScriptedModelServer,
  startScriptedModelServer,
} from '../../support/scripted-model-server.ts';
import { createBench, createTestClock, faultFrom, modelsConfig, never, requestOf } from './support.ts';

const servers: ScriptedModelServer[] = [];

async function serve(...replies: Script['replies']): Promise<ScriptedModelServer> {
  const server = await startScriptedModelServer({ replies });
  servers.push(server);
  return server;
}

afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

const down = { status: 503, body: { error: { message: 'overloaded' } } } as const;
const spent = {
  status: 429,
  body: { error: { code: 'insufficient_quota', message: 'You exceeded your quota.' } },
} as const;

interface Ground {
  readonly lab: ScriptedModelServer;
  readonly other?: ScriptedModelServer;
  readonly fallback?: readonly string[];
  readonly more?: object;
}

function benchFor({ lab, other, fallback = [], more = {} }: Ground, changes: Parameters<typeof createBench>[1] = {}) {
  const config = modelsConfig({
    providers: {
      lab: { baseUrl: lab.url, apiKeyEnv: 'LAB_KEY' },
      other: { baseUrl: (other ?? lab).url, apiKeyEnv: 'OTHER_KEY' },
    },
    roles: { builder: 'lab/small', auditor: 'lab/small' },
    fallback,
    prices: {
      'lab/small': { input: 1, output: 2 },
      'lab/big': { input: 100, output: 200 },
      'other/one': { input: 1, output: 2 },
    },
    ...more,
  });
  return createBench(null, { config, environment: { LAB_KEY: 'secret-key-1', OTHER_KEY: 'secret-key-2' }, ...changes });
}

describe('a fallback', () => {
  it('answers where the provider is down, and says so before it is asked', async () => {
    const lab = await serve(down);
    const other = await serve({ text: 'from the other' });
    const bench = benchFor({ lab, other, fallback: ['other/one'] });
    const model = bench.models.for('builder');
    assert.deepEqual(model.standIns, ['other/one']);
    const reply = await model.complete(requestOf(), never);
    assert.deepEqual([reply.text, reply.model], ['from the other', 'other/one']);
    const [change] = bench.of('model-fallback');
    assert.deepEqual(
      [change?.from, change?.to, change?.why, change?.phaseId, change?.attempt],
      ['lab/small', 'other/one', 'outage', 'greeting', 1],
    );
    assert.equal(change?.fault?.code, 'model/server-error');
    assert.match(change?.reason ?? '', /^other\/one is asked instead of lab\/small, which failed: .*overloaded/);
    assert.equal(lab.requests.length, 4, 'its retries came first');
    assert.equal(bench.calls.at(-1)?.model, 'other/one');
    assert.equal(bench.budget.reserved.size, 0);
  });

  it('answers at once where the quota is used up', async () => {
    const lab = await serve(spent);
    const other = await serve({ text: 'ok' });
    const bench = benchFor({ lab, other, fallback: ['other/one'] });
    assert.equal((await bench.models.for('builder').complete(requestOf(), never)).model, 'other/one');
    assert.equal(lab.requests.length, 1);
  });

  it('is never used where none is configured', async () => {
    const lab = await serve(down);
    const bench = benchFor({ lab });
    await faultFrom(bench.models.for('builder').complete(requestOf(), never), 'model/server-error');
    await faultFrom(bench.models.for('builder').complete(requestOf(), never), 'model/server-error');
    assert.equal(lab.requests.length, 8, 'and nothing keeps the next call from asking');
    assert.deepEqual(bench.of('model-fallback'), []);
  });

  for (const [name, reply, code] of [
    ['a wrong key', { status: 401, body: {} }, 'model/unauthorized'],
    ['a rejected request', { status: 400, body: { error: { message: 'no such model' } } }, 'model/rejected'],
    ['a reply that was cut off', { text: 'half', finish: 'length' }, 'model/truncated'],
    ['a refusal', { refusal: 'No.' }, 'model/refused'],
  ] as const) {
    it(`is not used for ${name}`, async () => {
      const lab = await serve(reply);
      const other = await serve({ text: 'ok' });
      const bench = benchFor({ lab, other, fallback: ['other/one'] });
      await faultFrom(bench.models.for('builder').complete(requestOf(), never), code);
      assert.equal(other.requests.length, 0);
    });
  }

  it('keeps to the order, past what is down or cannot be had', async () => {
    const lab = await serve(down);
    const other = await serve({ model: 'two', text: 'second' }, down);
    const bench = benchFor({ lab, other, fallback: ['nowhere/x', 'lab/small', 'other/one', 'other/two'] });
    const reply = await bench.models.for('builder').complete(requestOf(), never);
    assert.equal(reply.model, 'other/two', 'another model of a provider that only failed for one');
    assert.deepEqual(
      bench.of('model-fallback').map(({ from, to }) => `${from} > ${to}`),
      ['lab/small > other/one', 'other/one > other/two'],
    );
  });

  it('does not try another model of a provider that cannot be reached at all', async () => {
    const lab = await serve(spent);
    const other = await serve({ text: 'ok' });
    const bench = benchFor({ lab, other, fallback: ['lab/other', 'other/one'] });
    assert.equal((await bench.models.for('builder').complete(requestOf(), never)).model, 'other/one');
    assert.equal(lab.requests.length, 1);
  });

  it('tells the last failure where nobody is left', async () => {
    const lab = await serve(down);
    const other = await serve(spent);
    const bench = benchFor({ lab, other, fallback: ['other/one'] });
    await faultFrom(bench.models.for('builder').complete(requestOf(), never), 'model/quota-exhausted');
  });

  it('leaves a provider alone that failed, then asks it once, then uses it again', async () => {
    const lab = await serve({ ...down, times: 5 }, { text: 'back' });
    const other = await serve({ text: 'from the other' });
    const bench = benchFor({ lab, other, fallback: ['other/one'] });
    const model = bench.models.for('builder');
    const ask = async () => (await model.complete(requestOf(), never)).model;
    assert.equal(await ask(), 'other/one');
    assert.equal(await ask(), 'other/one');
    assert.equal(lab.requests.length, 4, 'the second call did not ask it');
    assert.match(bench.of('model-fallback')[1]?.reason ?? '', /which failed a short while ago/);
    await bench.clock.sleep(31, never);
    assert.equal(await ask(), 'lab/small', 'the fifth failure was retried within the probe');
    assert.equal(await ask(), 'lab/small');
  });

  it('asks a provider that is left alone after all where everyone is', async () => {
    const lab = await serve({ ...down, times: 4 }, { text: 'back' });
    const other = await serve(spent);
    const bench = benchFor({ lab, other, fallback: ['other/one'] });
    await faultFrom(bench.models.for('builder').complete(requestOf(), never), 'model/quota-exhausted');
    assert.equal((await bench.models.for('builder').complete(requestOf(), never)).model, 'lab/small');
  });

  it('is shared knowledge of all runs of the process', async () => {
    const lab = await serve(down);
    const other = await serve({ text: 'ok' });
    const endpoints = createEndpoints();
    const ground = { lab, other, fallback: ['other/one'] };
    const clock = createTestClock();
    await benchFor(ground, { endpoints, clock }).models.for('builder').complete(requestOf(), never);
    await benchFor(ground, { endpoints, clock }).models.for('builder').complete(requestOf(), never);
    assert.equal(lab.requests.length, 4);
  });

  it('is not what an interruption leads to', async () => {
    const lab = await serve({ failure: 'silent' });
    const other = await serve({ text: 'ok' });
    const bench = benchFor({ lab, other, fallback: ['other/one'] });
    const controller = new AbortController();
    const call = bench.models.for('builder').complete(requestOf(), controller.signal);
    while (lab.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    controller.abort();
    await faultFrom(call, 'interrupted');
    assert.equal(other.requests.length, 0);
  });
});

describe('a cheaper model', () => {
  const cap = { micros: 100_000, tokens: null };

  it('is asked where the worst case of the first does not fit what is left', async () => {
    const lab = await serve({ text: 'ok' });
    const bench = benchFor({ lab }, { cap });
    const model = bench.models.for('builder', 'lab/big', ['lab/small']);
    const reply = await model.complete(requestOf(), never);
    assert.equal(reply.model, 'lab/small');
    const [change] = bench.of('model-fallback');
    assert.deepEqual([change?.why, change?.fault], ['budget', null]);
    assert.match(change?.reason ?? '', /^lab\/small is asked instead of lab\/big, whose worst case does not fit/);
    assert.deepEqual(
      lab.requests.map(({ body }) => body.max_tokens),
      [4000],
      'with all the output that was wanted',
    );
  });

  it('is not asked where the first fits', async () => {
    const lab = await serve({ text: 'ok' });
    const bench = benchFor({ lab }, { cap: { micros: 10_000_000, tokens: null } });
    const reply = await bench.models.for('builder', 'lab/big', ['lab/small']).complete(requestOf(), never);
    assert.equal(reply.model, 'lab/big');
  });

  it('is the last word where nothing fits: the call is refused with what is left and what it needs', async () => {
    const lab = await serve({ text: 'ok' });
    const bench = benchFor({ lab }, { cap: { micros: 10, tokens: null } });
    const call = bench.models.for('builder', 'lab/big', ['lab/small']).complete(requestOf(), never);
    const fault = await faultFrom(call, 'budget/exceeded');
    assert.equal(fault.leftMicros, 10);
    assert.ok((fault.needMicros ?? 0) < 100_000, 'of the cheapest');
    assert.equal(lab.requests.length, 0);
  });

  it('is not asked for a model that was named alone', async () => {
    const lab = await serve({ text: 'ok' });
    const bench = benchFor({ lab }, { cap: { micros: 10, tokens: null } });
    await faultFrom(bench.models.for('builder', 'lab/big').complete(requestOf(), never), 'budget/exceeded');
    assert.deepEqual(bench.of('model-fallback'), []);
  });
});

describe('the worst cost of a call', () => {
  it('is told at the price that holds, and null where nobody states one', async () => {
    const lab = await serve({ text: 'ok' });
    const { models } = benchFor({ lab });
    assert.equal(await models.worstCost('lab/small', 1000, 500), 2000);
    assert.equal(await models.worstCost('lab/unpriced', 1000, 500), null);
    assert.equal(await models.worstCost('nowhere/x', 1000, 500), null);
  });
});

describe('a circuit breaker', () => {
  const at = (seconds: number) => new Date(seconds * 1000);
  const fault = { code: 'model/server-error', provider: 'lab', status: 503, detail: 'overloaded' } as const;

  it('lets everything through until a failure, then nothing, then one', () => {
    const breaker = createBreaker();
    assert.deepEqual([breaker.admit(at(0)).admitted, breaker.admit(at(0)).admitted], [true, true]);
    breaker.failed(fault, at(0));
    assert.deepEqual(breaker.admit(at(29)), { admitted: false, fault });
    assert.deepEqual(breaker.admit(at(30)), { admitted: true, probe: true });
    assert.deepEqual(breaker.admit(at(30)), { admitted: false, fault }, 'only one finds out');
    breaker.succeeded();
    assert.deepEqual(breaker.admit(at(30)), { admitted: true, probe: false });
  });

  it('waits longer after each failed probe, up to a quarter of an hour', () => {
    const breaker = createBreaker();
    let now = 0;
    for (const rest of [30, 60, 120, 240, 480, 900, 900]) {
      breaker.failed(fault, at(now));
      assert.equal(breaker.blocks(at(now + rest - 1)), true);
      now += rest;
      assert.equal(breaker.blocks(at(now)), false);
      assert.equal(breaker.admit(at(now)).admitted, true);
    }
  });

  it('lets another one find out where the first came to no end', () => {
    const breaker = createBreaker();
    breaker.failed(fault, at(0));
    breaker.admit(at(30));
    breaker.abandoned();
    assert.deepEqual(breaker.admit(at(30)), { admitted: true, probe: true });
  });

  it('keeps to what the provider says of when to come again', () => {
    const breaker = createBreaker();
    breaker.failed({ code: 'model/rate-limited', provider: 'lab', retryAfterSeconds: 200 }, at(0));
    assert.deepEqual([breaker.blocks(at(199)), breaker.blocks(at(200))], [true, false]);
    breaker.failed({ code: 'model/quota-exhausted', provider: 'lab' }, at(200));
    assert.deepEqual([breaker.blocks(at(1099)), breaker.blocks(at(1100))], [true, false]);
  });
});
