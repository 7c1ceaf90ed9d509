import assert from 'node:assert/strict';
import { chartsViewSchema } from '../../../src/contract/trajectories-charts.ts';
import { createFigures, type FiguresPart, type PhaseFigure } from '../../../src/contract/trajectories-figures.ts';

const nothing: FiguresPart = { runs: 0, costs: [], phases: [], audits: [], latencies: [] };

function chartsOf(...parts: readonly Partial<FiguresPart>[]) {
  const figures = createFigures();
  for (const part of parts) figures.add({ ...nothing, ...part });
  const view = chartsViewSchema.parse(figures.view(10));
  return { view, chart: (key: string) => view.charts.find((chart) => chart.key === key) ?? assert.fail(key) };
}

const cost = (day: string, model: string, micros: number) => ({ day, model, micros, label: 'computed' as const });

const phase = (change: Partial<PhaseFigure> = {}): PhaseFigure => ({
  category: 'feature',
  landed: true,
  attempts: 1,
  recorded: false,
  capMicros: 2_500_000,
  micros: 100_000,
  label: 'computed',
  ...change,
});

describe('The charts', () => {
  it('have nothing to show of nothing', () => {
    const { view } = chartsOf();
    assert.deepEqual(
      view.charts.map(({ table }) => table.rows.length),
      [0, 0, 0, 0, 0, 0],
    );
    assert.equal(view.spent.text, '✓ $0.00');
  });

  it('stack the cost of each day by model, days without a call too', () => {
    const { chart, view } = chartsOf(
      { runs: 1, costs: [cost('2026-03-01', 'lab/large', 2_000_000), cost('2026-03-01', 'lab/mini', 500_000)] },
      { runs: 1, costs: [cost('2026-03-03', 'lab/large', 1_000_000)] },
    );
    const { labels, series, table } = chart('cost-by-day');
    assert.deepEqual(labels, ['2026-03-01', '2026-03-02', '2026-03-03']);
    assert.deepEqual(series, [
      { name: 'large', values: [2, 0, 1] },
      { name: 'mini', values: [0.5, 0, 0] },
    ]);
    assert.deepEqual(table.rows[0], ['2026-03-01', '= $2.00', '= $0.50', '= $2.50']);
    assert.equal(view.spent.text, '= $3.50');
    assert.deepEqual([view.read, view.matching], [2, 10]);
  });

  it('sum what is beyond four models, and what is beyond two months by week', () => {
    const models = ['a', 'b', 'c', 'd', 'e', 'f'];
    const costs = models.map((name, index) => cost('2026-01-01', `lab/${name}`, 6_000_000 - index * 1_000_000));
    const { chart } = chartsOf({ costs: [...costs, cost('2026-04-01', 'lab/a', 1)] });
    const { series, title, labels } = chart('cost-by-day');
    assert.deepEqual(
      series.map(({ name }) => name),
      ['a', 'b', 'c', 'd', 'Other'],
    );
    assert.equal(series[4]?.values[0], 3);
    assert.equal(title, 'Cost per week, by model');
    assert.equal(labels[0], '2025-12-29');
  });

  it('count what did not land into the cost of what did', () => {
    const { chart } = chartsOf({
      phases: [phase(), phase({ landed: false, micros: 50_000 }), phase({ category: 'docs', landed: false })],
    });
    const { labels, series, table } = chart('cost-per-landing');
    assert.deepEqual(
      [labels, series[0]?.values],
      [
        ['feature', 'docs'],
        [0.15, null],
      ],
    );
    assert.deepEqual(table.rows, [
      ['feature', '1 of 2 · 50 %', '= $0.15', '= $0.15'],
      ['docs', '0 of 1 · 0 %', '= $0.10', 'none landed'],
    ]);
  });

  it('keep the least sure mark of a sum', () => {
    const { chart } = chartsOf({ phases: [phase(), phase({ label: 'unknown', micros: 0 })] });
    assert.equal(chart('cost-per-landing').table.rows[0]?.[2], '? at least $0.10');
  });

  it('count attempts to land with their rate', () => {
    const { chart } = chartsOf({ phases: [phase(), phase({ attempts: 3 }), phase({ attempts: 3, landed: false })] });
    assert.deepEqual(chart('attempts').table.rows, [
      ['1 attempt', '1 of 2 · 50 %', '0'],
      ['2 attempts', '0 of 2 · 0 %', '0'],
      ['3 attempts', '1 of 2 · 50 %', '1'],
    ]);
  });

  it('tell how audits came out', () => {
    const { chart } = chartsOf({
      audits: [
        { outcome: 'clean', attempts: 3 },
        { outcome: 'majors', attempts: 1 },
      ],
    });
    assert.deepEqual(
      chart('audits').table.rows.map(([, text]) => text),
      ['3 of 4 · 75 %', '0 of 4 · 0 %', '1 of 4 · 25 %', '0 of 4 · 0 %'],
    );
  });

  it('take percentiles over all parts', () => {
    const latencies = Array.from({ length: 100 }, (_, index) => ({
      model: 'lab/large',
      seconds: index / 10,
      calls: 1,
    }));
    const { chart } = chartsOf({ latencies: latencies.slice(50) }, { latencies: latencies.slice(0, 50) });
    assert.deepEqual(chart('latency').table.rows, [['large', '100', '4.9 s', '8.9 s', '9.8 s']]);
  });

  it('set what phases cost against their cap, from five on, recorded ones apart', () => {
    const costs = [1, 2, 3, 4, 5].map((micros) => phase({ micros: micros * 100_000 }));
    const { chart } = chartsOf({
      phases: [...costs, phase({ recorded: true, micros: 9e6 }), phase({ category: 'docs' })],
    });
    assert.deepEqual(chart('forecast').table.rows, [
      ['feature', '5', '= $0.30', '= $0.50', '$2.50'],
      ['docs', '1, no history yet', '–', '–', '$2.50'],
    ]);
  });
});
