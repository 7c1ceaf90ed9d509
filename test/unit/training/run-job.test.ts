import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createCommandBackend } from '../../../src/training/jobs/command-backend.ts';
import type { Backend, JobConfig } from '../../../src/training/jobs/job.ts';
import { createApiBackend } from '../../../src/training/jobs/openai-backend.ts';
import { type JobResult, runJob } from '../../../src/training/jobs/run-job.ts';
import { type JobStatus, readStatus, writeControl } from '../../../src/training/jobs/status-file.ts';
import {
  type FineTuningScript,
  type FineTuningServer,
  startFineTuningServer,
} from '../../support/fine-tuning-server.ts';

describe('runJob', () => {
  let folder: string;
  let server: FineTuningServer | null;
  const heard: JobStatus[] = [];
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'countersign-job-'));
    server = null;
    heard.length = 0;
    const row = JSON.stringify({
      messages: [
        { role: 'user', content: 'a' },
        { role: 'assistant', content: 'b' },
      ],
    });
    await writeFile(path.join(folder, 'train.jsonl'), `${row}\n`.repeat(12));
  });
  afterEach(async () => {
    await server?.close();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  const configOf = (change: Partial<JobConfig> = {}): JobConfig => ({
    id: 'job-a',
    trainingFile: path.join(folder, 'train.jsonl'),
    validationFile: null,
    baseModel: 'tiny',
    method: 'supervised',
    suffix: 'countersign',
    hyperparameters: { n_epochs: 1 },
    folder,
    ...change,
  });
  const run = (
    backend: Backend,
    change: Partial<JobConfig> = {},
    signal = new AbortController().signal,
  ): Promise<JobResult> =>
    runJob(configOf(change), {
      backend,
      now: () => new Date('2026-03-01T00:00:00Z'),
      onStatus: (status) => heard.push(status),
      signal,
      controlInterval: 5,
    });

  describe('through an API of the public shape', () => {
    const api = async (script: FineTuningScript): Promise<Backend> => {
      server = await startFineTuningServer(script);
      return createApiBackend({ baseUrl: server.url, key: async () => 'sk-tuning', pollMs: 5, requestMs: 20_000 });
    };

    it('uploads, creates, follows the events in order and names the model with its checkpoints', async () => {
      const events = [
        { message: 'Created.' },
        ...[1, 2, 3, 4, 5].map((step) => ({ message: '', data: { step, train_loss: 2 / step, valid_loss: null } })),
      ];
      const backend = await api({
        statuses: ['validating_files', 'queued', 'running', 'waiting_for_the_moon', 'succeeded'],
        events,
        checkpoints: ['c0', 'c1'],
        shutdownDate: 1_800_000_000,
      });
      const result = await run(backend);
      assert.deepEqual(result, {
        type: 'succeeded',
        trained: {
          model: 'ft:tiny:countersign',
          trainedTokens: 1234,
          checkpoints: ['c0', 'c1'],
          shutdownDate: '2027-01-15T08:00:00.000Z',
        },
      });
      const status = await readStatus(folder);
      assert.deepEqual(
        [status?.status, status?.step, status?.model, status?.remoteId],
        ['completed', 5, 'ft:tiny:countersign', 'job-1'],
      );
      const metrics = (await readFile(path.join(folder, 'metrics.jsonl'), 'utf8')).trim().split('\n');
      assert.deepEqual(
        metrics.map((line) => JSON.parse(line).step),
        [1, 2, 3, 4, 5],
      );
      assert.ok(server?.keys.every((key) => key === 'Bearer sk-tuning'));
    });

    it('makes no second job where the reply to the creation is lost', async () => {
      const result = await run(await api({ statuses: ['running', 'succeeded'], loseCreateReplies: 1 }));
      assert.equal(result.type, 'succeeded');
      assert.equal(server?.jobs.length, 1);
    });

    it('meets a passing failure again', async () => {
      const result = await run(await api({ statuses: ['succeeded'], failLooks: 2 }));
      assert.equal(result.type, 'succeeded');
    });

    it('gives the reason of a job that failed, and of a file that was refused', async () => {
      const failed = await run(await api({ statuses: ['running', 'failed'], error: 'The data teaches nothing.' }));
      assert.deepEqual(failed, { type: 'failed', reason: 'The data teaches nothing.' });
      await server?.close();
      await writeFile(path.join(folder, 'short.jsonl'), '{"messages": []}\n');
      const other = await mkdtemp(path.join(os.tmpdir(), 'countersign-job-'));
      const refused = await run(await api({ statuses: ['succeeded'] }), {
        trainingFile: path.join(folder, 'short.jsonl'),
        folder: other,
      });
      await rm(other, { recursive: true, force: true });
      assert.match(refused.type === 'failed' ? refused.reason : '', /400: The file has 1 examples/);
      assert.equal(server?.requests.filter((request) => request === 'POST /files').length, 1);
    });

    it('cancels where a person stops it', async () => {
      const backend = await api({ statuses: ['running'] });
      setTimeout(() => void writeControl(folder, 'stop', 'enough'), 50);
      assert.deepEqual(await run(backend), { type: 'stopped', reason: 'Stopped by you.' });
      assert.equal(server?.jobs[0]?.cancelled, true);
    });

    it('cancels and fails where the loss is no number any more', async () => {
      const backend = await api({ statuses: ['running'] });
      const result = await run({
        ...backend,
        train: (given) => {
          // JSON has no such number: a server that reached one tells it in words of its own.
          const report = { step: 2, loss: Number.NaN, validationLoss: null, throughput: null };
          setTimeout(() => void given.tell({ type: 'step', report }), 50);
          return backend.train(given);
        },
      });
      assert.match(result.type === 'failed' ? result.reason : '', /no number/);
      assert.equal(server?.jobs[0]?.cancelled, true);
    });
  });

  describe('by a command', () => {
    const program = async (body: string): Promise<Backend> => {
      const file = path.join(folder, 'trainer.mjs');
      await writeFile(
        file,
        `import fs from 'node:fs'; const say = (value) => console.log(JSON.stringify(value));\n${body}`,
      );
      return createCommandBackend({ command: [process.execPath, file], environment: { PATH: process.env.PATH } });
    };
    const finish = `fs.writeFileSync(process.env.COUNTERSIGN_OUTPUT + '/result.json', JSON.stringify({ model: 'local:tuned' }));`;

    it('gives it its paths, reads its figures and its result', async () => {
      const backend = await program(`
        const rows = fs.readFileSync(process.env.COUNTERSIGN_TRAINING_FILE, 'utf8').trim().split('\\n').length;
        const { n_epochs } = JSON.parse(process.env.COUNTERSIGN_PARAMETERS);
        console.log('loading…');
        say({ step: 1, loss: rows, validationLoss: n_epochs });
        say({ message: process.env.COUNTERSIGN_BASE_MODEL });
        ${finish}`);
      const result = await run(backend);
      assert.equal(result.type === 'succeeded' && result.trained.model, 'local:tuned');
      const status = await readStatus(folder);
      assert.deepEqual([status?.loss, status?.validationLoss, status?.step], [12, 1, 1]);
      assert.ok(heard.some(({ message }) => message === 'tiny'));
    });

    it('fails, with the end of its complaint, where it fails or leaves no result', async () => {
      const failed = await run(await program(`console.error('no such card'); process.exit(3);`));
      assert.match(failed.type === 'failed' ? failed.reason : '', /code 3. no such card/);
      const silent = await run(await program('say({ step: 1, loss: 1 });'));
      assert.match(silent.type === 'failed' ? silent.reason : '', /wrote no result.json/);
      const missing = await run(createCommandBackend({ command: ['./no-such-program'], environment: {} }));
      assert.match(missing.type === 'failed' ? missing.reason : '', /ENOENT/);
    });

    it('ends it where a person stops it, and where its loss is null', async () => {
      const endless = 'setInterval(() => {}, 1000);';
      const stopping = run(await program(endless));
      await writeControl(folder, 'stop', 'enough');
      assert.deepEqual(await stopping, { type: 'stopped', reason: 'Stopped by you.' });
      const lost = await run(await program(`say({ step: 1, loss: null }); ${endless}`));
      assert.match(lost.type === 'failed' ? lost.reason : '', /no number/);
    });
  });

  it('does not start with another configuration than its folder began with', async () => {
    const backend: Backend = { name: 'none', train: async () => 'stopped' };
    await run(backend);
    const result = await run(backend, { hyperparameters: { n_epochs: 3 } });
    assert.match(result.type === 'failed' ? result.reason : '', /hyperparameters.n_epochs was 1, is 3/);
  });

  it('hears a person also while news come thick and fast', async () => {
    const chatty: Backend = {
      name: 'chatty',
      async train({ tell, nextControl }) {
        const stopped = nextControl();
        let told = 0;
        const talking = setInterval(() => {
          told += 1;
          void tell({ type: 'status', status: `word ${told}` });
          void tell({ type: 'remote', remoteId: `remote ${told}` });
        }, 1);
        setTimeout(() => void writeControl(folder, 'stop', 'enough'), 30);
        assert.equal(await stopped, 'stop');
        clearInterval(talking);
        return 'stopped';
      },
    };
    assert.deepEqual(await run(chatty), { type: 'stopped', reason: 'Stopped by you.' });
    assert.equal((await readStatus(folder))?.status, 'stopped');
  });

  it('never throws, also where its folder cannot be written', async () => {
    const backend: Backend = { name: 'none', train: async () => 'stopped' };
    const result = await run(backend, { folder: path.join(folder, 'train.jsonl', 'below-a-file') });
    assert.equal(result.type, 'failed');
  });
});
