import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TrainingSurvey } from '../../../src/compose/training/survey-training.ts';
import { inTrainingThread, type TrainingPlace } from '../../../src/compose/training/training-thread.ts';
import { EngineError } from '../../../src/domain/engine-error.ts';
import { keepTrainingHistory } from '../../support/training-history.ts';

describe('The training thread', function () {
  // A thread loads the engine anew, on a machine that may be busy.
  this.timeout(120_000);
  let folder: string;
  let place: TrainingPlace;
  const now = new Date();
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'countersign-training-'));
    const directory = join(folder, 'repository');
    execFileSync('git', ['init', '--quiet', directory]);
    const identity = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com'];
    execFileSync('git', [...identity, 'commit', '--quiet', '--allow-empty', '-m', 'Begin'], { cwd: directory });
    const environment = { PATH: process.env.PATH, HOME: folder, XDG_CONFIG_HOME: folder, XDG_STATE_HOME: folder };
    place = { directory, environment, ownLayers: [], keys: {} };
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));

  const survey = (): Promise<TrainingSurvey> =>
    inTrainingThread(place, { name: 'survey', request: {} }, { signal: new AbortController().signal });

  function keep(): void {
    keepTrainingHistory(join(place.directory, '.git', 'countersign'), {
      specs: 3,
      runsEach: 5,
      seed: 1,
      until: now.toISOString(),
      models: ['lab/builder'],
    });
  }

  it('surveys an empty history', async () => {
    const { ready, kept, rows, hours, bars } = await survey();
    assert.deepEqual([ready, kept, rows, hours.length], [false, 0, 0, 24]);
    assert.deepEqual(
      bars.map(({ name, have }) => [name, have]),
      [
        ['trajectories', 0],
        ['groups', 0],
        ['quality', 0],
        ['interval', 24],
      ],
    );
  });

  it('counts each reply once: as a row, or by what stands in its way', async () => {
    keep();
    const { kept, rows, leftOut, scores, groups, hours, doubts } = await survey();
    assert.equal(kept, 15);
    const out = Object.values(leftOut).reduce((sum, count) => sum + count, 0);
    assert.equal(rows + out, kept);
    assert.ok(rows > 0 && leftOut.unproven > 0);
    assert.equal(doubts.find(({ reason }) => reason === 'it did not land')?.count, leftOut.unproven);
    assert.equal(
      scores.reduce((sum, count) => sum + count, 0),
      15,
    );
    assert.deepEqual(groups, [{ size: 5, groups: 3 }]);
    assert.ok(hours.reduce((sum, { attempts }) => sum + attempts, 0) >= 14);
  });

  it('makes a dataset', async () => {
    keep();
    const request = {
      folder: join(folder, 'data'),
      formats: ['trl-sft'],
      split: { seed: '1', heldOut: 0, from: null },
      recorded: false,
    };
    const { signal } = new AbortController();
    const prepared = await inTrainingThread(place, { name: 'prepare', request }, { signal });
    const { rows } = await survey();
    assert.equal(prepared.manifest.files.find(({ file }) => file === 'trl-sft.train.jsonl')?.rows, rows);
  });

  it('passes on why it cannot', async () => {
    const request = { selector: 'v9.0.0', rollout: { type: 'test' }, baseline: null, force: false } as const;
    const { signal } = new AbortController();
    await assert.rejects(
      inTrainingThread(place, { name: 'deploy', request }, { signal }),
      (error: unknown) => error instanceof EngineError && error.fault.code === 'deployment/no-version',
    );
  });

  it('lets go when it is told to, and leaves nothing behind', async () => {
    keep();
    const stop = new AbortController();
    const request = {
      folder: join(folder, 'data'),
      formats: [],
      split: { seed: '1', heldOut: 0, from: null },
      recorded: false,
    };
    const preparing = inTrainingThread(place, { name: 'prepare', request }, { signal: stop.signal });
    stop.abort();
    await assert.rejects(
      preparing,
      (error: unknown) => error instanceof EngineError && error.fault.code === 'interrupted',
    );
    await assert.rejects(
      inTrainingThread(place, { name: 'survey', request: {} }, { signal: stop.signal }),
      (error: unknown) => error instanceof EngineError && error.fault.code === 'interrupted',
    );
  });
});
