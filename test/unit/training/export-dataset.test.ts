import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { type DatasetManifest, exportDataset } from '../../../src/training/export-dataset.ts';
import { exportFormats } from '../../../src/training/formats/registry.ts';
import { createLeftOut } from '../../../src/training/left-out.ts';
import type { Trajectory } from '../../../src/training/trajectory.ts';
import { lostOutcome, step, trajectory } from './fixtures.ts';

async function* groupsOf(count: number): AsyncIterable<readonly Trajectory[]> {
  for (let index = 0; index < count; index++) {
    const scenario = `scenario-${index}`;
    const lost = [step({ reply: `wrong ${index} sk-secret` })] as const;
    yield [
      trajectory({ runId: `run-${index}`, scenario, steps: [step({ reply: `right ${index}` })] }),
      trajectory({ runId: `run-${index}`, scenario, attempt: 2, outcome: lostOutcome, steps: lost }),
      // The same work in another run, with the same reply.
      trajectory({ runId: `other-${index}`, scenario, steps: [step({ reply: `right ${index}` })] }),
    ];
  }
}

describe('exportDataset', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'countersign-dataset-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const write = (
    into: string,
    groups = groupsOf(40),
    signal = new AbortController().signal,
  ): Promise<DatasetManifest> =>
    exportDataset({
      groups,
      formats: exportFormats,
      folder: into,
      split: { seed: '7', heldOut: 0.25, from: null },
      scrub: (text) => text.replaceAll('sk-secret', '[redacted]'),
      origin: { licence: null, licences: [], profile: null, judge: null, survivalDays: null },
      leftOut: createLeftOut(),
      signal,
    });
  const rowsOf = async (file: string) =>
    (await readFile(path.join(folder, 'a', file), 'utf8'))
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));

  it('writes each format in two parts, with checksums that hold and a card that counts', async () => {
    const manifest = await write(path.join(folder, 'a'));
    assert.equal(manifest.files.length, exportFormats.length * 2);
    for (const { file, sha256, rows, bytes } of manifest.files) {
      const text = await readFile(path.join(folder, 'a', file));
      assert.equal(createHash('sha256').update(text).digest('hex'), sha256);
      assert.deepEqual([text.toString().split('\n').length - 1, text.length], [rows, bytes]);
    }
    assert.match(
      await readFile(path.join(folder, 'a', 'README.md'), 'utf8'),
      /40 × the same reply to the same prompt again/,
    );
    assert.ok(
      manifest.leftOut.some(
        ({ reason, count }) => /^attempt-features: nothing of it was staged/.test(reason) && count === 80,
      ),
    );
  });

  it('gives the same bytes again', async () => {
    await write(path.join(folder, 'a'));
    await write(path.join(folder, 'b'));
    for (const file of await readdir(path.join(folder, 'a'))) {
      const [one, two] = await Promise.all(['a', 'b'].map((side) => readFile(path.join(folder, side, file))));
      assert.deepEqual(one, two, file);
    }
  });

  it('takes only what is proven where a row says that its reply is right', async () => {
    await write(path.join(folder, 'a'));
    const taught = [...(await rowsOf('trl-sft.train.jsonl')), ...(await rowsOf('trl-sft.test.jsonl'))];
    assert.equal(taught.length, 40);
    assert.ok(taught.every(({ messages }) => /^right/.test(messages.at(-1).content)));
  });

  it('keeps a run on one side, and pairs within a side', async () => {
    await write(path.join(folder, 'a'));
    const runs = async (side: string) =>
      new Set((await rowsOf(`atif.${side}.jsonl`)).map((row: { session_id: string }) => row.session_id));
    const [train, test] = [await runs('train'), await runs('test')];
    assert.ok(train.size > 0 && test.size > 0);
    assert.deepEqual(
      [...train].filter((run) => test.has(run)),
      [],
    );
  });

  it('lets no secret through', async () => {
    await write(path.join(folder, 'a'));
    for (const file of await readdir(path.join(folder, 'a'))) {
      assert.doesNotMatch(await readFile(path.join(folder, 'a', file), 'utf8'), /sk-secret/);
    }
  });

  it('writes over nothing', async () => {
    await write(path.join(folder, 'a'));
    await assert.rejects(write(path.join(folder, 'a')), /EEXIST/);
  });

  it('stops when it is told to', async () => {
    await assert.rejects(write(path.join(folder, 'a'), groupsOf(40), AbortSignal.abort(new Error('enough'))), /enough/);
  });
});
