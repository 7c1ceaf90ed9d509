import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ticksFor } from '../../../src/contract/training-charts.ts';
import { type StockFigures, stockViewOf } from '../../../src/contract/training-stock.ts';
import { stockViewSchema } from '../../../src/contract/training-view.ts';

const hours = Array.from({ length: 24 }, (_, index) => ({
  start: new Date(Date.UTC(2026, 2, 1, index)).toISOString(),
  attempts: index,
}));

function figures(changes: Partial<StockFigures> = {}): StockFigures {
  return {
    at: '2026-03-02T00:00:00.000Z',
    ready: true,
    bars: [
      { name: 'trajectories', have: 1284, need: 100 },
      { name: 'groups', have: 12, need: 10 },
      { name: 'quality', have: 0.98, need: 0.95 },
      { name: 'interval', have: 31.4, need: 24 },
    ],
    groupSize: 4,
    newest: 50,
    incompleteOfNewest: 1,
    hours,
    scores: [0, 0, 0, 4, 0, 0, 0, 0, 0, 6],
    highScore: 0.6,
    groups: [
      { size: 1, groups: 3 },
      { size: 4, groups: 11 },
      { size: 9, groups: 1 },
    ],
    kept: 1284,
    leftOut: { recorded: 0, optedOut: 3, incomplete: 0, licence: 0, copies: 41, unproven: 372 },
    doubts: [{ reason: 'it did not land', count: 372 }],
    licenceDoubts: [],
    rows: 868,
    pairs: 1,
    ...changes,
  };
}

const withBar = (name: StockFigures['bars'][number]['name'], have: number) =>
  figures({ ready: false, bars: figures().bars.map((bar) => (bar.name === name ? { ...bar, have } : bar)) });

describe('What there is to train on, as it is shown', () => {
  it('is a message that the page understands', () => {
    assert.deepEqual(stockViewSchema.parse(stockViewOf(figures())), stockViewOf(figures()));
  });

  it('says that nothing is missing', () => {
    const { tag, advice, bars, empty } = stockViewOf(figures());
    assert.deepEqual([tag, advice, empty], ['Ready to train', null, null]);
    assert.deepEqual(
      bars.map(({ have, need, percent, missing }) => [have, need, percent, missing]),
      [
        ['1,284', '100', 100, null],
        ['12', '10', 100, null],
        ['98 %', '95 %', 100, null],
        ['31 h', '24 h', 100, null],
      ],
    );
  });

  for (const [name, have, tag, missing] of [
    ['trajectories', 7, 'Not ready, trajectories: 93 missing', '93 missing'],
    ['groups', 7, 'Not ready, groups: 3 missing', '3 missing'],
    ['quality', 0.5, 'Not ready, newest: 1 incomplete', '1 incomplete'],
    ['interval', 1.2, 'Not ready, 23 h left', '23 h left'],
  ] as const) {
    it(`says what is missing of ${name}, and what to do`, () => {
      const view = stockViewOf(withBar(name, have));
      assert.equal(view.tag, tag);
      assert.ok((view.advice ?? '').length > 20, view.advice ?? '');
      const bar = view.bars.find(({ key }) => key === name);
      assert.equal(bar?.missing, missing);
      assert.ok((bar?.percent ?? 100) < 100);
      assert.ok(bar?.spoken.includes(missing));
    });
  }

  it('does not round a share up to what is needed', () => {
    const bar = stockViewOf(withBar('quality', 0.9499)).bars[2];
    assert.deepEqual([bar?.have, bar?.missing === null], ['94 %', false]);
  });

  it('sorts out what would not be exported, with reasons, and leaves lines without a count away', () => {
    assert.deepEqual(stockViewOf(figures()).export, {
      kept: '1,284',
      lines: [
        { label: 'Opted out', count: '−3', why: [] },
        { label: 'Duplicates', count: '−41', why: [] },
        { label: 'Outcome not proven', count: '−372', why: ['372 × it did not land'] },
      ],
      rows: '868',
      pairs: '1 pair',
    });
  });

  it('has charts with all that was counted', () => {
    const [kept, scores, groups] = stockViewOf(figures()).charts;
    const sum = (chart: typeof kept) => chart?.columns.reduce((all, { value }) => all + value, 0);
    assert.deepEqual([sum(kept), sum(scores), sum(groups)], [276, 10, 15]);
    assert.equal(scores?.sentence, 'Scores of 10 replies; 6 are 0.6 or higher.');
    assert.equal(groups?.sentence, '12 of 15 phase specs have 4 attempts or more.');
    assert.deepEqual(groups?.columns.at(-1), { label: '8 and more', value: 1, tone: 'good' });
  });

  it('says so while nothing was kept', () => {
    const nothing = { kept: 0, rows: 0, pairs: 0, scores: Array(10).fill(0), groups: [], doubts: [] };
    const view = stockViewOf({ ...withBar('trajectories', 0), ...nothing });
    assert.equal(view.empty, '0 of 100 trajectories. Landed phases add to it by themselves.');
    assert.ok(stockViewSchema.safeParse(view).success);
  });

  it('has round lines on every scale, from 0 to the highest column', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 5_000_000 }), (most) => {
        const ticks = ticksFor(most);
        assert.equal(ticks[0], 0);
        assert.ok(ticks.length >= 2 && ticks.length <= 5, ticks.join(' '));
        assert.ok((ticks.at(-1) ?? 0) >= most);
        assert.equal(new Set(ticks).size, ticks.length);
      }),
    );
  });
});
