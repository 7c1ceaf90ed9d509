import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { EngineError } from '../../../src/domain/engine-error.ts';
import type { Fault } from '../../../src/domain/fault.ts';
import { generateRuns } from '../../../src/ledger/generate.ts';
import { openStore } from '../../../src/ledger/open-store.ts';
import { migrations } from '../../../src/ledger/schema.ts';
import { callOf, open, planOf, runStart, scopeOf, stamper, stateDirectory, tidy } from './fixtures.ts';

function fileIn(directory: string): string {
  return join(directory, 'ledger.sqlite');
}

/** Changes a ledger file behind the ledger's back. */
function tamper(directory: string, sql: string): void {
  const database = new DatabaseSync(fileIn(directory));
  database.exec(sql);
  database.close();
}

function filled(): string {
  const directory = stateDirectory();
  const ledger = open(directory);
  for (const run of generateRuns({ runs: 5, seed: 1, until: '2026-03-01T00:00:00.000Z', callsPerRun: 10 })) {
    ledger.importRun(run);
  }
  ledger.close();
  return directory;
}

/** Opens a ledger that must be found unfit: it is set aside, kept as it was, and a new one works. */
function assertSetAside(directory: string): string {
  const file = fileIn(directory);
  const ledger = open(directory);
  assert.equal(ledger.notices.length, 1);
  const [notice] = ledger.notices;
  assert.equal(notice?.code, 'store/damaged');
  const aside = (notice?.code === 'store/damaged' && notice.setAside) || '';
  assert.ok(aside.startsWith(`${file}.damaged-`), String(aside));
  assert.deepEqual(ledger.runs({ limit: 10 }), []);
  assert.deepEqual(ledger.checkIntegrity(), []);
  ledger.close();
  assert.deepEqual(open(directory).notices, [], 'told once');
  return aside;
}

function faultOf(work: () => unknown): Fault | null {
  try {
    work();
    return null;
  } catch (error) {
    if (error instanceof EngineError) return error.fault;
    throw error;
  }
}

describe('opening the ledger', () => {
  afterEach(tidy);

  it('makes a file for its owner alone, and its directory', () => {
    const directory = join(stateDirectory(), 'not', 'there');
    const ledger = open(directory);
    assert.equal(statSync(ledger.file).mode & 0o777, 0o600);
    assert.equal(statSync(directory).mode & 0o777, 0o700);
    assert.deepEqual(ledger.notices, []);
  });

  it('finds everything again', () => {
    const directory = filled();
    const ledger = open(directory);
    assert.equal(ledger.runs({ limit: 10 }).length, 5);
    assert.deepEqual(ledger.notices, []);
    assert.deepEqual(ledger.checkIntegrity(), []);
  });

  it('bears with statistics that somebody had SQLite gather', () => {
    const directory = filled();
    tamper(directory, 'ANALYZE');
    const ledger = open(directory);
    assert.deepEqual(ledger.notices, []);
    assert.equal(ledger.runs({ limit: 10 }).length, 5);
  });

  it('may be closed twice', () => {
    const ledger = open(stateDirectory());
    ledger.close();
    ledger.close();
  });
});

describe('a file that is no sound ledger is set aside and a new one started:', () => {
  afterEach(tidy);

  it('something else entirely', () => {
    const directory = stateDirectory();
    writeFileSync(fileIn(directory), 'This is my shopping list.\n'.repeat(400));
    const aside = assertSetAside(directory);
    assert.match(readFileSync(aside, 'utf8'), /shopping/);
  });

  it('a ledger that was cut off', () => {
    const directory = filled();
    truncateSync(fileIn(directory), 40_000);
    assertSetAside(directory);
  });

  it('a ledger with pages overwritten', () => {
    const directory = filled();
    const bytes = readFileSync(fileIn(directory));
    bytes.fill(0xa5, 8192, bytes.byteLength - 4096);
    writeFileSync(fileIn(directory), bytes);
    assertSetAside(directory);
  });

  for (const [what, sql] of [
    ['a trigger', 'CREATE TRIGGER t AFTER INSERT ON events BEGIN DELETE FROM budgets; END'],
    ['a view', 'CREATE VIEW v AS SELECT 1'],
    ['a view in place of a table', 'DROP TABLE landings; CREATE VIEW landings AS SELECT 1'],
    ['another table', 'CREATE TABLE notes (text TEXT)'],
    ['another column', 'ALTER TABLE budgets ADD COLUMN extra TEXT DEFAULT (lower(1))'],
    ['a missing table', 'DROP TABLE reservations'],
    ['a missing index', 'DROP INDEX calls_by_run'],
    ['the mark of another program', 'PRAGMA application_id = 7'],
    ['no mark', 'PRAGMA application_id = 0'],
    ['a version it does not have', 'PRAGMA user_version = 0'],
  ] as const) {
    it(`a ledger with ${what}`, () => {
      const directory = filled();
      tamper(directory, sql);
      assertSetAside(directory);
    });
  }

  it('another program’s database', () => {
    const directory = stateDirectory();
    tamper(directory, 'CREATE TABLE cookies (host TEXT)');
    assertSetAside(directory);
  });

  it('a link to another file, which is not touched', () => {
    const directory = stateDirectory();
    const target = join(stateDirectory(), 'precious');
    writeFileSync(target, 'precious');
    symlinkSync(target, fileIn(directory));
    assertSetAside(directory);
    assert.equal(readFileSync(target, 'utf8'), 'precious');
  });

  it('a link to nothing, which is not made', () => {
    const directory = stateDirectory();
    const target = join(stateDirectory(), 'nothing');
    symlinkSync(target, fileIn(directory));
    assertSetAside(directory);
    assert.equal(existsSync(target), false);
  });

  it('a link in the place of its write-ahead log', () => {
    const directory = filled();
    const target = join(stateDirectory(), 'precious');
    writeFileSync(target, 'precious');
    symlinkSync(target, `${fileIn(directory)}-wal`);
    assertSetAside(directory);
    assert.equal(readFileSync(target, 'utf8'), 'precious');
  });

  it('a folder', () => {
    const directory = stateDirectory();
    mkdirSync(fileIn(directory));
    assertSetAside(directory);
  });

  it('one that showed damage while it was in use', () => {
    const directory = filled();
    const ledger = open(directory);
    tamper(directory, `UPDATE runs SET plan = '={"id": 7}'`);
    assert.equal(faultOf(() => ledger.run('last'))?.code, 'store/damaged');
    ledger.close();
    assert.deepEqual(open(directory).notices, [], 'its pages are sound: it stays');
    const bytes = readFileSync(fileIn(directory));
    bytes.fill(0xa5, 8192, bytes.byteLength - 4096);
    writeFileSync(fileIn(directory), bytes);
    writeFileSync(`${fileIn(directory)}.suspect`, '');
    assertSetAside(directory);
    assert.equal(existsSync(`${fileIn(directory)}.suspect`), false);
  });

  it('only once, where two find it', () => {
    const directory = stateDirectory();
    writeFileSync(fileIn(directory), 'garbage'.repeat(1000));
    open(directory);
    assert.deepEqual(open(directory).notices, []);
    assert.equal(readdirSync(directory).filter((name) => name.includes('damaged')).length, 1);
  });

  it('also where a dead process left its lock', () => {
    const directory = stateDirectory();
    writeFileSync(fileIn(directory), 'garbage'.repeat(1000));
    writeFileSync(`${fileIn(directory)}.opening`, 'nobody');
    assertSetAside(directory);
  });
});

describe('a ledger of a newer version', () => {
  afterEach(tidy);

  function newer(sql = 'CREATE TABLE extra (id INTEGER)'): string {
    const directory = filled();
    tamper(directory, `${sql}; PRAGMA user_version = ${migrations.length + 3}`);
    return directory;
  }

  it('can be read, and says so', () => {
    const directory = newer();
    const ledger = open(directory);
    const fault = { code: 'store/newer', file: ledger.file, version: migrations.length + 3 };
    assert.deepEqual(ledger.newer, fault);
    assert.deepEqual(ledger.notices, []);
    assert.equal(ledger.runs({ limit: 10 }).length, 5);
    assert.ok(ledger.spend({ by: 'model' }).total.calls > 0);
    assert.ok(ledger.run('last'));
  });

  it('is never written', async () => {
    const directory = newer();
    const before = readFileSync(fileIn(directory));
    const ledger = open(directory);
    const isNewer = (error: unknown) => error instanceof EngineError && error.fault.code === 'store/newer';
    await assert.rejects(ledger.record(stamper('r')(runStart(planOf('a')))), isNewer);
    await assert.rejects(ledger.keepCall(callOf('c')), isNewer);
    assert.throws(() => ledger.setCap('run', 'r', { micros: 1, tokens: 1 }), isNewer);
    assert.throws(() => ledger.reserve('c', scopeOf('a'), 'lab/m', { tokens: 1, micros: 1 }), isNewer);
    assert.throws(() => ledger.prune({}), isNewer);
    ledger.close();
    assert.deepEqual(readFileSync(fileIn(directory)), before);
  });

  it('that cannot be understood says that it is newer', () => {
    const ledger = open(newer('ALTER TABLE runs RENAME TO executions'));
    assert.equal(faultOf(() => ledger.runs({ limit: 1 }))?.code, 'store/newer');
  });

  it('with a view or a computed column is not believed', () => {
    assertSetAside(newer('CREATE VIEW v AS SELECT 1'));
    assertSetAside(newer('CREATE TABLE g (a INTEGER, b INTEGER GENERATED ALWAYS AS (a + 1))'));
  });
});

describe('a ledger of an older version', () => {
  afterEach(tidy);

  const next = [...migrations, 'ALTER TABLE runs ADD COLUMN note TEXT; CREATE INDEX runs_by_note ON runs (note);'];

  it('is brought up to date, with a whole copy of what it was beside it', () => {
    const directory = filled();
    const file = fileIn(directory);
    const store = openStore(file, { busyTimeoutMs: 1000, migrations: next });
    assert.deepEqual(store.notices, []);
    assert.equal(store.main.get('PRAGMA user_version')?.user_version, next.length);
    assert.equal(store.main.get('SELECT count(note) AS notes, count(*) AS runs FROM runs')?.runs, 5);
    store.durable.close();
    store.main.close();
    const copy = `${file}.v${migrations.length}.bak`;
    assert.equal(statSync(copy).mode & 0o777, 0o600);
    const restored = stateDirectory();
    renameSync(copy, fileIn(restored));
    const ledger = open(restored);
    assert.deepEqual(ledger.notices, []);
    assert.equal(ledger.runs({ limit: 10 }).length, 5);
    assert.deepEqual(ledger.checkIntegrity(), []);
  });

  it('stays what it was where the step fails', () => {
    const directory = filled();
    const broken = [...migrations, 'ALTER TABLE runs ADD COLUMN note TEXT; ALTER TABLE nowhere ADD COLUMN x TEXT;'];
    // The schema that the broken step would give cannot be made, so that only an equal older one is recognised.
    assert.throws(() => openStore(fileIn(directory), { busyTimeoutMs: 1000, migrations: broken }), /nowhere/);
    const ledger = open(directory);
    assert.deepEqual(ledger.notices, []);
    assert.equal(ledger.runs({ limit: 10 }).length, 5);
  });
});

describe('a state directory that cannot be made', () => {
  afterEach(tidy);

  it('is an error, and what stands in its place is left alone', () => {
    const file = join(stateDirectory(), 'file');
    writeFileSync(file, 'precious');
    assert.throws(() => open(join(file, 'state')), /ENOTDIR|EEXIST/);
    assert.throws(() => open(file), /ENOTDIR|EEXIST/);
    assert.equal(readFileSync(file, 'utf8'), 'precious');
  });
});
