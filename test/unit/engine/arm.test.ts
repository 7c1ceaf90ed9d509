import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Deployment } from '../../../src/domain/deployment.ts';
import { EngineError } from '../../../src/domain/engine-error.ts';
import { armOf, deploymentNews, phaseKeyOf, type Serving, serve, withOwnDeployment } from '../../../src/engine/arm.ts';
import type { Selection } from '../../../src/engine/selection.ts';
import { openWorld } from './world.ts';

const now = new Date('2026-03-01T00:00:00Z');
const deployed = (change: Partial<Deployment> = {}): Deployment => ({
  model: 'lab/tuned',
  baseline: 'lab/base',
  version: 'v1.0.1',
  rollout: { type: 'immediate' },
  deployedAt: '2026-02-01T00:00:00.000Z',
  retiresAt: null,
  ...change,
});
const selection = (model: string | undefined, rule: Selection['facts']['rule'] = 'difficulty'): Selection => ({
  model,
  cheaper: ['lab/small'],
  facts: { rule, tier: 'middle', tooDear: null, difficulty: 0.5 },
  reason: 'middle tier',
});
const serving = (change: Partial<Deployment> = {}, arm: 'candidate' | 'baseline' = 'candidate'): Serving => ({
  deployment: deployed(change),
  served: { arm, reason: 'because' },
  builder: 'lab/base',
});

describe('which arm serves', () => {
  it('is the same for a phase whatever else is asked, and close to the share', () => {
    const gradual = deployed({ rollout: { type: 'gradual', share: 0.1 } });
    const arms = Array.from({ length: 4000 }, (_, index) => armOf(gradual, `phase-${index}`, now).arm);
    const share = arms.filter((arm) => arm === 'candidate').length / arms.length;
    assert.ok(share > 0.08 && share < 0.12, String(share));
    assert.deepEqual(arms[7], armOf(gradual, 'phase-7', now).arm);
  });

  it('gives nobody back to the baseline when the share grows', () => {
    fc.assert(
      fc.property(fc.string(), fc.double({ min: 0.01, max: 0.98, noNaN: true }), (phase, share) => {
        const at = (of: number) => armOf(deployed({ rollout: { type: 'gradual', share: of } }), phase, now).arm;
        if (at(share) === 'candidate') assert.equal(at(share + 0.01), 'candidate');
      }),
    );
  });

  it('is everyone at once, nobody in a test, and nobody from its end on', () => {
    assert.equal(armOf(deployed(), 'a', now).arm, 'candidate');
    assert.equal(armOf(deployed({ rollout: { type: 'test' } }), 'a', now).arm, 'baseline');
    const ends = (retiresAt: string) => armOf(deployed({ retiresAt }), 'a', now);
    assert.deepEqual(ends('2026-03-01T00:00:00.000Z'), {
      arm: 'baseline',
      reason: 'v1.0.1 was retired on 2026-03-01',
    });
    assert.equal(ends('2026-03-01T00:00:00.001Z').arm, 'candidate');
  });

  it('knows a phase by its name and goal, not by its budget', () => {
    assert.equal(phaseKeyOf({ id: 'a', goal: 'b' }), phaseKeyOf({ ...{ budget: 1 }, id: 'a', goal: 'b' }));
    assert.notEqual(phaseKeyOf({ id: 'ab', goal: 'c' }), phaseKeyOf({ id: 'a', goal: 'bc' }));
  });
});

describe('serving a version', () => {
  it('puts the candidate in the place of the baseline and changes nothing else', () => {
    const before = selection('lab/base');
    const after = serve(before, serving());
    assert.equal(after.model, 'lab/tuned');
    assert.deepEqual(after.facts, {
      ...before.facts,
      arm: { arm: 'candidate', version: 'v1.0.1', model: 'lab/tuned' },
    });
    assert.deepEqual([after.cheaper, after.reason], [before.cheaper, 'middle tier; because']);
  });

  it('does so too where the role alone names the baseline', () => {
    assert.equal(serve(selection(undefined, 'role'), serving()).model, 'lab/tuned');
  });

  it('marks the other arm, and leaves other models alone', () => {
    const marked = serve(selection('lab/base'), serving({}, 'baseline'));
    assert.deepEqual([marked.model, marked.facts.arm?.arm, marked.reason], ['lab/base', 'baseline', 'middle tier']);
    const other = selection('lab/other');
    assert.equal(serve(other, serving()), other);
  });

  it('leaves what the spec names, and counts it only in a test', () => {
    const named = selection('lab/base', 'spec');
    assert.equal(serve(named, serving()), named);
    const candidate = selection('lab/tuned', 'spec');
    assert.equal(serve(candidate, serving()), candidate);
    const tested = serve(candidate, serving({ rollout: { type: 'test' } }, 'baseline'));
    assert.deepEqual([tested.model, tested.facts.arm?.arm], ['lab/tuned', 'candidate']);
  });
});

describe('a deployment and a run', () => {
  const none = { current: async () => null, isOwn: async () => false, review: async () => null };

  it('drops one that only the store tells of', async () => {
    const world = openWorld({ tiers: [[{ id: 'a' }]] });
    const plan = { ...world.plan, landingBranch: 'current', landsOn: '', mergesInto: null } as never;
    const kept = { ...(plan as object), deployment: deployed() } as never;
    assert.equal((await withOwnDeployment(kept, none)).deployment, undefined);
    assert.equal((await withOwnDeployment(kept, { ...none, isOwn: async () => true })).deployment?.version, 'v1.0.1');
    world.close();
  });

  it('tells what was taken back, and never fails for it', async () => {
    assert.equal(await deploymentNews(none), null);
    const ended = {
      version: 'v1.0.1',
      model: 'lab/tuned',
      baseline: 'lab/base',
      cause: 'breach',
      reason: 'x',
    } as const;
    assert.equal((await deploymentNews({ ...none, review: async () => ended }))?.type, 'deployment-end');
    const damaged = new EngineError({ code: 'store/damaged', file: 'models.json', setAside: null });
    const told = await deploymentNews({ ...none, review: () => Promise.reject(damaged) });
    assert.match(told?.type === 'notice' ? told.message : '', /models\.json was damaged/);
  });

  it('is looked at before a run and after it, and the run keeps the one it began with', async () => {
    let looks = 0;
    const review = async () => {
      looks += 1;
      return null;
    };
    const world = openWorld({
      tiers: [[{ id: 'a' }, { id: 'b' }]],
      deployments: { current: async () => deployed({ baseline: 'lab/builder' }), review },
    });
    await world.engine.run(world.plan, { branchByDefault: 'current' }, new AbortController().signal);
    const start = world.events.find((event) => event.type === 'run-start');
    assert.equal(start?.type === 'run-start' && start.plan.deployment?.version, 'v1.0.1');
    assert.equal(looks, 2);
    world.close();
  });
});
