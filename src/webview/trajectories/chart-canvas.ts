import uPlot from 'uplot';
import type { Chart } from '../../contract/trajectories-charts.ts';
import { wholeNumber } from '../../contract/words.ts';
import { element } from '../element.ts';
import { paintBars } from './chart-bars.ts';
import { fillOf, type Palette, readPalette } from './chart-palette.ts';

export interface ChartCanvas {
  /** Takes the width of its place. */
  fit(): void;
  destroy(): void;
}

const height = 200;

const steps = [1, 2, 5];
const wholeSteps = [0, 1, 2, 3, 4, 5, 6, 7].flatMap((power) => steps.map((step) => step * 10 ** power));
const decimalSteps = [
  ...[-6, -5, -4, -3, -2, -1].flatMap((power) => steps.map((step) => step * 10 ** power)),
  ...wholeSteps,
];

/** Such as `$0.20`, `1.5 s` or `12`, as exact as the marks beside it. */
function unitTexts(unit: Chart['unit'], values: readonly number[]): string[] {
  const step = (values[1] ?? 1) - (values[0] ?? 0);
  const digits = Math.max(2, Math.ceil(-Math.log10(step) - 1e-9));
  return values.map((value) => {
    if (unit === 'usd') return `$${value.toFixed(digits)}`;
    return unit === 'seconds' ? `${value} s` : wholeNumber(value);
  });
}

/** The highest value that is drawn: of a stack its sum. */
function highest({ shape, series, labels }: Chart): number {
  const at = (index: number) => series.map(({ values }) => values[index] ?? 0);
  const tops = labels.map((_, index) =>
    shape === 'stacked' ? at(index).reduce((sum, value) => sum + value, 0) : Math.max(0, ...at(index)),
  );
  return Math.max(...tops, 0) || 1;
}

export function drawChart(place: HTMLElement, chart: Chart): ChartCanvas {
  const palette = readPalette(place);
  const canvas = element('div', { class: 'canvas', role: 'img', 'aria-label': chart.sentence });
  const readout = element('p', { class: 'readout small', 'aria-hidden': 'true' });
  place.append(...[canvas, legendOf(chart, palette), readout].filter((node) => node !== null));
  const width = () => Math.max(120, canvas.clientWidth);
  const tell = (index: number | null | undefined) => {
    readout.textContent = index == null ? '' : (chart.table.rows[index] ?? []).join(' · ');
  };
  const plot = new uPlot(optionsOf(chart, palette, width(), tell), dataOf(chart), canvas);
  return {
    fit: () => {
      if (plot.width !== width()) plot.setSize({ width: width(), height });
    },
    destroy: () => plot.destroy(),
  };
}

function dataOf({ labels, series }: Chart): uPlot.AlignedData {
  return [labels.map((_, index) => index), ...series.map(({ values }) => values)];
}

function optionsOf(
  chart: Chart,
  palette: Palette,
  width: number,
  tell: (index: number | null | undefined) => void,
): uPlot.Options {
  const count = chart.labels.length;
  const most = highest(chart);
  const axis = { stroke: palette.text, font: palette.font, ticks: { show: false } };
  return {
    width,
    height,
    padding: [8, 8, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { show: false } },
    scales: { x: { time: false, range: [-0.5, count - 0.5] }, y: { range: [0, most * 1.05] } },
    axes: [
      {
        ...axis,
        size: 24,
        grid: { show: false },
        splits: () => marks(count, width),
        values: (_, splits) => splits.map((at) => shortLabel(chart.labels[at] ?? '', width / Math.min(count, 8))),
      },
      {
        ...axis,
        size: 56,
        grid: { stroke: palette.grid, width: 1 },
        incrs: chart.unit === 'count' ? wholeSteps : decimalSteps,
        values: (_, splits) => unitTexts(chart.unit, splits),
      },
    ],
    // Bars are painted by hand: each fill has a pattern of its own.
    series: [{}, ...chart.series.map(({ name }) => ({ label: name, paths: () => null, points: { show: false } }))],
    hooks: {
      draw: [(plot) => paintBars(plot, chart, palette)],
      setCursor: [(plot) => tell(plot.cursor.idx)],
    },
  };
}

/** Labels that find room below the bars. */
function marks(count: number, width: number): number[] {
  const room = Math.max(1, Math.min(8, Math.floor(width / 70)));
  const step = Math.ceil(count / room);
  return Array.from({ length: Math.ceil(count / step) }, (_, index) => index * step);
}

/** A day without its year; a long name cut. */
function shortLabel(label: string, room: number): string {
  if (/^\d{4}-\d{2}-\d{2}$/.test(label)) return label.slice(5);
  const most = Math.max(5, Math.floor(room / 6.5));
  return label.length <= most ? label : `${label.slice(0, most - 1)}…`;
}

function legendOf({ series }: Chart, palette: Palette): HTMLElement | null {
  if (series.length < 2) return null;
  const entries = series.map(({ name }, index) => {
    const swatch = document.createElement('canvas');
    swatch.className = 'swatch';
    [swatch.width, swatch.height] = [24, 24];
    const context = swatch.getContext('2d');
    if (context) {
      context.fillStyle = fillOf(context, palette, index);
      context.fillRect(0, 0, 24, 24);
      context.strokeStyle = palette.colors[index % palette.colors.length] ?? palette.text;
      context.lineWidth = 3;
      context.strokeRect(0, 0, 24, 24);
    }
    return element('li', {}, swatch, name);
  });
  return element('ul', { class: 'chart-legend' }, ...entries);
}
