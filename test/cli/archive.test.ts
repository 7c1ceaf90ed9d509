import assert from 'node:assert/strict';
import { appendFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { type Bench, openBench } from './support.ts';

/** Within what is kept by default, and long enough ago for every hour of it to have ended. */
const day = new Date(Date.now() - 2 * 24 * 3_600_000).toISOString().slice(0, 10);

describe('countersign trajectories archive and restore', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench();
    const words = ['--runs', '6', '--seed', '3', '--calls', '8', '--until', `${day}T12:00:00Z`];
    assert.equal((await bench.run('trajectories', 'generate', ...words)).code, 0);
  });
  afterEach(() => bench.close());

  const exported = async () => (await bench.run('trajectories', 'export', '--format', 'atif')).out;

  it('write an hour to a folder, take its texts out, and bring them back as they were', async () => {
    const before = await exported();
    assert.ok(before.length > 0);
    const made = await bench.run('trajectories', 'archive', '--out', 'archive', '--prune', '--json');
    assert.equal(made.code, 0, made.out + made.err);
    const { archived, pruned } = made.lines[0] ?? {};
    assert.equal(pruned, 6);
    assert.deepEqual(
      (await readdir(path.join(bench.directory, 'archive'))).sort(),
      archived.map(({ window }: { window: string }) => window),
    );
    assert.equal(await exported(), '');
    const back = await bench.run('trajectories', 'restore', 'archive', '--json');
    assert.equal(back.code, 0, back.out + back.err);
    assert.equal(back.lines[0]?.restored.length, 6);
    assert.equal(await exported(), before);
  });

  it('take only hours that had ended by the given time', async () => {
    const made = await bench.run('trajectories', 'archive', '--before', `${day}T11:30`, '--out', 'a', '--json');
    const windows = made.lines[0]?.archived.map(({ window }: { window: string }) => window);
    assert.ok(windows.length > 0 && windows.every((window: string) => window < `${day}T11`));
    const none = await bench.run('trajectories', 'archive', '--before', '2020-01-01', '--out', 'b');
    assert.equal(none.code, 0);
    assert.match(none.out, /No hour/);
  });

  it('refuse an archive that was touched, by its exit code and in words', async () => {
    const made = await bench.run('trajectories', 'archive', '--out', 'archive', '--json');
    const [{ window }] = made.lines[0]?.archived ?? [];
    await appendFile(path.join(bench.directory, 'archive', window, 'runs.jsonl'), '{}\n');
    const back = await bench.run('trajectories', 'restore', `archive/${window}/manifest.json`, '--json');
    assert.deepEqual([back.code, back.lines[0]?.code], [3, 'archive/refused']);
    assert.match(back.lines[0]?.message, /runs\.jsonl was cut off or altered/);
    const again = await bench.run('trajectories', 'archive', '--out', 'archive', '--prune', '--json');
    assert.equal(again.code, 3);
    assert.ok((await exported()).length > 0, 'nothing is taken out after a refusal');
  });

  it('say what is wrong with their arguments', async () => {
    for (const words of [['archive', '--before', 'soon'], ['restore'], ['restore', 'nowhere'], ['restore', 'a', 'b']]) {
      assert.equal((await bench.run('trajectories', ...words, '--json')).code, 2, words.join(' '));
    }
  });
});
