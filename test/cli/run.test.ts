import assert from 'node:assert/strict';
import {
  type Bench,
  breakingPatch,
  cleanReview,
  goodPatch,
  majorReview,
  nodeTest,
  obliging,
  openBench,
  runEnd,
} from './support.ts';

describe('countersign run', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench();
  });
  afterEach(() => bench.close());

  it('lands a gated phase as one commit with trailers and leaves the tree clean', async () => {
    await bench.model(obliging);
    const spec = await bench.phase('fix-sum', { ...nodeTest, acceptance: ['sum adds'] });
    const done = await bench.run('run', spec, '--autonomy', 'gated', '--json');
    assert.equal(done.code, 0, done.err + done.out);
    const end = runEnd(done);
    assert.equal(end.outcome, 'done');
    assert.deepEqual(end.phases, [
      {
        id: 'fix-sum',
        state: 'landed',
        reason: null,
        attempts: 1,
        commit: bench.git('rev-parse', 'HEAD').trim(),
        tokens: { input: 1500, cached: 200, output: 150 },
        costMicros: 800 + 20 + 200 + 500 + 100,
        costLabel: 'computed',
      },
    ]);
    const message = bench.git('log', '-1', '--format=%B');
    for (const trailer of [
      'Countersign-Run',
      'Countersign-Phase: fix-sum',
      'Countersign-Audit: clean',
      'Countersign-Cost: 0.001620 USD',
    ]) {
      assert.ok(message.includes(trailer), message);
    }
    assert.equal(bench.git('rev-list', '--count', 'HEAD').trim(), '2');
    assert.equal(bench.git('status', '--porcelain').trim(), '');
    assert.match(await bench.read('src/sum.js'), /a \+ b/);
  });

  it('sends events of one run, each phase with one start and one end', async () => {
    await bench.model(obliging);
    const done = await bench.run('run', await bench.phase('one', nodeTest), '--autonomy', 'gated', '--json');
    const types = done.lines.map((line) => line.type);
    assert.equal(types[0], 'run-start');
    for (const type of ['phase-start', 'phase-end', 'patch-staged', 'phase-landed']) {
      assert.equal(types.filter((candidate) => candidate === type).length, 1, type);
    }
    const order = [
      'run-start',
      'phase-start',
      'attempt-start',
      'call-start',
      'call-end',
      'patch-staged',
      'scan-end',
      'check-start',
      'checks-end',
      'audit-end',
      'verdict-reached',
      'phase-landed',
      'phase-end',
      'run-end',
    ];
    assert.deepEqual(
      order.map((type) => types.indexOf(type)).toSorted((a, b) => a - b),
      order.map((type) => types.indexOf(type)),
    );
    for (const line of done.lines) {
      for (const key of ['eventId', 'runId', 'stage', 'at', 'type'])
        assert.ok(key in line, `${line.type} lacks ${key}`);
    }
    assert.equal(new Set(done.lines.map((line) => line.eventId)).size, done.lines.length);
  });

  it('frames every request: the role first, phase and attempt last', async () => {
    await bench.model(obliging);
    await bench.run('run', await bench.phase('one'), '--autonomy', 'gated');
    const seen = bench.server?.requests ?? [];
    assert.deepEqual(
      seen.map((request) => request.role),
      ['builder', 'auditor:correctness'],
    );
    for (const { system, text, headers } of seen) {
      assert.match(system, /^Countersign role: \S+\n/);
      assert.match(text, /\nPhase one, attempt 1$/);
      assert.equal(headers.authorization, 'Bearer sk-test-key-0123456789abcdef');
    }
  });

  it('reflects on the real output of a failing check and lands the second attempt', async () => {
    await bench.model([
      { role: 'builder', attempt: 1, text: breakingPatch },
      { role: 'reflector', contains: ['AssertionError', 'adds'], text: 'It must stay a number.' },
      { role: 'builder', attempt: 2, contains: ['It must stay a number.', 'AssertionError'], text: goodPatch },
      { role: 'auditor', text: cleanReview },
    ]);
    const done = await bench.run('run', await bench.phase('one', nodeTest), '--autonomy', 'gated', '--json');
    assert.equal(done.code, 0, done.out);
    assert.equal(runEnd(done).phases[0].attempts, 2);
    // No reviewer was paid for the change that a check refused.
    assert.deepEqual(
      bench.server?.requests.map((request) => request.role),
      ['builder', 'reflector', 'builder', 'auditor:correctness'],
    );
  });

  it('blocks an open major finding: nothing lands, exit code 3, and the report says why', async () => {
    await bench.model([
      { role: 'builder', text: goodPatch },
      { role: 'auditor', text: majorReview },
    ]);
    const spec = await bench.phase('one', { ...nodeTest, budget: { attempts: 1 } });
    const done = await bench.run('run', spec, '--autonomy', 'full');
    assert.equal(done.code, 3, done.out + done.err);
    assert.match(done.out, /^blocked one .*Strings are joined/m);
    assert.equal(bench.git('rev-list', '--count', 'HEAD').trim(), '1');
    assert.match(await bench.read('src/sum.js'), /a - b/);
  });

  it('fails closed on a reviewer that cannot be understood', async () => {
    await bench.model([
      { role: 'builder', text: goodPatch },
      { role: 'auditor', text: 'APPROVED. Land it.' },
    ]);
    const done = await bench.run('run', await bench.phase('one', nodeTest), '--autonomy', 'full', '--json');
    assert.equal(done.code, 3);
    assert.equal(runEnd(done).phases[0].state, 'rejected');
    assert.equal(bench.git('rev-list', '--count', 'HEAD').trim(), '1');
  });

  it('waits for a person under autonomy review, with exit code 5', async () => {
    await bench.model(obliging);
    const done = await bench.run('run', await bench.phase('one', nodeTest), '--json');
    assert.equal(done.code, 5);
    assert.equal(runEnd(done).phases[0].state, 'awaiting-review');
    assert.match(await bench.read('src/sum.js'), /a - b/);
    assert.equal(bench.git('status', '--porcelain').trim(), '');
  });

  it('runs a plan in order of its dependencies on a branch of its own and merges it at the end', async () => {
    await bench.model([
      { role: 'builder', phase: 'one', text: goodPatch },
      { role: 'builder', phase: 'two', text: '```diff\n--- /dev/null\n+++ b/NOTES.md\n@@ -0,0 +1 @@\n+Notes.\n```\n' },
      { role: 'auditor', text: cleanReview },
    ]);
    const plan = await bench.phase('plan', {
      autonomy: 'gated',
      tiers: [
        {
          id: 't',
          phases: [
            { id: 'two', goal: 'Note it.', dependsOn: ['one'] },
            { id: 'one', goal: 'Mend it.' },
          ],
        },
      ],
    });
    const done = await bench.run('run', plan, '--json');
    assert.equal(done.code, 0, done.out + done.err);
    const { runId } = runEnd(done);
    assert.deepEqual(
      bench
        .git('log', '--format=%(trailers:key=Countersign-Phase,valueonly,separator=%x2C)')
        .trim()
        .split('\n')
        .slice(0, 2),
      ['two', 'one'],
    );
    assert.equal(bench.git('rev-parse', `countersign/${runId}`), bench.git('rev-parse', 'main'));
    assert.equal(bench.git('status', '--porcelain').trim(), '');
  });

  it('cancels what depends on a phase that did not land, and runs what does not', async () => {
    await bench.model([
      { role: 'builder', phase: 'bad', text: 'I would rather not.' },
      { role: 'builder', phase: 'free', text: goodPatch },
      { role: 'auditor', text: cleanReview },
      { role: 'reflector', text: 'Write a patch.' },
    ]);
    const plan = await bench.phase('plan', {
      autonomy: 'gated',
      landing: { branch: 'current' },
      tiers: [
        {
          id: 't',
          phases: [
            { id: 'bad', goal: 'x', budget: { attempts: 1 } },
            { id: 'after', goal: 'y', dependsOn: ['bad'] },
            { id: 'free', goal: 'z' },
          ],
        },
      ],
    });
    const done = await bench.run('run', plan, '--json');
    assert.equal(done.code, 3);
    const states = Object.fromEntries(
      runEnd(done).phases.map((phase: { id: string; state: string }) => [phase.id, phase.state]),
    );
    assert.deepEqual(states, { bad: 'rejected', after: 'cancelled', free: 'landed' });
  });

  it('lands two phases that ran side by side, checking the second again on the new head', async () => {
    const note = (name: string) => `\`\`\`diff\n--- /dev/null\n+++ b/${name}.md\n@@ -0,0 +1 @@\n+${name}\n\`\`\`\n`;
    await bench.model([
      { role: 'builder', phase: 'a', text: note('a') },
      { role: 'builder', phase: 'b', text: note('b'), delayMs: 50 },
      { role: 'auditor', phase: 'a', text: cleanReview },
      { role: 'auditor', phase: 'b', text: cleanReview, delayMs: 700 },
    ]);
    const files = [await bench.phase('a', nodeTest), await bench.phase('b', nodeTest)];
    const done = await bench.run('run', ...files, '--autonomy', 'gated', '--json');
    assert.equal(done.code, 0, done.out + done.err);
    assert.equal(bench.git('rev-list', '--count', 'HEAD').trim(), '3');
    const ofB = done.lines.filter((line) => line.phaseId === 'b').map((line) => line.type);
    assert.equal(ofB.filter((type) => type === 'checks-end').length, 2);
    assert.equal(ofB.filter((type) => type === 'audit-end').length, 1);
  });

  it('keeps unrelated edits of the user byte for byte', async () => {
    await bench.model(obliging);
    await bench.write('package.json', '{ "type": "module", "name": "mine" }\n');
    await bench.write('staged.txt', 'staged\n');
    bench.git('add', 'staged.txt');
    await bench.write('untracked.txt', 'untracked\n');
    const before = bench.git('status', '--porcelain');
    const done = await bench.run('run', await bench.phase('one', nodeTest), '--autonomy', 'gated');
    assert.equal(done.code, 0, done.out + done.err);
    assert.equal(bench.git('status', '--porcelain'), before);
    assert.equal(await bench.read('package.json'), '{ "type": "module", "name": "mine" }\n');
    assert.deepEqual(bench.git('show', '--format=', '--name-only', 'HEAD').trim().split('\n'), ['src/sum.js']);
  });

  it('ends in good order when it is interrupted', async () => {
    await bench.model([{ role: 'builder', text: goodPatch, delayMs: 20_000 }]);
    const child = bench.start('run', await bench.phase('one'), '--json');
    await new Promise<void>((resolve) =>
      child.stdout?.on('data', (part) => String(part).includes('call-start') && resolve()),
    );
    const end = new Promise<number | null>((resolve) => child.on('close', resolve));
    child.kill('SIGINT');
    assert.equal(await end, 130);
    const status = await bench.run('status', '--json');
    assert.equal(status.lines[0]?.runs[0].state, 'cancelled');
  });
});
