import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { BudgetLevel } from '../../../src/domain/fault.ts';
import type { Cap } from '../../../src/engine/ports/budget.ts';
import type { AttemptScope } from '../../../src/engine/ports/run.ts';
import type { Ledger, LedgerOptions } from '../../../src/ledger/open-ledger.ts';
import { spendKeys } from '../../../src/ledger/read-spend.ts';
import { open, stateDirectory, tidy } from './fixtures.ts';

const day = '2026-03-01';
const now = () => new Date(`${day}T12:00:00.000Z`);

/** Two folders of one user; a day's and a month's cap hold over both. */
type Folder = 0 | 1;

interface Call {
  readonly id: string;
  readonly folder: Folder;
  readonly scope: AttemptScope;
  readonly tokens: number;
  readonly micros: number;
  used: { tokens: number; micros: number } | null;
  owner: number;
}

type Step =
  | {
      readonly do: 'reserve';
      readonly process: number;
      readonly scope: number;
      readonly tokens: number;
      readonly micros: number;
    }
  | { readonly do: 'settle' | 'release'; readonly process: number; readonly pick: number; readonly share: number }
  | { readonly do: 'kill'; readonly process: number };

const scopes: readonly AttemptScope[] = [
  { runId: 'r1', tierId: 't1', phaseId: 'a', attempt: 1 },
  { runId: 'r1', tierId: 't1', phaseId: 'b', attempt: 1 },
  { runId: 'r1', tierId: 't2', phaseId: 'c', attempt: 1 },
  { runId: 'r2', tierId: null, phaseId: 'a', attempt: 1 },
];

type Counts = (call: Pick<Call, 'scope' | 'folder'>) => boolean;

const capKeys: readonly (readonly [BudgetLevel, string, (folder: Folder) => Counts])[] = [
  ['phase', 'r1/a', (folder) => (call) => isOf(call, folder, 'r1') && call.scope.phaseId === 'a'],
  ['tier', 'r1:t1', (folder) => (call) => isOf(call, folder, 'r1') && call.scope.tierId === 't1'],
  ['run', 'r1', (folder) => (call) => isOf(call, folder, 'r1')],
  ['run', 'r2', (folder) => (call) => isOf(call, folder, 'r2')],
  ['day', day, () => () => true],
  ['month', day.slice(0, 7), () => () => true],
];

function isOf(call: Pick<Call, 'scope' | 'folder'>, folder: Folder, runId: string): boolean {
  return call.folder === folder && call.scope.runId === runId;
}

/** Where each process works. */
const folders: readonly Folder[] = [0, 0, 1];

const amount = fc.integer({ min: 0, max: 40 });
const capArbitrary: fc.Arbitrary<Cap> = fc.record({
  micros: fc.option(fc.integer({ min: 60, max: 500 })),
  tokens: fc.option(fc.integer({ min: 60, max: 500 })),
});
const stepArbitrary: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('reserve' as const),
      process: fc.nat(2),
      scope: fc.nat(3),
      tokens: amount,
      micros: amount,
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom('settle' as const, 'release' as const),
      process: fc.nat(2),
      pick: fc.nat(1000),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('kill' as const), process: fc.nat(2) }) },
);

/**
 * Three processes, two of them on one ledger, of which any may be killed; what each call counts for is kept beside it.
 */
class World {
  readonly directories = [stateDirectory(), stateDirectory()];
  readonly userStateDirectory = stateDirectory();
  readonly ledgers: Ledger[] = [0, 1, 2].map((process) => this.openFor(process));
  readonly open: Call[] = [];
  readonly booked: Call[] = [];
  calls = 0;
  refused = 0;

  openFor(process: number, options: Pick<LedgerOptions, 'liveness'> = {}): Ledger {
    const { userStateDirectory } = this;
    return open(this.directories[folders[process] as Folder] as string, { now, userStateDirectory, ...options });
  }

  committed(counts: Counts): { micros: number; tokens: number } {
    const sum = { micros: 0, tokens: 0 };
    for (const call of [...this.open, ...this.booked]) {
      if (!counts(call)) continue;
      sum.micros += call.used?.micros ?? call.micros;
      sum.tokens += call.used?.tokens ?? call.tokens;
    }
    return sum;
  }

  take(step: Step): void {
    const ledger = this.ledgers[step.process] as Ledger;
    if (step.do === 'kill') this.kill(step.process);
    else if (step.do === 'reserve') this.reserve(ledger, step);
    else this.end(ledger, step);
  }

  end(ledger: Ledger, step: Extract<Step, { do: 'settle' | 'release' }>): void {
    const own = this.open.filter((call) => call.owner === step.process);
    const call = own[step.pick % own.length];
    if (!call) return;
    this.open.splice(this.open.indexOf(call), 1);
    if (step.do === 'release') {
      ledger.release(call.id);
      return;
    }
    call.used = { tokens: Math.floor(call.tokens * step.share), micros: Math.floor(call.micros * step.share) };
    const { overrun } = ledger.settle(
      call.id,
      { input: call.used.tokens, cached: 0, output: 0 },
      { micros: call.used.micros, label: 'computed' },
    );
    assert.equal(overrun, false);
    this.booked.push(call);
  }

  reserve(ledger: Ledger, step: Extract<Step, { do: 'reserve' }>): void {
    const scope = scopes[step.scope] as AttemptScope;
    const { tokens, micros } = step;
    const folder = folders[step.process] as Folder;
    const fits = this.caps.every(([counts, cap]) => {
      if (!counts({ scope, folder })) return true;
      const committed = this.committed(counts);
      return (
        (cap.micros === null || committed.micros + micros <= cap.micros) &&
        (cap.tokens === null || committed.tokens + tokens <= cap.tokens)
      );
    });
    this.calls += 1;
    const id = `call-${this.calls}`;
    assert.equal(ledger.reserve(id, scope, 'lab/model', { tokens, micros }).ok, fits);
    if (fits) this.open.push({ id, folder, scope, tokens, micros, used: null, owner: step.process });
    else this.refused += 1;
  }

  /** The process stops where it stands; another one opens the ledger, and finds it gone. */
  kill(process: number): void {
    const left = this.open.filter((call) => call.owner === process);
    for (const call of left) {
      this.open.splice(this.open.indexOf(call), 1);
      this.booked.push(call);
    }
    const killed = (this.ledgers[process] as Ledger).owner;
    const next = this.openFor(process, { liveness: (owner) => (owner === killed ? 'dead' : 'alive') });
    assert.equal(next.abandonedCalls, left.length);
    this.ledgers[process] = next;
  }

  caps: (readonly [Counts, Cap])[] = [];

  setCaps(caps: readonly Cap[]): void {
    for (const [index, [level, key, counts]] of capKeys.entries()) {
      const cap = caps[index] as Cap;
      for (const process of [0, 2]) {
        (this.ledgers[process] as Ledger).setCap(level, key, cap);
        this.caps.push([counts(folders[process] as Folder), cap]);
      }
    }
  }
}

describe('the budget under any interleaving', () => {
  afterEach(tidy);

  it('sends no call whose worst case does not fit, and keeps settled and reserved within every cap', () => {
    let calls = 0;
    let refused = 0;
    fc.assert(
      fc.property(
        fc.array(capArbitrary, { minLength: capKeys.length, maxLength: capKeys.length }),
        fc.array(stepArbitrary, { minLength: 20, maxLength: 60 }),
        (caps, steps) => {
          const world = new World();
          world.setCaps(caps);
          for (const step of steps) {
            world.take(step);
            for (const [counts, cap] of world.caps) {
              const { micros, tokens } = world.committed(counts);
              assert.ok(cap.micros === null || micros <= cap.micros);
              assert.ok(cap.tokens === null || tokens <= cap.tokens);
            }
          }
          for (const process of [0, 2]) {
            const ledger = world.ledgers[process] as Ledger;
            const booked = world.booked.filter(({ folder }) => folder === folders[process]);
            const spent = booked.reduce((sum, call) => sum + (call.used?.micros ?? call.micros), 0);
            for (const by of spendKeys) assert.equal(ledger.spend({ by }).total.costMicros, spent, by);
            assert.equal(ledger.spend({ by: 'run' }).total.calls, booked.length);
            assert.deepEqual(ledger.checkIntegrity(), []);
          }
          calls += world.calls;
          refused += world.refused;
          tidy();
        },
      ),
      { numRuns: 35 },
    );
    assert.ok(calls > 250 && refused > 30 && calls - refused > 60, `${calls} calls, ${refused} refused`);
    console.log(`      calls made ${calls - refused} of ${calls}, cap violations 0, figure mismatches 0`);
  });

  it('flags every lie about usage, keeps it in full and sends nothing more', () => {
    fc.assert(
      fc.property(
        amount,
        amount,
        fc.integer({ min: 1, max: 1000 }),
        fc.boolean(),
        (tokens, micros, extra, inTokens) => {
          const ledger = open(stateDirectory(), { now });
          const scope = scopes[0] as AttemptScope;
          ledger.setCap('run', 'r1', { micros: 10_000, tokens: 10_000 });
          ledger.reserve('c1', scope, 'lab/model', { tokens, micros });
          const used = { tokens: tokens + (inTokens ? extra : 0), micros: micros + (inTokens ? 0 : extra) };
          const settled = ledger.settle(
            'c1',
            { input: 0, cached: 0, output: used.tokens },
            { micros: used.micros, label: 'computed' },
          );
          assert.equal(settled.overrun, true);
          const { total } = ledger.spend({ by: 'run' });
          assert.deepEqual([total.output, total.costMicros], [used.tokens, used.micros]);
          assert.equal(ledger.reserve('c2', scope, 'lab/model', { tokens: 0, micros: 0 }).ok, false);
          tidy();
        },
      ),
      { numRuns: 30 },
    );
  });
});
