import assert from 'node:assert/strict';
import { rmSync, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { generateRuns } from '../../../src/ledger/generate.ts';
import { open, stateDirectory, tidy } from './fixtures.ts';

const megabyte = 1_048_576;

describe('a ledger of 100 MB', function () {
  this.timeout(300_000);

  afterEach(tidy);

  it('opens, answers, takes more, backs up and is pruned', async () => {
    const directory = stateDirectory();
    const first = open(directory);
    const history = { runs: 30, seed: 8, until: '2026-03-01T00:00:00.000Z', callsPerRun: 10 };
    for (const run of generateRuns(history)) first.importRun(run);
    const spent = first.spend({ by: 'model' }).total;
    const [newest] = first.runs({ limit: 1 });
    assert.ok(newest);
    first.close();
    const database = new DatabaseSync(first.file);
    database.exec(`INSERT INTO texts (run_id, hash, body)
      WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 1800)
      SELECT '${newest.id}', 'text-' || n, '=' || hex(randomblob(30000)) FROM number`);
    database.close();
    assert.ok(statSync(first.file).size > 100 * megabyte);

    const ledger = open(directory);
    assert.deepEqual(ledger.notices, []);
    assert.deepEqual(ledger.spend({ by: 'model' }).total, spent);
    assert.equal(ledger.runs({ limit: 10 }).length, 10);
    for (const run of generateRuns({ ...history, runs: 1, seed: 99 })) ledger.importRun(run);
    assert.equal(ledger.countRuns({}), 31);
    assert.deepEqual(ledger.checkIntegrity(), []);
    const copy = `${ledger.file}.copy`;
    await ledger.backUp(copy);
    assert.ok(statSync(copy).size > 100 * megabyte);
    rmSync(copy);
    const { runs, bytes } = ledger.prune({ mostBytes: 10 * megabyte });
    assert.ok(runs > 0 && runs <= 31 && bytes > 90 * megabyte, `${runs} runs, ${bytes} bytes`);
    assert.ok(statSync(ledger.file).size < 20 * megabyte, 'the file itself is smaller');
    assert.equal(ledger.spend({ by: 'model' }).total.calls > spent.calls, true);
    assert.deepEqual(ledger.checkIntegrity(), []);
  });
});
