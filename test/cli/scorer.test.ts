import assert from 'node:assert/strict';
import { featureNames } from '../../src/domain/scorer.ts';
import { type Bench, cleanReview, goodPatch, nodeTest, openBench, runEnd } from './support.ts';

/** The same change with a comment: one line more. */
const longerPatch = goodPatch
  .replace('@@ -1,3 +1,3 @@', '@@ -1,3 +1,4 @@')
  .replace('+  return a + b;', '+  // Plus.\n+  return a + b;');

describe('countersign run with a scorer', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench();
  });
  afterEach(() => bench.close());

  const scorer = (weight: number) =>
    JSON.stringify({
      format: 'countersign-scorer-1',
      bias: 0,
      features: featureNames.map((name) => ({ name, mean: 0, scale: 1, weight: name === 'added' ? weight : 0 })),
      trainedOn: 50,
      landedShare: 0.5,
    });

  async function runTwo(config: Record<string, unknown>) {
    await bench.model(
      [
        { role: 'builder', text: goodPatch, times: 1 },
        { role: 'builder', text: longerPatch, times: 1 },
        { role: 'auditor', text: cleanReview },
      ],
      config,
    );
    const phase = await bench.phase('fix-sum', { ...nodeTest, builder: { candidates: 2 } });
    return bench.run('run', phase, '--autonomy', 'gated', '--json');
  }
  const landed = () => bench.read('src/sum.js');

  it('ranks the smaller of two candidates first without one', async () => {
    const done = await runTwo({});
    assert.equal(done.code, 0, done.out + done.err);
    assert.doesNotMatch(await landed(), /Plus/);
  });

  it('ranks by what it says, and tells how likely each was', async () => {
    await bench.write('scorer.json', scorer(1));
    const done = await runTwo({ builder: { scorer: 'scorer.json' } });
    assert.equal(done.code, 0, done.out + done.err);
    assert.match(await landed(), /Plus/);
    const ranked = done.lines.find(({ type }) => type === 'candidates-ranked');
    assert.match(ranked?.candidates[0].reason, /^\d+ % likely to land, /);
  });

  it('stops before anything is paid for where its file cannot be used', async () => {
    await bench.write('scorer.json', scorer(1).replace('"bias":0', '"bias":"high"'));
    const done = await runTwo({ builder: { scorer: 'scorer.json' } });
    assert.equal(done.code, 2, done.out + done.err);
    assert.match(runEnd(done).phases[0].reason, /scorer\.json cannot be used: bias/);
    assert.equal(bench.server?.requests.length, 0);
  });

  it('does not take one that the repository names before that is approved', async () => {
    await bench.write('.countersign/config.yaml', 'builder:\n  scorer: scorer.json\n');
    await bench.write('scorer.json', '{');
    const done = await runTwo({});
    assert.equal(done.code, 0, done.out + done.err);
    assert.match(done.err, /builder\.scorer/);
  });
});
