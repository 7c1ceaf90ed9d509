import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { type Bench, breakingPatch, cleanReview, goodPatch, nodeTest, openBench } from './support.ts';

describe('countersign train', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench();
    // The first attempt fails its check, the second lands: a pair.
    await bench.model([
      { role: 'builder', attempt: 1, text: breakingPatch, usage: { input: 1000, output: 100 } },
      { role: 'builder', attempt: 2, text: goodPatch, usage: { input: 1500, output: 100 } },
      { role: 'reflector', text: 'The sum must stay a number.' },
      { role: 'auditor', text: cleanReview },
    ]);
    const strict = { verify: [{ run: 'node --test test/sum.test.js' }] };
    const done = await bench.run(
      'run',
      await bench.phase('fix-sum', { ...nodeTest, ...strict }),
      '--autonomy',
      'gated',
    );
    assert.equal(done.code, 0, done.out + done.err);
  });
  afterEach(() => bench.close());

  it('makes a dataset whose every file its own validator accepts', async () => {
    const made = await bench.run('train', 'prepare', '--out', 'data', '--held-out', '0', '--json');
    assert.equal(made.code, 0, made.out + made.err);
    const [result] = made.lines;
    assert.deepEqual([result?.collected, result?.proven, result?.pairs], [2, 1, 1]);
    const files = (await readdir(path.join(bench.directory, 'data'))).filter((name) => name.endsWith('.train.jsonl'));
    assert.ok(files.length >= 12);
    for (const file of files) {
      const judged = await bench.run('trajectories', 'validate', path.join('data', file), '--json');
      assert.deepEqual(judged.lines[0]?.faults, [], file);
      // Three formats have a least number of rows, which two attempts do not reach.
      assert.equal(judged.code, file.startsWith('openai-') ? 3 : 0, file + judged.out);
    }
    const [pair] = (await bench.read('data/trl-dpo.train.jsonl')).trim().split('\n');
    const { chosen, rejected } = JSON.parse(pair as string);
    assert.equal(chosen[0].content, goodPatch);
    assert.equal(rejected[0].content, breakingPatch);
  });

  it('takes a landing that was rolled back for no proof', async () => {
    assert.equal((await bench.run('rollback', 'last')).code, 0);
    const made = await bench.run('train', 'prepare', '--out', 'data', '--format', 'trl-sft', '--json');
    assert.equal(made.lines[0]?.proven, 0);
    assert.ok(made.lines[0]?.manifest.leftOut.some(({ reason }: { reason: string }) => /rolled back/.test(reason)));
  });

  it('writes over nothing and leaves nothing half done', async () => {
    await bench.write('data/mine.txt', 'mine');
    const made = await bench.run('train', 'prepare', '--out', 'data', '--json');
    assert.equal(made.code, 2);
    assert.deepEqual(await readdir(path.join(bench.directory, 'data')), ['mine.txt']);
  });

  it('says what is wrong with its arguments', async () => {
    for (const words of [
      ['--format', 'parchment'],
      ['--held-out', '1'],
      ['--held-out', 'half'],
      ['--since', 'yesterday-ish'],
    ]) {
      const made = await bench.run('train', 'prepare', ...words, '--json');
      assert.equal(made.code, 2, words.join(' '));
    }
    assert.equal((await bench.run('trajectories', 'validate', 'none.jsonl', '--format', 'atif', '--json')).code, 2);
    assert.equal((await bench.run('trajectories', 'validate', '--json')).code, 2);
  });

  it('says what is missing before there is enough', async () => {
    const checked = await bench.run('train', 'check', '--json');
    assert.equal(checked.code, 3);
    assert.equal(checked.lines[0]?.ready, false);
    assert.match(checked.lines[0]?.bars[0].missing, /98 more trajectories/);
  });

  it('names row, field and reason of a fault in a file', async () => {
    await bench.write('bad.jsonl', '{"prompt": [], "chosen": [], "rejected": []}\n');
    const judged = await bench.run('trajectories', 'validate', 'bad.jsonl', '--format', 'trl-dpo');
    assert.equal(judged.code, 3);
    assert.match(judged.out, /^row 1, prompt: /);
  });
});
