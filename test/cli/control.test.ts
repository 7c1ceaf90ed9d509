import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import {
  type Bench,
  cleanReview,
  type Finished,
  finished,
  goodPatch,
  nodeTest,
  obliging,
  openBench,
  runEnd,
} from './support.ts';

const note = (name: string) => `\`\`\`diff\n--- /dev/null\n+++ b/${name}.md\n@@ -0,0 +1 @@\n+${name}\n\`\`\`\n`;

describe('control of a run from another process', function () {
  this.timeout(180_000);
  let bench: Bench;
  let child: ReturnType<Bench['start']> | null = null;
  beforeEach(async () => {
    bench = await openBench();
  });
  afterEach(async () => {
    child?.kill('SIGKILL');
    child = null;
    await bench.close();
  });

  /** Starts a command; `until` resolves once its output holds a text, `end` once it ended. */
  function begin(...words: string[]) {
    child = bench.start(...words);
    let out = '';
    const waiting = new Set<() => void>();
    child.stdout?.on('data', (part) => {
      out += part;
      for (const look of waiting) look();
    });
    const end = finished(child);
    const until = (text: string) =>
      new Promise<void>((resolve) => {
        const look = () => out.includes(text) && resolve();
        waiting.add(look);
        look();
      });
    return { until, end, seen: () => out };
  }

  const runState = async () => (await bench.run('status', '--json')).lines[0]?.runs[0];
  const controls = ({ lines }: Finished) =>
    lines
      .filter(({ type }) => type === 'run-controlled')
      .map(({ control, reason, phaseId }) => [control, reason, phaseId]);

  it('stops a run in good order with the reason, and resume goes on without paying again', async () => {
    await bench.model([
      { role: 'builder', phase: 'one', text: goodPatch },
      { role: 'auditor', phase: 'one', text: cleanReview, delayMs: 30_000, times: 1 },
      { role: 'auditor', text: cleanReview },
    ]);
    const run = begin('run', await bench.phase('one', nodeTest), '--autonomy', 'gated', '--json');
    await run.until('"role":"auditor"');
    const asked = await bench.run('stop', 'last', '--reason', 'The office closes.', '--json');
    assert.equal(asked.code, 0, asked.out + asked.err);
    const since = performance.now();
    const done = await run.end;
    assert.ok(performance.now() - since < 10_000);
    assert.equal(done.code, 130, done.err);
    assert.deepEqual(controls(done), [['stop', 'The office closes.', undefined]]);
    const [phase] = runEnd(done).phases;
    assert.deepEqual([phase.state, phase.reason], ['cancelled', 'Stopped: The office closes.']);
    assert.equal((await runState())?.state, 'cancelled');
    const resumed = await bench.run('resume', 'last', '--json');
    assert.equal(resumed.code, 0, resumed.out + resumed.err);
    const builders = bench.server?.requests.filter(({ role }) => role === 'builder');
    assert.equal(builders?.length, 1);
    assert.ok(resumed.lines.some(({ message }) => String(message).startsWith('Goes on where it was')));
  });

  /** A check that goes on until the file `home/go` is there. */
  const untilTold = () => ({
    verify: [{ run: `while [ ! -e ${bench.home}/go ]; do sleep 0.1; done`, shell: true, timeout: 60 }],
  });

  it('pauses at the next safe point, is seen as paused, and goes on when it is told to', async () => {
    await bench.model(obliging);
    const run = begin('run', await bench.phase('one', untilTold()), '--autonomy', 'gated', '--json');
    await run.until('check-start');
    assert.equal((await bench.run('pause', '--reason', 'Wait.')).code, 0);
    assert.equal((await runState())?.state, 'paused');
    // Again is nothing new, and no second event.
    assert.equal((await bench.run('pause')).code, 0);
    await bench.write('../home/go', '');
    await run.until('checks-end');
    await new Promise((resolve) => setTimeout(resolve, 700));
    assert.equal(bench.server?.requests.length, 1, 'the reviewer was asked while the run was paused');
    const told = await bench.run('resume', 'last', '--json');
    assert.deepEqual([told.code, told.lines.at(-1)?.control], [0, 'resume'], told.out + told.err);
    const done = await run.end;
    assert.equal(done.code, 0, done.out + done.err);
    assert.deepEqual(controls(done), [
      ['pause', 'Wait.', undefined],
      ['resume', null, undefined],
    ]);
    assert.equal((await runState())?.state, 'done');
  });

  it('stops a run that is paused', async () => {
    await bench.model(obliging);
    const run = begin('run', await bench.phase('one', untilTold()), '--json');
    await run.until('check-start');
    await bench.run('pause');
    await bench.run('stop');
    const done = await run.end;
    assert.equal(done.code, 130);
    assert.equal(runEnd(done).phases[0].reason, 'Stopped by you.');
  });

  it('skips a phase that is at work and one that has not begun; both stay out until they are retried', async () => {
    await bench.model([
      { role: 'builder', phase: 'slow', text: note('slow'), delayMs: 30_000, times: 1 },
      { role: 'builder', phase: 'slow', text: note('slow') },
      { role: 'builder', phase: 'later', text: note('later') },
      { role: 'builder', phase: 'last', text: note('last') },
      { role: 'auditor', text: cleanReview },
    ]);
    const plan = await bench.phase('plan', {
      autonomy: 'gated',
      landing: { branch: 'current' },
      tiers: [
        { id: 'first', phases: [{ id: 'slow', goal: 'a' }] },
        {
          id: 'second',
          phases: [
            { id: 'later', goal: 'b' },
            { id: 'last', goal: 'c' },
          ],
        },
      ],
    });
    const run = begin('run', plan, '--json');
    await run.until('call-start');
    assert.equal((await bench.run('skip', 'last/later', '--reason', 'Not now.')).code, 0);
    assert.equal((await bench.run('skip', 'last/slow')).code, 0);
    const done = await run.end;
    assert.equal(done.code, 0, done.out + done.err);
    const outcome = ({ phases }: Record<string, any>) =>
      phases.map(({ id, state, reason }: Record<string, unknown>) => [id, state, reason]);
    assert.deepEqual(outcome(runEnd(done)), [
      ['slow', 'cancelled', 'Skipped by you.'],
      ['later', 'cancelled', 'Skipped: Not now.'],
      ['last', 'landed', null],
    ]);
    const resumed = await bench.run('resume', 'last', '--json');
    assert.deepEqual(
      outcome(runEnd(resumed)).map(([id, state]: string[]) => [id, state]),
      [
        ['slow', 'cancelled'],
        ['later', 'cancelled'],
        ['last', 'landed'],
      ],
    );
    const retried = await bench.run('retry', 'last/slow', '--json');
    assert.equal(retried.code, 0, retried.out + retried.err);
    assert.deepEqual(
      outcome(runEnd(retried)).map(([id, state]: string[]) => [id, state]),
      [
        ['slow', 'landed'],
        ['later', 'cancelled'],
        ['last', 'landed'],
      ],
    );
  });

  it('tries a rejected phase again with another model, and what it held up with it', async () => {
    await bench.model([
      { role: 'builder', model: 'builder', phase: 'one', text: 'I would rather not.' },
      { role: 'builder', model: 'large', phase: 'one', text: goodPatch },
      { role: 'builder', phase: 'two', text: note('two') },
      { role: 'auditor', text: cleanReview },
    ]);
    const plan = await bench.phase('plan', {
      autonomy: 'gated',
      landing: { branch: 'current' },
      tiers: [
        {
          id: 't',
          phases: [
            { id: 'one', goal: 'a', budget: { attempts: 1 } },
            { id: 'two', goal: 'b', dependsOn: ['one'] },
          ],
        },
      ],
    });
    assert.equal((await bench.run('run', plan)).code, 3);
    const done = await bench.run('retry', 'last/one', '--model', 'lab/large', '--json');
    assert.equal(done.code, 0, done.out + done.err);
    assert.deepEqual(
      runEnd(done).phases.map(({ state }: { state: string }) => state),
      ['landed', 'landed'],
    );
  });

  it('tries a phase again while the rest of its run goes on, and skips what is at work, each with its reason', async () => {
    await bench.model([
      { role: 'builder', phase: 'again', text: 'I would rather not.', times: 1 },
      { role: 'builder', phase: 'again', text: note('again') },
      { role: 'builder', phase: 'held', text: note('held') },
      { role: 'auditor', text: cleanReview },
    ]);
    const plan = await bench.phase('plan', {
      autonomy: 'gated',
      landing: { branch: 'current' },
      tiers: [
        {
          id: 't',
          phases: [
            { id: 'again', goal: 'a', budget: { attempts: 1 } },
            { id: 'held', goal: 'b', ...untilTold() },
          ],
        },
      ],
    });
    const run = begin('run', plan, '--json');
    await run.until('"state":"rejected"');
    await run.until('check-start');
    assert.equal((await bench.run('retry', 'last/again', '--reason', 'Once more.')).code, 0);
    await run.until('phase-landed');
    assert.equal((await bench.run('skip', 'last', '--reason', 'Takes too long.')).code, 0);
    const done = await run.end;
    assert.equal(done.code, 0, done.out.slice(-3000) + done.err);
    assert.deepEqual(controls(done), [
      ['retry', 'Once more.', 'again'],
      ['skip', 'Takes too long.', 'held'],
    ]);
    assert.deepEqual(
      runEnd(done).phases.map(({ id, state, reason }: Record<string, unknown>) => [id, state, reason]),
      [
        ['again', 'landed', null],
        ['held', 'cancelled', 'Skipped: Takes too long.'],
      ],
    );
  });

  it('takes control files as a script would write them, and removes them', async () => {
    await bench.model([{ role: 'builder', text: goodPatch, delayMs: 30_000 }]);
    const run = begin('run', await bench.phase('one'), '--json');
    await run.until('call-start');
    const { id } = (await runState()) as { id: string };
    const file = path.join('.git', 'countersign', 'control', id, 'stop');
    await bench.write(file, 'By a script.\nSecond line.\n');
    const done = await run.end;
    assert.equal(done.code, 130);
    assert.equal(runEnd(done).phases[0].reason, 'Stopped: By a script. Second line.');
    assert.ok(!existsSync(path.join(bench.directory, file)));
  });

  it('does not heed files of runs that are not there, of before it began, or that are no requests', async () => {
    await bench.model(obliging);
    for (const name of ['last/stop', 'stop', 'x/stop']) {
      await bench.write(path.join('.git', 'countersign', 'control', name), 'Stranger.');
    }
    const first = await bench.run('run', await bench.phase('one', nodeTest), '--json');
    assert.equal(first.code, 5, first.out);
    const folder = path.join('.git', 'countersign', 'control', runEnd(first).runId);
    await bench.write(path.join(folder, 'stop'), 'Too late.');
    await bench.write(path.join(folder, 'explode'), 'No such request.');
    await bench.run('review', 'last', '--reject');
    const resumed = await bench.run('retry', 'last/one', '--json');
    assert.equal(resumed.code, 5, resumed.out + resumed.err);
  });

  it('says where there is nothing to pause, stop, skip or retry', async () => {
    await bench.model(obliging);
    const landed = await bench.run('run', await bench.phase('one', nodeTest), '--autonomy', 'gated', '--json');
    assert.equal(landed.code, 0, landed.out + landed.err);
    for (const [words, code] of [
      [['pause', 'last'], 'run/not-live'],
      [['stop', 'last'], 'run/not-live'],
      [['skip', 'last/one'], 'run/not-live'],
      [['retry', 'last/one'], 'run/not-controllable'],
      [['retry', 'last', '--model', 'large'], 'arguments/invalid'],
      [['stop', 'nothing'], 'run/not-found'],
      [['skip', 'last/nothing'], 'run/not-found'],
      [['pause', 'last/one'], 'arguments/invalid'],
    ] as const) {
      const done = await bench.run(...words, '--json');
      assert.deepEqual([done.code, done.lines[0]?.code], [2, code], words.join(' '));
    }
  });

  it('stops with the differences where a resume finds other models or prices, and goes on once they are accepted', async () => {
    await bench.model([{ role: 'builder', text: goodPatch, delayMs: 30_000 }]);
    const run = begin('run', await bench.phase('one', nodeTest), '--autonomy', 'gated', '--json');
    await run.until('call-start');
    await bench.run('stop');
    await run.end;
    const models = {
      providers: { lab: { baseUrl: bench.server?.url, apiKeyEnv: 'LAB_KEY', api: 'chat' } },
      roles: { builder: 'lab/other', auditor: 'lab/auditor' },
      prices: { 'lab/other': { input: 3, output: 2 }, 'lab/auditor': { input: 1, output: 2 } },
    };
    await bench.model(obliging, { models: { ...models } });
    models.providers.lab.baseUrl = bench.server?.url;
    await bench.write('../config.yaml', JSON.stringify({ models, checks: { sandbox: 'off' } }));
    const refused = await bench.run('resume', 'last', '--json');
    assert.equal(refused.code, 2, refused.out);
    assert.equal(refused.lines[0]?.code, 'run/changed');
    assert.match(String(refused.lines[0]?.message), /`models\.roles\.builder` was lab\/builder and is lab\/other/);
    assert.match(String(refused.lines[0]?.remedy), /--accept-changes/);
    const accepted = await bench.run('resume', 'last', '--accept-changes', '--json');
    assert.equal(accepted.code, 0, accepted.out + accepted.err);
  });
});
