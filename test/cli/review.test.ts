import assert from 'node:assert/strict';
import { chmodSync } from 'node:fs';
import { type Bench, goodPatch, nodeTest, obliging, openBench } from './support.ts';

describe('countersign review, rollback, status and spend', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench();
    await bench.model(obliging);
    const waits = await bench.run('run', await bench.phase('one', nodeTest));
    assert.equal(waits.code, 5, waits.out + waits.err);
  });
  afterEach(() => bench.close());

  it('prints the change that waits, with its checks and findings, and exits 5', async () => {
    const shown = await bench.run('review', 'last');
    assert.equal(shown.code, 5);
    for (const text of ['+  return a + b;', 'node --test test/sum.test.js passed', 'no findings', '--approve']) {
      assert.ok(shown.out.includes(text), shown.out);
    }
    const [json] = (await bench.run('review', 'last/one', '--json')).lines;
    assert.equal(json?.phaseId, 'one');
    assert.match(json?.patch, /^diff --git a\/src\/sum\.js b\/src\/sum\.js/);
  });

  it('says which of the user’s hooks a landing leaves out, unless they asked for them', async () => {
    assert.doesNotMatch((await bench.run('review', 'last')).out, /hooks do not run/);
    await bench.write('.git/hooks/pre-commit', '#!/bin/sh\nexit 0\n');
    await bench.write('.git/hooks/commit-msg', '#!/bin/sh\nexit 0\n');
    chmodSync(`${bench.directory}/.git/hooks/pre-commit`, 0o755);
    assert.match((await bench.run('review', 'last')).out, /hooks do not run when this lands \(pre-commit\)/);
    const [json] = (await bench.run('review', 'last', '--json')).lines;
    assert.deepEqual(json?.skippedHooks, ['pre-commit']);
    await bench.model(obliging, { landing: { hooks: true } });
    assert.doesNotMatch((await bench.run('review', 'last')).out, /hooks do not run/);
  });

  it('lands what is approved, once', async () => {
    const done = await bench.run('review', 'last/one', '--approve');
    assert.equal(done.code, 0, done.out + done.err);
    assert.match(done.out, /^landed one [0-9a-f]{40}$/m);
    assert.match(await bench.read('src/sum.js'), /a \+ b/);
    assert.equal((await bench.run('review', 'last/one', '--approve')).code, 2);
    assert.equal((await bench.run('status', '--json')).lines[0]?.runs[0].state, 'done');
  });

  it('leaves everything as it was when it is rejected', async () => {
    const head = bench.git('rev-parse', 'HEAD');
    const done = await bench.run('review', 'last', '--reject', '--note', 'Not now.');
    assert.equal(done.code, 0, done.out + done.err);
    assert.equal(bench.git('rev-parse', 'HEAD'), head);
    assert.equal(bench.git('status', '--porcelain').trim(), '');
    const [status] = (await bench.run('status', '--json')).lines;
    assert.equal(status?.runs[0].phases[0].state, 'rejected');
    assert.deepEqual(status?.waiting, []);
  });

  it('builds again with the note when changes are requested', async () => {
    await bench.model([
      {
        role: 'builder',
        attempt: 2,
        contains: ['Use a comment.'],
        text: goodPatch.replace('+  return a + b;', '+  // Adds.\n+  return a + b;').replace('+1,3', '+1,4'),
      },
      { role: 'auditor', text: '{"summary": "", "findings": []}' },
    ]);
    const again = await bench.run('review', 'last/one', '--revise', 'Use a comment.');
    assert.equal(again.code, 5, again.out + again.err);
    const shown = await bench.run('review', 'last/one');
    assert.match(shown.out, /\/\/ Adds\./);
  });

  it('refuses two decisions at once', async () => {
    assert.equal((await bench.run('review', 'last', '--approve', '--reject')).code, 2);
  });

  it('takes only the hunks that are named, with checks and a review of exactly those', async () => {
    await bench.run('review', 'last', '--reject');
    const two =
      '```diff\n--- /dev/null\n+++ b/NOTES.md\n@@ -0,0 +1 @@\n+Notes.\n--- a/src/sum.js\n+++ b/src/sum.js\n@@ -1,3 +1,3 @@\n export function sum(a, b) {\n-  return a - b;\n+  return a + b;\n }\n```\n';
    await bench.model([
      { role: 'builder', text: two },
      { role: 'auditor', text: '{"summary": "", "findings": []}' },
    ]);
    assert.equal((await bench.run('run', await bench.phase('two', nodeTest))).code, 5);
    const done = await bench.run('review', 'last/two', '--approve', '--hunks', 'src/sum.js:1');
    assert.equal(done.code, 0, done.out + done.err);
    assert.deepEqual(bench.git('show', '--format=', '--name-only', 'HEAD').trim().split('\n'), ['src/sum.js']);
  });

  it('approves on a branch that moved meanwhile: the checks run again on the new head', async () => {
    await bench.write('NOTES.md', 'Mine.\n');
    bench.git('add', '--all');
    bench.git('commit', '--quiet', '--message', 'Mine');
    const done = await bench.run('review', 'last/one', '--approve', '--json');
    assert.equal(done.code, 0, done.out + done.err);
    assert.equal(done.lines.filter((line) => line.type === 'checks-end').length, 1);
    assert.equal(bench.git('rev-list', '--count', 'HEAD').trim(), '3');
  });

  it('rolls a landing back with one commit and keeps later work', async () => {
    await bench.run('review', 'last/one', '--approve');
    await bench.write('NOTES.md', 'Mine.\n');
    bench.git('add', '--all');
    bench.git('commit', '--quiet', '--message', 'Mine');
    const done = await bench.run('rollback', 'last/one', '--json');
    assert.equal(done.code, 0, done.out + done.err);
    assert.match(await bench.read('src/sum.js'), /a - b/);
    assert.equal(await bench.read('NOTES.md'), 'Mine.\n');
    assert.equal(bench.git('status', '--porcelain').trim(), '');
    assert.equal((await bench.run('rollback', 'last/one')).code, 2);
  });

  it('counts the same by every key, and as the provider did', async () => {
    for (const by of ['phase', 'model', 'day', 'run', 'role']) {
      const [report] = (await bench.run('spend', '--by', by, '--json')).lines;
      assert.equal(report?.by, by);
      const sum = (key: string) =>
        report?.rows.reduce((total: number, row: Record<string, number>) => total + (row[key] ?? 0), 0);
      assert.deepEqual([sum('input'), sum('cached'), sum('output'), sum('calls')], [1500, 200, 150, 2]);
      assert.equal(sum('costMicros'), report?.total.costMicros);
      assert.equal(report?.total.costLabel, 'computed');
    }
    const day = (await bench.run('spend', '--by', 'day', '--json')).lines[0]?.caps.find(
      (cap: { level: string }) => cap.level === 'day',
    );
    assert.equal(day.capMicros, 20_000_000);
  });

  it('keeps no key in its state directory', async () => {
    const { readdirSync, readFileSync } = await import('node:fs');
    const state = `${bench.directory}/.git/countersign`;
    const files = readdirSync(state, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    assert.ok(files.length > 0);
    for (const file of files) {
      const text = readFileSync(`${file.parentPath}/${file.name}`, 'latin1');
      assert.ok(!text.includes('sk-test-key-0123456789abcdef'), file.name);
    }
  });
});
