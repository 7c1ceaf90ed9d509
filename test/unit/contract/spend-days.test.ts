import assert from 'node:assert/strict';
import fc from 'fast-check';
import { seriesOf, spendDaysOf, spendDaysSchema, ticksFor } from '../../../src/contract/spend-days.ts';
import type { CostLabel } from '../../../src/domain/money.ts';

const model = (name: string, micros: number, label: CostLabel = 'computed') => ({ name, cost: { micros, label } });

describe('the days of the Spend view', () => {
  it('are nothing where nothing was used', () => {
    assert.equal(spendDaysOf([{ day: '2026-03-01', models: [] }]), null);
  });

  it('put the dearest model first and stack the same way every day', () => {
    const days = spendDaysOf([
      { day: '2026-03-01', models: [model('lab/small', 3), model('lab/large', 5)] },
      { day: '2026-03-02', models: [] },
      { day: '2026-03-03', models: [model('lab/large', 7)] },
    ]);
    assert.deepEqual(days?.series, ['lab/large', 'lab/small']);
    assert.deepEqual(
      days?.days.map(({ parts }) => parts),
      [
        [5, 3],
        [0, 0],
        [7, 0],
      ],
    );
  });

  it('give four models a fill of their own and join the others', () => {
    const models = ['a', 'b', 'c', 'd', 'e', 'f'].map((name, index) => model(name, 100 - index));
    const days = spendDaysOf([{ day: '2026-03-01', models }]);
    assert.deepEqual(days?.series, ['a', 'b', 'c', 'd', 'Other']);
    assert.deepEqual(days?.days[0]?.parts, [100, 99, 98, 97, 96 + 95]);
    assert.deepEqual(
      ['a', 'd', 'e', 'unheard'].map((name) => seriesOf(days?.series ?? [], name)),
      [0, 3, 4, 4],
    );
  });

  it('are no surer than their least sure call, and never 0 for what is unknown', () => {
    const [day] = spendDaysOf([{ day: '2026-03-01', models: [model('a', 0, 'unknown'), model('b', 5)] }])?.days ?? [];
    assert.match(day?.amount.text ?? '', /^\? at least/);
  });

  it('fit the view and its scale, whatever was used', () => {
    const days = fc.array(
      fc.array(fc.record({ name: fc.string({ minLength: 1, maxLength: 3 }), micros: fc.nat(1e10) }), { maxLength: 8 }),
      { minLength: 1, maxLength: 7 },
    );
    fc.assert(
      fc.property(days, (made) => {
        const shown = spendDaysOf(
          made.map((models, index) => ({
            day: `2026-03-0${index + 1}`,
            models: models.map(({ name, micros }) => model(name, micros)),
          })),
        );
        if (!shown) return;
        spendDaysSchema.parse(shown);
        const sums = shown.days.map(({ parts }) => parts.reduce((sum, part) => sum + part, 0));
        const wanted = made.map((models) => models.reduce((sum, { micros }) => sum + micros, 0));
        assert.deepEqual(sums, wanted);
        assert.ok((shown.ticks.at(-1) ?? 0) >= Math.max(...sums));
      }),
    );
  });

  it('have a scale of round figures', () => {
    assert.deepEqual(ticksFor(12_100_000), [0, 10_000_000, 20_000_000]);
    assert.deepEqual(ticksFor(9_500_000), [0, 5_000_000, 10_000_000]);
    assert.deepEqual(ticksFor(2_000_000), [0, 1_000_000, 2_000_000]);
    assert.deepEqual(ticksFor(1_900), [0, 1000, 2000]);
    assert.equal(ticksFor(0)[0], 0);
  });
});
