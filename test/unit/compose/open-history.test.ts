import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type OpenHistory, openHistory } from '../../../src/compose/open-history.ts';
import { EngineError } from '../../../src/domain/engine-error.ts';
import { generateRuns } from '../../../src/ledger/generate.ts';
import { type Ledger, openLedger } from '../../../src/ledger/open-ledger.ts';

describe('the history of an untrusted folder', () => {
  let folder: string;
  let state: string;
  let opened: OpenHistory | null;
  let writer: Ledger | null;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'countersign-untrusted-'));
    state = path.join(folder, '.git', 'countersign');
    mkdirSync(state, { recursive: true });
    opened = null;
    writer = null;
  });
  afterEach(async () => {
    await opened?.close();
    writer?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Keeps some runs; the store stays open, as that of a program that runs, until the test ends or `close`. */
  const keepRuns = (runs: number) => {
    writer = openLedger(state);
    for (const run of generateRuns({ runs, seed: 3, until: '2026-03-01T10:00:00.000Z', callsPerRun: 4 }))
      writer.importRun(run);
    return writer;
  };
  const closeWriter = () => {
    writer?.close();
    writer = null;
  };
  const imageOf = () =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .sort()
      .map((name) => {
        const file = path.join(folder, name);
        const status = statSync(file);
        const content = status.isFile() ? createHash('sha256').update(readFileSync(file)).digest('hex') : '';
        return [name, status.mtimeMs, content];
      });
  const refused = () =>
    assert.rejects(
      openHistory(folder),
      (error) => error instanceof EngineError && error.fault.code === 'repository/none',
    );

  it('shows its past runs and changes nothing in the folder', async () => {
    keepRuns(3);
    closeWriter();
    const before = imageOf();
    opened = await openHistory(folder);
    const runs = await opened.reader.runs({ limit: 10 });
    assert.equal(runs.length, 3);
    const run = await opened.reader.run(runs[0]?.id ?? '');
    assert.ok(run && run.phases.length > 0);
    assert.deepEqual(opened.signable(run), []);
    assert.deepEqual(imageOf(), before);
  });

  it('holds what another program has written and not yet put in its place', async () => {
    keepRuns(2);
    assert.ok(existsSync(path.join(state, 'ledger.sqlite-wal')));
    opened = await openHistory(folder);
    assert.equal((await opened.reader.runs({ limit: 10 })).length, 2);
  });

  it('leaves no copy behind', async () => {
    keepRuns(1);
    const { TMPDIR } = process.env;
    const temporary = path.join(folder, 'temporary');
    mkdirSync(temporary);
    // One of a process that was killed, and one of a process that runs.
    mkdirSync(path.join(temporary, 'countersign-history-2147483646-left', 'blobs'), { recursive: true });
    mkdirSync(path.join(temporary, `countersign-history-${process.pid}-used`));
    process.env.TMPDIR = temporary;
    try {
      opened = await openHistory(folder);
      assert.equal(readdirSync(temporary).length, 2);
      await opened.close();
      opened = null;
      assert.deepEqual(readdirSync(temporary), [`countersign-history-${process.pid}-used`]);
    } finally {
      if (TMPDIR === undefined) delete process.env.TMPDIR;
      else process.env.TMPDIR = TMPDIR;
    }
  });

  it('is not looked for behind a `.git` file, which may point anywhere', async () => {
    keepRuns(1);
    closeWriter();
    renameSync(path.join(folder, '.git'), path.join(folder, 'elsewhere'));
    writeFileSync(path.join(folder, '.git'), `gitdir: ${path.join(folder, 'elsewhere')}\n`);
    await refused();
  });

  for (const [what, name] of [
    ['`.git`', '.git'],
    ['state directory', '.git/countersign'],
    ['store', '.git/countersign/ledger.sqlite'],
  ] as const) {
    it(`is not looked for where its ${what} is a link`, async () => {
      keepRuns(1);
      closeWriter();
      renameSync(path.join(folder, name), path.join(folder, 'elsewhere'));
      symlinkSync(path.join(folder, 'elsewhere'), path.join(folder, name));
      await refused();
    });
  }

  it('is not looked for where `.git` says that it shares another repository', async () => {
    keepRuns(1);
    closeWriter();
    writeFileSync(path.join(folder, '.git', 'commondir'), '../other/.git\n');
    await refused();
  });

  it('is nothing where there is no store', async () => {
    await refused();
    rmSync(path.join(folder, '.git'), { recursive: true });
    await refused();
  });

  it('is empty where the store is no database, and that file is left alone', async () => {
    writeFileSync(path.join(state, 'ledger.sqlite'), 'not a database at all'.repeat(100));
    const before = imageOf();
    opened = await openHistory(folder);
    assert.deepEqual(await opened.reader.runs({ limit: 10 }), []);
    assert.deepEqual(imageOf(), before);
  });

  it('is empty where somebody put a trigger into the store', async () => {
    keepRuns(2);
    closeWriter();
    const file = new DatabaseSync(path.join(state, 'ledger.sqlite'));
    file.exec('CREATE TRIGGER evil AFTER INSERT ON runs BEGIN DELETE FROM runs; END');
    file.close();
    opened = await openHistory(folder);
    assert.deepEqual(await opened.reader.runs({ limit: 10 }), []);
  });
});
