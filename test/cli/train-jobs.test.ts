import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type FineTuningScript, type FineTuningServer, startFineTuningServer } from '../support/fine-tuning-server.ts';
import { type Bench, type Finished, finished, openBench } from './support.ts';

const row = (text: string) => ({
  messages: [
    { role: 'user', content: `Add ${text}.` },
    { role: 'assistant', content: 'a\u2028b' },
  ],
});

describe('countersign train jobs', function () {
  // Each step is a process of its own, on a machine that may be busy.
  this.timeout(180_000);
  let bench: Bench;
  let server: FineTuningServer | null;
  beforeEach(async () => {
    bench = await openBench();
    server = null;
  });
  afterEach(async () => {
    await server?.close();
    await bench.close();
  });

  /** A dataset as `train prepare` leaves one; returns its manifest. */
  async function dataset(format: string, rows: number): Promise<string> {
    const text = Array.from({ length: rows }, (_, index) => `${JSON.stringify(row(String(index)))}\n`).join('');
    const sha256 = createHash('sha256').update(text).digest('hex');
    const name = `${format}.train.jsonl`;
    await bench.write(`data/${name}`, text);
    const files = [{ file: name, rows, bytes: text.length, sha256 }];
    const manifest = { format: 'countersign-dataset-1', seed: '1', heldOut: 0.1, heldOutFrom: null, files };
    await bench.write('data/manifest.json', JSON.stringify(manifest));
    return 'data/manifest.json';
  }

  async function api(script: FineTuningScript, more: Record<string, unknown> = {}): Promise<void> {
    server = await startFineTuningServer(script);
    const backend = {
      provider: 'lab',
      baseUrl: server.url,
      apiKeyEnv: 'LAB_KEY',
      baseModel: 'tiny',
      pollSeconds: 0.05,
    };
    const tuner = { ...backend, usdPerMillionTokens: 3, hyperparameters: { n_epochs: 1 } };
    await bench.model([], { training: { backends: { tuner }, ...more } });
  }

  async function command(body: string): Promise<void> {
    const file = path.join(bench.home, 'trainer.mjs');
    const head = `import fs from 'node:fs'; const say = (value) => console.log(JSON.stringify(value));\n`;
    await writeFile(file, head + body);
    const own = {
      provider: 'lab',
      command: [process.execPath, file],
      baseModel: 'tiny',
      usdPerMillionTokens: 0,
      env: ['SHOWN'],
    };
    await bench.model([], { training: { backends: { own } } });
  }
  const finish = `fs.writeFileSync(process.env.COUNTERSIGN_OUTPUT + '/result.json', JSON.stringify({ model: 'tuned' }));`;

  async function until(condition: () => Promise<boolean>): Promise<void> {
    while (!(await condition())) await pause(100);
  }
  const statusOf = async (...words: string[]) =>
    (await bench.run('train', 'status', ...words, '--json')).lines[0] as Record<string, any>;
  const isUnderWay = async () => {
    const status = await statusOf();
    return status.type === 'training-job' && status.status?.step > 0;
  };

  it('trains through an API, tells of it, and makes a version with its lineage', async () => {
    const events = [1, 2, 3].map((step) => ({ message: '', data: { step, train_loss: 2 / step, total_steps: 3 } }));
    const models = { 'ft:tiny:countersign': { shutdown_date: '2999-01-02' } };
    await api({ statuses: ['queued', 'running', 'succeeded'], events, models, loseCreateReplies: 1 });
    const manifest = await dataset('openai-sft', 14);
    const done = await bench.run('train', 'start', '--data', manifest, '--usd', '1', '--size', '12', '--json');
    assert.equal(done.code, 0, done.out + done.err);
    const [cost] = done.lines;
    assert.deepEqual([cost?.type, cost?.data.rows], ['job-cost', 12]);
    assert.ok(cost?.cost.tokens > 0 && cost?.cost.micros > 0);
    const end = done.lines.at(-1);
    assert.deepEqual(
      [end?.type, end?.version, end?.result.trained.model],
      ['job-end', 'v1.0.0', 'ft:tiny:countersign'],
    );
    assert.equal(server?.jobs.length, 1);
    assert.ok(server?.keys.every((key) => key === `Bearer ${bench.environment.LAB_KEY}`));
    const status = await statusOf();
    assert.deepEqual([status.status.status, status.status.progress, status.steps.length], ['completed', 1, 3]);
    const [listed] = (await bench.run('models', 'list', '--json')).lines;
    const [version] = listed?.versions ?? [];
    assert.deepEqual(
      [version.version, version.model, version.base, version.job, version.shutdownDate],
      ['v1.0.0', 'lab/ft:tiny:countersign', 'tiny', end?.job, '2999-01-02T00:00:00.000Z'],
    );
    const text = await bench.read(manifest);
    assert.equal(version.dataset.manifestSha256, createHash('sha256').update(text).digest('hex'));
    assert.match((await bench.run('train', 'jobs')).out, /^train-\S+ +tuner +tiny +12 +completed .*v1\.0\.0$/m);
  });

  it('sends nothing before it is known what a job may cost', async () => {
    await api({ statuses: ['succeeded'] });
    const manifest = await dataset('openai-sft', 12);
    const start = (...words: string[]) => bench.run('train', 'start', '--data', manifest, '--json', ...words);
    const codeOf = ({ code, lines }: Finished) => [code, lines.at(-1)?.code];
    assert.deepEqual(codeOf(await start()), [4, 'budget/training-uncapped']);
    assert.deepEqual(codeOf(await start('--usd', '0.000001')), [4, 'budget/training-too-dear']);
    assert.deepEqual(codeOf(await start('--usd', '1', '--tokens', '3')), [4, 'budget/training-too-dear']);
    assert.equal(server?.requests.length, 0);
    assert.equal((await bench.run('train', 'jobs', '--json')).lines[0]?.jobs.length, 0);
    assert.deepEqual(await readdir(path.join(bench.directory, '.git/countersign/training/jobs')), []);
  });

  it('says what is wrong before it begins', async () => {
    await bench.model([]);
    const codeOf = ({ code, lines }: Finished) => [code, lines.at(-1)?.code];
    const start = (...words: string[]) => bench.run('train', 'start', '--json', ...words);
    assert.deepEqual(codeOf(await start()), [2, 'training/not-configured']);
    await api({ statuses: ['succeeded'], models: { tiny: { shutdown_date: '2020-01-01' } } });
    assert.deepEqual(codeOf(await start('--backend', 'nobody')), [2, 'training/not-configured']);
    assert.deepEqual(codeOf(await start()), [3, 'training/not-ready']);
    assert.deepEqual(codeOf(await start('--force', '--usd', '1')), [2, 'training/unusable-data']);
    assert.deepEqual(codeOf(await start('--data', 'none.json')), [2, 'training/unusable-data']);
    assert.deepEqual(codeOf(await start('--size', 'many')), [2, 'arguments/invalid']);
    const manifest = await dataset('openai-sft', 12);
    const retired = await start('--data', manifest, '--usd', '1');
    assert.deepEqual([retired.code, retired.lines.at(-1)?.result.code], [2, 'retired']);
    await bench.write('data/openai-sft.train.jsonl', '{"messages": []}\n');
    assert.deepEqual(codeOf(await start('--data', manifest, '--usd', '1')), [2, 'training/unusable-data']);
    assert.deepEqual(codeOf(await bench.run('train', 'status', 'train-none', '--json')), [2, 'training/no-job']);
    assert.deepEqual(codeOf(await bench.run('train', 'pause', '--json')), [2, 'training/not-controllable']);
  });

  it('gives the reason of a job that failed, and takes it up again', async () => {
    const laterStatuses = ['running', 'succeeded'];
    await api({ statuses: ['running', 'failed'], laterStatuses, error: 'The data teaches nothing.' });
    const manifest = await dataset('openai-sft', 12);
    const done = await bench.run('train', 'start', '--data', manifest, '--usd', '1');
    assert.equal(done.code, 6);
    assert.match(done.err, /The data teaches nothing\./);
    assert.match((await bench.run('train', 'status')).out, /crashed/);
    const again = await bench.run('train', 'resume', '--json');
    assert.deepEqual([again.code, again.lines.at(-1)?.version], [0, 'v1.0.0'], again.out + again.err);
    assert.deepEqual([server?.jobs.length, server?.files.length], [2, 1]);
  });

  it('trains by a program that sees no key, and obeys who asks from another process', async () => {
    await command(`
      fs.writeFileSync(process.env.COUNTERSIGN_OUTPUT + '/environment.json', JSON.stringify(process.env));
      let step = 0;
      setInterval(() => say({ step: ++step, loss: 1 / step }), 20);`);
    bench.environment.SHOWN = 'yes';
    const manifest = await dataset('trl-sft', 3);
    const running = finished(bench.start('train', 'start', '--data', manifest, '--json'));
    await until(isUnderWay);
    const paused = await bench.run('train', 'pause', '--reason', 'lunch', '--json');
    assert.deepEqual([paused.code, paused.lines[0]?.control], [0, 'pause'], paused.out);
    await until(async () => (await statusOf()).status.status === 'paused');
    assert.equal((await bench.run('train', 'resume')).code, 0);
    await until(async () => (await statusOf()).status.status === 'training');
    const { folder } = await statusOf();
    const seen = JSON.parse(await readFile(path.join(folder, 'environment.json'), 'utf8'));
    assert.deepEqual([seen.LAB_KEY, seen.SHOWN], [undefined, 'yes']);
    assert.equal((await bench.run('train', 'stop', '--reason', 'enough')).code, 0);
    const done = await running;
    assert.deepEqual([done.code, done.lines.at(-1)?.result], [130, { type: 'stopped', reason: 'Stopped: enough' }]);
    assert.equal((await bench.run('train', 'stop', '--json')).code, 2);
  });

  it('goes on with a job whose process was ended', async () => {
    await command(`
      if (process.env.COUNTERSIGN_RESUMED === '1') { say({ step: 1, loss: 0.5 }); ${finish} process.exit(0); }
      say({ step: 1, loss: 1 });
      setInterval(() => {}, 1000);`);
    const child = bench.start('train', 'start', '--data', await dataset('trl-sft', 3), '--json');
    const running = finished(child);
    await until(isUnderWay);
    child.kill('SIGINT');
    const left = await running;
    assert.deepEqual([left.code, left.lines.at(-1)?.result.type], [130, 'left'], left.out + left.err);
    assert.match((await bench.run('train', 'status')).out, /train resume/);
    const done = await bench.run('train', 'resume', '--json');
    assert.deepEqual([done.code, done.lines.at(-1)?.version], [0, 'v1.0.0'], done.out + done.err);
    assert.equal((await bench.run('train', 'resume', '--json')).lines[0]?.code, 'training/not-controllable');
  });

  it('sends no other file than the rows that a job began with', async () => {
    await api({ statuses: ['failed'], error: 'No.' });
    const done = await bench.run('train', 'start', '--data', await dataset('openai-sft', 12), '--usd', '1', '--json');
    assert.equal(done.code, 6);
    const { folder, record } = await statusOf();
    const secret = path.join(bench.home, 'secret');
    await writeFile(secret, 'mine');
    await rm(path.join(folder, 'training.jsonl'));
    await symlink(secret, path.join(folder, 'training.jsonl'));
    const before = server?.requests.length;
    const again = await bench.run('train', 'resume', record.id, '--json');
    assert.deepEqual([again.code, again.lines.at(-1)?.code], [2, 'training/unusable-data'], again.out);
    assert.equal(server?.requests.length, before);
  });

  it('runs no program that only the workspace names, and reads no job that is none', async () => {
    const witness = path.join(bench.home, 'witness');
    const backend = `{ provider: lab, command: ["touch", ${JSON.stringify(witness)}], baseModel: x, usdPerMillionTokens: 0 }`;
    await bench.write('.countersign/config.yaml', `training: { backends: { theirs: ${backend} } }\n`);
    const manifest = await dataset('trl-sft', 3);
    const done = await bench.run('train', 'start', '--data', manifest, '--json');
    assert.deepEqual([done.code, done.lines.at(-1)?.code], [2, 'training/not-configured']);
    assert.match(done.err, /training\.backends\.theirs/);
    assert.equal(existsSync(witness), false);
    await bench.write('.git/countersign/training/jobs/train-20260101-000000-0000/job.json', '{"id": "other"}');
    assert.deepEqual((await bench.run('train', 'jobs', '--json')).lines[0]?.jobs, []);
  });
});
