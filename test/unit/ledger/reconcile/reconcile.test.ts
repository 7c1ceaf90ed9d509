import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { StatedUsage } from '../../../../src/ledger/reconcile/read-export.ts';
import { keyOfModel, type OwnUsage, reconcile } from '../../../../src/ledger/reconcile/reconcile.ts';

const day = '2026-03-01';
const tolerance = { share: 0.01, micros: 10_000 };

function own(change: Partial<OwnUsage> = {}): OwnUsage {
  const usage = { calls: 10, input: 10_000, output: 1000, micros: 1_000_000, label: 'computed' as const };
  const known = { ...usage, estimated: 0, estimatedMicros: 0 };
  return { day, model: 'openai/gpt-4o', servedBy: 'gpt-4o-2024-08-06', ...known, ...change };
}

function stated(change: Partial<StatedUsage> = {}): StatedUsage {
  return { day, model: 'gpt-4o', calls: 10, input: 10_000, output: 1000, micros: 1_000_000, ...change };
}

function only(ours: readonly OwnUsage[], theirs: readonly StatedUsage[]) {
  const { rows, matches } = reconcile(ours, theirs, tolerance);
  assert.equal(rows.length, 1);
  const [row] = rows;
  assert.ok(row);
  return { ...row, matches };
}

describe('reconciling with a provider', () => {
  it('finds what is the same', () => {
    const { state, cause, matches, differenceMicros } = only([own()], [stated()]);
    assert.deepEqual([state, cause, matches, differenceMicros], ['matched', null, true, 0]);
  });

  it('bears a difference within the tolerance and none beyond it', () => {
    assert.equal(only([own()], [stated({ micros: 1_010_000 })]).state, 'matched');
    assert.equal(only([own()], [stated({ micros: 1_010_200 })]).state, 'differs');
    assert.equal(only([own({ micros: 10 })], [stated({ micros: 10_010 })]).state, 'matched', 'a cent is nothing');
    assert.equal(only([own()], [stated({ input: 10_113 })]).state, 'differs', 'tokens count by their share alone');
  });

  for (const [cause, ours, theirs] of [
    ['price', {}, { micros: 1_500_000 }],
    ['unpriced', { label: 'unknown', micros: 0 }, {}],
    ['other-calls', {}, { calls: 14, input: 14_000, micros: 1_400_000 }],
    ['missing-calls', {}, { calls: 8, input: 8000, micros: 800_000 }],
    [
      'estimated',
      { label: 'estimated', estimated: 2, estimatedMicros: 250_000 },
      { calls: 10, input: 8000, micros: 800_000 },
    ],
    [
      'missing-calls',
      { label: 'estimated', estimated: 1, estimatedMicros: 10_000 },
      { calls: 8, input: 8000, micros: 800_000 },
    ],
    ['usage', {}, { calls: 10, input: 12_000, micros: 1_200_000 }],
  ] as const) {
    it(`says that the likeliest cause is ${cause}: ${JSON.stringify([ours, theirs])}`, () => {
      const row = only([own(ours)], [stated(theirs)]);
      assert.deepEqual([row.state, row.cause, row.matches], ['differs', cause, false]);
    });
  }

  it('tells what only one side has', () => {
    assert.deepEqual(
      reconcile([own()], [stated({ model: 'gpt-5' })], tolerance).rows.map(({ model, state, cause }) => [
        model,
        state,
        cause,
      ]),
      [
        ['gpt-4o', 'ours-only', 'missing-calls'],
        ['gpt-5', 'theirs-only', 'other-calls'],
      ],
    );
    const cut = own({ label: 'estimated', estimated: 10 });
    assert.equal(reconcile([cut], [stated({ model: 'gpt-5' })], tolerance).rows[0]?.cause, 'estimated');
  });

  it('expects nothing of a provider for what cost nothing', () => {
    const free = own({ model: 'local/reed', servedBy: null, micros: 0 });
    const { rows, matches } = reconcile([free, own()], [stated()], tolerance);
    assert.equal(matches, true);
    assert.equal(rows.length, 2);
  });

  it('knows a call near midnight by the day beside it', () => {
    const next = '2026-03-02';
    const { rows } = reconcile(
      [own({ micros: 1_200_000 }), own({ day: next, micros: 1_000_000 })],
      [stated(), stated({ day: next, micros: 1_200_000 })],
      tolerance,
    );
    assert.deepEqual(
      rows.map(({ state, cause }) => [state, cause]),
      [
        ['differs', 'day-boundary'],
        ['differs', 'day-boundary'],
      ],
    );
  });

  it('compares whole days where the export knows no models', () => {
    const row = only(
      [own(), own({ model: 'openai/gpt-5', servedBy: null })],
      [stated({ model: null, micros: 2_000_000, input: 20_000, output: 2000 })],
    );
    assert.deepEqual([row.model, row.state, row.ours?.micros], [null, 'matched', 2_000_000]);
  });

  it('compares only what the export tells', () => {
    const tokensOnly = only([own({ micros: 5 })], [stated({ micros: null })]);
    assert.deepEqual([tokensOnly.state, tokensOnly.differenceMicros], ['matched', null]);
    const moneyOnly = only([own()], [stated({ calls: null, input: null, output: null })]);
    assert.deepEqual([moneyOnly.state, moneyOnly.differenceTokens], ['matched', null]);
  });

  for (const names of [
    ['openai/gpt-4o-mini-2024-07-18', 'gpt-4o-mini', 'GPT 4o mini'],
    ['claude-haiku-4-5-20251001', 'Claude Haiku 4.5', 'router/anthropic/claude-haiku-4.5'],
  ]) {
    it(`takes ${names.join(', ')} for one model`, () => {
      assert.equal(new Set(names.map(keyOfModel)).size, 1);
    });
  }

  it('tells models of one family apart', () => {
    const names = ['gpt-4o', 'gpt-4o-mini', 'gpt-4.1', 'gpt-4.1-mini', 'o3', 'o3-mini'];
    assert.equal(new Set(names.map(keyOfModel)).size, names.length);
  });

  it('loses no amount of either side, whatever the file holds', () => {
    const names = fc.constantFrom('a', 'b', 'c');
    const days = fc.constantFrom('2026-03-01', '2026-03-02', '2026-03-03');
    const amount = fc.integer({ min: 0, max: 5_000_000 });
    const ours = fc.array(fc.record({ day: days, model: names, micros: amount }), { maxLength: 12 });
    const theirs = fc.array(fc.record({ day: days, model: names, micros: amount }), { maxLength: 12 });
    fc.assert(
      fc.property(ours, theirs, (left, right) => {
        const { rows, matches } = reconcile(
          left.map((usage) => own({ ...usage, servedBy: null })),
          right.map((usage) => stated(usage)),
          tolerance,
        );
        const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
        assert.equal(sum(rows.map((row) => row.ours?.micros ?? 0)), sum(left.map(({ micros }) => micros)));
        assert.equal(sum(rows.map((row) => row.theirs?.micros ?? 0)), sum(right.map(({ micros }) => micros)));
        assert.equal(
          matches,
          rows.every(({ state }) => state === 'matched'),
        );
        for (const { state, cause } of rows) assert.equal(cause === null, state === 'matched');
      }),
    );
  });
});
