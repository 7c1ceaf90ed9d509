import assert from 'node:assert/strict';
import path from 'node:path';
import { openLedger } from '../../src/ledger/open-ledger.ts';
import {
  type Bench,
  breakingPatch,
  cleanReview,
  type Finished,
  goodPatch,
  majorReview,
  nodeTest,
  obliging,
  openBench,
  runEnd,
} from './support.ts';

describe('countersign replay', function () {
  this.timeout(180_000);
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench();
  });
  afterEach(() => bench.close());

  const spendOf = async () => (await bench.run('spend', '--by', 'model', '--json')).lines[0]?.total;
  const replayOf = (done: Finished) => runEnd(done).replay as Record<string, any>;
  const twoAttempts = [
    { role: 'builder', attempt: 1, text: breakingPatch },
    { role: 'reflector', text: 'It must stay a number.' },
    { role: 'builder', attempt: 2, text: goodPatch },
    { role: 'auditor', text: cleanReview },
  ];

  it('comes out the same, without a model, a cent or a commit', async () => {
    await bench.model(twoAttempts);
    const made = await bench.run('run', await bench.phase('one', nodeTest), '--autonomy', 'gated', '--json');
    assert.equal(made.code, 0, made.out + made.err);
    const before = { head: bench.git('rev-parse', 'HEAD'), status: bench.git('status', '--porcelain') };
    const spent = await spendOf();
    const asked = bench.server?.requests.length;
    const done = await bench.run('replay', 'last', '--json');
    assert.equal(done.code, 0, done.out + done.err);
    assert.deepEqual(replayOf(done), { result: 'identical', replies: 4, differences: [], notReplayable: [] });
    const end = runEnd(done);
    assert.equal(end.runId, runEnd(made).runId);
    assert.deepEqual(
      end.phases.map(({ state, attempts, commit, costMicros }: Record<string, unknown>) => ({
        state,
        attempts,
        commit,
        costMicros,
      })),
      [{ state: 'landed', attempts: 2, commit: before.head.trim(), costMicros: 0 }],
    );
    assert.equal(bench.server?.requests.length, asked);
    assert.deepEqual(await spendOf(), spent);
    assert.equal(bench.git('rev-parse', 'HEAD'), before.head);
    assert.equal(bench.git('status', '--porcelain'), before.status);
    // What is kept of the run is what the run was: a replay adds nothing to it.
    assert.equal((await bench.run('status', '--json')).lines[0]?.runs[0].phases[0].attempts, 2);
  });

  it('streams one run-start, each phase once, and run-end last', async () => {
    await bench.model(obliging);
    await bench.run('run', await bench.phase('one', nodeTest), '--autonomy', 'gated');
    const { lines } = await bench.run('replay', '--json');
    const types = lines.map(({ type }) => type);
    assert.equal(types[0], 'run-start');
    assert.equal(types.at(-1), 'run-end');
    for (const type of ['run-start', 'phase-start', 'patch-staged', 'phase-end', 'run-end']) {
      assert.equal(types.filter((candidate) => candidate === type).length, 1, type);
    }
    assert.ok(!types.includes('call-start'));
    assert.equal(lines[0]?.recorded, true);
  });

  it('tells a check that comes out otherwise, and ends with 3', async () => {
    await bench.model(obliging);
    const flag = `${bench.home}/flag`;
    const verify = [{ run: `test ! -e ${flag}` }];
    await bench.run('run', await bench.phase('one', { verify }), '--autonomy', 'gated');
    await bench.write('../home/flag', '');
    const done = await bench.run('replay', 'last', '--json');
    assert.equal(done.code, 3, done.out + done.err);
    const [first] = replayOf(done).differences;
    assert.deepEqual(
      [first.phaseId, first.attempt, first.kind, first.about, first.recorded, first.replayed],
      ['one', 1, 'check', `test ! -e ${flag}`, 'passed, exit code 0', 'failed, exit code 1'],
    );
    const told = await bench.run('replay', 'last');
    assert.match(told.out, /first difference\none, attempt 1: the check of test ! -e/);
  });

  it('plays back what was refused and what waits for a person just as well', async () => {
    await bench.model([
      { role: 'builder', phase: 'bad', text: goodPatch },
      { role: 'auditor', phase: 'bad', text: majorReview },
      { role: 'builder', phase: 'good', text: goodPatch },
      { role: 'auditor', phase: 'good', text: cleanReview },
    ]);
    const bad = await bench.phase('bad', { ...nodeTest, budget: { attempts: 1 } });
    assert.equal((await bench.run('run', bad, await bench.phase('good', nodeTest))).code, 3);
    const done = await bench.run('replay', '--json');
    assert.equal(done.code, 0, done.out + done.err);
    assert.deepEqual(
      runEnd(done).phases.map(({ state }: { state: string }) => state),
      ['rejected', 'awaiting-review'],
    );
  });

  it('begins at the attempt that is named', async () => {
    await bench.model(twoAttempts);
    await bench.run('run', await bench.phase('one', nodeTest), '--autonomy', 'gated');
    const done = await bench.run('replay', 'last', '--from', 'one/2', '--json');
    assert.equal(done.code, 0, done.out + done.err);
    assert.deepEqual([replayOf(done).result, replayOf(done).replies], ['identical', 2]);
    assert.deepEqual(
      done.lines.filter(({ type }) => type === 'attempt-start').map(({ attempt }) => attempt),
      [2],
    );
  });

  it('refuses a beginning that the run does not have', async () => {
    await bench.model(twoAttempts);
    await bench.run('run', await bench.phase('one', nodeTest), '--autonomy', 'gated');
    for (const from of ['two', 'one/3', 'one/0', 'one/x']) {
      const done = await bench.run('replay', 'last', '--from', from, '--json');
      assert.deepEqual([done.code, done.lines.at(-1)?.code], [2, 'arguments/invalid'], from);
    }
  });

  it('says so where prompts and replies were never kept, or no longer are', async () => {
    await bench.model(obliging);
    const gap = { phaseId: 'one', about: 'builder', why: 'not-kept' };
    await bench.run('run', await bench.phase('one', { ...nodeTest, trajectory: 'totals' }), '--autonomy', 'gated');
    const never = await bench.run('replay', '--json');
    assert.deepEqual([never.code, replayOf(never).notReplayable], [3, [{ ...gap, attempt: 1 }]], never.out);
    const ledger = openLedger(path.join(bench.directory, '.git', 'countersign'));
    try {
      ledger.prune({ before: '2100-01-01T00:00:00Z' });
    } finally {
      ledger.close();
    }
    const gone = await bench.run('replay', '--json');
    assert.deepEqual([gone.code, replayOf(gone).notReplayable], [3, [{ ...gap, about: '', attempt: 0 }]], gone.out);
  });

  it('says of a reply that secrets were taken out of that it cannot be played back', async () => {
    const secret = 'ghp_abcdefghijklmnopqrstuvwxyz0123';
    await bench.model([
      { role: 'builder', text: goodPatch.replace('The sign was wrong.', `The sign was wrong (${secret}).`) },
      { role: 'auditor', text: cleanReview },
    ]);
    await bench.run('run', await bench.phase('one', nodeTest), '--autonomy', 'gated');
    const done = await bench.run('replay', '--json');
    assert.equal(done.code, 3);
    assert.deepEqual(replayOf(done), {
      result: 'not-replayable',
      replies: 0,
      differences: [],
      notReplayable: [{ phaseId: 'one', attempt: 1, about: 'builder', why: 'redacted' }],
    });
    assert.match((await bench.run('replay')).out, /not replayable: one, attempt 1: builder: secrets were taken out/);
  });

  it('is told of a run that is not there', async () => {
    const done = await bench.run('replay', 'nothing', '--json');
    assert.deepEqual([done.code, done.lines[0]?.code], [2, 'run/not-found']);
  });
});
