import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createCommandBackend } from '../../../src/training/jobs/command-backend.ts';
import type { Backend, GivenControl, JobConfig } from '../../../src/training/jobs/job.ts';
import { createApiBackend } from '../../../src/training/jobs/openai-backend.ts';
import { type JobResult, runJob } from '../../../src/training/jobs/run-job.ts';
import { type JobStatus, readStatus } from '../../../src/training/jobs/status-file.ts';
import {
  type FineTuningScript,
  type FineTuningServer,
  startFineTuningServer,
} from '../../support/fine-tuning-server.ts';

describe('runJob', function () {
  // Programs are started, on a machine that may be busy.
  this.timeout(60_000);
  let folder: string;
  let server: FineTuningServer | null;
  const heard: JobStatus[] = [];
  const asked: GivenControl[] = [];
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'countersign-job-'));
    server = null;
    heard.length = 0;
    asked.length = 0;
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
    trainingSha256: 'abc',
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
      takeControls: async () => asked.splice(0),
      stuckAfterHours: 4,
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

    it('looks a while for a job that is not listed at once, on whatever page it stands', async () => {
      const script = { statuses: ['succeeded'], loseCreateReplies: 1, listsNewJobsAfter: 4, otherJobs: 12 };
      assert.equal((await run(await api(script))).type, 'succeeded');
      assert.equal(server?.jobs.length, 1);
    });

    it('asks again where the creation never arrived, and where an upload failed in passing', async () => {
      const result = await run(await api({ statuses: ['succeeded'], dropCreates: 1, failUploads: 1 }));
      assert.equal(result.type, 'succeeded');
      assert.deepEqual([server?.jobs.length, server?.files.length], [1, 1]);
    }).timeout(60_000);

    it('leaves the job to go on where our process ends, and follows that one the next time', async () => {
      const events = [1, 2, 3].map((step) => ({ message: '', data: { step, train_loss: 1, total_steps: 6 } }));
      const backend = await api({ statuses: ['running', 'running', 'running', 'running', 'succeeded'], events });
      const ending = new AbortController();
      const first = run(
        {
          ...backend,
          train: (given) => {
            const tell = async (news: Parameters<typeof given.tell>[0]) => {
              await given.tell(news);
              if (news.type === 'step' && news.report.step === 3) ending.abort();
            };
            return backend.train({ ...given, tell });
          },
        },
        {},
        ending.signal,
      );
      assert.equal((await first).type, 'left');
      const left = await readStatus(folder);
      assert.deepEqual([left?.status, left?.remoteId, left?.progress], ['training', 'job-1', 0.5]);
      assert.equal((await run(backend)).type, 'succeeded');
      assert.deepEqual([server?.jobs.length, server?.files.length], [1, 1]);
      const metrics = (await readFile(path.join(folder, 'metrics.jsonl'), 'utf8')).trim().split('\n');
      assert.equal(metrics.length, 3, 'a step that is told again is not kept again');
    });

    it('finds the job that was asked for before its process was killed', async () => {
      const backend = await api({ statuses: ['succeeded'] });
      const killed: Backend = {
        ...backend,
        async train(given) {
          const tell = async (news: Parameters<typeof given.tell>[0]) => {
            if (news.type === 'remote') throw new Error('killed');
            await given.tell(news);
          };
          return backend.train({ ...given, tell });
        },
      };
      assert.equal((await run(killed)).type, 'failed');
      assert.equal((await run(backend)).type, 'succeeded');
      assert.deepEqual([server?.jobs.length, server?.files.length], [1, 1]);
    });

    it('uploads nothing for a base that is trained no more, and takes the end of a base for its result', async () => {
      const retired = await run(
        await api({ statuses: ['succeeded'], models: { tiny: { deprecation: { fine_tune: 1_700_000_000 } } } }),
      );
      assert.deepEqual(retired.type === 'failed' && [retired.code, retired.date], [
        'retired',
        '2023-11-14T22:13:20.000Z',
      ]);
      assert.equal(server?.files.length, 0);
      await server?.close();
      const other = await mkdtemp(path.join(os.tmpdir(), 'countersign-job-'));
      const ending = await api({ statuses: ['succeeded'], models: { tiny: { shutdown_date: '2999-01-02' } } });
      const done = await run(ending, { folder: other });
      await rm(other, { recursive: true, force: true });
      assert.equal(done.type === 'succeeded' && done.trained.shutdownDate, '2999-01-02T00:00:00.000Z');
    });

    it('pauses only where the server does', async () => {
      const backend = await api({ statuses: ['running'] });
      asked.push({ type: 'pause', reason: 'lunch' });
      setTimeout(() => asked.push({ type: 'stop', reason: 'enough' }), 200);
      assert.deepEqual(await run(backend), { type: 'stopped', reason: 'Stopped: enough' });
      assert.ok(heard.some(({ message }) => message === 'The server did not take `pause`.'));
      assert.ok(heard.every(({ status }) => status !== 'paused'));
    });

    it('says once that it sticks, and that it does not once there is news', async () => {
      let hours = 0;
      const backend: Backend = {
        name: 'command',
        goesOnAlone: false,
        async train({ tell, nextControl }) {
          const stopped = nextControl();
          hours = 5;
          while (!heard.some(({ alerts }) => alerts.some(({ type }) => type === 'stuck'))) await pause(5);
          await pause(30);
          await tell({ type: 'message', message: 'Here I am.' });
          asked.push({ type: 'stop', reason: null });
          await stopped;
          return 'stopped';
        },
      };
      await runJob(configOf(), {
        backend,
        now: () => new Date(Date.UTC(2026, 2, 1, hours)),
        onStatus: (status) => heard.push(status),
        takeControls: async () => asked.splice(0),
        stuckAfterHours: 4,
        signal: new AbortController().signal,
        controlInterval: 5,
      });
      const stuck = heard.map(({ alerts }) => alerts.some(({ type }) => type === 'stuck'));
      assert.equal(stuck.filter(Boolean).length, 1);
      assert.equal(heard.at(-1)?.alerts.length, 0);
    });

    it('meets a passing failure again', async () => {
      const result = await run(await api({ statuses: ['succeeded'], failLooks: 2 }));
      assert.equal(result.type, 'succeeded');
    });

    it('gives the reason of a job that failed, and of a file that was refused', async () => {
      const failed = await run(await api({ statuses: ['running', 'failed'], error: 'The data teaches nothing.' }));
      assert.deepEqual(failed, { type: 'failed', code: 'failed', reason: 'The data teaches nothing.', date: null });
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
      setTimeout(() => asked.push({ type: 'stop', reason: null }), 50);
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

    it('reads the figures that it writes to its metrics file, to the last line', async () => {
      const backend = await program(`
        for (let step = 1; step <= 30; step++) {
          fs.appendFileSync(process.env.COUNTERSIGN_METRICS, JSON.stringify({ step, steps: 30, loss: 1 / step, throughput: 10 }) + '\\n');
        }
        ${finish}`);
      assert.equal((await run(backend)).type, 'succeeded');
      const status = await readStatus(folder);
      assert.deepEqual([status?.step, status?.steps, status?.throughput, status?.progress], [30, 30, 10, 1]);
    });

    it('begins anew where it was cut off, with no figures and no result of before', async () => {
      const failed = await run(await program(`say({ step: 9, loss: 9 }); ${finish} process.exit(1);`));
      assert.equal(failed.type, 'failed');
      const again = await run(
        await program(`
          if (fs.existsSync(process.env.COUNTERSIGN_OUTPUT + '/result.json')) process.exit(7);
          if (process.env.COUNTERSIGN_RESUMED !== '1') process.exit(8);
          say({ step: 1, loss: 1 }); ${finish}`),
      );
      assert.equal(again.type, 'succeeded', JSON.stringify(again));
      assert.equal((await readStatus(folder))?.step, 1);
    });

    it('pauses its program and continues it', async () => {
      const backend = await program(`
        let ticks = 0;
        setInterval(() => say({ step: ++ticks, loss: 1 }), 5);`);
      const running = run(backend);
      while (!heard.some(({ step }) => step !== null)) await pause(5);
      asked.push({ type: 'pause', reason: 'lunch' });
      while (heard.at(-1)?.status !== 'paused') await pause(5);
      const { pid } = JSON.parse(heard.at(-1)?.remoteId ?? '');
      while (!/\) T /.test(await readFile(`/proc/${pid}/stat`, 'utf8'))) await pause(5);
      const stood = heard.at(-1)?.step ?? 0;
      assert.ok(heard.some(({ status, message }) => status === 'paused' && message === 'lunch'));
      asked.push({ type: 'resume', reason: null });
      while ((heard.at(-1)?.step ?? 0) <= stood) await pause(5);
      asked.push({ type: 'stop', reason: null });
      assert.equal((await running).type, 'stopped');
    });

    it('ends it where a person stops it, and where its loss is null', async () => {
      const endless = 'setInterval(() => {}, 1000);';
      const stopping = run(await program(endless));
      asked.push({ type: 'stop', reason: null });
      assert.deepEqual(await stopping, { type: 'stopped', reason: 'Stopped by you.' });
      const lost = await run(await program(`say({ step: 1, loss: null }); ${endless}`));
      assert.match(lost.type === 'failed' ? lost.reason : '', /no number/);
    });
  });

  it('does not start with another configuration than its folder began with', async () => {
    const backend: Backend = { name: 'command', goesOnAlone: false, train: async () => 'stopped' };
    await run(backend);
    const result = await run(backend, { hyperparameters: { n_epochs: 3 } });
    assert.match(result.type === 'failed' ? result.reason : '', /hyperparameters.n_epochs was 1, is 3/);
  });

  it('hears a person also while news come thick and fast', async () => {
    const chatty: Backend = {
      name: 'command',
      goesOnAlone: false,
      async train({ tell, nextControl }) {
        const stopped = nextControl();
        let told = 0;
        const talking = setInterval(() => {
          told += 1;
          void tell({ type: 'status', status: `word ${told}` });
          void tell({ type: 'remote', remoteId: `remote ${told}` });
        }, 1);
        setTimeout(() => asked.push({ type: 'stop', reason: null }), 30);
        assert.equal((await stopped).type, 'stop');
        clearInterval(talking);
        return 'stopped';
      },
    };
    assert.deepEqual(await run(chatty), { type: 'stopped', reason: 'Stopped by you.' });
    assert.equal((await readStatus(folder))?.status, 'stopped');
  });

  it('never throws, also where its folder cannot be written', async () => {
    const backend: Backend = { name: 'command', goesOnAlone: false, train: async () => 'stopped' };
    const result = await run(backend, { folder: path.join(folder, 'train.jsonl', 'below-a-file') });
    assert.equal(result.type, 'failed');
  });
});
