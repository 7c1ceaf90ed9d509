import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Deployment } from '../../../src/domain/deployment.ts';
import { EngineError } from '../../../src/domain/engine-error.ts';
import { type RollbackRule, trainingSchema } from '../../../src/domain/training.ts';
import type { ServedPhase } from '../../../src/training/compare-arms.ts';
import { breachOf, type Standing } from '../../../src/training/models/breach.ts';
import { bothMeasured, type Evaluated, openEvaluations } from '../../../src/training/models/evaluations.ts';
import { deploymentOf, openRegistry, versionNamed } from '../../../src/training/models/registry.ts';

const now = new Date('2026-03-01T00:00:00.000Z');
const deployed = (change: Partial<Deployment> = {}): Deployment => ({
  model: 'lab/tuned',
  baseline: 'lab/base',
  version: 'v1.0.0',
  rollout: { type: 'immediate' },
  deployedAt: '2026-02-01T00:00:00.000Z',
  retiresAt: null,
  ...change,
});
const codeOf = (work: () => unknown): string => {
  try {
    work();
    return 'none';
  } catch (error) {
    return error instanceof EngineError ? error.fault.code : String(error);
  }
};

describe('the model registry', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'countersign-models-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const added = (model: string, shutdownDate: string | null = null) => ({
    model,
    madeAt: now.toISOString(),
    job: null,
    base: 'tiny',
    dataset: null,
    checkpoints: [],
    trainedTokens: null,
    shutdownDate,
    note: null,
  });

  it('numbers versions, keeps one for each model, and survives being read by another', () => {
    const registry = openRegistry(folder);
    assert.equal(registry.add(added('lab/a')).version, 'v1.0.0');
    assert.equal(registry.add(added('lab/b')).version, 'v1.0.1');
    assert.equal(registry.add(added('lab/a')).version, 'v1.0.0');
    const state = openRegistry(folder).read();
    assert.equal(state.versions.length, 2);
    assert.equal(versionNamed(state, 'last').model, 'lab/b');
    assert.equal(versionNamed(state, 'lab/a').version, 'v1.0.0');
    assert.equal(
      codeOf(() => versionNamed(state, 'v9.9.9')),
      'deployment/no-version',
    );
  });

  it('keeps who deployed and took back what, and takes back only what is deployed', () => {
    const registry = openRegistry(folder);
    registry.add(added('lab/tuned'));
    registry.deploy(deployed(), { forced: true, reason: 'the gate is undecided' });
    const at = now.toISOString();
    assert.equal(registry.rollBack({ at, by: 'breach', reason: 'x', version: 'v1.0.7' }), null);
    assert.equal(registry.rollBack({ at, by: 'breach', reason: 'x', version: 'v1.0.0' })?.model, 'lab/tuned');
    assert.equal(registry.rollBack({ at, by: 'person', reason: null }), null);
    assert.deepEqual(
      registry.read().history.map(({ deed, by, forced }) => [deed, by, forced]),
      [
        ['deployed', 'person', true],
        ['rolled-back', 'breach', false],
      ],
    );
  });

  it('leaves nothing half written beside it', async () => {
    openRegistry(folder).add(added('lab/a'));
    assert.deepEqual(await readdir(path.join(folder, 'training')), ['models.json']);
  });

  it('believes no file that is damaged, foreign or a link, and leaves it alone', async () => {
    await mkdir(path.join(folder, 'training'));
    const file = path.join(folder, 'training', 'models.json');
    for (const text of ['', '{', '[]', '{"format": "countersign-models-2"}', JSON.stringify({ versions: [] })]) {
      await writeFile(file, text);
      assert.equal(
        codeOf(() => openRegistry(folder).read()),
        'store/damaged',
        text,
      );
      assert.equal(
        codeOf(() => openRegistry(folder).add(added('lab/a'))),
        'store/damaged',
      );
      assert.equal(await readFile(file, 'utf8'), text);
    }
    const elsewhere = path.join(folder, 'elsewhere.json');
    await writeFile(elsewhere, 'mine');
    await rm(file);
    await symlink(elsewhere, file);
    assert.equal(
      codeOf(() => openRegistry(folder).add(added('lab/a'))),
      'store/damaged',
    );
    assert.equal(await readFile(elsewhere, 'utf8'), 'mine');
  });

  it('deploys nothing that is ended', () => {
    const registry = openRegistry(folder);
    const version = registry.add(added('lab/old', '2026-02-28T00:00:00.000Z'));
    assert.equal(
      codeOf(() => deploymentOf(version, 'lab/base', { type: 'test' }, now)),
      'deployment/retired',
    );
  });
});

describe('taking a version back by itself', () => {
  const rule: RollbackRule = trainingSchema.parse({}).rollback;
  const phases = (count: number, landed: number, costMicros = 100): readonly ServedPhase[] =>
    // Costs differ a little, as costs do.
    Array.from({ length: count }, (_, index) => ({
      landed: index < landed,
      unsafe: false,
      costMicros: costMicros + (index % 3),
      retries: 0,
    }));
  const standing = (change: Partial<Standing> = {}): Standing => ({
    candidate: phases(40, 36),
    baseline: phases(40, 36),
    calls: { calls: 100, failed: 2 },
    ...change,
  });
  const breach = (change: Partial<Standing>, deployment = deployed()) =>
    breachOf(deployment, standing(change), rule, now);

  it('leaves one alone that does no worse', () => {
    assert.equal(breach({}), null);
  });

  it('ends one whose end is near or past, and no other', () => {
    const at = (retiresAt: string) => breach({}, deployed({ retiresAt }));
    assert.equal(at('2026-03-05T00:00:00.000Z'), null);
    assert.match(at('2026-03-03T00:00:00.000Z')?.reason ?? '', /its provider ends it on 2026-03-03/);
    assert.match(at('2026-02-20T00:00:00.000Z')?.reason ?? '', /its provider ended it on 2026-02-20/);
    assert.equal(at('2026-02-20T00:00:00.000Z')?.cause, 'retired');
  });

  it('needs enough failed calls to be sure', () => {
    assert.equal(breach({ calls: { calls: 10, failed: 10 } }), null, 'too few');
    assert.equal(breach({ calls: { calls: 40, failed: 11 } }), null, 'a share above the bound that may be chance');
    assert.match(breach({ calls: { calls: 40, failed: 20 } })?.reason ?? '', /20 of its 40 calls failed/);
  });

  it('needs enough phases, and an interval wholly below', () => {
    assert.equal(breach({ candidate: phases(9, 0) }), null, 'too few');
    assert.equal(breach({ candidate: phases(12, 8) }), null, 'worse, but perhaps by chance');
    assert.match(breach({ candidate: phases(40, 15) })?.reason ?? '', /15 of its 40 phases landed, against 36 of 40/);
  });

  it('takes one back that is dearer beyond doubt', () => {
    assert.equal(breach({ candidate: phases(40, 36, 140) }), null, 'within what is allowed');
    assert.match(breach({ candidate: phases(40, 36, 200) })?.reason ?? '', /a phase costs/);
    const wild = phases(40, 36, 100).map((phase, index) => ({ ...phase, costMicros: index === 0 ? 9000 : 100 }));
    assert.equal(breach({ candidate: wild }), null, 'one dear phase is no proof');
  });
});

describe('evaluations', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'countersign-evaluations-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const measured = (change: Partial<Evaluated> = {}): Evaluated => ({
    model: 'lab/a',
    scenario: 's1',
    phaseId: 'fix',
    base: 'b',
    at: now.toISOString(),
    runId: 'run-1',
    passed: true,
    unsafe: false,
    attempts: 1,
    reason: null,
    costMicros: 5,
    costLabel: 'computed',
    heldOut: true,
    ...change,
  });

  it('keeps the newest for each model and phase', () => {
    const evaluations = openEvaluations(folder);
    evaluations.keep(measured());
    evaluations.keep(measured({ passed: false }));
    evaluations.keep(measured({ base: 'other' }));
    assert.deepEqual(
      openEvaluations(folder)
        .all()
        .map(({ base, passed }) => [base, passed]),
      [
        ['b', false],
        ['other', true],
      ],
    );
  });

  it('compares only on what both were measured on', () => {
    const results = [
      measured(),
      measured({ scenario: 's2' }),
      measured({ model: 'lab/b', passed: false, attempts: 2 }),
      measured({ model: 'lab/b', scenario: 's2', base: 'another' }),
    ];
    const { baseline, candidate } = bothMeasured(results, 'lab/a', 'lab/b');
    assert.deepEqual([baseline.length, candidate], [1, [{ landed: false, unsafe: false, costMicros: 5, retries: 1 }]]);
  });
});
