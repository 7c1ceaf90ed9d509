import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { readScorer } from '../../../src/compose/training/read-scorer.ts';
import { scoreChange } from '../../../src/domain/scorer.ts';
import { features } from './fixtures.ts';

const trainer = path.resolve(import.meta.dirname, '../../../examples/train-scorer/train.mjs');

describe('the trainer of a scorer', function () {
  this.timeout(120_000);
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'countersign-trainer-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  /** Attempts of which the smaller landed, but for every seventh, with a figure that tells nothing beside. */
  const rows = (count: number, from = 0) =>
    Array.from({ length: count }, (_, index) => {
      const at = from + index;
      const hunks = (at * 5) % 11;
      const startedAt = new Date(Date.UTC(2026, 0, 1) + at * 60_000).toISOString();
      const landed = at % 7 === 0 ? hunks >= 5 : hunks < 5;
      return { id: `r${at}`, scenario: 's', startedAt, features: features({ hunks, files: at % 3 }), landed };
    });

  async function train(training: readonly object[], held: readonly object[] = []) {
    const lines = (list: readonly object[]) => list.map((row) => `${JSON.stringify(row)}\n`).join('');
    const [trainingFile, heldFile] = [path.join(folder, 'train.jsonl'), path.join(folder, 'test.jsonl')];
    await writeFile(trainingFile, lines(training));
    await writeFile(heldFile, lines(held));
    const env = {
      COUNTERSIGN_TRAINING_FILE: trainingFile,
      COUNTERSIGN_VALIDATION_FILE: held.length > 0 ? heldFile : '',
      COUNTERSIGN_OUTPUT: folder,
      COUNTERSIGN_PARAMETERS: '{}',
    };
    return spawnSync(process.execPath, [trainer], { env, encoding: 'utf8' });
  }

  it('learns what lands, writes a scorer, and tells its losses on the way', async () => {
    const { status, stdout, stderr } = await train(rows(120), rows(40, 120));
    assert.equal(status, 0, stderr);
    const news = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const losses = news.flatMap(({ loss }) => (typeof loss === 'number' ? [loss] : []));
    assert.ok(losses.length > 3 && (losses.at(-1) as number) < (losses[0] as number));
    assert.match(news.at(-1).message, /log loss on 40 held-out attempts/);
    const scorer = await readScorer(folder, 'scorer.json');
    assert.equal(scorer.trainedOn, 120);
    assert.ok(scoreChange(scorer, features({ hunks: 0 })) > 0.6);
    assert.ok(scoreChange(scorer, features({ hunks: 10 })) < 0.4);
    const [, own, plain] = /: ([\d.]+), always .*: ([\d.]+)$/.exec(news.at(-1).message) ?? [];
    assert.ok(Number(own) < Number(plain));
    assert.equal(
      JSON.parse(await readFile(path.join(folder, 'result.json'), 'utf8')).model,
      path.join(folder, 'scorer.json'),
    );
  });

  it('gives the same scorer for the same rows, in whatever order they come', async () => {
    await train(rows(60));
    const first = await readFile(path.join(folder, 'scorer.json'), 'utf8');
    await train([...rows(60)].reverse());
    assert.equal(await readFile(path.join(folder, 'scorer.json'), 'utf8'), first);
  });

  it('says why it cannot learn, and writes nothing', async () => {
    for (const [training, reason] of [
      [rows(10), /fewer than 20/],
      [rows(40).map((row) => ({ ...row, landed: true })), /ended alike/],
      [[], /fewer than 20/],
    ] as const) {
      const { status, stderr } = await train(training);
      assert.equal(status, 1);
      assert.match(stderr, reason);
      await assert.rejects(readFile(path.join(folder, 'scorer.json')));
    }
  });
});
