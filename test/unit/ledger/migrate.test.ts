import assert from 'node:assert/strict';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { gunzipSync } from 'node:zlib';
import { migrations } from '../../../src/ledger/schema.ts';
import { open, stateDirectory, tidy } from './fixtures.ts';

const fixture = join(import.meta.dirname, '..', '..', 'fixtures', 'ledger', 'version-1.sqlite.gz');

/** A state directory with a ledger as the first version wrote it. */
function ofVersionOne(): { readonly directory: string; readonly file: string } {
  const directory = stateDirectory();
  const file = join(directory, 'ledger.sqlite');
  writeFileSync(file, gunzipSync(readFileSync(fixture)));
  return { directory, file };
}

const tables = [
  'runs',
  'phases',
  'attempts',
  'checks',
  'findings',
  'landings',
  'events',
  'calls',
  'texts',
  'blobs',
  'run_spend',
  'rollups',
  'budgets',
  'reservations',
] as const;

type Rows = readonly Record<string, unknown>[];

/** Every table of the first version with every row of it. */
function contentOf(file: string): ReadonlyMap<string, Rows> {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    return new Map(tables.map((name) => [name, database.prepare(`SELECT * FROM ${name} ORDER BY 1, 2, 3`).all()]));
  } finally {
    database.close();
  }
}

function versionOf(file: string): unknown {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    return database.prepare('PRAGMA user_version').get()?.user_version;
  } finally {
    database.close();
  }
}

describe('a ledger that the first version wrote', () => {
  afterEach(tidy);

  it('is brought up to date without losing a row or a value', () => {
    const { directory, file } = ofVersionOne();
    const before = contentOf(file);
    assert.ok((before.get('calls')?.length ?? 0) > 20);
    const ledger = open(directory);
    assert.deepEqual(ledger.notices, []);
    assert.deepEqual(ledger.checkIntegrity(), []);
    ledger.close();
    assert.equal(versionOf(file), migrations.length);
    const after = contentOf(file);
    for (const [table, rows] of before) {
      if (table === 'budgets') continue;
      const kept = after.get(table)?.map((row, index) => {
        const names = Object.keys(rows[index] ?? {});
        return Object.fromEntries(names.map((name) => [name, row[name]]));
      });
      assert.deepEqual(
        kept,
        rows.map((row) => ({ ...row })),
        table,
      );
    }
    const budgets = (level: string) => (row: Record<string, unknown>) =>
      (row.level === 'month') === (level === 'month');
    const months = after.get('budgets')?.filter(budgets('month'));
    assert.deepEqual(
      months?.map(({ key, used_micros }) => [key, used_micros]),
      [['2026-11', 3000]],
    );
    assert.deepEqual(after.get('budgets')?.filter(budgets('other')), before.get('budgets'));
  });

  it('leaves a whole copy of what it was beside it', () => {
    const { directory, file } = ofVersionOne();
    const before = contentOf(file);
    open(directory).close();
    const copy = `${file}.v1.bak`;
    assert.equal(versionOf(copy), 1);
    assert.deepEqual(contentOf(copy), before);
    assert.equal(statSync(copy).mode & 0o777, 0o600);
  });

  it('gives the same figures, with the sums that are new', () => {
    const { directory } = ofVersionOne();
    const ledger = open(directory);
    const { total } = ledger.spend({ by: 'model' });
    assert.deepEqual([total.calls, total.costMicros, total.cached], [29, 406054, 66408]);
    const run = ledger.run('last');
    assert.ok(run?.phases.every(({ spec }) => spec.complexity === 'medium'));
    const [call] = ledger.calls({ runId: run?.id ?? '' });
    assert.match(call?.system ?? '', /^Countersign role: builder/);
    assert.equal(call?.messages?.[0]?.role, 'user');
    assert.deepEqual([call?.tools, call?.toolCalls], [[], []]);
  });
});
