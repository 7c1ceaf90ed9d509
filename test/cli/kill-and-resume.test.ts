import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import path from 'node:path';
import { type Ledger, openLedger } from '../../src/ledger/open-ledger.ts';
import type { ScriptedReply } from '../support/scripted-model-server.ts';
import { type Bench, breakingPatch, cleanReview, goodPatch, openBench, runEnd } from './support.ts';

const note = '```diff\n--- /dev/null\n+++ b/NOTES.md\n@@ -0,0 +1 @@\n+Notes.\n```\n';
const usage = { input: 1000, output: 100 };

/** Two attempts, a reflection, and a phase behind it. */
const replies: readonly ScriptedReply[] = [
  { role: 'builder', phase: 'one', attempt: 1, text: breakingPatch, usage, delayMs: 30 },
  { role: 'reflector', text: 'It must add.', usage, delayMs: 30 },
  { role: 'builder', phase: 'one', attempt: 2, text: goodPatch, usage, delayMs: 30 },
  { role: 'builder', phase: 'two', text: note, usage, delayMs: 30 },
  { role: 'auditor', text: cleanReview, usage, delayMs: 30 },
];

const plan = {
  autonomy: 'gated',
  tiers: [
    {
      id: 'only',
      phases: [
        { id: 'one', goal: 'Mend it.', verify: [{ run: "grep -q 'a + b' src/sum.js" }] },
        { id: 'two', goal: 'Note it.', dependsOn: ['one'], verify: [{ run: 'grep -q Notes NOTES.md' }] },
      ],
    },
  ],
};

describe('a run that is killed and resumed', function () {
  this.timeout(240_000);
  let bench: Bench;
  let ledger: Ledger | null = null;
  beforeEach(async () => {
    bench = await openBench();
    await bench.model(replies);
  });
  afterEach(async () => {
    ledger?.close();
    ledger = null;
    await bench.close();
  });

  /** Starts a command and kills it once it has told so many events; resolves to whether it was still running. */
  async function killAfter(events: number, extraMs: number, ...words: string[]): Promise<boolean> {
    const child = bench.start(...words, '--json');
    let lines = 0;
    const { promise: reached, resolve } = Promise.withResolvers<void>();
    child.stdout?.on('data', (part) => {
      lines += String(part).split('\n').length - 1;
      if (lines >= events) resolve();
    });
    const closed = new Promise<'closed'>((done) => child.on('close', () => done('closed')));
    await Promise.race([reached, closed]);
    await new Promise((done) => setTimeout(done, extraMs));
    child.kill('SIGKILL');
    await closed;
    return child.exitCode === null;
  }

  /** What must come out the same, however often it was killed. */
  async function outcome() {
    const end = runEnd(await bench.run('resume', 'last', '--json'));
    assert.equal(end.exitCode, 0, JSON.stringify(end));
    ledger = openLedger(path.join(bench.directory, '.git', 'countersign'));
    const run = ledger.run('last');
    assert.ok(run);
    const calls = ledger.calls({ runId: run.id, texts: false });
    const answered = calls.filter(({ state, fault }) => state === 'ended' && fault === null);
    assert.deepEqual(ledger.checkIntegrity(), []);
    assertCounted(calls);
    return {
      // By their content alone: equal wherever and whenever they were written.
      files: bench.git('ls-tree', '-r', '--format=%(path) %(objectname)', 'main').trim().split('\n'),
      commits: bench.git('rev-list', '--count', 'main').trim(),
      status: bench.git('status', '--porcelain'),
      phases: run.phases.map(({ id, state, attempts }) => ({ id, state, attempts })),
      paid: answered.map(({ role, scope }) => `${scope.phaseId} ${scope.attempt} ${role}`).toSorted(),
      tokens: answered.reduce((sum, { tokens }) => sum + tokens.input + tokens.output, 0),
    };
  }

  /** Whatever reached the model is in the ledger; only a request that a kill left without its reply was sent again. */
  function assertCounted(calls: ReturnType<Ledger['calls']>): void {
    const sent = Map.groupBy(
      bench.server?.requests ?? [],
      ({ phase, attempt, role }) => `${phase} ${attempt} ${role?.split(':')[0]}`,
    );
    const kept = Map.groupBy(calls, ({ scope, role }) => `${scope.phaseId} ${scope.attempt} ${role}`);
    for (const [key, requests] of sent) {
      const known = kept.get(key) ?? [];
      assert.ok(requests.length <= known.length, `${key}: ${requests.length} requests, ${known.length} in the ledger`);
      const cutOff = known.filter(({ fault }) => fault?.code === 'interrupted');
      assert.equal(known.length - cutOff.length, 1, `${key} is answered once`);
    }
  }

  const blob = (text: string) =>
    createHash('sha1')
      .update(`blob ${Buffer.byteLength(text)}\0${text}`)
      .digest('hex');

  const whole = {
    commits: '3',
    status: '',
    phases: [
      { id: 'one', state: 'landed', attempts: 2 },
      { id: 'two', state: 'landed', attempts: 1 },
    ],
    paid: ['one 1 builder', 'one 1 reflector', 'one 2 auditor', 'one 2 builder', 'two 1 auditor', 'two 1 builder'],
    tokens: 6 * 1100,
  };

  async function endsWell(): Promise<void> {
    const { files, ...rest } = await outcome();
    assert.deepEqual(rest, whole);
    assert.equal(files.length, 4);
    assert.ok(files.includes(`NOTES.md ${blob('Notes.\n')}`), files.join());
    assert.ok(files.includes(`src/sum.js ${blob('export function sum(a, b) {\n  return a + b;\n}\n')}`), files.join());
  }

  it('comes to one end without a kill', async () => {
    const made = await bench.run('run', await bench.phase('plan', plan), '--json');
    assert.equal(made.code, 0, made.out + made.err);
    await endsWell();
  });

  // Spread over the whole run, which tells some forty events; the extra milliseconds fall between two of them.
  const instants = [2, 4, 6, 9, 12, 15, 18, 21, 25, 29, 33, 38];
  let hits = 0;
  after(() => assert.ok(hits >= 6, `only ${hits} kills came before the end`));
  for (const [index, events] of instants.entries()) {
    it(`comes to the same end when it is killed after ${events} events`, async () => {
      if (await killAfter(events, (index * 7) % 23, 'run', await bench.phase('plan', plan))) hits += 1;
      await endsWell();
    });
  }

  it('comes to the same end when its resumes are killed as well', async () => {
    await killAfter(9, 5, 'run', await bench.phase('plan', plan));
    for (const events of [3, 12, 20]) await killAfter(events, 3, 'resume', 'last');
    await endsWell();
  });
});
