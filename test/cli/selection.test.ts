import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { stringify } from 'yaml';
import {
  type ScriptedModelServer,
  type ScriptedReply,
  startScriptedModelServer,
} from '../support/scripted-model-server.ts';
import {
  type Bench,
  breakingPatch,
  cleanReview,
  type Finished,
  goodPatch,
  nodeTest,
  openBench,
  runEnd,
} from './support.ts';

const tiers = { cheap: 'lab/small', middle: 'lab/medium', top: 'lab/large' };
const prices = Object.fromEntries(
  ['lab/small', 'lab/medium', 'lab/large', 'lab/auditor', 'other/one'].map((id) => [id, { input: 1, output: 2 }]),
);

describe('which model builds a phase', function () {
  // Each step is a process of its own, on a machine that may be busy.
  this.timeout(120_000);
  let bench: Bench;
  let other: ScriptedModelServer | null = null;

  beforeEach(async () => {
    bench = await openBench();
  });
  afterEach(async () => {
    await other?.close();
    other = null;
    await bench.close();
  });

  async function configure(replies: readonly ScriptedReply[], models: object, more: object = {}): Promise<void> {
    const file = await bench.model(replies);
    const config = {
      models: {
        providers: {
          lab: { baseUrl: bench.server?.url, apiKeyEnv: 'LAB_KEY' },
          ...(other ? { other: { baseUrl: other.url } } : {}),
        },
        roles: { auditor: 'lab/auditor' },
        prices,
        ...models,
      },
      checks: { sandbox: 'off' },
      ...more,
    };
    await writeFile(file, stringify(config));
  }

  const run = async (spec: Record<string, unknown>): Promise<Finished> =>
    bench.run('run', await bench.phase('one', { ...nodeTest, ...spec }), '--autonomy', 'gated', '--json');
  const starts = (done: Finished) => done.lines.filter(({ type }) => type === 'attempt-start');

  for (const [complexity, model] of [
    ['low', 'lab/small'],
    ['medium', 'lab/medium'],
    ['high', 'lab/large'],
  ] as const) {
    it(`is ${model} for ${complexity} complexity, and the event says why`, async () => {
      await configure(
        [
          { role: 'builder', model: model.slice(4), text: goodPatch },
          { role: 'auditor', text: cleanReview },
        ],
        { tiers },
      );
      const done = await run({ complexity });
      assert.equal(runEnd(done).outcome, 'done', done.out + done.err);
      const [start] = starts(done);
      assert.equal(start?.model, model);
      assert.equal(start?.route.rule, 'difficulty');
      assert.match(start?.reason, new RegExp(`difficulty .*, of ${complexity} complexity`));
    });
  }

  it('moves one tier up after the same failure twice', async () => {
    await configure(
      [
        { role: 'builder', model: 'medium', text: goodPatch },
        { role: 'builder', text: breakingPatch },
        { role: 'reflector', text: 'It must be a number.' },
        { role: 'auditor', text: cleanReview },
      ],
      { tiers },
    );
    const done = await run({ complexity: 'low', budget: { attempts: 4 } });
    assert.equal(done.code, 0, done.out + done.err);
    assert.deepEqual(
      starts(done).map(({ model, route }) => [model, route.tier, route.rule]),
      [
        ['lab/small', 'cheap', 'difficulty'],
        ['lab/small', 'cheap', 'difficulty'],
        ['lab/medium', 'middle', 'escalation'],
      ],
    );
    assert.match(starts(done)[2]?.reason, /up from cheap: the same failure again/);
    const reflections = bench.server?.requests.filter(({ role }) => role === 'reflector') ?? [];
    assert.deepEqual(
      reflections.map(({ body }) => body.model),
      ['small', 'small'],
    );
    const replay = await bench.run('replay', 'last', '--json');
    assert.equal(replay.code, 0, replay.out + replay.err);
  });

  it('is stuck at the top after the same failure twice', async () => {
    await configure(
      [
        { role: 'builder', text: breakingPatch },
        { role: 'reflector', text: 'It must be a number.' },
      ],
      { tiers },
    );
    const done = await run({ complexity: 'high', budget: { attempts: 5 } });
    assert.equal(done.code, 3);
    assert.equal(runEnd(done).phases[0].state, 'stuck');
    assert.equal(starts(done).length, 2);
  });

  it('is the best that fits the budget', async () => {
    await configure(
      [
        { role: 'builder', model: 'medium', text: goodPatch },
        { role: 'auditor', text: cleanReview },
      ],
      { tiers, prices: { ...prices, 'lab/large': { input: 1000, output: 5000 } } },
    );
    const done = await run({ complexity: 'high' });
    assert.equal(done.code, 0, done.out + done.err);
    const [start] = starts(done);
    assert.deepEqual([start?.model, start?.route.tooDear], ['lab/medium', 'top']);
    assert.match(start?.reason, /but the top tier does not fit the budget/);
    const replay = await bench.run('replay', 'last', '--json');
    assert.equal(replay.code, 0, replay.out + replay.err);
  });

  it('is the one of the category, in a configuration with tiers too', async () => {
    await configure(
      [
        { role: 'builder', model: 'writer', text: goodPatch },
        { role: 'auditor', text: cleanReview },
      ],
      { tiers, categories: { docs: 'lab/writer' }, prices: { ...prices, 'lab/writer': { input: 1, output: 1 } } },
    );
    const done = await run({ category: 'docs', complexity: 'high' });
    assert.equal(starts(done)[0]?.model, 'lab/writer');
  });

  it('is the next of the fallback order where the provider is down, and the store knows', async () => {
    other = await startScriptedModelServer({
      replies: [
        { role: 'builder', text: goodPatch },
        { role: 'auditor', text: cleanReview },
      ],
    });
    await configure(
      [
        { role: 'builder', status: 429, body: { error: { code: 'insufficient_quota', message: 'No money.' } } },
        { role: 'auditor', text: cleanReview },
      ],
      { roles: { builder: 'lab/small', auditor: 'lab/auditor' }, fallback: ['other/one'] },
    );
    const done = await run({});
    assert.equal(done.code, 0, done.out + done.err);
    const change = done.lines.find(({ type }) => type === 'model-fallback');
    assert.deepEqual([change?.from, change?.to, change?.why], ['lab/small', 'other/one', 'outage']);
    assert.equal(change?.fault.code, 'model/quota-exhausted');
    const spend = await bench.run('spend', '--by', 'model', '--json');
    const keys = spend.lines[0]?.rows.map(({ key }: { key: string }) => key) ?? [];
    assert.ok(keys.includes('other/one'), spend.out);
    const [accepted] = spend.lines[0]?.acceptedPhases ?? [];
    assert.deepEqual(
      [accepted.model, accepted.accepted],
      ['other/one', 1],
      'the model that built it, not the one asked',
    );
    const words = await bench.run('spend', '--by', 'model');
    const replay = await bench.run('replay', 'last', '--json');
    assert.equal(replay.code, 0, replay.out + replay.err);
    assert.match(words.out, /^other\/one +1 +1 += \$0\.\d+$/m);
  });

  it('stays the configured one where no fallback is', async () => {
    other = await startScriptedModelServer({ replies: [{ role: 'builder', text: goodPatch }] });
    await configure([{ role: 'builder', status: 402, body: {} }], {
      roles: { builder: 'lab/small', auditor: 'lab/auditor' },
    });
    const done = await run({});
    assert.equal(done.code, 6);
    assert.equal(other.requests.length, 0);
  });

  it('counts from a workspace only once it is approved', async () => {
    await bench.model([
      { role: 'builder', text: goodPatch },
      { role: 'auditor', text: cleanReview },
    ]);
    await bench.write('.countersign/config.yaml', stringify({ models: { tiers: { middle: 'lab/other' } } }));
    const shown = await bench.run('config', 'show', '--json');
    assert.ok(shown.out.includes('models.tiers.middle'), shown.out);
    const done = await run({});
    assert.equal(starts(done)[0]?.model, 'lab/builder');
  });
});
