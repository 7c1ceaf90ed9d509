import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type Bench, finished, goodPatch, openBench, root } from './support.ts';

describe('countersign patch, config, doctor and demo', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench();
  });
  afterEach(() => bench.close());

  it('checks a patch without touching a file, and applies it', async () => {
    await bench.write('reply.md', goodPatch);
    const checked = await bench.run('patch', 'check', 'reply.md', '--json');
    assert.equal(checked.code, 0, checked.out + checked.err);
    assert.deepEqual(checked.lines[0]?.files, [{ path: 'src/sum.js', added: 1, removed: 1 }]);
    assert.match(await bench.read('src/sum.js'), /a - b/);
    assert.equal((await bench.run('patch', 'apply', 'reply.md')).code, 0);
    assert.match(await bench.read('src/sum.js'), /a \+ b/);
  });

  it('refuses a patch that does not fit, whole, with the lines of the file', async () => {
    await bench.write('reply.md', goodPatch.replace('a - b', 'a / b'));
    const refused = await bench.run('patch', 'apply', 'reply.md', '--json');
    assert.equal(refused.code, 3);
    assert.equal(refused.lines[0]?.type, 'fault');
    assert.match(await bench.read('src/sum.js'), /a - b/);
  });

  it('answers a batch line by line, also a line that is no case', async () => {
    const child = bench.start('patch', 'batch');
    const good = { id: 'a', files: { 'src/sum.js': await bench.read('src/sum.js') }, patch: goodPatch };
    const bad = { id: 'b', files: {}, patch: goodPatch };
    child.stdin?.write(`${JSON.stringify(good)}\n${JSON.stringify(bad)}\nnonsense\n{"id": 7}\n`);
    const done = await finished(child);
    assert.equal(done.code, 0, done.err);
    assert.deepEqual(
      done.lines.map((line) => [line.id, line.ok]),
      [
        ['a', true],
        ['b', false],
        ['', false],
        ['7', false],
      ],
    );
    assert.match(done.lines[0]?.files['src/sum.js'], /a \+ b/);
  });

  it('says where each setting came from', async () => {
    const { environment } = bench;
    environment.COUNTERSIGN_BUDGET_USD = '2';
    const shown = await bench.run('config', 'show', '--origin', '--json');
    assert.equal(shown.code, 0, shown.err);
    const setting = shown.lines[0]?.settings.find((candidate: { key: string }) => candidate.key === 'budget.usd');
    assert.deepEqual([setting.value, setting.origin], [2, 'environment']);
  });

  it('examines the setup', async () => {
    const [report] = (await bench.run('doctor', '--json')).lines;
    const about = report?.findings.map((finding: { about: string }) => finding.about);
    for (const name of ['node', 'sandbox', 'repository', 'models', 'history', 'worktrees', 'dependencies', 'state']) {
      assert.ok(about.includes(name), name);
    }
  });

  it('names state that does not fit the repository, and removes what nobody uses', async () => {
    const cache = path.join(bench.home, 'cache', 'countersign');
    await mkdir(path.join(bench.directory, '.git', 'countersign', 'moves', 'x.refused'), { recursive: true });
    const unused = path.join(cache, 'prepared', 'gone-1');
    await mkdir(unused, { recursive: true });
    await mkdir(path.join(cache, 'gone-1'));
    await writeFile(path.join(cache, 'gone-1', 'repository.json'), '{"commonDirectory": "/nowhere/.git"}');
    const found = async (...words: string[]) => (await bench.run('doctor', ...words, '--json')).lines[0]?.findings;
    const state = (await found()).filter((each: { about: string }) => each.about === 'state');
    assert.match(state[0]?.message, /not believed is kept in .*x\.refused/);
    assert.equal(state[0]?.state, 'warning');
    assert.ok(existsSync(unused));
    const cleaned = (await found('--clean')).map((each: { about: string; message: string }) => each.message).join('\n');
    assert.match(cleaned, /MB freed/);
    assert.ok(!existsSync(unused) && !existsSync(path.join(cache, 'gone-1')));
  });

  it('shows help for every command and its version', async () => {
    const help = await bench.run('help');
    for (const name of ['run', 'review', 'spend', 'patch batch', 'demo']) assert.ok(help.out.includes(name));
    assert.match((await bench.run('run', '--help')).out, /countersign run FILE/);
    assert.match((await bench.run('--version')).out, /^\d+\.\d+\.\d+$/m);
  });

  it('runs the example with recorded replies to the outcomes it promises', async function () {
    this.timeout(60_000);
    const into = path.join(bench.home, 'hello');
    const done = await bench.run('demo', '--into', into);
    assert.equal(done.code, 0, done.out + done.err);
    assert.match(done.out, /recorded replies, no model is called/);
    assert.match(done.out, /^landed greet-in-language [0-9a-f]{40}$/m);
    assert.match(done.out, /^landed limit-greetings [0-9a-f]{40}$/m);
    assert.match(done.out, /^blocked serve-cards .*lead out/m);
    assert.ok(done.out.includes(`repository ${into}`));
    const git = (...words: string[]) =>
      execFileSync('git', words, { cwd: into, env: bench.environment, encoding: 'utf8' });
    assert.equal(git('status', '--porcelain'), '');
    assert.deepEqual(git('log', '--format=%s').trim().split('\n').slice(-1), ['Begin hello-service']);
    assert.equal(git('rev-list', '--count', 'HEAD').trim(), '3');
    const [spend] = (await bench.run('spend', '--repo', into, '--json')).lines;
    assert.ok(done.out.includes(`$${(spend?.total.costMicros / 1_000_000).toFixed(4)}`), done.out);
  });

  it('exits 3 when the same plan is run by hand', async function () {
    this.timeout(60_000);
    const into = path.join(bench.home, 'hello');
    execFileSync('cp', ['-r', path.join(root, 'examples', 'hello-service'), into]);
    const git = (...words: string[]) => execFileSync('git', words, { cwd: into, env: bench.environment });
    git('init', '--quiet');
    git('add', '--all');
    git('commit', '--quiet', '--message', 'Begin');
    const unasked = await bench.run('run', '.countersign/plans/hello.yaml', '--repo', into);
    assert.equal(unasked.code, 2, unasked.out + unasked.err);
    const done = await bench.run('run', '.countersign/plans/hello.yaml', '--repo', into, '--trust-workspace', '--json');
    assert.equal(done.code, 3, done.out + done.err);
  });

  it('stops reading early without a complaint when its reader goes away', async () => {
    const child = spawn('sh', ['-c', `"${process.execPath}" "${path.join(root, 'dist', 'cli.js')}" help | head -1`], {
      cwd: bench.directory,
      env: bench.environment,
    });
    const done = await finished(child);
    assert.deepEqual([done.code, done.err], [0, '']);
    assert.ok(
      existsSync(path.join(root, 'dist', 'cli.js')) &&
        readFileSync(path.join(root, 'dist', 'cli.js'), 'utf8').startsWith('#!/usr/bin/env node'),
    );
    rmSync(path.join(bench.home, 'nothing'), { force: true });
  });
});
