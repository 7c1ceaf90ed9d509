import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { stringify } from 'yaml';
import { type FakeGh, gitAlone, makeFakeGh } from '../support/fake-gh.ts';
import { type Bench, nodeTest, obliging, openBench, runEnd } from './support.ts';

const url = 'https://github.example/team/sums/actions/runs/7';
const listed = (status: string, conclusion: string | null) => ({
  output: JSON.stringify([{ databaseId: 7, status, conclusion, url }]),
});

describe('checks.ci', function () {
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
    bench.environment.PATH = [gh.folder, bench.environment.PATH].join(path.delimiter);
  });
  afterEach(() => bench.close());

  const branches = () => execFileSync('git', ['-C', bare, 'for-each-ref', '--format=%(refname)'], { encoding: 'utf8' });
  const ci = { workflow: 'test.yml', timeout: '2m' };
  const run = async (more: object = {}) => {
    await bench.model(obliging, { checks: { sandbox: 'off', ci: { ...ci, ...more } } });
    return bench.run('run', await bench.phase('one', nodeTest), '--autonomy', 'full', '--json');
  };

  it('waits for the workflow of the pushed change, which is a check with an address', async () => {
    await gh.answer('run list', [{ output: '[]' }, listed('in_progress', null), listed('completed', 'success')]);
    const done = await run();
    assert.equal(done.code, 0, done.out + done.err);
    const report = done.lines.find(({ type }) => type === 'checks-end')?.report;
    assert.deepEqual(
      report.results.map(({ command, outcome }: { command: string; outcome: string }) => [command, outcome]),
      [
        ['node --test test/sum.test.js', 'passed'],
        ['CI workflow test.yml', 'passed'],
      ],
    );
    assert.equal(report.results[1].url, url);
    const staged = done.lines.find(({ type }) => type === 'patch-staged')?.staged;
    const [first] = await gh.calls();
    const { runId } = runEnd(done);
    assert.deepEqual(first?.words.slice(0, 8), [
      ...['run', 'list', '--workflow', 'test.yml', '--branch', `countersign/ci/${runId}/one-1`, '--commit'],
      staged.commit,
    ]);
    assert.ok(!first?.names.includes('LAB_KEY'));
    assert.equal(branches(), '', 'the branch is removed again');
    const markdown = await bench.run('report', runId);
    assert.match(markdown.out, new RegExp(`CI workflow test\\.yml.*\\| passed \\|[\\s\\S]*${url}`));
  });

  it('rejects what the workflow rejects, with its log for the next attempt', async () => {
    await gh.answer('run list', [listed('completed', 'failure')]);
    await gh.answer('run view', [{ output: 'test\tsum\tExpected 3 but got 4\n' }]);
    const done = await run();
    assert.equal(done.code, 3, done.out + done.err);
    assert.match(runEnd(done).phases[0].reason, /CI workflow test\.yml failed/);
    const second = bench.server?.requests.filter(({ role }) => role === 'builder')[1];
    assert.match(second?.text ?? '', /Expected 3 but got 4/);
    assert.equal(branches(), '');
  });

  it('begins nothing without gh, and nothing without the remote', async () => {
    const tools = await gitAlone(path.join(bench.home, 'tools'));
    const before = bench.environment.PATH;
    bench.environment.PATH = [tools, path.dirname(process.execPath)].join(path.delimiter);
    const done = await run();
    assert.deepEqual([done.code, done.lines[0]?.code], [6, 'gh/missing']);
    assert.match(done.lines[0]?.message, /wait for the CI workflow test\.yml/);
    assert.equal(bench.server?.requests.length, 0);
    bench.environment.PATH = before;
    const nowhere = await run({ remote: 'upstream' });
    assert.deepEqual([nowhere.code, nowhere.lines[0]?.code], [6, 'remote/none']);
    assert.equal(bench.server?.requests.length, 0);
  });

  it('stops waiting when it is interrupted, and cleans up', async () => {
    await gh.answer('run list', [listed('in_progress', null)]);
    await bench.model(obliging, { checks: { sandbox: 'off', ci } });
    const child = bench.start('run', await bench.phase('one', nodeTest), '--autonomy', 'full', '--json');
    let out = '';
    const waiting = new Promise<void>((resolve) => {
      child.stdout?.on('data', (part) => {
        out += part;
        if (out.includes('"command":"CI workflow test.yml"')) resolve();
      });
    });
    const end = new Promise<number | null>((resolve) => child.on('close', resolve));
    await waiting;
    child.kill('SIGINT');
    assert.equal(await end, 130, out);
    assert.equal(branches(), '');
  });

  it('pushes nothing for a workspace that nobody approved', async () => {
    await bench.write('.countersign/config.yaml', stringify({ checks: { ci } }));
    await bench.model(obliging);
    const done = await bench.run('run', await bench.phase('one', nodeTest), '--autonomy', 'full', '--json');
    assert.equal(done.code, 0, done.out + done.err);
    assert.match(done.err, /checks\.ci\.timeout, checks\.ci\.workflow: not approved/);
    assert.deepEqual(await gh.calls(), []);
    assert.equal(branches(), '');
    assert.ok(existsSync(bare));
    await writeFile(path.join(bench.directory, '.countersign', 'config.yaml'), 'checks: { ci: { timeout: 5 } }\n');
    const wrong = await bench.run('status', '--json');
    assert.equal(wrong.code, 2);
    assert.match(wrong.lines[0]?.message, /checks\.ci\.workflow/);
  });
});
