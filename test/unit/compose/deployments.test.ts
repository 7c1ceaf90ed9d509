import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { openDeployments, ownDeployment } from '../../../src/compose/training/deployments.ts';
import type { Deployment } from '../../../src/domain/deployment.ts';
import { trainingSchema } from '../../../src/domain/training.ts';
import type { ServedPhaseRecord } from '../../../src/ledger/read-arms.ts';
import { type ModelRegistry, openRegistry } from '../../../src/training/models/registry.ts';

describe('what runs are served', () => {
  let folder: string;
  let environment: NodeJS.ProcessEnv;
  let registry: ModelRegistry;
  let now = new Date('2026-03-01T00:00:00.000Z');
  let served: readonly ServedPhaseRecord[] = [];
  let end: string | null = null;
  let looks = 0;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'countersign-deployments-'));
    environment = { XDG_CONFIG_HOME: path.join(folder, 'config') };
    registry = openRegistry(path.join(folder, 'state'));
    now = new Date('2026-03-01T00:00:00.000Z');
    [served, end, looks] = [[], null, 0];
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const open = () =>
    openDeployments({
      stateDirectory: path.join(folder, 'state'),
      environment,
      ledger: {
        servedPhases: ({ since = '', models }) =>
          served.filter(({ endedAt, model }) => endedAt >= since && (models?.includes(model) ?? true)),
        callHealth: () => ({ calls: 0, failed: 0 }),
      },
      rule: trainingSchema.parse({}).rollback,
      now: () => now,
      lookUpEnd: async () => {
        looks += 1;
        return end;
      },
    });

  async function deploy(change: Partial<Deployment> = {}): Promise<Deployment> {
    const base = { job: null, base: null, dataset: null, checkpoints: [], trainedTokens: null, note: null };
    registry.add({ ...base, model: 'lab/tuned', madeAt: now.toISOString(), shutdownDate: null });
    const deployment: Deployment = {
      version: 'v1.0.0',
      model: 'lab/tuned',
      baseline: 'lab/base',
      rollout: { type: 'gradual', share: 0.5 },
      deployedAt: '2026-02-01T00:00:00.000Z',
      retiresAt: null,
      ...change,
    };
    registry.deploy(deployment, { forced: false, reason: null });
    await ownDeployment(registry, deployment, environment);
    return deployment;
  }
  const phases = (count: number, landed: number, change: Partial<ServedPhaseRecord>): readonly ServedPhaseRecord[] =>
    Array.from({ length: count }, (_, index) => ({
      runId: `run-${index}`,
      phaseId: 'fix',
      model: 'lab/base',
      arm: null,
      version: null,
      landed: index < landed,
      unsafe: false,
      costMicros: 100 + index,
      retries: 0,
      endedAt: '2026-02-20T00:00:00.000Z',
      ...change,
    }));
  const arm = (name: 'candidate' | 'baseline') => ({ arm: name, version: 'v1.0.0' }) as const;

  it('is nothing before anything is deployed, and the very deployment that the user made', async () => {
    assert.equal(await open().current(), null);
    assert.equal(await open().review(), null);
    const deployment = await deploy();
    assert.deepEqual(await open().current(), deployment);
    // As from a store that arrived with a repository.
    registry.deploy({ ...deployment, model: 'lab/theirs' }, { forced: false, reason: null });
    assert.equal(await open().current(), null);
    assert.equal(await open().isOwn({ ...deployment, baseline: 'lab/other' }), false);
  });

  it('stands beside the other arm while it serves a share, whatever was before', async () => {
    await deploy();
    served = [...phases(30, 30, {}), ...phases(30, 10, arm('candidate')), ...phases(30, 10, arm('baseline'))];
    assert.equal(await open().review(), null);
    served = [...phases(30, 10, arm('candidate')), ...phases(30, 28, arm('baseline'))];
    const ended = await open().review();
    assert.deepEqual([ended?.cause, ended?.baseline], ['breach', 'lab/base']);
    assert.equal(await open().current(), null);
    assert.equal(await open().review(), null, 'once');
    assert.deepEqual(
      registry.read().history.map(({ by }) => by),
      ['person', 'breach'],
    );
  });

  it('stands beside what the baseline did before where it serves everyone', async () => {
    await deploy({ rollout: { type: 'immediate' } });
    const before = { endedAt: '2026-01-20T00:00:00.000Z' };
    served = [...phases(30, 28, before), ...phases(30, 10, arm('candidate'))];
    assert.match((await open().review())?.reason ?? '', /10 of its 30 phases landed, against 28 of 30 before/);
  });

  it('asks the provider once a day whether the model comes to an end', async () => {
    await deploy();
    assert.equal(await open().review(), null);
    end = '2026-03-02T00:00:00.000Z';
    assert.equal(await open().review(), null, 'asked already');
    assert.equal(looks, 1);
    now = new Date('2026-03-02T12:00:00.000Z');
    assert.equal((await open().review())?.cause, 'retired');
    assert.equal(registry.read().versions[0]?.shutdownDate, end);
  });
});
