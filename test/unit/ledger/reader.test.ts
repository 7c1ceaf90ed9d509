import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { EngineError } from '../../../src/domain/engine-error.ts';
import { generateRuns } from '../../../src/ledger/generate.ts';
import { type LedgerReader, openReader } from '../../../src/ledger/reader.ts';
import { callOf, open, planOf, runStart, stamper, stateDirectory, tidy } from './fixtures.ts';

const readers: LedgerReader[] = [];

function read(directory: string, file?: string): LedgerReader {
  const place = { stateDirectory: directory, userStateDirectory: null };
  const reader = file === undefined ? openReader(place) : openReader(place, file);
  readers.push(reader);
  return reader;
}

function filled() {
  const directory = stateDirectory();
  const ledger = open(directory);
  for (const run of generateRuns({ runs: 20, seed: 2, until: '2026-03-01T00:00:00.000Z', callsPerRun: 10 })) {
    ledger.importRun(run);
  }
  return { directory, ledger };
}

describe('a reader beside the ledger', function () {
  this.timeout(60_000);

  afterEach(async () => {
    for (const reader of readers.splice(0)) await reader.close();
    tidy();
  });

  for (const [where, file] of [
    ['in a thread of its own', undefined],
    ['in this thread, where no other can start', join(import.meta.dirname, 'no-such-worker.ts')],
  ] as const) {
    it(`answers as the ledger does, ${where}`, async () => {
      const { directory, ledger } = filled();
      const reader = read(directory, file);
      const last = ledger.run('last');
      assert.ok(last);
      assert.deepEqual(await reader.run('last'), last);
      assert.deepEqual(await reader.runs({ limit: 5 }), ledger.runs({ limit: 5 }));
      assert.equal(await reader.countRuns({}), 20);
      assert.deepEqual(await reader.calls({ runId: last.id }), ledger.calls({ runId: last.id }));
      assert.deepEqual(await reader.events(last.id), ledger.events(last.id));
      assert.deepEqual(await reader.spend({ by: 'model' }), ledger.spend({ by: 'model' }));
      assert.deepEqual(await reader.costPerAcceptedPhase(null), ledger.costPerAcceptedPhase(null));
      const kinds = [{ category: 'docs', complexity: 'medium' as const }];
      assert.deepEqual(await reader.forecast(kinds), ledger.forecast(kinds));
    });

    it(`sees what was written before it was asked, ${where}`, async () => {
      const { directory, ledger } = filled();
      const reader = read(directory, file);
      assert.equal((await reader.spend({ by: 'run', runId: 'run-1' })).total.calls, 0);
      await ledger.record(stamper('run-1')(runStart(planOf('api'))));
      await ledger.keepCall(callOf('c1'));
      assert.equal((await reader.spend({ by: 'run', runId: 'run-1' })).total.calls, 1);
    });

    it(`prunes, ${where}`, async () => {
      const { directory, ledger } = filled();
      const before = ledger.spend({ by: 'model' }).total;
      assert.equal(ledger.isUpkeepDue(1000), true);
      const { runs } = await read(directory, file).prune({ before: '2027-01-01T00:00:00.000Z' });
      assert.equal(runs, 20);
      assert.deepEqual(ledger.spend({ by: 'model' }).total, before);
      assert.equal(
        ledger.calls({}).every(({ reply }) => reply === null),
        true,
      );
      assert.equal(ledger.isUpkeepDue(60_000), false);
      assert.deepEqual(ledger.checkIntegrity(), []);
    });

    it(`hands on the fault of what it was asked, ${where}`, async () => {
      const { directory, ledger } = filled();
      ledger.close();
      const { DatabaseSync } = await import('node:sqlite');
      const database = new DatabaseSync(join(directory, 'ledger.sqlite'));
      database.exec(`UPDATE runs SET plan = '={"id": 7}'`);
      database.close();
      const isDamage = (error: unknown) => error instanceof EngineError && error.fault.code === 'store/damaged';
      const reader = read(directory, file);
      await assert.rejects(reader.run('last'), isDamage);
      assert.equal(await reader.countRuns({}), 20, 'and goes on');
    });
  }

  it('does not hold up the thread that asks', async () => {
    const { directory } = filled();
    const reader = read(directory);
    await reader.countRuns({});
    const asked = Promise.all(Array.from({ length: 20 }, () => reader.calls({})));
    let turns = 0;
    const ticking = setInterval(() => {
      turns += 1;
    }, 1);
    const answers = await asked;
    clearInterval(ticking);
    assert.ok(answers.every((calls) => calls.length > 150));
    assert.ok(turns > 0, 'timers ran in between');
  });

  it('refuses what is asked after it was closed, and what was under way', async () => {
    const { directory } = filled();
    const reader = read(directory);
    const under = reader.calls({});
    const isInterrupted = (error: unknown) => error instanceof EngineError && error.fault.code === 'interrupted';
    const refused = assert.rejects(under, isInterrupted);
    await reader.close();
    await refused;
    await assert.rejects(reader.countRuns({}), isInterrupted);
    await reader.close();
  });

  it('keeps no process alive', async () => {
    const { directory } = filled();
    assert.deepEqual(await outcomeOf('reading-process.ts', directory), { code: 0, out: '20\n' });
  });

  it('lets no process end while it closes, even where an answer comes in late', async () => {
    const { directory } = filled();
    assert.deepEqual(await outcomeOf('closing-process.ts', directory), { code: 0, out: 'closed\n' });
  });
});

async function outcomeOf(script: string, directory: string): Promise<{ readonly code: number; readonly out: string }> {
  const child = spawn(process.execPath, ['--import', 'tsx', join(import.meta.dirname, script), directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    out += chunk;
  });
  const [code] = await once(child, 'close');
  return { code, out };
}
