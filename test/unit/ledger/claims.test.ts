import assert from 'node:assert/strict';
import type { Liveness } from '../../../src/ledger/owner.ts';
import { open, planOf, runStart, stamper, stateDirectory, tidy } from './fixtures.ts';

describe('claims on runs', () => {
  afterEach(tidy);

  /** A run that a first opening began, and two others that would go on with it. */
  async function begun(liveness: Liveness, ended = false) {
    const directory = stateDirectory();
    const stamp = stamper('run-1');
    const first = open(directory);
    await first.record(stamp(runStart(planOf('api'))));
    if (ended) {
      await first.record(
        stamp({ type: 'run-end', stage: 'COMPLETE', outcome: 'cancelled', exitCode: 130, reason: null, phases: [] }),
      );
    }
    // What the first one wrote is of a process in that state; the two that follow live.
    const of = (owner: string) => (owner === first.owner ? liveness : 'alive');
    return { one: open(directory, { liveness: of }), two: open(directory, { liveness: of }) };
  }

  const codeOf = (result: ReturnType<Awaited<ReturnType<typeof begun>>['one']['claimRun']>) =>
    result.ok ? 'ok' : result.fault.code;

  it('go to the first that asks for a run of a dead process, and to no second one', async () => {
    const { one, two } = await begun('dead');
    assert.equal(codeOf(one.claimRun('run-1')), 'ok');
    const refused = two.claimRun('run-1');
    assert.equal(codeOf(refused), 'run/held');
    assert.deepEqual(refused, {
      ok: false,
      fault: { code: 'run/held', run: 'run-1', holder: `process ${process.pid}`, canBeAsked: true },
    });
    assert.equal(codeOf(one.claimRun('run-1')), 'ok', 'the holder may ask again');
  });

  it('exclude each other on a run that ended as well', async () => {
    const { one, two } = await begun('dead', true);
    assert.deepEqual([codeOf(one.claimRun('run-1')), codeOf(two.claimRun('run-1'))], ['ok', 'run/held']);
  });

  it('are free again once they are given back, by whom they belong to alone', async () => {
    const { one, two } = await begun('dead');
    one.claimRun('run-1');
    two.releaseRun('run-1');
    assert.equal(codeOf(two.claimRun('run-1')), 'run/held');
    one.releaseRun('run-1');
    assert.equal(codeOf(two.claimRun('run-1')), 'ok');
  });

  it('take nothing from a process that lives', async () => {
    const { one } = await begun('alive');
    assert.equal(codeOf(one.claimRun('run-1')), 'run/held');
    assert.equal(codeOf(one.claimRun('run-1', true)), 'run/held');
  });

  it('take a run from a process that cannot be asked only where that is asked for', async () => {
    const { one } = await begun('unknown');
    const refused = one.claimRun('run-1');
    assert.equal(refused.ok || (refused.fault.code === 'run/held' && refused.fault.canBeAsked), false);
    assert.equal(codeOf(one.claimRun('run-1', true)), 'ok');
  });
});
