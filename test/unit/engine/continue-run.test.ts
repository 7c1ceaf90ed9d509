import assert from 'node:assert/strict';
import { EngineError } from '../../../src/domain/engine-error.ts';
import type { RunRecord } from '../../../src/domain/run.ts';
import type { Plan } from '../../../src/domain/spec.ts';
import { type Continuation, continuationOf } from '../../../src/engine/continue-run.ts';
import { whyNotReplannable } from '../../../src/engine/replannable.ts';
import { specOf } from './evidence.ts';

interface Past {
  readonly continues?: string;
  /** Commit of each phase that landed; null for one that was rolled back. */
  readonly landed: Readonly<Record<string, string | null>>;
  readonly branch?: string;
}

/** Commits are letters: one rests on all before it. */
function continued(plan: Plan, runs: Readonly<Record<string, Past>>, branch: 'run' | 'current' = 'run', head = 'a') {
  const recordOf = (id: string): RunRecord | null => {
    const past = runs[id];
    if (!past) return null;
    const phases = Object.entries(past.landed).map(([phase, commit]) => ({
      id: phase,
      landing: { commit: commit ?? 'b' },
      rolledBack: commit === null ? 'x' : null,
    }));
    const { continues } = past;
    const onBranch = { landsOn: past.branch ?? 'refs/heads/main', mergesInto: past.branch ? 'refs/heads/main' : null };
    return { id, plan: { ...onBranch, ...(continues ? { continues } : {}) }, phases } as unknown as RunRecord;
  };
  const tips: Readonly<Record<string, string>> = {
    'refs/heads/countersign/one': 'c',
    'refs/heads/countersign/two': 'd',
  };
  const parts = {
    store: { run: (selector: string) => recordOf(selector === 'last' ? 'one' : selector) },
    repository: {
      head: async () => ({ commit: head, branch: 'refs/heads/main' }),
      resolve: async (ref: string) => tips[ref] ?? null,
      holds: async (tip: string, commit: string) => commit <= tip,
    },
  };
  return continuationOf(plan, parts as unknown as Parameters<typeof continuationOf>[1], branch);
}

function planOf(continues?: string): Plan {
  const phases = [
    specOf({ id: 'x' }),
    specOf({ id: 'y', dependsOn: ['x'] }),
    specOf({ id: 'z', dependsOn: ['y', 'x'] }),
  ];
  const tier = { id: 't', title: 't', budget: {}, phases };
  const base = { id: 'p', goal: 'g', autonomy: null, landingBranch: null, budget: {}, tiers: [tier] };
  return continues === undefined ? base : { ...base, continues };
}

const left = ({ plan }: Continuation) =>
  plan.tiers.flatMap(({ phases }) => phases.map(({ id, dependsOn }) => [id, dependsOn]));

describe('a plan that goes on from another run', () => {
  it('is the whole plan where it goes on from none', async () => {
    const plan = planOf();
    assert.deepEqual(await continued(plan, {}), { plan, from: null });
  });

  it('leaves out what landed, and goes on from the tip of that run’s branch', async () => {
    const runs = { one: { landed: { x: 'b', y: null }, branch: 'refs/heads/countersign/one' } };
    const made = await continued(planOf('one'), runs);
    assert.deepEqual(left(made), [
      ['y', []],
      ['z', ['y']],
    ]);
    assert.deepEqual(made.from, { commit: 'c', mergesInto: 'refs/heads/main' });
  });

  it('goes back through the runs before, and bears a circle of them', async () => {
    const runs = {
      one: { landed: { x: 'b' }, branch: 'refs/heads/countersign/one', continues: 'two' },
      two: { landed: { y: 'd' }, branch: 'refs/heads/countersign/two', continues: 'one' },
    };
    const made = await continued(planOf('two'), runs);
    assert.deepEqual(left(made), [['z', []]]);
    assert.equal(made.from?.commit, 'd');
  });

  it('does again what is not in what it is built on', async () => {
    const runs = { one: { landed: { x: 'b', y: 'c' }, branch: 'refs/heads/countersign/one' } };
    assert.equal(left(await continued(planOf('one'), runs, 'current')).length, 3);
    const merged = await continued(planOf('one'), runs, 'run', 'e');
    assert.deepEqual([left(merged).length, merged.from], [1, null], 'a branch that was merged is not gone on from');
    const gone = await continued(planOf('one'), { one: { landed: { x: 'b' }, branch: 'refs/heads/countersign/gone' } });
    assert.deepEqual([left(gone).length, gone.from], [3, null]);
  });

  it('names a run that is not known by that very name, and a plan that is done', async () => {
    const faults = async (plan: Plan, runs: Readonly<Record<string, Past>>) => {
      try {
        await continued(plan, runs);
      } catch (error) {
        return error instanceof EngineError ? error.fault.code : String(error);
      }
      return null;
    };
    assert.equal(await faults(planOf('none'), {}), 'run/not-found');
    assert.equal(await faults(planOf('last'), { one: { landed: {} } }), 'run/not-found');
    assert.equal(await faults(planOf('one'), { one: { landed: { x: 'a', y: 'a', z: 'a' } } }), 'arguments/invalid');
  });
});

describe('whether what remains is planned anew', () => {
  const run = (...states: readonly string[]) =>
    ({ phases: states.map((state, at) => ({ id: `p${at}`, state, rolledBack: null })) }) as unknown as RunRecord;
  const answers: readonly (readonly [string, RunRecord, boolean, RegExp | null])[] = [
    ['a failure', run('landed', 'rejected', 'cancelled'), false, null],
    ['a stuck phase', run('stuck'), false, null],
    ['a failed phase', run('failed'), false, null],
    ['a live run', run('rejected', 'building'), true, /under way/],
    ['a run that landed', run('landed', 'landed'), false, /all of it landed/],
    ['a run that waits', run('rejected', 'awaiting-review'), false, /`p1` waits/],
    ['a run that was stopped', run('landed', 'cancelled'), false, /no phase of it failed/],
    ['a job', run(), false, /no phases/],
  ];
  for (const [name, record, isLive, reason] of answers) {
    it(`is ${reason === null ? 'offered' : 'refused'} for ${name}`, () => {
      const why = whyNotReplannable(record, isLive);
      if (reason === null) assert.equal(why, null);
      else assert.match(why ?? '', reason);
    });
  }
});
