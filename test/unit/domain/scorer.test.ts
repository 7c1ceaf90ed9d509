import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { readScorer } from '../../../src/compose/training/read-scorer.ts';
import { EngineError } from '../../../src/domain/engine-error.ts';
import { type ChangeFeatures, featureNames, featuresOf, type Scorer, scoreChange } from '../../../src/domain/scorer.ts';

function scorer(weights: Partial<ChangeFeatures> = {}, bias = 0): Scorer {
  const features = featureNames.map((name) => ({ name, mean: 0, scale: 1, weight: weights[name] ?? 0 }));
  return { format: 'countersign-scorer-1', bias, features, trainedOn: 40, landedShare: 0.5 };
}

const staged = {
  patch: [
    'diff --git a/src/a.ts b/src/a.ts',
    '@@ -1 +1 @@',
    '-a',
    '+b',
    '@@ -9 +9 @@',
    '-c',
    '+d',
    'diff --git a/test/a.test.ts b/test/a.test.ts',
    'new file mode 100644',
    '@@ -0,0 +1 @@',
    '+test',
    '',
  ].join('\n'),
  files: [
    { path: 'src/a.ts', added: 2, removed: 2 },
    { path: 'test/a.test.ts', added: 1, removed: 0 },
  ],
  repairs: [],
  flags: [],
};

describe('features of a change', () => {
  it('are figures that stand before anything lands', () => {
    const about = { risk: { score: 30 }, attempt: 2, complexity: 'high' } as const;
    assert.deepEqual(featuresOf(staged, about), {
      files: 2,
      added: 3,
      removed: 2,
      hunks: 3,
      testFiles: 1,
      newFiles: 1,
      repairs: 0,
      flags: 0,
      risk: 30,
      attempt: 2,
      complexity: 0.9,
      linesPerFile: 2.5,
    });
  });
});

describe('scoreChange', () => {
  const some = featuresOf(staged, { risk: null, attempt: 1, complexity: 'low' });

  it('is a chance between 0 and 1, one half where nothing is known', () => {
    assert.equal(scoreChange(scorer(), some), 0.5);
    fc.assert(
      fc.property(
        fc.float({ noNaN: true, min: -100, max: 100 }),
        fc.float({ noNaN: true, min: -100, max: 100 }),
        (weight, bias) => {
          const chance = scoreChange(scorer({ hunks: weight }, bias), some);
          assert.ok(chance >= 0 && chance <= 1);
        },
      ),
    );
  });

  it('goes down with what speaks against landing', () => {
    const careful = scorer({ hunks: -1 });
    assert.ok(scoreChange(careful, { ...some, hunks: 9 }) < scoreChange(careful, some));
  });
});

describe('a scorer file', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'countersign-scorer-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('is read as it was written', async () => {
    await writeFile(path.join(folder, 'scorer.json'), JSON.stringify(scorer({ files: 1 })));
    assert.deepEqual(await readScorer(folder, 'scorer.json'), scorer({ files: 1 }));
  });

  it('is a stated fault where it is missing, no JSON, or anything but a scorer', async () => {
    const good = scorer();
    const [first, ...rest] = good.features;
    for (const [text, reason] of [
      [null, /no such file/],
      ['{', /no JSON/],
      ['[]', /expected object/],
      [JSON.stringify({ ...good, format: 'other' }), /format/],
      [JSON.stringify({ ...good, extra: 1 }), /[Uu]nrecognized/],
      [JSON.stringify({ ...good, features: rest }), /features/],
      [JSON.stringify({ ...good, features: [first, first, ...rest.slice(1)] }), /twice/],
      [JSON.stringify({ ...good, features: [{ ...first, scale: 0 }, ...rest] }), /scale/],
      [JSON.stringify({ ...good, bias: null }), /bias/],
      [' '.repeat(70_000), /larger/],
    ] as const) {
      if (text !== null) await writeFile(path.join(folder, 'scorer.json'), text);
      await assert.rejects(readScorer(folder, 'scorer.json'), (error: unknown) => {
        assert.ok(error instanceof EngineError);
        assert.equal(error.fault.code, 'scorer/unreadable');
        assert.match(error.message, reason);
        return true;
      });
    }
  });
});
