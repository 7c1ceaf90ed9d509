import assert from 'node:assert/strict';
import { type ArmsFigures, comparisonViewOf, phasesToDecide } from '../../../src/contract/training-comparison.ts';
import { healthViewOf } from '../../../src/contract/training-health.ts';
import { type JobFigures, jobViewOf } from '../../../src/contract/training-job.ts';
import { type ModelsFigures, modelsViewOf } from '../../../src/contract/training-models.ts';
import { jobViewSchema, modelsViewSchema } from '../../../src/contract/training-view.ts';

const at = (step: number) => new Date(Date.UTC(2026, 2, 1) + step * 6000).toISOString();

function job(changes: Partial<JobFigures> = {}): JobFigures {
  const metrics = Array.from({ length: 310 }, (_, index) => {
    const step = index + 1;
    const validationLoss = step % 50 === 0 ? 1.02 : null;
    return { step, loss: 2 / step, smoothedLoss: 0.712, validationLoss, at: at(step) };
  });
  return {
    id: 'train-20260301-000000-abcd',
    number: '14',
    version: null,
    status: 'training',
    stage: 'training',
    message: null,
    step: 310,
    steps: 500,
    alerts: [],
    followed: true,
    metrics,
    facts: [['Base', 'reed-14b']],
    ...changes,
  };
}

describe('A training job, as it is shown', () => {
  it('says where it is, what it can be asked, and how long it may take', () => {
    const view = jobViewOf(job());
    assert.ok(jobViewSchema.safeParse(view).success);
    assert.equal(view.title, 'Job 14');
    assert.equal(view.progress, 'step 310 of 500, 62 %, about 19 min left');
    assert.equal(view.sentence, 'Loss by step. Training 0.71, validation 1.02 at step 310 of 500.');
    assert.deepEqual([view.mayPause, view.mayResume, view.mayStop, view.mayTakeUp], [true, false, true, false]);
    assert.equal(view.lastStep, 500);
  });

  it('draws no more points than can be seen, and always the last', () => {
    const { smoothed, training, validation } = jobViewOf(job());
    assert.ok(smoothed.length <= 300 && training.length <= 300);
    assert.deepEqual(smoothed.at(-1), [310, 0.712]);
    assert.equal(validation.length, 6);
  });

  for (const [changes, state, may] of [
    [{ status: 'paused' }, 'paused', [false, true, true, false]],
    [
      { status: 'completed', stage: 'completed', version: 'v1.0.3', followed: false },
      'done',
      [false, false, false, false],
    ],
    [{ status: 'crashed', stage: 'failed', followed: false }, 'failed', [false, false, false, true]],
    [{ status: 'stopped', stage: 'failed', followed: false }, 'stopped', [false, false, false, true]],
    [{ followed: false }, 'training', [false, false, false, true]],
    [{ stage: 'uploading', step: null, metrics: [] }, 'preparing', [false, false, true, false]],
    [{ stage: 'pending', status: 'idle', step: null, metrics: [] }, 'waiting', [false, false, false, false]],
    [{ alerts: [{ type: 'stuck', message: 'Silent.', stops: false }] }, 'stuck', [false, false, true, false]],
  ] as const satisfies readonly (readonly [Partial<JobFigures>, string, readonly boolean[]])[]) {
    it(`is ${state}${'followed' in changes ? ', followed by nobody' : ''}`, () => {
      const view = jobViewOf(job(changes));
      assert.equal(view.state, state);
      assert.deepEqual([view.mayPause, view.mayResume, view.mayStop, view.mayTakeUp], may);
    });
  }

  it('leaves out what was no number, and says what an alert may mean', () => {
    const broken = { step: 2, loss: null, smoothedLoss: 1.5, validationLoss: null, at: at(2) };
    const alerts = [{ type: 'not-a-number', message: 'The loss is no number any more.', stops: true }];
    const view = jobViewOf(job({ metrics: [broken], step: 2, steps: null, alerts }));
    assert.deepEqual([view.training, view.smoothed], [[], [[2, 1.5]]]);
    assert.equal(view.progress, 'step 2');
    assert.deepEqual(view.alerts[0]?.advice, 'Begin again with a smaller learning rate.');
  });
});

const arm = (phases: number, hits: number) => ({
  phases,
  landed: { hits, of: phases },
  meanCostMicros: 600_000,
  meanRetries: 0.5,
  unsafe: 0,
});

function arms(changes: Partial<ArmsFigures> = {}): ArmsFigures {
  const finding = (name: 'passes' | 'fails' | 'undecided') => ({ finding: name });
  return {
    baseline: arm(118, 86),
    candidate: arm(61, 47),
    landed: { difference: 0.042, low: -0.091, high: 0.174 },
    costMicros: { difference: -210_000, low: -340_000, high: -80_000 },
    retries: { difference: -0.12, low: -0.41, high: 0.17 },
    gate: {
      finding: 'undecided',
      rules: [finding('passes'), finding('undecided'), finding('passes'), finding('passes')],
    },
    ...changes,
  };
}

const compared = (figures: ArmsFigures) =>
  comparisonViewOf({ candidate: 'v1.0.2', baseline: 'v1.0.1', basis: 'arms', arms: figures });

describe('Two models side by side, as they are shown', () => {
  it('has each figure with its interval, better to the right', () => {
    const { rows, subtitle, title } = compared(arms());
    assert.deepEqual(
      [title, subtitle],
      ['v1.0.2 against v1.0.1', '61 and 118 phases, served side by side, 95 % intervals'],
    );
    assert.deepEqual(
      rows.map(({ value, verdictWord }) => `${value} ${verdictWord}`),
      [
        '+4.2 points (−9.1 to +17.4) undecided',
        '−$0.21 (−0.34 to −0.08) passes',
        '−0.12 (−0.41 to +0.17) passes',
        '0 phases passes',
      ],
    );
    for (const { interval, limit } of rows.slice(0, 3)) {
      assert.ok(interval && interval.low <= interval.middle && interval.middle <= interval.high);
      assert.ok(interval.low >= -1 && interval.high <= 1 && (limit ?? 0) >= -1);
    }
    // Cheaper is better.
    assert.ok((rows[1]?.interval?.low ?? 0) > 0);
    assert.ok((rows[0]?.limit ?? 0) < 0);
  });

  it('says what would decide it', () => {
    assert.match(
      compared(arms()).conclusion,
      /^Undecided: success could still be .* About 200 more phases would decide it\.$/,
    );
    assert.match(compared(arms({ candidate: arm(8, 6) })).conclusion, /at least 20 phases .* 12 are missing/);
    const passes = { finding: 'passes' as const };
    const gate = { finding: 'passes' as const, rules: [passes, passes, passes, passes] };
    assert.equal(compared(arms({ gate })).conclusion, 'Passes: it may take over every phase.');
    const fails = { finding: 'fails' as const, rules: [passes, { finding: 'fails' as const }, passes, passes] };
    assert.equal(compared(arms({ gate: fails })).conclusion, 'Fails: success. It should not take over.');
  });

  it('foresees nothing where it would be a guess', () => {
    assert.equal(phasesToDecide({ difference: -0.05, low: -0.2, high: 0.1 }, 100), null);
    assert.equal(phasesToDecide({ difference: -0.0499, low: -0.2, high: 0.1 }, 100), null);
    assert.equal(phasesToDecide({ difference: 0.1, low: 0, high: 0.2 }, 100), null);
    assert.equal(phasesToDecide({ difference: 0.05, low: -0.15, high: 0.25 }, 100), 300);
  });

  it('has no interval where there are too few', () => {
    const { rows } = compared(arms({ costMicros: null, retries: null }));
    assert.deepEqual([rows[1]?.value, rows[1]?.interval], ['too few to tell', null]);
  });
});

function models(changes: Partial<ModelsFigures> = {}): ModelsFigures {
  const version = (name: string, model: string) => ({
    version: name,
    model,
    madeAt: '2026-03-01T00:00:00.000Z',
    job: 'train-a',
    base: 'reed-14b',
    dataset: null,
    checkpoints: [],
    trainedTokens: null,
    shutdownDate: null,
    note: null,
  });
  return {
    versions: [version('v1.0.0', 'lab/a'), version('v1.0.1', 'lab/b')],
    history: [],
    deployment: null,
    served: [{ model: 'lab/b', phases: 61, landed: 47, costMicros: 27_260_000, costLabel: 'computed', retries: 30 }],
    comparison: null,
    jobs: new Map([['train-a', '12']]),
    ...changes,
  };
}

const deployment = {
  version: 'v1.0.1',
  model: 'lab/b',
  baseline: 'lab/north',
  rollout: { type: 'gradual', share: 0.35 },
  deployedAt: '2026-03-02T00:00:00.000Z',
  own: true,
} as const;

describe('Trained models, as they are shown', () => {
  it('has the newest first, a rate with its counts, and money with how sure it is', () => {
    const { rows } = modelsViewOf(models({ deployment }), null);
    assert.ok(modelsViewSchema.safeParse({ rows, comparison: null, notice: null }).success);
    assert.deepEqual(
      rows.map(({ version, serves, landed, retries }) => [version, serves, landed, retries]),
      [
        ['v1.0.1', 'Gradual, 35 %', '47 of 61 · 77 %', '0.49'],
        ['v1.0.0', 'Not deployed', 'no data yet', 'no data yet'],
        ['north', 'Baseline, 65 %', 'no data yet', 'no data yet'],
      ],
    );
    assert.equal(rows[0]?.cost?.text, '= $0.58');
    assert.equal(rows[0]?.data, 'job 12');
  });

  it('offers what can be done with each', () => {
    const actions = (changes: Partial<ModelsFigures>) =>
      modelsViewOf(models(changes), null).rows.map((row) => row.actions.map(({ action }) => action).join(' '));
    assert.deepEqual(actions({ deployment }), ['deploy roll-back', 'deploy', '']);
    assert.deepEqual(actions({ deployment: { ...deployment, rollout: { type: 'immediate' } } }), [
      'roll-back',
      'deploy',
      '',
    ]);
    assert.deepEqual(actions({}), ['deploy', 'deploy']);
  });

  it('says of a deployment that came with the repository that it is not served', () => {
    const { rows, notice } = modelsViewOf(models({ deployment: { ...deployment, own: false } }), null);
    assert.match(notice ?? '', /v1\.0\.1 is deployed by nobody here/);
    assert.deepEqual(
      rows.map(({ serves }) => serves),
      ['Not served', 'Not deployed'],
    );
  });

  it('says why a version was taken back', () => {
    const reason = 'v1.0.1 was taken back: 9 of its 20 calls failed.';
    const deed = {
      at: '2026-03-03T00:00:00.000Z',
      deed: 'rolled-back',
      version: 'v1.0.1',
      forced: false,
      reason,
    } as const;
    const [row] = modelsViewOf(models({ history: [deed] }), null).rows;
    assert.equal(row?.serves, 'Rolled back');
    assert.deepEqual(row?.lineage.at(-1), ['Rolled back', reason]);
  });

  it('begins with the one that is in training', () => {
    const coming = { job: '13', base: 'reed-14b', startedAt: '2026-03-04T00:00:00.000Z' };
    const [row] = modelsViewOf(models(), coming).rows;
    assert.deepEqual([row?.version, row?.serves, row?.data], ['next', 'In training', 'job 13']);
  });
});

describe('What training rests on, as it is shown', () => {
  it('has a word for what is well and for what is not', () => {
    const endpoint = { provider: 'lab', calls: 10, failed: 0, medianSeconds: 0.42 };
    const good = healthViewOf({ storeBytes: 412_000_000, storeWhole: true, freeBytes: 61e9, endpoints: [endpoint] });
    assert.deepEqual(
      good.map(({ tone, text }) => `${tone}: ${text}`),
      ['good: Store 412 MB', 'good: 61 GB free', 'good: lab answered 10 calls in 24 h, usually in 0.4 s'],
    );
    const bad = healthViewOf({
      storeBytes: 1500,
      storeWhole: false,
      freeBytes: 1e9,
      endpoints: [{ ...endpoint, failed: 3 }],
    });
    assert.deepEqual(
      bad.map(({ tone }) => tone),
      ['warning', 'warning', 'bad'],
    );
    assert.equal(bad[2]?.text, 'lab failed 3 of 10 calls in 24 h');
  });

  it('says so where no model was asked', () => {
    const quiet = healthViewOf({ storeBytes: 0, storeWhole: true, freeBytes: null, endpoints: [] });
    assert.equal(quiet.at(-1)?.text, 'No model was asked in the last 24 hours');
  });
});
