import assert from 'node:assert/strict';
import fc from 'fast-check';
import { configSchema } from '../../../src/domain/config.ts';
import type { EngineEvent } from '../../../src/domain/event.ts';
import type { PhaseState, RunState, TierState } from '../../../src/domain/run.ts';
import { mayFollow, phaseTransitions, runTransitions, tierTransitions } from '../../../src/domain/state-machine.ts';
import { type Act, openWorld, type PhasePlan, type World } from './world.ts';

const never = new AbortController().signal;

describe('the schedule of a run', () => {
  let world: World | null = null;
  afterEach(() => {
    world?.close();
    world = null;
  });

  async function run(...parameters: Parameters<typeof openWorld>) {
    world = openWorld(...parameters);
    const result = await world.engine.run(world.plan, { branchByDefault: 'current' }, never);
    return { world, result, states: Object.fromEntries(result.phases.map(({ id, state }) => [id, state])) };
  }

  it('lands in the order of the plan, however long each phase takes', async () => {
    for (const turns of [
      [30, 0, 10],
      [0, 10, 30],
      [10, 30, 0],
    ]) {
      const phases = ['a', 'b', 'c'].map((id, index) => ({ id, turns: turns[index] ?? 0 }));
      const { world: made } = await run({ tiers: [phases], config: { parallel: 3 } });
      assert.deepEqual(made.landed, ['a', 'b', 'c']);
      made.close();
      world = null;
    }
  });

  it('gives the place of a phase that waits for its turn to another', async () => {
    const phases = [{ id: 'slow', turns: 60 }, { id: 'b' }, { id: 'c' }, { id: 'd' }];
    const begun: string[] = [];
    const { world: made } = await run({
      tiers: [phases],
      config: { parallel: 2 },
      onPropose: (id) => void begun.push(id),
    });
    assert.deepEqual(begun, ['slow', 'b', 'c', 'd']);
    assert.deepEqual(made.landed, ['slow', 'b', 'c', 'd']);
    assert.ok(made.busiest() <= 2);
  });

  it('does not wait for a phase that cannot land any more', async () => {
    const { states, world: made } = await run({
      tiers: [[{ id: 'a', acts: ['review'], turns: 5 }, { id: 'b', dependsOn: ['a'] }, { id: 'c' }]],
      config: { parallel: 2 },
    });
    assert.deepEqual(states, { a: 'awaiting-review', b: 'queued', c: 'landed' });
    assert.deepEqual(made.landed, ['c']);
  });

  it('begins no tier behind one with an open major finding, and says why', async () => {
    const {
      states,
      result,
      world: made,
    } = await run({ tiers: [[{ id: 'a', acts: ['major'] }, { id: 'b' }], [{ id: 'c' }]] });
    assert.deepEqual(states, { a: 'stuck', b: 'landed', c: 'cancelled' });
    assert.equal(result.exitCode, 3);
    assert.match(result.phases[2]?.reason ?? '', /^Tier "tier-1" passed a limit: 1 major finding, limit 0\.$/);
    assert.deepEqual(tierStates(made.events), { 'tier-1': 'failed', 'tier-2': 'skipped' });
  });

  it('counts failed check runs, not attempts', async () => {
    const failing: readonly Act[] = ['check-fails', 'check-fails', 'land'];
    const tiers = [[{ id: 'a', acts: failing }], [{ id: 'b' }]];
    assert.deepEqual((await run({ tiers })).states, { a: 'landed', b: 'landed' });
    world?.close();
    const limits = { tier: { failedChecksPerPhase: 1 } };
    const { states, result } = await run({ tiers, config: { limits } });
    assert.deepEqual(states, { a: 'landed', b: 'cancelled' });
    assert.match(result.phases[1]?.reason ?? '', /2 failed check runs, limit 1/);
    assert.equal(result.exitCode, 3);
  });

  it('holds these limits unless told otherwise', () => {
    assert.deepEqual(configSchema.parse({}).limits, {
      phases: 25,
      minutes: 120,
      minorsPerPhase: 3,
      tier: { minorsPerPhase: 2, majors: 0, failedChecksPerPhase: 2 },
    });
  });

  it('begins no tier behind a third failed check run of one phase', async () => {
    const failing: readonly Act[] = ['check-fails', 'check-fails', 'check-fails'];
    const { states, result } = await run({ tiers: [[{ id: 'a', acts: failing }], [{ id: 'b' }]] });
    assert.equal(states.b, 'cancelled');
    assert.match(result.phases[1]?.reason ?? '', /3 failed check runs, limit 2/);
  });

  it('calls a tier with too many minor findings not clean, and goes on', async () => {
    const { world: made, states } = await run({ tiers: [[{ id: 'a', minors: 3 }], [{ id: 'b', minors: 2 }]] });
    assert.deepEqual(states, { a: 'landed', b: 'landed' });
    assert.deepEqual(tierStates(made.events), { 'tier-1': 'not-clean', 'tier-2': 'clean' });
    const [first] = made.events.flatMap((event) => (event.type === 'tier-end' ? [event] : []));
    assert.deepEqual([first?.reason, first?.counts.minors], ['3 minors, limit 2', 3]);
  });

  it('begins nothing more once the run has too many minor findings', async () => {
    const { states, result } = await run({ tiers: [[{ id: 'a', minors: 7 }], [{ id: 'b' }]] });
    assert.deepEqual(states, { a: 'landed', b: 'cancelled' });
    assert.deepEqual([result.exitCode, result.reason], [3, 'The run has 7 minor findings, limit 6.']);
  });

  it('refuses a run of too many phases before anything happens', async () => {
    world = openWorld({ tiers: [[{ id: 'a' }, { id: 'b' }]], config: { limits: { phases: 1 } } });
    await assert.rejects(world.engine.run(world.plan, { branchByDefault: 'current' }, never), {
      fault: { code: 'run/too-large', phases: 2, limit: 1 },
    });
    assert.deepEqual(world.events, []);
  });

  it('ends a run that has had its time, as a matter of budget', async () => {
    const { result, states } = await run({
      tiers: [[{ id: 'a', turns: 1_000_000 }, { id: 'b' }]],
      config: { parallel: 1, limits: { minutes: 0.002 } },
    });
    assert.deepEqual(states, { a: 'failed', b: 'queued' });
    assert.deepEqual([result.exitCode, result.outcome], [4, 'failed']);
    assert.equal(result.phases[0]?.reason, 'The run has had its 0.002 min.');
  });

  it('is gone on with once at a time, also within one process', async () => {
    let proceed = () => {};
    const held = new Promise<void>((resolve) => {
      proceed = resolve;
    });
    let proposals = 0;
    const { world: made, result } = await run({
      tiers: [[{ id: 'a', acts: ['fault'] }]],
      onPropose: () => (++proposals === 1 ? undefined : held),
    });
    assert.equal(result.exitCode, 6);
    const record = made.ledger.run('last');
    assert.ok(record);
    const first = made.engine.resume(record, never);
    await assert.rejects(made.engine.resume(record, never), {
      fault: { code: 'run/held', run: record.id, holder: 'this process', canBeAsked: true },
    });
    proceed();
    assert.equal((await first).exitCode, 6);
    assert.equal(proposals, 2);
    assert.equal((await made.engine.resume(record, never)).exitCode, 6, 'free again');
  });

  it('takes up what a person decided elsewhere while it goes on', async () => {
    const made = () => world ?? assert.fail();
    const { states, world: ended } = await run({
      tiers: [
        [
          { id: 'waits', acts: ['review'] },
          { id: 'slow', turns: 400 },
        ],
        [{ id: 'behind', dependsOn: ['waits'] }],
      ],
      onPropose: async (id) => {
        if (id !== 'slow') return;
        while (made().ledger.phase(made().events[0]?.runId ?? '', 'waits')?.state !== 'awaiting-review') {
          await new Promise((resolve) => setImmediate(resolve));
        }
        const record = made().ledger.run('last');
        const phase = record?.phases.find(({ id: own }) => own === 'waits');
        assert.ok(record && phase);
        await made().engine.decide(record, phase, { type: 'approve', hunks: null }, never);
      },
    });
    assert.deepEqual(states, { waits: 'landed', slow: 'landed', behind: 'landed' });
    assert.equal(ended.events.filter(({ type }) => type === 'run-end').length, 1);
  });

  it('closes a run once for all that was decided on it at the same time', async () => {
    const { world: made } = await run({
      tiers: [
        [
          { id: 'a', acts: ['review'] },
          { id: 'b', acts: ['review'] },
        ],
      ],
    });
    const record = made.ledger.run('last');
    assert.ok(record);
    await Promise.all(
      record.phases.map((phase) => made.engine.decide(record, phase, { type: 'approve', hunks: null }, never)),
    );
    const ended = made.ledger.run('last');
    assert.deepEqual([ended?.state, ended?.phases.map(({ state }) => state)], ['done', ['landed', 'landed']]);
  });

  const acts = fc.array(fc.constantFrom<Act>('land', 'minor', 'major', 'check-fails', 'refused', 'fault', 'review'), {
    minLength: 1,
    maxLength: 3,
  });
  const plans = fc
    .array(fc.record({ acts, turns: fc.nat(12), tier: fc.nat(2), before: fc.array(fc.nat(6), { maxLength: 2 }) }), {
      minLength: 1,
      maxLength: 7,
    })
    .map((phases) => {
      const tiers: PhasePlan[][] = [[], [], []];
      const known: { id: string; tier: number }[] = [];
      for (const [index, { acts: own, turns, tier, before }] of phases.entries()) {
        const dependsOn = before.flatMap((at) => known[at]?.id ?? []);
        tiers[tier]?.push({ id: `p${index}`, acts: own, turns, dependsOn: [...new Set(dependsOn)] });
        known.push({ id: `p${index}`, tier });
      }
      return tiers.filter((phases) => phases.length > 0);
    });

  it('keeps to its states, its places and one order of landing, whatever happens', async () => {
    await fc.assert(
      fc.asyncProperty(plans, fc.integer({ min: 1, max: 4 }), fc.nat(12), async (tiers, parallel, shift) => {
        const config = { parallel, limits: { tier: { majors: 99, failedChecksPerPhase: 99 } } };
        const first = openWorld({ tiers, config });
        const later = tiers.map((phases) => phases.map((phase, at) => ({ ...phase, turns: (at * 5 + shift) % 13 })));
        const second = openWorld({ tiers: later, config });
        try {
          for (const each of [first, second]) {
            await each.engine.run(each.plan, { branchByDefault: 'current' }, never);
            assertLegal(each.events);
            assert.ok(each.busiest() <= parallel + 1, `${each.busiest()} at once`);
          }
          assert.deepEqual(first.landed, second.landed);
          assertLegal(await resumed(first));
        } finally {
          first.close();
          second.close();
        }
      }),
      { numRuns: 15 },
    );
  }).timeout(120_000);

  it('keeps to its states when it is paused, resumed, skipped and stopped at any time', async () => {
    const requests = fc.array(
      fc.record({
        type: fc.constantFrom('pause', 'resume', 'skip', 'retry', 'stop' as const),
        phaseId: fc.option(fc.nat(6).map((at) => `p${at}`)),
        at: fc.nat(20),
      }),
      { maxLength: 6 },
    );
    await fc.assert(
      fc.asyncProperty(plans, requests, async (tiers, asked) => {
        let proposals = 0;
        const made = openWorld({
          tiers,
          config: { parallel: 2 },
          async onPropose() {
            const now = asked.filter(({ at }) => at === proposals);
            proposals += 1;
            const runId = made.events[0]?.runId ?? '';
            for (const { type, phaseId } of now) {
              await made.engine.control(runId, { type, phaseId, reason: null }).catch(() => {});
              // Nobody else would lift it here.
              if (type === 'pause') setTimeout(() => void lift(runId), 5);
            }
          },
        });
        const lift = (runId: string) =>
          made.engine.control(runId, { type: 'resume', phaseId: null, reason: null }).catch(() => {});
        try {
          const result = await made.engine.run(made.plan, { branchByDefault: 'current' }, never);
          assertLegal(made.events);
          assert.equal(result.phases.length, tiers.flat().length);
          assert.equal(made.ledger.run(result.runId)?.state, result.outcome);
          assertLegal(await resumed(made));
        } finally {
          made.close();
        }
      }),
      { numRuns: 15 },
    );
  }).timeout(120_000);
});

async function resumed(world: World): Promise<readonly EngineEvent[]> {
  const run = world.ledger.run('last');
  assert.ok(run);
  await world.engine.resume(run, never);
  return world.events;
}

function tierStates(events: readonly EngineEvent[]): Record<string, string> {
  return Object.fromEntries(
    events.flatMap((event) => (event.type === 'tier-end' ? [[event.tierId, event.state]] : [])),
  );
}

/** Follows every state through the events and holds each step against the tables. */
function assertLegal(events: readonly EngineEvent[]): void {
  const phases = new Map<string, PhaseState>();
  const tiers = new Map<string, TierState>();
  let run: RunState = 'planning';
  const toRun = (state: RunState) => {
    assert.ok(mayFollow(runTransitions, run, state), `run: ${run} → ${state}`);
    run = state;
  };
  const toPhase = (id: string, state: PhaseState) => {
    const from = phases.get(id) ?? 'queued';
    assert.ok(mayFollow(phaseTransitions, from, state), `${id}: ${from} → ${state}`);
    phases.set(id, state);
  };
  const toTier = (id: string, state: TierState) => {
    const from = tiers.get(id) ?? 'pending';
    if (from === state && state === 'in-progress') return;
    assert.ok(mayFollow(tierTransitions, from, state), `${id}: ${from} → ${state}`);
    tiers.set(id, state);
  };
  const open = new Set<string>();
  for (const event of events) {
    const { phaseId = '' } = event;
    if (event.type === 'run-start') toRun('running');
    if (event.type === 'run-controlled' && event.control === 'pause') toRun('paused');
    if (event.type === 'run-controlled' && event.control === 'resume') toRun('running');
    if (event.type === 'run-end') toRun(event.outcome);
    if (event.type === 'phase-start') {
      assert.ok(!open.has(phaseId), `${phaseId} began twice`);
      open.add(phaseId);
      toPhase(phaseId, 'building');
      toTier(event.tierId, 'in-progress');
    }
    if (event.type === 'phase-progress') toPhase(phaseId, event.state);
    if (event.type === 'phase-end') {
      open.delete(phaseId);
      toPhase(phaseId, event.state);
    }
    if (event.type === 'tier-end' && (event.state === 'skipped' || tiers.get(event.tierId) === 'in-progress')) {
      toTier(event.tierId, event.state);
    }
  }
  assert.deepEqual([...open], []);
}
