import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { type Bench, openBench, runEnd } from './support.ts';

describe('the example’s plan of eight phases', function () {
  this.timeout(240_000);
  let bench: Bench;
  let into: string;
  beforeEach(async () => {
    bench = await openBench({ commit: false });
    into = path.join(bench.home, 'grow');
  });
  afterEach(() => bench.close());

  const git = (...words: string[]) =>
    execFileSync('git', words, { cwd: into, env: bench.environment, encoding: 'utf8' }).trim();
  const inExample = (...words: string[]) =>
    bench.run(...words, '--repo', into, '--config', path.join(into, '.countersign', 'grow', 'config.yaml'));

  it('comes to what it promises; a higher cap and a signature bring the rest home', async () => {
    const demo = await bench.run('demo', '--plan', 'grow', '--into', into);
    assert.equal(demo.code, 0, demo.out + demo.err);
    assert.match(demo.out, /recorded replies, no model is called/);
    for (const id of ['name-version', 'limit-greetings', 'count-greetings', 'greet-everybody']) {
      assert.match(demo.out, new RegExp(`^landed ${id} [0-9a-f]{40}$`, 'm'));
    }
    assert.match(demo.out, /^blocked render-page Not sent: the call may cost \$0\.00\d\d/m);
    assert.match(demo.out, /^waits ask-for-key /m);
    assert.match(demo.out, /limit-greetings {2}change: .*, 2 repairs/, 'put on what landed beside it');
    assert.match(demo.out, /count-greetings {2}attempt 2: .*The branch moved: The patch does not apply/);
    assert.match(demo.out, /greet-everybody {2}attempt 3: recorded\/medium, middle tier, up from cheap/);
    assert.equal(git('log', '--format=%s', 'main'), 'Begin hello-service');

    const before = await inExample('spend', '--json');
    const more = await inExample('resume', 'last/render-page', '--budget-usd', '0.05', '--json');
    assert.equal(more.code, 5, more.out.slice(-3000) + more.err);
    const page = runEnd(more).phases.find(({ id }: { id: string }) => id === 'render-page');
    assert.deepEqual([page.state, page.attempts], ['landed', 2]);
    const after = await inExample('spend', '--json');
    assert.equal(after.lines[0]?.total.calls - before.lines[0]?.total.calls, 2, 'the first attempt is not paid again');

    const signed = await inExample('review', 'last', '--approve', '--json');
    assert.equal(signed.code, 0, signed.out.slice(-3000) + signed.err);
    assert.equal(runEnd(signed).exitCode, 0);
    assert.equal(git('log', '--format=%s', 'main').split('\n').length, 9);
    assert.equal(git('status', '--porcelain'), '');
    const report = await inExample('report', 'last', '--json');
    const tiers = report.lines[0]?.tiers.map(({ id, state }: Record<string, string>) => [id, state]);
    assert.deepEqual(tiers, [
      ['foundation', 'clean'],
      ['features', 'clean'],
      ['operations', 'clean'],
    ]);
  });

  it('names the plans that there are', async () => {
    const done = await bench.run('demo', '--plan', 'none', '--into', into, '--json');
    assert.deepEqual([done.code, done.lines[0]?.code], [2, 'arguments/invalid']);
    assert.match(done.lines[0]?.message, /it has hello and grow/);
  });
});
