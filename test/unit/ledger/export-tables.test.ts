import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportTable } from '../../../src/compose/export-table.ts';
import { tableNames } from '../../../src/ledger/export-tables.ts';
import { generateRuns } from '../../../src/ledger/generate.ts';
import type { Ledger } from '../../../src/ledger/open-ledger.ts';
import { readCsv } from '../../../src/ledger/reconcile/read-csv.ts';
import { callOf, open, planOf, runStart, scopeOf, stamper, stateDirectory, tidy } from './fixtures.ts';

function filled(): Ledger {
  const ledger = open(stateDirectory());
  for (const run of generateRuns({ runs: 12, seed: 6, until: '2026-03-01T00:00:00.000Z', callsPerRun: 8 })) {
    ledger.importRun(run);
  }
  return ledger;
}

function sum(rows: Iterable<Readonly<Record<string, unknown>>>, name = 'costMicros'): number {
  return [...rows].reduce((all, row) => all + Number(row[name]), 0);
}

describe('an exported table', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'countersign-export-'));
  });
  afterEach(() => {
    tidy();
    rmSync(folder, { recursive: true, force: true });
  });

  it('comes to the same money at every level', () => {
    const ledger = filled();
    const { total } = ledger.spend({ by: 'model' });
    for (const table of ['runs', 'phases', 'attempts', 'calls'] as const) {
      assert.equal(sum(ledger.table({ table })), total.costMicros, table);
    }
    assert.equal([...ledger.table({ table: 'calls' })].length, total.calls);
    assert.equal(sum(ledger.table({ table: 'runs' }), 'calls'), total.calls);
    assert.equal([...ledger.table({ table: 'landings' })].length, sum(ledger.table({ table: 'runs' }), 'landed'));
  });

  it('holds what the filters choose', () => {
    const ledger = filled();
    const [run] = ledger.runs({ limit: 1 });
    assert.ok(run);
    const rows = [...ledger.table({ table: 'calls', runId: run.id })];
    assert.equal(rows.length, run.spend.calls);
    assert.ok(rows.every(({ runId }) => runId === run.id));
    const failed = [...ledger.table({ table: 'runs', state: 'failed' })];
    assert.equal(failed.length, ledger.countRuns({ state: 'failed' }));
    assert.deepEqual([...ledger.table({ table: 'calls', state: 'failed', runId: 'nobody' })], []);
  });

  it('has every time in ISO 8601 and every verdict by its name', () => {
    const ledger = filled();
    for (const table of tableNames) {
      for (const row of ledger.table({ table })) {
        for (const [name, value] of Object.entries(row)) {
          if (!name.endsWith('At') || value === null) continue;
          assert.equal(new Date(String(value)).toISOString(), value, `${table}.${name}`);
        }
      }
    }
    const verdicts = new Set([...ledger.table({ table: 'attempts' })].map(({ verdict }) => verdict));
    assert.deepEqual([...verdicts].sort(), ['land', 'revise']);
  });

  it('is the same in every format', async () => {
    const ledger = filled();
    const expected = [...ledger.table({ table: 'phases' })];
    const write = async (format: 'csv' | 'json' | 'jsonl') => {
      const file = join(folder, format);
      assert.equal(await exportTable(ledger, { table: 'phases' }, format, file), expected.length);
      return readFileSync(file, 'utf8');
    };
    assert.deepEqual(JSON.parse(await write('json')), expected);
    const lines = (await write('jsonl')).trimEnd().split('\n');
    assert.deepEqual(
      lines.map((line) => JSON.parse(line)),
      expected,
    );
    const csv = readCsv(await write('csv'));
    assert.ok(csv.ok);
    assert.deepEqual(csv.value.header.fields, Object.keys(expected[0] ?? {}));
    assert.deepEqual(
      csv.value.records.map(({ fields }) => fields),
      expected.map((row) => Object.values(row).map((value) => (value === null ? '' : String(value)))),
    );
  });

  it('is empty where nothing is chosen', async () => {
    const ledger = open(stateDirectory());
    for (const [format, text] of [
      ['json', '[]\n'],
      ['jsonl', ''],
      ['csv', ''],
    ] as const) {
      const file = join(folder, format);
      assert.equal(await exportTable(ledger, { table: 'runs' }, format, file), 0);
      assert.equal(readFileSync(file, 'utf8'), text);
    }
  });

  it('gives a spreadsheet no formula of a model’s', async () => {
    const ledger = open(stateDirectory());
    await ledger.record(stamper('run-1')(runStart({ ...planOf('api'), goal: '=HYPERLINK("http://x","y"), "quoted"' })));
    const file = join(folder, 'runs.csv');
    await exportTable(ledger, { table: 'runs' }, 'csv', file);
    assert.match(readFileSync(file, 'utf8'), /,"'=HYPERLINK\(""http:\/\/x"",""y""\), ""quoted""",/);
  });

  it('has the texts of calls when asked, also of long conversations', async () => {
    const ledger = open(stateDirectory());
    const messages = [1, 2, 3, 4].map((number) => ({ role: 'user' as const, text: `turn ${number}` }));
    await ledger.record(stamper('run-1')(runStart(planOf('api'))));
    await ledger.keepCall(callOf('c1', { messages, scope: scopeOf('api') }));
    const [row] = ledger.table({ table: 'calls', texts: true });
    assert.deepEqual(JSON.parse(String(row?.messages)), messages);
    assert.equal(row?.reply, 'Done.');
    const [plain] = ledger.table({ table: 'calls' });
    assert.equal('messages' in (plain ?? {}), false);
  });
});

describe('a conversation', () => {
  afterEach(tidy);

  it('is kept once, however many turns repeat it', async () => {
    const ledger = open(stateDirectory());
    const turns = Array.from({ length: 12 }, (_, turn) => ({
      role: 'user' as const,
      text: `${turn} ${'text '.repeat(200)}`,
    }));
    for (let turn = 1; turn <= turns.length; turn++) {
      await ledger.keepCall(callOf(`c${turn}`, { messages: turns.slice(0, turn) }));
    }
    assert.deepEqual(ledger.calls({ callId: 'c12' })[0]?.messages, turns);
    const { DatabaseSync } = await import('node:sqlite');
    const database = new DatabaseSync(ledger.file, { readOnly: true });
    const bytes = Number(database.prepare('SELECT sum(length(body)) AS bytes FROM texts').get()?.bytes);
    database.close();
    assert.ok(bytes < 20_000, `${bytes} bytes for 12 000 of text`);
  });

  it('keeps tools, what was asked of them and what came back, without secrets', async () => {
    const secret = 'sk-proj-0123456789abcdefghijklmn';
    const ledger = open(stateDirectory());
    const tools = [{ name: 'read_file', description: 'Reads.', parameters: { type: 'object' } }];
    const use = { id: 'u1', name: 'read_file', arguments: `{"path":"${secret}"}` };
    const messages = [
      { role: 'user' as const, text: 'Begin.' },
      { role: 'assistant' as const, text: '', toolCalls: [use] },
      { role: 'tool' as const, toolCallId: 'u1', text: `KEY ${secret}` },
    ];
    await ledger.keepCall(callOf('c1', { tools, messages, toolCalls: [use] }));
    const [call] = ledger.calls({ callId: 'c1' });
    assert.deepEqual(call?.tools, tools);
    const clean = { ...use, arguments: '{"path":"[redacted:key]"}' };
    assert.deepEqual(call?.toolCalls, [clean]);
    assert.deepEqual(call?.messages, [
      messages[0],
      { role: 'assistant', text: '', toolCalls: [clean] },
      { role: 'tool', toolCallId: 'u1', text: 'KEY [redacted:key]' },
    ]);
    assert.equal(call?.replayable, false, 'what it asked of a tool was altered');
  });
});
