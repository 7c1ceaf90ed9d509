import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { type Bench, openBench, runEnd } from './support.ts';

const phase = {
  id: 'fix-sum',
  title: 'Fix the sum',
  goal: 'Add instead of subtracting.',
  category: 'debt-cleanup',
  scope: { include: ['src/sum.js'] },
  acceptance: ['sum(1, 2) is 3'],
  verify: ['node --test test/sum.test.js'],
};
const plan = {
  id: 'sums',
  goal: 'whatever the model says',
  tiers: [{ id: 'one', phases: [phase, { ...phase, id: 'second', verify: [] }] }],
  questions: [{ phase: 'fix-sum', question: 'Is overflow in scope?' }],
};
const text = JSON.stringify(plan);

describe('countersign plan', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench();
  });
  afterEach(() => bench.close());

  it('writes a plan file that run accepts, with its warnings and questions', async () => {
    await bench.model([{ role: 'planner', text, usage: { input: 1000, output: 500 } }]);
    const done = await bench.run('plan', 'Make sums right', '--json');
    assert.equal(done.code, 0, done.err + done.out);
    const [result] = done.lines;
    assert.equal(result?.plan.goal, 'Make sums right');
    assert.deepEqual(result?.plan.tiers[0].phases[0].budget, { tokens: 400_000, attempts: 2 });
    assert.match(result?.warnings[0], /`fix-sum` and `second` may run at once and may both change `src\/sum.js`/);
    assert.deepEqual(
      result?.questions.map((question: { phase: string }) => question.phase),
      ['fix-sum', 'second'],
    );
    assert.deepEqual(result?.forecast.total, { p50Micros: null, p90Micros: null });
    assert.equal(result?.forecast.phases.length, 2);
    const file = path.join('.countersign', 'plans', 'sums.yaml');
    assert.match(await bench.read(file), /^# Note: .*\n# Question \(fix-sum\): Is overflow in scope\?/);
    const run = await bench.run('run', file, '--json');
    assert.deepEqual(
      runEnd(run).phases.map((each: { id: string }) => each.id),
      ['fix-sum', 'second'],
    );
  });

  it('counts the call like any other', async () => {
    await bench.model([{ role: 'planner', text, usage: { input: 1000, output: 500 } }]);
    await bench.run('plan', 'Make sums right');
    const spend = await bench.run('spend', '--by', 'role', '--json');
    const row = spend.lines[0]?.rows[0];
    assert.deepEqual([row.key, row.input, row.output, row.costMicros], ['planner', 1000, 500, 2000]);
  });

  it('sends nothing where the worst case does not fit the cap', async () => {
    await bench.model([{ role: 'planner', text }], { budget: { usd: 0.000001 } });
    const done = await bench.run('plan', 'Make sums right', '--json');
    assert.equal(done.code, 4, done.out + done.err);
    assert.equal(bench.server?.requests.length, 0);
    assert.equal(existsSync(path.join(bench.directory, '.countersign')), false);
  });

  it('writes nothing where the answer is no plan, also the second time', async () => {
    await bench.model([{ role: 'planner', text: 'I would rather not.' }]);
    const done = await bench.run('plan', 'Make sums right', '--json');
    assert.equal(done.code, 3, done.out + done.err);
    assert.equal(done.lines.at(-1)?.code, 'plan/unusable');
    assert.equal(bench.server?.requests.length, 2);
    assert.equal(existsSync(path.join(bench.directory, '.countersign')), false);
  });

  it('names a cycle', async () => {
    const cyclic = { ...plan, tiers: [{ id: 'one', phases: [{ ...phase, dependsOn: ['fix-sum'] }] }] };
    await bench.model([{ role: 'planner', text: JSON.stringify(cyclic) }]);
    const done = await bench.run('plan', 'Make sums right', '--json');
    assert.equal(done.code, 2);
    assert.deepEqual(done.lines.at(-1)?.code, 'plan/cycle');
    assert.match(done.lines.at(-1)?.message, /fix-sum → fix-sum/);
  });

  it('refuses a goal that is missing and a file that is there, before any call', async () => {
    await bench.model([{ role: 'planner', text }]);
    assert.equal((await bench.run('plan', '--json')).code, 2);
    assert.equal((await bench.run('plan', 'Make sums right', '--out', 'package.json')).code, 2);
    assert.equal(bench.server?.requests.length, 0);
    assert.match(await bench.read('package.json'), /module/);
  });

  it('reports a catalogue that cannot be read by line', async () => {
    await bench.model([{ role: 'planner', text }]);
    await bench.write('.countersign/catalogue.yaml', 'features:\n  - id: a\n    title: A\n    options: none\n');
    const done = await bench.run('plan', 'Make sums right', '--json');
    assert.equal(done.code, 2);
    assert.match(done.lines.at(-1)?.message, /catalogue.yaml, line 4, column 5/);
    assert.equal(bench.server?.requests.length, 0);
  });
});
