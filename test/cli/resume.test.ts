import assert from 'node:assert/strict';
import { type Bench, cleanReview, goodPatch, nodeTest, obliging, openBench, runEnd } from './support.ts';

describe('countersign resume', function () {
  this.timeout(120_000);
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench();
  });
  afterEach(() => bench.close());

  const untilText = (child: ReturnType<Bench['start']>, text: string) =>
    new Promise<void>((resolve) => child.stdout?.on('data', (part) => String(part).includes(text) && resolve()));

  it('goes on with what was interrupted, in the attempt it was in', async () => {
    await bench.model([{ role: 'builder', text: goodPatch, delayMs: 20_000 }]);
    const child = bench.start('run', await bench.phase('one', nodeTest), '--autonomy', 'gated', '--json');
    await untilText(child, 'call-start');
    child.kill('SIGINT');
    await new Promise((resolve) => child.on('close', resolve));
    await bench.model(obliging);
    const done = await bench.run('resume', 'last', '--json');
    assert.equal(done.code, 0, done.out + done.err);
    assert.deepEqual([runEnd(done).phases[0].state, runEnd(done).phases[0].attempts], ['landed', 1]);
  });

  it('goes on after a kill, and counts the call that was cut off at its worst case', async () => {
    await bench.model([{ role: 'builder', text: goodPatch, delayMs: 20_000 }]);
    const child = bench.start('run', await bench.phase('one', nodeTest), '--autonomy', 'gated', '--json');
    await untilText(child, 'call-start');
    child.kill('SIGKILL');
    await new Promise((resolve) => child.on('close', resolve));
    await bench.model(obliging);
    const done = await bench.run('resume', '--json');
    assert.equal(done.code, 0, done.out + done.err);
    const [spend] = (await bench.run('spend', '--json')).lines;
    assert.equal(spend?.total.calls, 3);
    assert.equal(spend?.total.costLabel, 'estimated');
  });

  it('learns of a landing that a killed process could not tell of, and lands nothing twice', async () => {
    await bench.model(obliging);
    assert.equal((await bench.run('run', await bench.phase('one', nodeTest))).code, 5);
    const [status] = (await bench.run('status', '--json')).lines;
    const [review] = (await bench.run('review', 'last', '--json')).lines;
    await bench.write('change.patch', review?.patch);
    bench.git('apply', 'change.patch');
    bench.git(
      'commit',
      '--quiet',
      '-m',
      'One',
      '-m',
      `Countersign-Run: ${status?.runs[0].id}\nCountersign-Phase: one`,
      'src/sum.js',
    );
    const head = bench.git('rev-parse', 'HEAD').trim();
    const done = await bench.run('resume', 'last', '--json');
    assert.equal(done.code, 0, done.out + done.err);
    assert.equal(runEnd(done).phases[0].commit, head);
    assert.equal(bench.git('rev-parse', 'HEAD').trim(), head);
  });

  it('goes on behind a phase that a person signed, and leaves what was refused refused', async () => {
    const note = '```diff\n--- /dev/null\n+++ b/NOTES.md\n@@ -0,0 +1 @@\n+Notes.\n```\n';
    await bench.model([
      { role: 'builder', phase: 'one', text: goodPatch },
      { role: 'builder', phase: 'two', text: note },
      { role: 'auditor', text: cleanReview },
    ]);
    const plan = await bench.phase('plan', {
      landing: { branch: 'current' },
      tiers: [
        {
          id: 't',
          phases: [
            { id: 'one', goal: 'a' },
            { id: 'two', goal: 'b', dependsOn: ['one'] },
          ],
        },
      ],
    });
    const first = await bench.run('run', plan, '--json');
    assert.deepEqual(
      runEnd(first).phases.map((phase: { state: string }) => phase.state),
      ['awaiting-review', 'queued'],
    );
    assert.equal((await bench.run('review', 'last/one', '--approve')).code, 0);
    const second = await bench.run('resume', 'last', '--json');
    assert.equal(second.code, 5);
    assert.deepEqual(
      runEnd(second).phases.map((phase: { state: string }) => phase.state),
      ['landed', 'awaiting-review'],
    );
    await bench.run('review', 'last/two', '--reject');
    const third = await bench.run('resume', 'last', '--json');
    assert.equal(third.code, 3);
    assert.deepEqual(
      runEnd(third).phases.map((phase: { state: string }) => phase.state),
      ['landed', 'rejected'],
    );
  });
});
