import assert from 'node:assert/strict';
import { type Bench, cleanReview, goodPatch, majorReview, nodeTest, openBench } from './support.ts';

const minorReview = majorReview.replace('"major"', '"minor"');

describe('countersign findings', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench();
  });
  afterEach(() => bench.close());

  const landWith = async (review: string, id = 'one') => {
    await bench.model([
      { role: 'builder', text: goodPatch },
      { role: 'auditor', text: review },
    ]);
    return bench.run('run', await bench.phase(id, nodeTest), '--autonomy', 'gated', '--json');
  };

  it('lists what landed with an open finding, and lets go of what is dismissed with a reason', async () => {
    assert.equal((await landWith(minorReview)).code, 0);
    const [listed] = (await bench.run('findings', 'list', '--json')).lines;
    assert.equal(listed?.backlog.length, 1);
    const { fingerprint, runs, needsCleanup } = listed?.backlog[0] ?? {};
    assert.deepEqual([runs, needsCleanup], [1, false]);
    const dismissed = await bench.run(
      'findings',
      'dismiss',
      fingerprint.slice(0, 6),
      '--reason',
      'Only numbers.',
      '--json',
    );
    assert.equal(dismissed.code, 0, dismissed.err);
    const [after] = (await bench.run('findings', 'list', '--json')).lines;
    assert.deepEqual([after?.backlog, after?.dismissed.length, after?.dismissed[0].reason], [[], 1, 'Only numbers.']);
    assert.equal((await bench.run('findings', 'restore', fingerprint)).code, 0);
    assert.equal((await bench.run('findings', 'list', '--json')).lines[0]?.backlog.length, 1);
  });

  it('lets a dismissed major pass to a person, never by itself', async () => {
    await bench.model([
      { role: 'builder', text: goodPatch },
      { role: 'reflector', text: 'No.' },
      { role: 'auditor', text: majorReview },
    ]);
    const refused = await bench.run('run', await bench.phase('one', nodeTest), '--autonomy', 'gated', '--json');
    assert.equal(refused.code, 3, refused.err);
    const audit = refused.lines.find(({ type }) => type === 'audit-end');
    const { fingerprint } = audit?.audit.findings[0] ?? {};
    assert.equal((await bench.run('findings', 'dismiss', fingerprint, '--reason', 'Only numbers come here.')).code, 0);
    const again = await bench.run('run', await bench.phase('two', nodeTest), '--autonomy', 'gated', '--json');
    assert.equal(again.code, 5, again.err + again.out);
    assert.match(again.lines.at(-1)?.phases[0].reason, /You dismissed a major finding: Strings are joined/);
    const known = bench.server?.requests.filter(({ role }) => role === 'auditor:correctness').at(-1)?.text ?? '';
    assert.match(known, /Only numbers come here\./);
  });

  it('writes a phase that cleans up what is old', async () => {
    await landWith(minorReview);
    assert.match((await bench.run('findings', 'list', '--cleanup')).out, /Nothing is old enough/);
    for (const id of ['two', 'three']) {
      await bench.model([
        { role: 'builder', text: `--- /dev/null\n+++ b/src/${id}.js\n@@ -0,0 +1 @@\n+export const ${id} = 1;\n` },
        { role: 'auditor', text: cleanReview },
      ]);
      const done = await bench.run('run', await bench.phase(id), '--autonomy', 'gated', '--json');
      assert.equal(done.code, 0, done.out);
    }
    const { out } = await bench.run('findings', 'list', '--cleanup');
    assert.match(out, /category: debt-cleanup/);
    await bench.write('.countersign/phases/cleanup.yaml', out);
    await bench.model([{ role: 'builder', text: goodPatch }]);
    const read = await bench.run('run', '.countersign/phases/cleanup.yaml', '--json');
    assert.notEqual(read.lines.at(-1)?.code, 'spec/invalid', read.out);
  });

  it('refuses a dismissal without a reason, of nothing, and of too short a name', async () => {
    await landWith(minorReview);
    for (const words of [
      ['abcdef12'],
      ['abcdef12', '--reason', ' '],
      ['ab', '--reason', 'x'],
      ['abcdef12', '--reason', 'x'],
      [],
    ]) {
      const done = await bench.run('findings', 'dismiss', ...words, '--json');
      assert.equal(done.code, 2, words.join(' '));
    }
    assert.equal((await bench.run('findings', 'restore', 'abcdef12')).code, 2);
  });
});

describe('the evidence of a phase', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench();
  });
  afterEach(() => bench.close());

  const criteria = { ...nodeTest, acceptance: ['sum adds', 'sum is exported'] };

  it('stands in the note of the landed commit, and nowhere in its message or tree', async () => {
    await bench.model([
      { role: 'builder', text: goodPatch },
      { role: 'auditor', text: cleanReview },
    ]);
    const done = await bench.run('run', await bench.phase('one', criteria), '--autonomy', 'gated');
    assert.equal(done.code, 0, done.err + done.out);
    const note = bench.git('notes', '--ref=countersign', 'show', 'HEAD');
    assert.match(note, /criterion 1, met: sum adds/);
    assert.match(note, /node --test test\/sum\.test\.js: passed, exit code 0, output [0-9a-f]{12}, tree [0-9a-f]{12}/);
    assert.ok(note.includes(bench.git('rev-parse', 'HEAD^{tree}').trim()));
    assert.equal(bench.git('status', '--porcelain').trim(), '');
  });

  it('is shown in a review, by criterion, and goes stale when the branch moves', async () => {
    const byCriterion = JSON.stringify({
      summary: '',
      criteria: [
        { criterion: 1, answer: 'met', evidence: 'return a + b;' },
        { criterion: 2, answer: 'unclear', evidence: '' },
      ],
      findings: [],
    });
    await bench.model([
      { role: 'builder', text: goodPatch },
      { role: 'auditor:spec', text: byCriterion },
    ]);
    const file = await bench.phase('one', { ...criteria, auditor: { panel: ['spec'] } });
    const waits = await bench.run('run', file, '--autonomy', 'gated', '--json');
    assert.equal(waits.code, 5, waits.err + waits.out);
    assert.match(waits.lines.at(-1)?.phases[0].reason, /Not shown: sum is exported/);
    const [shown] = (await bench.run('review', 'last', '--json')).lines;
    const rows = shown?.criteria.map(({ state, stale, hunks }: Record<string, any>) => [state, stale, hunks.length]);
    assert.deepEqual(rows, [
      ['met', false, 1],
      ['not-shown', false, 0],
    ]);
    assert.deepEqual(shown?.criteria[0].hunks, [{ file: 'src/sum.js', hunk: 1, line: 1, by: 'reviewer' }]);
    bench.git('commit', '--quiet', '--allow-empty', '--message', 'Move on');
    const text = await bench.run('review', 'last');
    assert.match(text.out, /criterion 1, met \(stale\): sum adds/);
  });

  it('names reviewers that a spec does not know, with line and column', async () => {
    await bench.model([]);
    const done = await bench.run('run', await bench.phase('one', { auditor: { panel: ['style'] } }), '--json');
    assert.equal(done.code, 2, done.out);
    assert.equal(done.lines[0]?.code, 'spec/invalid');
    assert.match(done.lines[0]?.message, /there are correctness, security, spec, tests, compatibility/);
    assert.ok(done.lines[0]?.at.line > 1);
  });

  it('is looked at by two models from high risk on', async () => {
    await bench.model([
      { role: 'builder', text: goodPatch },
      { role: 'auditor', text: cleanReview },
    ]);
    const done = await bench.run(
      'run',
      await bench.phase('one', { ...nodeTest, risk: 'high' }),
      '--autonomy',
      'full',
      '--json',
    );
    assert.equal(done.code, 5, done.err + done.out);
    const asked = bench.server?.requests.filter(({ role }) => role?.startsWith('auditor:'));
    assert.deepEqual(asked?.map(({ role }) => role?.slice('auditor:'.length)).sort(), [
      'compatibility',
      'correctness',
      'correctness',
      'security',
      'tests',
    ]);
    assert.equal(new Set(asked?.map(({ body }) => body.model)).size, 2);
  });
});
