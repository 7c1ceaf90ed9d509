import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { exportTable } from '../../../src/compose/export-table.ts';
import { exportTableParquet } from '../../../src/compose/training/export-parquet.ts';
import { tableNames } from '../../../src/ledger/export-tables.ts';
import { generateRuns } from '../../../src/ledger/generate.ts';
import { exportDataset } from '../../../src/training/export-dataset.ts';
import { exportFormats } from '../../../src/training/formats/registry.ts';
import { createLeftOut } from '../../../src/training/left-out.ts';
import { columnsOf, createParquetWriter } from '../../../src/training/parquet-file.ts';
import { open, stateDirectory, tidy } from '../ledger/fixtures.ts';
import { features, lostOutcome, step, trajectory, withTools } from './fixtures.ts';

describe('a Parquet file', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'countersign-parquet-'));
  });
  afterEach(async () => {
    tidy();
    await rm(folder, { recursive: true, force: true });
  });

  const read = async (file: string) => parquetReadObjects({ file: await asyncBufferFromFile(path.join(folder, file)) });
  const jsonl = async (file: string) =>
    (await readFile(path.join(folder, file), 'utf8'))
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
  /** A column that a row lacks reads as null. */
  const withoutNulls = (row: object) => Object.fromEntries(Object.entries(row).filter(([, value]) => value != null));

  it('holds the same rows as the JSONL file beside it, in every format', async () => {
    const lost = trajectory({
      attempt: 2,
      outcome: lostOutcome,
      steps: [step({ reply: 'worse' })],
      change: features(),
    });
    async function* groups() {
      yield [{ ...withTools(), change: features() }, lost];
      yield [trajectory({ runId: 'run-2', scenario: 's', steps: [step({ reply: 'ü 🤔' })] })];
    }
    const manifest = await exportDataset({
      groups: groups(),
      formats: exportFormats,
      folder: path.join(folder, 'data'),
      split: { seed: '1', heldOut: 0, from: null },
      scrub: (text) => text,
      parquet: true,
      origin: { licence: null, licences: [], profile: null, judge: null, survivalDays: null },
      leftOut: createLeftOut(),
      signal: new AbortController().signal,
    });
    assert.equal(manifest.files.length, 4 * exportFormats.length);
    for (const { name } of exportFormats) {
      const expected = await jsonl(`data/${name}.train.jsonl`);
      assert.ok(expected.length > 0, name);
      const rows = await read(`data/${name}.train.parquet`);
      assert.deepEqual(rows.map(withoutNulls), expected.map(withoutNulls), name);
      assert.deepEqual(await read(`data/${name}.test.parquet`), []);
    }
  });

  it('has every table of the ledger as its rows are', async () => {
    const ledger = open(stateDirectory());
    for (const run of generateRuns({ runs: 6, seed: 3, until: '2026-03-01T00:00:00.000Z', callsPerRun: 8 })) {
      ledger.importRun(run);
    }
    for (const table of tableNames) {
      const query = { table, texts: true };
      const expected = [...ledger.table(query)];
      const file = path.join(folder, `${table}.parquet`);
      if (expected.length === 0) {
        await assert.rejects(exportTableParquet(ledger, query, file), /no row of/);
        continue;
      }
      assert.equal(await exportTableParquet(ledger, query, file), expected.length);
      assert.deepEqual((await read(`${table}.parquet`)).map(withoutNulls), expected.map(withoutNulls), table);
    }
    await exportTable(ledger, { table: 'runs' }, 'jsonl', path.join(folder, 'runs.jsonl'));
    assert.equal((await jsonl('runs.jsonl')).length, 6);
  });

  it('is in order over many groups of rows', async () => {
    const writer = await createParquetWriter(folder, 'long.parquet', [
      { name: 'at', type: 'number' },
      { name: 'text', type: 'text' },
    ]);
    for (let at = 0; at < 12_001; at += 1) await writer.write({ at, text: at % 3 === 0 ? null : `row ${at}` });
    assert.equal((await writer.close()).rows, 12_001);
    const rows = await read('long.parquet');
    assert.ok(rows.every((row, at) => row.at === at));
    assert.deepEqual(
      [rows.length, rows[3]?.text ?? null, rows[12_000]?.text ?? null, rows[5]?.text],
      [12_001, null, null, 'row 5'],
    );
  });

  it('takes no column that was not named', async () => {
    const writer = await createParquetWriter(folder, 'strict.parquet', [{ name: 'a', type: 'text' }]);
    await assert.rejects(writer.write({ a: 'x', b: 'y' }), /no column b/);
  });

  it('knows the columns of each format by its schema', () => {
    const dpo = columnsOf(exportFormats.find(({ name }) => name === 'trl-kto') as (typeof exportFormats)[number]);
    assert.deepEqual(dpo, [
      { name: 'prompt', type: 'json' },
      { name: 'completion', type: 'json' },
      { name: 'label', type: 'boolean' },
    ]);
  });

  it('says what keeps it from being written', async () => {
    const ledger = open(stateDirectory());
    for (const run of generateRuns({ runs: 1, seed: 3, until: '2026-03-01T00:00:00.000Z' })) ledger.importRun(run);
    const file = path.join(folder, 'nowhere', 'runs.parquet');
    await assert.rejects(exportTableParquet(ledger, { table: 'runs' }, file), /cannot be written \(ENOENT\)/);
  });
});
