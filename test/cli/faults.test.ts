import assert from 'node:assert/strict';
import { type Bench, cleanReview, goodPatch, obliging, openBench } from './support.ts';

describe('errors of the command line, each with its remedy', () => {
  let bench: Bench;
  afterEach(() => bench.close());

  /** Runs with `--json` and without; both must agree. */
  async function faultOf(...words: string[]) {
    const json = await bench.run(...words, '--json');
    const fault = json.lines.at(-1) as Record<string, any>;
    const text = await bench.run(...words);
    assert.equal(text.code, json.code);
    if (fault.type === 'fault') {
      assert.ok(text.err.includes(fault.message) && text.err.includes(fault.remedy), text.err);
      assert.ok(fault.remedy.length > 10);
    }
    return { fault, code: json.code, out: json.out };
  }

  it('no git repository, and no commit yet', async () => {
    bench = await openBench({ commit: false });
    await bench.model(obliging);
    const spec = await bench.phase('one');
    const unborn = await faultOf('run', spec);
    assert.deepEqual([unborn.fault.code, unborn.code], ['repository/no-commit', 6]);
    const outside = await faultOf('run', spec, '--repo', bench.home);
    assert.deepEqual([outside.fault.code, outside.code], ['repository/none', 6]);
  });

  it('a bad spec, with line and column', async () => {
    bench = await openBench();
    await bench.model(obliging);
    await bench.write('bad.yaml', 'id: one\ngoal: x\nscop: {}\n');
    const { fault, code } = await faultOf('run', 'bad.yaml');
    assert.deepEqual([fault.code, code, fault.at.line, fault.at.column], ['spec/invalid', 2, 3, 1]);
  });

  it('no model configured, and workspace keys that are not approved', async () => {
    bench = await openBench();
    const spec = await bench.phase('one');
    const none = await faultOf('run', spec);
    assert.deepEqual([none.fault.code, none.code], ['model/not-configured', 2]);
    await bench.write('.countersign/config.yaml', 'models:\n  roles: { builder: evil/x, auditor: evil/x }\n');
    const unapproved = await faultOf('run', spec);
    assert.deepEqual([unapproved.fault.code, unapproved.code], ['config/unapproved', 2]);
    assert.match(unapproved.fault.message, /models\.roles\.builder/);
  });

  it('a wrong key, an unreachable server and a server that is no model', async () => {
    bench = await openBench();
    const spec = await bench.phase('one');
    await bench.model([{ status: 401, body: { error: { message: 'Incorrect API key provided: sk-test-key' } } }]);
    const refused = await faultOf('run', spec);
    assert.equal(refused.code, 6);
    assert.ok(!refused.out.includes('sk-test-key-0123456789abcdef'));
    assert.match(refused.out, /refused the key/);
    await bench.model([{ failure: 'html' }]);
    assert.equal((await bench.run('run', spec)).code, 6);
    await bench.model([]);
    await bench.server?.close();
    const gone = await bench.run('run', spec);
    assert.equal(gone.code, 6, gone.out + gone.err);
    assert.match(gone.out + gone.err, /does not answer/);
  });

  it('a reply without a patch, one that was cut off, and one that does not apply', async () => {
    bench = await openBench();
    const spec = await bench.phase('one', { budget: { attempts: 1 } });
    const before = bench.git('rev-parse', 'HEAD');
    for (const reply of [
      { text: 'I would rather not.' },
      { text: goodPatch, finish: 'length' as const },
      { text: goodPatch.replaceAll('sum(a, b)', 'total(left, right)').replace('a - b', 'left * right') },
    ]) {
      await bench.model([
        { role: 'builder', ...reply },
        { role: 'auditor', text: cleanReview },
      ]);
      const done = await bench.run('run', spec, '--autonomy', 'full');
      assert.equal(done.code, 3, done.out + done.err);
      assert.match(done.out, /^blocked one /m);
      assert.equal(bench.git('rev-parse', 'HEAD'), before);
    }
  });

  it('a patch outside the scope, and one on a protected path', async () => {
    bench = await openBench();
    await bench.model(obliging);
    const scoped = await bench.phase('one', { scope: { include: ['docs/**'] }, budget: { attempts: 1 } });
    const out = await bench.run('run', scoped, '--autonomy', 'full');
    assert.equal(out.code, 3);
    assert.match(out.out, /outside the scope/);
    const hook = '```diff\n--- /dev/null\n+++ b/.github/workflows/ci.yml\n@@ -0,0 +1 @@\n+on: push\n```\n';
    await bench.model([
      { role: 'builder', text: hook },
      { role: 'auditor', text: cleanReview },
    ]);
    await bench.write('ran.sh', 'touch ran\n');
    const guarded = await bench.phase('two', { verify: [{ run: 'sh ran.sh' }] });
    const waits = await bench.run('run', guarded, '--autonomy', 'full', '--json');
    assert.equal(waits.code, 5, waits.out);
    assert.ok(!waits.lines.some((line) => line.type === 'check-start'), 'something of the patch ran unsigned');
  });

  it('a dirty file in the way: nothing is touched and the change can be approved later', async () => {
    bench = await openBench();
    await bench.model(obliging);
    const mine = 'export function sum(a, b) {\n  return a - b; // mine\n}\n';
    await bench.write('src/sum.js', mine);
    const spec = await bench.phase('one');
    const done = await bench.run('run', spec, '--autonomy', 'gated', '--json');
    assert.equal(done.code, 6, done.out);
    assert.match(done.lines.at(-1)?.phases[0].reason, /src\/sum\.js/);
    assert.equal(await bench.read('src/sum.js'), mine);
    bench.git('checkout', '--', 'src/sum.js');
    assert.equal((await bench.run('review', 'last/one', '--approve')).code, 0);
    assert.match(await bench.read('src/sum.js'), /a \+ b/);
  });

  it('a call that may not fit the budget is not sent', async () => {
    bench = await openBench();
    await bench.model(obliging);
    const spec = await bench.phase('one', { budget: { usd: 0.000001 } });
    const done = await bench.run('run', spec, '--json');
    assert.equal(done.code, 4, done.out);
    assert.equal(bench.server?.requests.length, 0);
    assert.equal(done.lines.at(-1)?.phases[0].state, 'failed');
    assert.match(done.lines.at(-1)?.phases[0].reason, /Not sent/);
  });

  it('wrong words on the command line', async () => {
    bench = await openBench();
    for (const words of [
      ['fly'],
      ['run'],
      ['run', 'none.yaml'],
      ['spend', '--by', 'colour'],
      ['status', '--what'],
      ['review', 'nope'],
      ['rollback'],
    ]) {
      const { fault, code } = await faultOf(...words);
      assert.equal(fault.type, 'fault', words.join(' '));
      assert.equal(code, 2, words.join(' '));
    }
  });
});
