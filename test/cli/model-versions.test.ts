import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type Bench, breakingPatch, cleanReview, goodPatch, nodeTest, openBench, runEnd } from './support.ts';

describe('countersign models: versions', function () {
  // Each step is a process of its own, on a machine that may be busy.
  this.timeout(180_000);
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench();
    await bench.model([
      { role: 'builder', text: goodPatch, usage: { input: 1000, output: 100 } },
      { role: 'auditor', text: cleanReview, usage: { input: 500, output: 50 } },
    ]);
  });
  afterEach(() => bench.close());

  const run = async (id: string, ...words: string[]) =>
    bench.run('run', await bench.phase(id, nodeTest), '--autonomy', 'gated', '--json', ...words);
  const attemptOf = ({ lines }: { lines: readonly Record<string, any>[] }) =>
    lines.find(({ type }) => type === 'attempt-start') as Record<string, any>;

  it('serves a deployed version in the place of the Builder, and records which arm served each call', async () => {
    const added = await bench.run('models', 'add', 'lab/tuned', '--base', 'tiny', '--note', 'from elsewhere', '--json');
    assert.deepEqual([added.code, added.lines[0]?.version, added.lines[0]?.base], [0, 'v1.0.0', 'tiny'], added.err);
    const deployed = await bench.run('models', 'deploy', 'v1.0.0', '--immediate', '--force', '--json');
    assert.equal(deployed.code, 0, deployed.out);
    assert.deepEqual([deployed.lines[0]?.forced, deployed.lines[0]?.deployment.baseline], [true, 'lab/builder']);
    const done = await run('one');
    assert.equal(done.code, 0, done.out + done.err);
    const attempt = attemptOf(done);
    assert.equal(attempt.model, 'lab/tuned');
    assert.deepEqual(attempt.route.arm, { arm: 'candidate', version: 'v1.0.0', model: 'lab/tuned' });
    assert.match(attempt.reason, /v1\.0\.0 is deployed/);
    const ends = done.lines.filter(({ type }) => type === 'call-end');
    assert.deepEqual(
      ends.map(({ role, arm }) => [role, arm]),
      [
        ['builder', 'candidate'],
        ['auditor', undefined],
      ],
    );
    const spend = (await bench.run('spend', '--by', 'arm', '--json')).lines[0];
    assert.deepEqual(spend?.rows.map(({ key, calls }: Record<string, any>) => [key, calls]).sort(), [
      ['candidate', 1],
      ['none', 1],
    ]);
    const shown = await bench.run('trajectories', 'show', 'last', '--json');
    assert.equal(shown.lines[0]?.phases[0].attempts[0].arm, 'candidate', shown.out.slice(0, 500));
    const back = await bench.run('models', 'rollback', '--reason', 'looked odd', '--json');
    assert.equal(back.code, 0);
    const [list] = (await bench.run('models', 'list', '--json')).lines;
    assert.deepEqual(
      [list?.deployment, list?.history.map(({ deed, forced, by }: Record<string, any>) => [deed, forced, by])],
      [
        null,
        [
          ['deployed', true, 'person'],
          ['rolled-back', false, 'person'],
        ],
      ],
    );
    assert.equal((await bench.run('models', 'rollback', '--json')).lines[0]?.code, 'deployment/nothing-deployed');
  });

  it('asks the gate before a version serves everyone, and says what is missing', async () => {
    await bench.run('models', 'add', 'lab/tuned');
    const refused = await bench.run('models', 'deploy', 'v1.0.0', '--immediate', '--json');
    assert.deepEqual([refused.code, refused.lines[0]?.code], [3, 'deployment/not-promoted']);
    assert.match(refused.lines[0]?.message, /is not decided/);
    const gradual = await bench.run('models', 'deploy', 'last', '--gradual', '25%', '--json');
    assert.deepEqual([gradual.code, gradual.lines[0]?.deployment.rollout], [0, { type: 'gradual', share: 0.25 }]);
    assert.equal(gradual.lines[0]?.forced, false);
    const compared = await bench.run('models', 'compare', 'lab/builder', 'v1.0.0', '--json');
    const [comparison] = compared.lines;
    assert.deepEqual([compared.code, comparison?.gate.finding, comparison?.live.candidate.phases], [0, 'undecided', 0]);
    assert.match((await bench.run('models', 'compare', 'lab/builder', 'v1.0.0')).out, /gate: undecided/);
  });

  it('puts the same phase on the same arm each time', async () => {
    await bench.run('models', 'add', 'lab/tuned');
    assert.equal((await bench.run('models', 'deploy', 'last', '--gradual', '0.5')).code, 0);
    const armOf = async (id: string) => attemptOf(await run(id)).route.arm.arm;
    // What their hashes with the version come to, above and below one half.
    assert.deepEqual([await armOf('a'), await armOf('e')], ['baseline', 'candidate']);
    assert.equal(await armOf('e'), 'candidate');
  });

  it('leaves a model that the spec names, and serves a version in a test only there', async () => {
    await bench.run('models', 'add', 'lab/tuned');
    assert.equal((await bench.run('models', 'deploy', 'last', '--test')).code, 0);
    const usual = attemptOf(await run('one'));
    assert.deepEqual([usual.model, usual.route.arm.arm], ['lab/builder', 'baseline']);
    const spec = await bench.phase('two', { ...nodeTest, builder: { model: 'lab/tuned' } });
    const named = attemptOf(await bench.run('run', spec, '--autonomy', 'gated', '--json'));
    assert.deepEqual([named.model, named.route.arm.arm], ['lab/tuned', 'candidate']);
  });

  it('takes a version back by itself when its end is near, and says so', async () => {
    const soon = new Date(Date.now() + 36 * 3_600_000).toISOString();
    await bench.run('models', 'add', 'lab/tuned', '--shutdown', soon);
    assert.equal((await bench.run('models', 'deploy', 'last', '--immediate', '--force')).code, 0);
    const done = await run('one');
    assert.equal(done.code, 0, done.out);
    const told = done.lines.find(({ type }) => type === 'deployment-end');
    assert.deepEqual([told?.deployment.cause, told?.deployment.baseline], ['retired', 'lab/builder']);
    assert.equal(attemptOf(done).model, 'lab/builder');
    const [list] = (await bench.run('models', 'list', '--json')).lines;
    assert.deepEqual([list?.deployment, list?.history.at(-1).by], [null, 'retired']);
    await bench.run('models', 'add', 'lab/old', '--shutdown', '2020-01-01');
    const late = await bench.run('models', 'deploy', 'lab/old', '--test', '--json');
    assert.deepEqual([late.code, late.lines[0]?.code], [2, 'deployment/retired']);
  });

  it('keeps the arm that a run began with when it is resumed', async () => {
    await bench.model(
      [
        { role: 'builder', attempt: 1, text: breakingPatch },
        { role: 'builder', text: goodPatch },
        { role: 'reflector', text: 'Think.' },
        { role: 'auditor', text: cleanReview },
      ],
      { budget: { usd: 5 } },
    );
    await bench.run('models', 'add', 'lab/tuned');
    await bench.run('models', 'deploy', 'last', '--immediate', '--force');
    const spec = { ...nodeTest, budget: { attempts: 1 } };
    const first = await bench.run('run', await bench.phase('one', spec), '--autonomy', 'gated', '--json');
    assert.equal(first.code, 3, first.out);
    await bench.run('models', 'rollback');
    const again = await bench.run('retry', 'last/one', '--json');
    assert.equal(attemptOf(again).model, 'lab/tuned', again.out + again.err);
    assert.equal(attemptOf(await run('other')).model, 'lab/builder');
  });

  it('serves no version that only came with the state directory', async () => {
    await bench.run('models', 'add', 'lab/tuned');
    await bench.run('models', 'deploy', 'last', '--immediate', '--force');
    await rm(path.join(bench.home, 'config', 'countersign', 'approvals.json'));
    assert.equal(attemptOf(await run('one')).model, 'lab/builder');
    assert.match((await bench.run('models', 'list')).out, /deployed by nobody here: not served/);
  });

  it('runs all the same where the registry cannot be read, and says so', async () => {
    await bench.run('models', 'add', 'lab/tuned');
    const file = path.join(bench.directory, '.git/countersign/training/models.json');
    await writeFile(file, '{"format": "countersign-models-1", "versions": 7}');
    const done = await run('one');
    assert.equal(runEnd(done).phases[0].state, 'landed', done.out);
    assert.ok(done.lines.some(({ type, message }) => type === 'notice' && /could not be looked at/.test(message)));
    const list = await bench.run('models', 'list', '--json');
    assert.deepEqual([list.code, list.lines.at(-1)?.code], [1, 'store/damaged']);
    assert.match(await readFile(file, 'utf8'), /"versions": 7/, 'it is left as it is');
  });

  it('measures two models on the same phases, lands nothing, and lets the gate look at it', async () => {
    const done = await run('one');
    assert.equal(done.code, 0, done.out + done.err);
    const head = bench.git('rev-parse', 'HEAD');
    await bench.run('models', 'add', 'lab/tuned');
    const measured = await bench.run('models', 'evaluate', 'v1.0.0', '--json');
    assert.equal(measured.code, 0, measured.out + measured.err);
    const [result] = measured.lines[0]?.results ?? [];
    assert.deepEqual([result.phaseId, result.passed, result.attempts, result.heldOut], ['one', true, 1, false]);
    assert.equal(bench.git('rev-parse', 'HEAD'), head);
    assert.equal(bench.git('status', '--porcelain').trim(), '');
    const known = await bench.run('models', 'evaluate', 'lab/tuned', '--json');
    assert.deepEqual([known.lines[0]?.known, known.lines[0]?.results.length], [1, 0]);
    const broke = await bench.run('models', 'evaluate', 'lab/builder', '--usd', '0', '--json');
    assert.deepEqual([broke.code, broke.lines[0]?.left, broke.lines[0]?.results], [4, 1, []], broke.out);
    assert.equal((await bench.run('models', 'evaluate', 'lab/builder')).code, 0);
    const [compared] = (await bench.run('models', 'compare', 'lab/builder', 'v1.0.0', '--json')).lines;
    assert.equal(compared?.evaluated.candidate.landed.hits, 1);
    const [prepared] = (await bench.run('train', 'prepare', '--out', 'data', '--json')).lines;
    assert.equal(prepared?.collected, 1, 'what was measured is no training data');
  });

  it('tries again what its checks refuse, and says why a model does not pass', async () => {
    assert.equal((await run('one')).code, 0);
    await bench.model([
      { role: 'builder', attempt: 1, text: breakingPatch },
      { role: 'builder', attempt: 2, text: goodPatch },
    ]);
    await bench.run('models', 'add', 'lab/tuned');
    const once = await bench.run('models', 'evaluate', 'v1.0.0', '--json');
    assert.deepEqual([once.code, once.lines[0]?.results[0].passed], [0, false], once.out + once.err);
    assert.match(once.lines[0]?.results[0].reason, /node --test/);
    const twice = await bench.run('models', 'evaluate', 'v1.0.0', '--again', '--attempts', '2', '--json');
    assert.deepEqual([twice.lines[0]?.results[0].passed, twice.lines[0]?.results[0].attempts], [true, 2]);
  });

  it('says what is wrong with its arguments', async () => {
    await bench.run('models', 'add', 'lab/tuned');
    for (const words of [
      ['add'],
      ['add', 'tuned'],
      ['add', 'lab/x', '--shutdown', 'soon'],
      ['add', 'nowhere/x'],
      ['deploy', 'v1.0.0'],
      ['deploy', 'v1.0.0', '--immediate', '--test'],
      ['deploy', 'v1.0.0', '--gradual', '100%'],
      ['deploy', 'v1.0.0', '--gradual', 'a few'],
      ['deploy', 'v9.0.0', '--test'],
      ['deploy', 'v1.0.0', '--test', '--for', 'lab'],
      ['deploy', 'v1.0.0', '--test', '--for', 'lab/tuned'],
      ['compare', 'lab/builder'],
      ['compare', 'v3.0.0', 'v1.0.0'],
      ['evaluate'],
      ['evaluate', 'v1.0.0', '--limit', '0'],
    ]) {
      const done = await bench.run('models', ...words, '--json');
      assert.equal(done.code, 2, `${words.join(' ')}: ${done.out}`);
      assert.equal(done.lines.at(-1)?.type, 'fault');
    }
  });
});
