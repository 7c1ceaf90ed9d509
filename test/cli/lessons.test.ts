import assert from 'node:assert/strict';
import { mkdir, symlink } from 'node:fs/promises';
import path from 'node:path';
import { type Bench, breakingPatch, goodPatch, nodeTest, obliging, openBench } from './support.ts';

const failing = [
  { role: 'builder', text: breakingPatch },
  { role: 'reflector', text: 'The sum must stay a number.' },
];

describe('countersign lessons', function () {
  this.timeout(180_000);
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench();
  });
  afterEach(() => bench.close());

  async function failTwice(): Promise<string> {
    await bench.model(failing);
    const spec = { ...nodeTest, budget: { attempts: 2 } };
    for (const id of ['one', 'two']) assert.equal((await bench.run('run', await bench.phase(id, spec))).code, 3);
    const { offers } = (await bench.run('lessons', '--json')).lines[0] as Record<string, any>;
    assert.equal(offers.length, 1, JSON.stringify(offers));
    assert.equal(offers[0].runs, 2);
    assert.equal(offers[0].last.phaseId, 'two');
    assert.match(offers[0].rule, /node --test .* failed\. The sum must stay a number\./);
    return offers[0].key;
  }

  it('offers nothing that went wrong but once', async () => {
    assert.match((await bench.run('lessons')).out, /None yet/);
    await bench.model(failing);
    await bench.run('run', await bench.phase('one', { ...nodeTest, budget: { attempts: 2 } }));
    assert.deepEqual((await bench.run('lessons', 'list', '--json')).lines[0]?.offers, []);
  });

  it('offers what recurs, and shows an accepted rule to the Builder once it is committed', async () => {
    const key = await failTwice();
    const accepted = await bench.run('lessons', 'accept', key, '--rule', 'Sums are\nnumbers.');
    assert.equal(accepted.code, 0, accepted.err);
    assert.match(await bench.read('.countersign/lessons.md'), /^- Sums are numbers\.$/m);
    const after = (await bench.run('lessons', '--json')).lines[0];
    assert.deepEqual([after?.offers, after?.accepted], [[], ['Sums are numbers.']]);
    bench.git('add', '--all');
    bench.git('commit', '--quiet', '--message', 'Learn');
    await bench.model([{ role: 'builder', text: goodPatch, contains: ['- Sums are numbers.'] }, ...obliging.slice(1)]);
    const done = await bench.run('run', await bench.phase('three', nodeTest), '--autonomy', 'gated');
    assert.equal(done.code, 0, done.err);
  });

  it('does not offer again what was rejected', async () => {
    const key = await failTwice();
    assert.equal((await bench.run('lessons', 'reject', key.slice(0, 12))).code, 0);
    assert.deepEqual((await bench.run('lessons', '--json')).lines[0]?.offers, []);
    assert.equal((await bench.run('lessons', 'accept', key)).code, 2);
  });

  it('says what is wrong with its words, and writes through no link', async () => {
    for (const words of [['accept'], ['list', 'x'], ['keep', 'x'], ['accept', 'nothing-like-it']]) {
      assert.equal((await bench.run('lessons', ...words)).code, 2, words.join(' '));
    }
    const key = await failTwice();
    assert.equal((await bench.run('lessons', 'accept', key, '--rule', ' \n ')).code, 2);
    const elsewhere = path.join(bench.home, 'elsewhere');
    await mkdir(elsewhere);
    await symlink(elsewhere, path.join(bench.directory, '.countersign'));
    const done = await bench.run('lessons', 'accept', key);
    assert.equal(done.code, 6, done.out + done.err);
  });
});
