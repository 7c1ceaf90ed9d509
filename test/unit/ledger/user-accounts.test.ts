import assert from 'node:assert/strict';
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Ledger, LedgerOptions } from '../../../src/ledger/open-ledger.ts';
import { open, planOf, runStart, scopeOf, stamper, stateDirectory, tidy } from './fixtures.ts';

const scope = scopeOf('api');
const day = '2026-03-01';
const month = '2026-03';
const now = () => new Date(`${day}T12:00:00.000Z`);

/** Two folders of one user. */
function twoFolders(options: LedgerOptions = {}) {
  const userStateDirectory = stateDirectory();
  const at = { now, userStateDirectory, ...options };
  const [one, two] = [stateDirectory(), stateDirectory()];
  return { userStateDirectory, one: open(one, at), two: open(two, at), directories: { one, two }, at };
}

function reserve(ledger: Ledger, callId: string, micros: number, tokens = 1) {
  return ledger.reserve(callId, scope, 'lab/builder', { tokens, micros });
}

function settle(ledger: Ledger, callId: string, micros: number, tokens = 1) {
  return ledger.settle(callId, { input: tokens, cached: 0, output: 0 }, { micros, label: 'computed' });
}

describe('a cap over all folders', () => {
  afterEach(tidy);

  for (const [level, key] of [
    ['day', day],
    ['month', month],
  ] as const) {
    it(`of a ${level} counts what the other folder used and has set aside`, () => {
      const { one, two } = twoFolders();
      for (const ledger of [one, two]) ledger.setCap(level, key, { micros: 100, tokens: 500 });
      reserve(one, 'c1', 60);
      settle(one, 'c1', 50);
      assert.equal(two.headroom(scope).micros, 50);
      assert.equal(reserve(two, 'c2', 30).ok, true);
      assert.equal(one.headroom(scope).micros, 20);
      const refused = reserve(one, 'c3', 21);
      assert.deepEqual(refused.ok ? null : refused.fault, {
        code: 'budget/exceeded',
        level,
        needMicros: 21,
        leftMicros: 20,
        needTokens: 1,
        leftTokens: 498,
      });
      assert.equal(reserve(one, 'c4', 20, 498).ok, true);
      assert.equal(reserve(two, 'c5', 0, 1).ok, false, 'no token is left either');
    });

    it(`of a ${level} warns where all folders together pass a mark`, () => {
      const { one, two } = twoFolders();
      for (const ledger of [one, two]) ledger.setCap(level, key, { micros: 100, tokens: null });
      reserve(one, 'c1', 70);
      assert.deepEqual(settle(one, 'c1', 70).warnings, []);
      reserve(two, 'c2', 20);
      assert.deepEqual(
        settle(two, 'c2', 20).warnings.map((warning) => [warning.level, warning.percent, warning.spentMicros]),
        [
          [level, 75, 90],
          [level, 90, 90],
        ],
      );
      reserve(two, 'c3', 5);
      assert.deepEqual(settle(two, 'c3', 5).warnings, [], 'each once');
    });
  }

  it('is each folder’s own, held against the sum of all', () => {
    const { one, two } = twoFolders();
    one.setCap('day', day, { micros: 100, tokens: null });
    two.setCap('day', day, { micros: 40, tokens: null });
    reserve(one, 'c1', 60);
    settle(one, 'c1', 60);
    assert.equal(reserve(two, 'c2', 1).ok, false);
    assert.equal(reserve(one, 'c3', 40).ok, true);
  });

  it('takes nothing where another level of the folder refuses', () => {
    const { one, two } = twoFolders();
    for (const ledger of [one, two]) ledger.setCap('day', day, { micros: 100, tokens: null });
    one.setCap('phase', 'run-1/api', { micros: 10, tokens: null });
    assert.equal(reserve(one, 'c1', 90).ok, false);
    assert.equal(two.headroom(scope).micros, 100);
  });

  it('gets back what a released call had set aside', () => {
    const { one, two } = twoFolders();
    for (const ledger of [one, two]) ledger.setCap('day', day, { micros: 100, tokens: null });
    reserve(one, 'c1', 90);
    one.release('c1');
    one.release('c1');
    assert.equal(two.headroom(scope).micros, 100);
  });

  it('counts a lie about usage in full', () => {
    const { one, two } = twoFolders();
    for (const ledger of [one, two]) ledger.setCap('day', day, { micros: 100, tokens: null });
    reserve(one, 'c1', 10);
    assert.equal(settle(one, 'c1', 130).overrun, true);
    assert.equal(reserve(two, 'c2', 0).ok, false);
  });

  it('counts a killed process at its worst case, until its call is settled after all', () => {
    const { one, two, directories, at } = twoFolders();
    for (const ledger of [one, two]) ledger.setCap('day', day, { micros: 100, tokens: null });
    reserve(one, 'c1', 70);
    const next = open(directories.two, { ...at, liveness: (owner) => (owner === one.owner ? 'dead' : 'alive') });
    assert.equal(next.headroom(scope).micros, 30);
    assert.equal(reserve(next, 'c2', 31).ok, false);
    settle(one, 'c1', 20);
    assert.equal(next.headroom(scope).micros, 80);
  });

  it('counts what a folder leaves open when it closes at its worst case', () => {
    const { one, two } = twoFolders();
    for (const ledger of [one, two]) ledger.setCap('day', day, { micros: 100, tokens: null });
    reserve(one, 'c1', 70);
    one.close();
    assert.equal(two.headroom(scope).micros, 30);
  });

  it('goes on past midnight and into the next month', () => {
    let at = `${day}T12:00:00.000Z`;
    const { one, two } = twoFolders({ now: () => new Date(at) });
    for (const ledger of [one, two]) {
      ledger.setCap('day', day, { micros: 100, tokens: null });
      ledger.setCap('month', month, { micros: 150, tokens: null });
    }
    reserve(one, 'c1', 90);
    settle(one, 'c1', 90);
    at = '2026-03-02T12:00:00.000Z';
    assert.equal(two.headroom(scope).micros, 60, 'the month’s');
    reserve(two, 'c2', 50);
    settle(two, 'c2', 50);
    assert.equal(one.headroom(scope).micros, 10);
    // A folder that was idle for the rest of the month sets its caps anew when it runs.
    at = '2026-04-01T00:00:00.000Z';
    one.setCap('day', '2026-04-01', { micros: 100, tokens: null });
    assert.equal(one.headroom(scope).micros, 100);
    assert.equal(reserve(one, 'c3', 100).ok, true);
    assert.equal(one.headroom(scope).micros, 0);
  });

  it('leaves the figures of a cassette out', async () => {
    const { one, two } = twoFolders();
    for (const ledger of [one, two]) ledger.setCap('day', day, { micros: 100, tokens: null });
    const event = stamper('run-1')(runStart(planOf('api')));
    await one.record({ ...event, recorded: true } as typeof event);
    assert.equal(reserve(one, 'c1', 400).ok, true);
    settle(one, 'c1', 390);
    assert.equal(two.headroom(scope).micros, 100);
    assert.equal(one.headroom({ ...scope, runId: 'run-2' }).micros, 100, 'its own folder counts it neither');
    const [today] = one.spend({ by: 'model', periodCaps: { dayMicros: 100, monthMicros: null } }).caps;
    assert.deepEqual([today?.level, today?.usedMicros, today?.reservedMicros], ['day', 0, 0]);
    assert.deepEqual(one.checkIntegrity(), []);
  });

  it('is shown with what all folders used', () => {
    const { one, two } = twoFolders();
    reserve(one, 'c1', 60);
    settle(one, 'c1', 50);
    reserve(one, 'c2', 7);
    const periodCaps = { dayMicros: 100, monthMicros: null };
    const use = { usedMicros: 50, usedTokens: 1, reservedMicros: 7, reservedTokens: 1 };
    const caps = [{ level: 'day', key: day, capMicros: 100, capTokens: null, ...use }];
    assert.deepEqual(two.spend({ by: 'model', periodCaps }).caps, caps);
    const later = { dayMicros: 100, monthMicros: 1000 };
    assert.deepEqual(
      two.spend({ by: 'model', periodCaps: later }).caps.map(({ level, usedMicros }) => [level, usedMicros]),
      [
        ['month', 50],
        ['day', 50],
      ],
    );
  });
});

describe('the user’s accounts', () => {
  afterEach(tidy);

  it('are a file for the user alone, made when something is about to be paid for', () => {
    const { one, userStateDirectory } = twoFolders();
    const file = join(userStateDirectory, 'accounts.sqlite');
    one.spend({ by: 'day' });
    assert.equal(existsSync(file), false);
    reserve(one, 'c1', 1);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.deepEqual(one.takeFaults('run-1'), []);
  });

  it('are done without where they cannot be kept: each folder holds its caps alone, and that is told once', () => {
    const file = join(stateDirectory(), 'file');
    writeFileSync(file, '');
    const { one, two } = twoFolders({ userStateDirectory: join(file, 'countersign') });
    for (const ledger of [one, two]) ledger.setCap('day', day, { micros: 100, tokens: null });
    assert.deepEqual(
      one.takeFaults('run-1').map(({ code }) => code),
      ['store/accounts-unavailable'],
    );
    assert.deepEqual(one.takeFaults('run-1'), []);
    assert.equal(reserve(one, 'c1', 90).ok, true);
    assert.equal(reserve(one, 'c2', 11).ok, false);
    assert.equal(reserve(two, 'c3', 100).ok, true);
    settle(one, 'c1', 90);
    assert.equal(one.spend({ by: 'day' }).caps[0]?.usedMicros, 90);
  });

  it('are set aside when they are damaged, and begun anew with what each folder knows itself', () => {
    const { one, userStateDirectory, directories, at } = twoFolders();
    one.setCap('day', day, { micros: 100, tokens: null });
    reserve(one, 'c1', 90);
    settle(one, 'c1', 90);
    one.close();
    writeFileSync(join(userStateDirectory, 'accounts.sqlite'), 'garbage'.repeat(1000));
    const next = open(directories.one, at);
    assert.deepEqual(
      next.takeFaults('run-1').map(({ code }) => code),
      ['store/damaged'],
    );
    assert.equal(next.headroom(scope).micros, 10);
    assert.equal(readdirSync(userStateDirectory).filter((name) => name.includes('damaged')).length > 0, true);
  });

  it('of a newer version are neither read nor written', () => {
    const { one, userStateDirectory, directories, at } = twoFolders();
    reserve(one, 'c1', 1);
    one.close();
    const file = join(userStateDirectory, 'accounts.sqlite');
    const database = new DatabaseSync(file);
    database.exec('PRAGMA user_version = 9');
    database.close();
    const next = open(directories.two, at);
    const [fault, ...others] = next.takeFaults('run-1');
    assert.ok(fault?.code === 'store/accounts-unavailable' && /newer/.test(fault.detail));
    assert.deepEqual(others, []);
    assert.equal(reserve(next, 'c2', 1).ok, true);
  });
});
