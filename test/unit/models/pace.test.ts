import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createPace } from '../../../src/models/pace.ts';
import { type ScriptedModelServer, startScriptedModelServer } from '../../support/scripted-model-server.ts';
import { createBench, createTestClock, faultFrom, modelsConfig, never, requestOf } from './support.ts';

const servers: ScriptedModelServer[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

const quiet = async () => {};

describe('the pace of a provider', () => {
  it('is free without limits', async () => {
    const clock = createTestClock();
    const pace = createPace({});
    for (let count = 0; count < 100; count += 1) await pace.pass(1_000_000, quiet, clock, never);
    assert.deepEqual(clock.sleeps, []);
  });

  it('lets a request wait until the minute has room for it', async () => {
    const clock = createTestClock();
    const pace = createPace({ requestsPerMinute: 2 });
    const waits: number[] = [];
    const wait = async (seconds: number) => void waits.push(seconds);
    await pace.pass(1, wait, clock, never);
    await clock.sleep(20, never);
    await pace.pass(1, wait, clock, never);
    await pace.pass(1, wait, clock, never);
    assert.deepEqual(waits, [40]);
    await pace.pass(1, wait, clock, never);
    assert.deepEqual(waits, [40, 20]);
  });

  it('counts what was really used once that is known', async () => {
    const clock = createTestClock();
    const pace = createPace({ tokensPerMinute: 1000 });
    (await pace.pass(900, quiet, clock, never)).used(100);
    await pace.pass(900, quiet, clock, never);
    assert.deepEqual(clock.sleeps, []);
    await pace.pass(100, quiet, clock, never);
    assert.deepEqual(clock.sleeps, [60]);
  });

  it('lets a request that is larger than a minute through an empty one', async () => {
    const clock = createTestClock();
    const pace = createPace({ tokensPerMinute: 1000 });
    await pace.pass(5000, quiet, clock, never);
    await pace.pass(5000, quiet, clock, never);
    assert.deepEqual(clock.sleeps, [60]);
  });

  it('ends waiting when the caller does', async () => {
    const pace = createPace({ requestsPerMinute: 1 });
    const clock = createTestClock();
    await pace.pass(1, quiet, clock, never);
    await faultFrom(pace.pass(1, quiet, clock, AbortSignal.abort()), 'interrupted');
  });

  it('never lets more through in any minute than is allowed', async () => {
    const request = fc.record({ tokens: fc.integer({ min: 1, max: 400 }), gap: fc.integer({ min: 0, max: 30 }) });
    await fc.assert(
      fc.asyncProperty(
        fc.array(request, { maxLength: 30 }),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 400, max: 1000 }),
        async (requests, requestsPerMinute, tokensPerMinute) => {
          const clock = createTestClock();
          const pace = createPace({ requestsPerMinute, tokensPerMinute });
          const passed: { at: number; tokens: number }[] = [];
          for (const { tokens, gap } of requests) {
            await clock.sleep(gap, never);
            await pace.pass(tokens, quiet, clock, never);
            passed.push({ at: clock.now().getTime(), tokens });
          }
          for (const { at } of passed) {
            const inMinute = passed.filter((other) => other.at <= at && other.at > at - 60_000);
            assert.ok(inMinute.length <= requestsPerMinute);
            assert.ok(inMinute.reduce((sum, { tokens }) => sum + tokens, 0) <= tokensPerMinute);
          }
        },
      ),
    );
  });

  it('is what the configuration of a provider says, and a wait is told', async () => {
    const server = await startScriptedModelServer({ replies: [{ text: 'ok' }] });
    servers.push(server);
    const bench = createBench(null, {
      config: modelsConfig({
        providers: { lab: { baseUrl: server.url, apiKeyEnv: 'LAB_KEY', requestsPerMinute: 1 } },
        roles: { builder: 'lab/small' },
        prices: { 'lab/small': { input: 1, output: 2 } },
      }),
    });
    const model = bench.models.for('builder');
    await model.complete(requestOf(), never);
    await model.complete(requestOf(), never);
    assert.deepEqual(bench.clock.sleeps, [60]);
    assert.deepEqual(
      bench.of('notice').map(({ message }) => message),
      ['Your limits for lab are reached: waits 60 s.'],
    );
    assert.equal(bench.of('call-retry').length, 0);
  });

  it('bounds the calls at the same time', async () => {
    const server = await startScriptedModelServer({ replies: [{ text: 'ok', delayMs: 40 }] });
    servers.push(server);
    const bench = createBench(null, {
      config: modelsConfig({
        providers: { lab: { baseUrl: server.url, concurrency: 1 } },
        roles: { builder: 'lab/small' },
        prices: { 'lab/small': { input: 0, output: 0 } },
      }),
    });
    const model = bench.models.for('builder');
    await Promise.all([1, 2, 3].map(() => model.complete(requestOf(), never)));
    const kinds = bench.events.map(({ type }) => type);
    assert.deepEqual(kinds, ['call-start', 'call-end', 'call-start', 'call-end', 'call-start', 'call-end']);
  });
});
