import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type FakeGh, gitAlone, makeFakeGh } from '../support/fake-gh.ts';
import { type Bench, breakingPatch, nodeTest, obliging, openBench, runEnd } from './support.ts';

const plan = {
  id: 'sums',
  goal: 'Make *sums* right',
  tiers: [{ id: 'one', phases: [{ id: 'fix-sum', goal: 'Add.', title: 'Add the two', ...nodeTest }] }],
};

describe('countersign promote', function () {
  this.timeout(120_000);
  let bench: Bench;
  let gh: FakeGh;
  let bare: string;

  beforeEach(async () => {
    bench = await openBench();
    gh = await makeFakeGh(path.join(bench.home, 'gh'));
    bare = path.join(bench.home, 'remote.git');
    bench.git('init', '--quiet', '--bare', bare);
    bench.git('remote', 'add', 'origin', bare);
    bench.git('push', '--quiet', 'origin', 'main');
    await bench.write('plan.json', JSON.stringify(plan));
  });
  afterEach(() => bench.close());

  const withGh = () => {
    bench.environment.PATH = [gh.folder, bench.environment.PATH].join(path.delimiter);
  };
  const remote = (...words: string[]) => execFileSync('git', ['-C', bare, ...words], { encoding: 'utf8' }).trim();
  const head = (ref: string) => bench.git('rev-parse', ref).trim();
  const run = async (landing: object = { merge: false }, replies: typeof obliging = obliging) => {
    await bench.model(replies, { landing });
    const done = await bench.run('run', 'plan.json', '--autonomy', 'full', '--json');
    return runEnd(done);
  };

  it('leaves a finished run on its branch where it is not to be merged by itself, then brings it in', async () => {
    const before = head('main');
    const { runId, exitCode, phases } = await run();
    assert.equal(exitCode, 0);
    assert.equal(head('main'), before);
    await bench.write('notes.txt', 'mine\n');
    const done = await bench.run('promote', runId, '--summary', 'out.md', '--json');
    assert.equal(done.code, 0, done.out + done.err);
    const [promotion] = done.lines;
    assert.deepEqual(
      [promotion?.type, promotion?.how, promotion?.into, promotion?.commit, promotion?.url],
      ['promotion', 'fast-forward', 'refs/heads/main', phases[0].commit, null],
    );
    assert.equal(head('main'), phases[0].commit);
    assert.match(await bench.read('src/sum.js'), /a \+ b/);
    assert.equal(await bench.read('notes.txt'), 'mine\n');
    assert.match(promotion?.summary, /^# Make \\\*sums\\\* right\n/);
    assert.equal(await bench.read('out.md'), promotion?.summary);
    assert.equal(remote('rev-parse', 'main'), before, 'nothing is pushed unasked');
    const again = await bench.run('promote', runId, '--json');
    assert.deepEqual([again.code, again.lines[0]?.code], [3, 'run/not-promotable']);
    assert.match(again.lines[0]?.message, /main holds it already/);
  });

  it('makes a merge commit that says what came, where the branch went on', async () => {
    const { runId, phases } = await run();
    await bench.write('other.txt', 'more\n');
    bench.git('add', 'other.txt');
    bench.git('commit', '--quiet', '--message', 'Go on');
    const done = await bench.run('promote', runId);
    assert.equal(done.code, 0, done.out + done.err);
    assert.match(done.out, /merged into main as [0-9a-f]{10}\n$/);
    assert.equal(head('main^2'), phases[0].commit);
    const message = bench.git('log', '-1', '--format=%B', 'main');
    assert.match(
      message,
      new RegExp(`^Merge Countersign run ${runId}\n\nMake \\*sums\\* right\n\n- [0-9a-f]{10} Add the two\n`),
    );
    assert.match(message, new RegExp(`Countersign-Run: ${runId}\n`));
  });

  it('never moves over an edit of the user’s, and mends a run that only could not be merged', async () => {
    await bench.model(obliging);
    const child = bench.start('run', 'plan.json', '--autonomy', 'full', '--json');
    let out = '';
    child.stdout?.on('data', (part) => {
      out += part;
    });
    await bench.write('src/sum.js', 'mine\n');
    await new Promise((resolve) => child.on('close', resolve));
    const end = JSON.parse(out.trim().split('\n').at(-1) ?? '');
    assert.deepEqual([end.exitCode, end.phases[0].state], [6, 'landed'], out);
    const refused = await bench.run('promote', '--json');
    assert.deepEqual([refused.code, refused.lines[0]?.code], [6, 'repository/dirty-path']);
    assert.equal(await bench.read('src/sum.js'), 'mine\n');
    bench.git('checkout', '--', 'src/sum.js');
    assert.equal((await bench.run('promote')).code, 0);
    const [status] = (await bench.run('report', '--json')).lines;
    assert.deepEqual([status?.state, status?.reason], ['done', null]);
  });

  it('refuses a run that did not end well, with the reason', async () => {
    const strict = {
      ...plan,
      tiers: [{ id: 'one', phases: [{ ...plan.tiers[0]?.phases[0], budget: { attempts: 1 } }] }],
    };
    await bench.write('plan.json', JSON.stringify(strict));
    const { exitCode } = await run({}, [{ role: 'builder', text: breakingPatch }]);
    assert.equal(exitCode, 3);
    for (const words of [[], ['--pr', '--push']]) {
      const done = await bench.run('promote', ...words, '--json');
      assert.deepEqual([done.code, done.lines[0]?.code], [3, 'run/not-promotable']);
      assert.match(done.lines[0]?.message, /`fix-sum` is rejected\./);
    }
  });

  it('refuses what was rolled back, and what landed on the branch itself', async () => {
    const { runId } = await run();
    assert.equal((await bench.run('rollback', runId)).code, 0);
    const back = await bench.run('promote', runId, '--json');
    assert.match(back.lines[0]?.message, /`fix-sum` was rolled back/);
    await bench.model(obliging);
    await bench.run('run', await bench.phase('direct', nodeTest), '--autonomy', 'full');
    const direct = await bench.run('promote', '--json');
    assert.deepEqual([direct.code, direct.lines[0]?.code], [3, 'run/not-promotable']);
    assert.match(direct.lines[0]?.message, /landed on main itself/);
  });

  it('opens a pull request with the report, and pushes only when asked', async () => {
    withGh();
    const { runId, phases } = await run();
    const branch = `countersign/${runId}`;
    await gh.answer('pr create', [{ output: 'https://github.example/team/sums/pull/7\n' }]);
    const unasked = await bench.run('promote', runId, '--pr', '--json');
    assert.deepEqual([unasked.code, unasked.lines[0]?.code], [6, 'remote/not-pushed']);
    assert.match(unasked.lines[0]?.remedy, new RegExp(`--push, .*git push origin ${branch}`));
    assert.deepEqual(await gh.calls(), []);
    const done = await bench.run('promote', runId, '--pr', '--push', '--json');
    assert.equal(done.code, 0, done.out + done.err);
    const [promotion] = done.lines;
    assert.deepEqual([promotion?.how, promotion?.url], ['pull-request', 'https://github.example/team/sums/pull/7']);
    assert.equal(remote('rev-parse', branch), phases[0].commit);
    assert.notEqual(head('main'), phases[0].commit, 'nothing is merged here');
    const [call] = await gh.calls();
    assert.deepEqual(call?.words, [
      ...['pr', 'create', '--head', branch, '--base', 'main', '--title', 'Make *sums* right'],
      ...['--body-file', '-'],
    ]);
    assert.equal(call?.input, promotion?.summary);
    assert.ok(!call?.names.includes('LAB_KEY'), 'the model’s key is none of its business');
    const pushed = await bench.run('promote', runId, '--pr', '--json');
    assert.equal(pushed.code, 0, 'what is on the remote already needs no --push');
  });

  it('says what to do without gh, without the remote, and where gh fails', async () => {
    const { runId } = await run();
    const path0 = bench.environment.PATH;
    const tools = await gitAlone(path.join(bench.home, 'tools'));
    bench.environment.PATH = [tools, path.dirname(process.execPath)].join(path.delimiter);
    const without = await bench.run('promote', runId, '--pr', '--push', '--json');
    assert.deepEqual([without.code, without.lines[0]?.code], [6, 'gh/missing']);
    assert.match(without.lines[0]?.remedy, /gh auth login/);
    bench.environment.PATH = path0;
    withGh();
    const nowhere = await bench.run('promote', runId, '--pr', '--push', '--remote', 'upstream', '--json');
    assert.deepEqual([nowhere.code, nowhere.lines[0]?.code], [6, 'remote/none']);
    await gh.answer('pr create', [{ errors: 'a pull request already exists\n', code: 1 }]);
    const failed = await bench.run('promote', runId, '--pr', '--push', '--json');
    assert.deepEqual([failed.code, failed.lines[0]?.code], [6, 'gh/failed']);
    assert.match(failed.lines[0]?.message, /pr create.*already exists/);
    const misused = await bench.run('promote', runId, '--push', '--json');
    assert.deepEqual([misused.code, misused.lines[0]?.code], [2, 'arguments/invalid']);
  });

  it('does not start a program that the repository’s configuration names', async () => {
    withGh();
    const { runId } = await run();
    const mark = path.join(bench.home, 'was-run');
    const evil = path.join(bench.home, 'evil');
    await bench.write('../home/evil', `#!/bin/sh\ntouch ${mark}\nexit 1\n`);
    execFileSync('chmod', ['755', evil]);
    bench.git('config', 'remote.origin.receivepack', evil);
    bench.git('config', 'remote.origin.uploadpack', evil);
    bench.git('config', 'core.sshCommand', evil);
    bench.git('config', 'credential.helper', `!${evil}`);
    bench.git('config', 'core.fsmonitor', evil);
    await gh.answer('pr create', [{ output: 'https://github.example/team/sums/pull/7\n' }]);
    const done = await bench.run('promote', runId, '--pr', '--push', '--json');
    assert.equal(done.code, 0, done.out + done.err);
    assert.throws(() => readFileSync(mark));
  });
});
