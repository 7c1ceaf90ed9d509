import assert from 'node:assert/strict';
import type { RunRecord } from '../../../src/domain/run.ts';
import { openWorld, type World } from './world.ts';

const signal = new AbortController().signal;

describe('checking again what a person chose', () => {
  let world: World;
  let run: RunRecord;
  beforeEach(async () => {
    world = openWorld({ tiers: [[{ id: 'one', acts: ['review'] }]] });
    const { runId } = await world.engine.run(world.plan, { branchByDefault: 'current' }, signal);
    run = world.ledger.run(runId) as RunRecord;
    world.events.splice(0);
  });
  afterEach(() => world.close());

  const check = (text: string) => world.engine.checkAgain(run, 'one', new Map([['one.txt', text]]), signal);
  const phase = () => world.ledger.phase(run.id, 'one');
  const types = () => world.events.map(({ type }) => type);

  it('puts it in the place of the change, with evidence of its own, and lands nothing', async () => {
    assert.deepEqual(await check('edited'), { passed: true, because: null });
    assert.equal(phase()?.state, 'awaiting-review');
    assert.equal(phase()?.staged?.tree, 'edited');
    assert.equal(phase()?.checks?.tree, 'edited');
    assert.ok(phase()?.audit, 'it was reviewed');
    assert.deepEqual(world.landed, []);
    assert.equal(world.ledger.run(run.id)?.state, 'awaiting-review');
    assert.equal(types().filter((type) => type === 'phase-end').length, 1);
  });

  it('lands as it was checked', async () => {
    await check('edited');
    const again = world.ledger.run(run.id) as RunRecord;
    const one = again.phases[0];
    assert.ok(one);
    const { exitCode } = await world.engine.decide(again, one, { type: 'approve', hunks: null }, signal);
    assert.equal(exitCode, 0);
    assert.equal(phase()?.landing?.tree, 'edited');
  });

  it('leaves the change as it was, evidence too, where it does not pass', async () => {
    const before = phase();
    const { passed, because } = await check('broken');
    assert.equal(passed, false);
    assert.match(because ?? '', /npm test/);
    const { staged, checks, audit, verdict, risk, state } = phase() ?? {};
    assert.deepEqual(
      { staged, checks, audit, verdict, risk, state },
      {
        staged: before?.staged,
        checks: before?.checks,
        audit: before?.audit,
        verdict: before?.verdict,
        risk: before?.risk,
        state: 'awaiting-review',
      },
    );
  });

  it('leaves the change as it was where the checks cannot end', async () => {
    const tree = phase()?.staged?.tree;
    await assert.rejects(check('unreachable'));
    assert.equal(phase()?.state, 'awaiting-review');
    assert.equal(phase()?.staged?.tree, tree);
    assert.equal(phase()?.checks?.tree, tree);
  });

  it('tells nothing where the texts cannot be staged', async () => {
    await assert.rejects(check(''));
    assert.deepEqual(types(), []);
    assert.equal(phase()?.state, 'awaiting-review');
  });

  it('is refused where nothing waits', async () => {
    await assert.rejects(world.engine.checkAgain(run, 'other', new Map(), signal));
    const one = run.phases[0];
    assert.ok(one);
    await world.engine.decide(run, one, { type: 'reject', note: null }, signal);
    await assert.rejects(check('edited'));
  });
});
