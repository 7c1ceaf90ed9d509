import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EngineError } from '../../../src/domain/engine-error.ts';
import { callOf, open, planOf, runStart, scopeOf, stamper, stateDirectory, tidy } from './fixtures.ts';

const long = 'ü long text '.repeat(10_000);

/** Every byte that stands anywhere in the directory. */
function everythingIn(directory: string): string {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
    .join('');
}

function blobIn(directory: string): string {
  const entry = readdirSync(join(directory, 'blobs'), { recursive: true, withFileTypes: true }).find((one) =>
    one.isFile(),
  );
  assert.ok(entry);
  return join(entry.parentPath, entry.name);
}

function isDamaged(error: unknown): boolean {
  return error instanceof EngineError && error.fault.code === 'store/damaged';
}

describe('kept calls', () => {
  afterEach(tidy);

  it('come back whole: prompts, reply, usage and fault', async () => {
    const ledger = open(stateDirectory());
    const call = callOf('c1', {
      messages: [
        { role: 'user', text: 'One' },
        { role: 'assistant', text: 'Two' },
        { role: 'user', text: 'Three' },
      ],
    });
    const fault = { code: 'model/truncated', provider: 'lab', outputLimit: 5 } as const;
    const broken = callOf('c2', {
      reply: null,
      fault,
      startedAt: '2026-03-01T10:00:05.000Z',
      role: 'auditor',
      component: 'security',
      arm: 'candidate',
    });
    await ledger.keepCall(call);
    await ledger.keepCall(broken);
    const kept = { state: 'ended', overrun: false, retries: 0 };
    assert.deepEqual(ledger.calls({ runId: 'run-1' }), [
      { ...call, ...kept, arm: null, replayable: true },
      { ...broken, ...kept, replayable: false },
    ]);
    assert.deepEqual(ledger.calls({ callId: 'c2' })[0]?.fault, fault);
    assert.equal(ledger.calls({ runId: 'run-1', texts: false })[0]?.reply, null);
    assert.deepEqual(ledger.calls({ runId: 'other' }), []);
    assert.equal(ledger.calls({ since: '2026-03-01T10:00:01.000Z' }).length, 1);
    assert.equal(ledger.calls({ runId: 'run-1', phaseId: 'api', attempt: 2 }).length, 0);
    assert.equal(ledger.calls({ limit: 1 })[0]?.callId, 'c1');
  });

  it('count retries', async () => {
    const ledger = open(stateDirectory());
    const stamp = stamper('run-1');
    const of = { phaseId: 'api', attempt: 1, callId: 'c1' } as const;
    const fault = { code: 'model/rate-limited', provider: 'lab', retryAfterSeconds: 2 } as const;
    await ledger.record(
      stamp({
        type: 'call-start',
        stage: 'DISPATCH',
        ...of,
        role: 'builder',
        model: 'lab/m',
        reserved: { tokens: 1, micros: 1 },
      }),
    );
    await ledger.record(stamp({ type: 'call-retry', stage: 'ERROR', ...of, afterSeconds: 2, fault }));
    const [call] = ledger.calls({ runId: 'run-1' });
    assert.deepEqual([call?.retries, call?.state, call?.seconds], [1, 'running', null]);
    assert.equal(ledger.spend({ by: 'model' }).total.calls, 0, 'not ended yet');
  });

  it('have secrets taken out before anything is written, in events too', async () => {
    const directory = stateDirectory();
    const secret = 'correct horse battery staple';
    const key = `ghp_${'Ab3dEf6hIj9kLm2n'.repeat(3)}`;
    const ledger = open(directory, { redaction: { secrets: [secret] } });
    const text = `The password is ${secret}, the key ${key}.`;
    await ledger.keepCall(callOf('c1', { system: text, messages: [{ role: 'user', text }], reply: text }));
    await ledger.keepCall(callOf('c2', { reply: long + text }));
    await ledger.record(stamper('run-1')({ type: 'notice', stage: 'COMPLETE', level: 'info', message: text }));
    const goal = { ...planOf('api'), goal: text };
    await ledger.record(stamper('run-2')(runStart(goal)));
    const [first] = ledger.calls({ callId: 'c1' });
    assert.equal(first?.reply, 'The password is [redacted:secret], the key [redacted:token].');
    assert.equal(first?.replayable, false);
    assert.equal(ledger.calls({ callId: 'c2' })[0]?.replayable, false);
    const everything = everythingIn(directory);
    assert.ok(!everything.includes('horse battery') && !everything.includes(key));
    assert.ok(everything.includes('[redacted:secret]'), 'so that the search above can find what is there');
  });

  it('keep only their totals where the phase opted out', async () => {
    const directory = stateDirectory();
    const ledger = open(directory);
    const plan = planOf('api', { id: 'private', trajectory: 'totals' });
    await ledger.record(stamper('run-1')(runStart(plan)));
    await ledger.keepCall(callOf('c1', { scope: scopeOf('private'), reply: 'a quiet reply' }));
    await ledger.keepCall(callOf('c2', { reply: 'a told reply' }));
    const [quiet, told] = ledger.calls({});
    assert.deepEqual([quiet?.system, quiet?.messages, quiet?.reply, quiet?.replayable], [null, null, null, false]);
    assert.equal(quiet?.cost.micros, 700);
    assert.equal(told?.reply, 'a told reply');
    assert.ok(!everythingIn(directory).includes('a quiet reply'));
    assert.equal(ledger.spend({ by: 'phase' }).total.calls, 2);
  });

  it('share long texts, in one file named by its content', async () => {
    const directory = stateDirectory();
    const ledger = open(directory);
    for (const id of ['c1', 'c2', 'c3']) await ledger.keepCall(callOf(id, { system: long }));
    assert.equal(ledger.calls({ callId: 'c3' })[0]?.system, long);
    const files = readdirSync(join(directory, 'blobs'), { recursive: true }).filter((name) => String(name).length > 10);
    assert.equal(files.length, 1);
  });

  it('say so when a long text was altered, replaced by a link, or removed', async () => {
    const directory = stateDirectory();
    const ledger = open(directory);
    await ledger.keepCall(callOf('c1', { reply: long }));
    const blob = blobIn(directory);
    const content = readFileSync(blob);
    writeFileSync(blob, content.subarray(1));
    assert.throws(() => ledger.calls({}), isDamaged);
    assert.equal(ledger.checkIntegrity().length, 1);
    rmSync(blob);
    assert.throws(() => ledger.calls({}), isDamaged);
    const elsewhere = join(stateDirectory(), 'copy');
    writeFileSync(elsewhere, content);
    symlinkSync(elsewhere, blob);
    assert.throws(() => ledger.calls({}), isDamaged);
    assert.equal(ledger.calls({ texts: false }).length, 1, 'the rest can be read');
  });

  it('do not follow a link in the place of their folder', async () => {
    const directory = stateDirectory();
    const elsewhere = stateDirectory();
    symlinkSync(elsewhere, join(directory, 'blobs'));
    const ledger = open(directory);
    await assert.rejects(ledger.keepCall(callOf('c1', { reply: long })), isDamaged);
    assert.deepEqual(readdirSync(elsewhere), []);
    assert.equal(ledger.calls({}).length, 0, 'all of it or nothing');
  });
});

describe('retention', () => {
  afterEach(tidy);

  async function history(directory: string) {
    const ledger = open(directory);
    for (const [index, month] of ['01', '02', '03'].entries()) {
      const runId = `run-${index}`;
      const from = `2026-${month}-01T00:00:00.000Z`;
      const stamp = stamper(runId, from);
      await ledger.record(stamp(runStart(planOf('api'))));
      await ledger.keepCall(
        callOf(`c${index}`, { scope: scopeOf('api', runId), startedAt: from, reply: `${runId} ${long}` }),
      );
      if (index === 2) continue;
      await ledger.record(
        stamp({ type: 'run-end', stage: 'COMPLETE', outcome: 'done', exitCode: 0, reason: null, phases: [] }),
      );
    }
    return ledger;
  }

  it('takes prompts, replies and events of old runs, and leaves totals and records', async () => {
    const directory = stateDirectory();
    const ledger = await history(directory);
    const before = ledger.spend({ by: 'run' });
    const pruned = ledger.prune({ before: '2026-01-15T00:00:00.000Z' });
    assert.equal(pruned.runs, 1);
    assert.ok(pruned.bytes > 100_000);
    assert.deepEqual(
      ledger.calls({}).map((call) => [call.reply !== null, call.replayable, call.cost.micros]),
      [
        [false, false, 700],
        [true, true, 700],
        [true, true, 700],
      ],
    );
    assert.deepEqual(ledger.events('run-0'), []);
    assert.equal(ledger.events('run-1').length, 2);
    assert.equal(ledger.run('run-0')?.state, 'done');
    assert.deepEqual(ledger.spend({ by: 'run' }), before);
    assert.deepEqual(ledger.checkIntegrity(), []);
    assert.deepEqual(ledger.prune({ before: '2026-01-15T00:00:00.000Z' }).runs, 0, 'once');
  });

  it('takes the oldest first until the size is met, and never a run that goes on', async () => {
    const ledger = await history(stateDirectory());
    assert.equal(ledger.prune({ mostBytes: 1_000_000_000 }).runs, 0);
    assert.equal(ledger.prune({ mostBytes: 1 }).runs, 2);
    assert.equal(ledger.calls({ runId: 'run-2' })[0]?.replayable, true);
    assert.deepEqual(ledger.checkIntegrity(), []);
  });

  it('removes the files that nothing needs any more', async () => {
    const directory = stateDirectory();
    const ledger = await history(directory);
    const count = () =>
      readdirSync(join(directory, 'blobs'), { recursive: true }).filter((name) => String(name).length > 10).length;
    assert.equal(count(), 3);
    ledger.prune({ mostBytes: 1 });
    assert.equal(count(), 1);
  });
});

describe('checking the ledger', () => {
  afterEach(tidy);

  it('names sums that do not fit', async () => {
    const directory = stateDirectory();
    const ledger = open(directory);
    await ledger.keepCall(callOf('c1'));
    ledger.reserve('c2', scopeOf('api'), 'lab/m', { tokens: 1, micros: 1 });
    ledger.settle('c2', { input: 1, cached: 0, output: 0 }, { micros: 1, label: 'computed' });
    assert.deepEqual(ledger.checkIntegrity(), []);
    const { DatabaseSync } = await import('node:sqlite');
    const database = new DatabaseSync(ledger.file);
    database.exec(`UPDATE rollups SET micros = 0 WHERE dimension = 'model'; UPDATE budgets SET used_tokens = 9 WHERE level = 'run';
      DELETE FROM run_spend`);
    database.close();
    const problems = ledger.checkIntegrity().join('\n');
    assert.match(problems, /sums by run differ/);
    assert.match(problems, /by model and hour/);
    assert.doesNotMatch(problems, /by role and hour/);
    assert.match(problems, /1 caps at level run/);
  });

  it('copies a ledger while it is in use', async () => {
    const ledger = open(stateDirectory());
    await ledger.keepCall(callOf('c1'));
    const directory = stateDirectory();
    await ledger.backUp(join(directory, 'ledger.sqlite'));
    assert.ok(existsSync(join(directory, 'ledger.sqlite')));
    const copy = open(directory);
    assert.deepEqual(copy.calls({}), ledger.calls({}));
    assert.deepEqual(copy.notices, []);
  });
});
