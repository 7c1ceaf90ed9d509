import type uPlot from 'uplot';
import type { Chart } from '../../contract/trajectories-charts.ts';
import { fillOf, type Palette } from './chart-palette.ts';

/** Share of its place that a bar, or a group of bars, takes. */
const barShare = 0.7;
const widestBar = 48;

interface Brush {
  readonly plot: uPlot;
  readonly context: CanvasRenderingContext2D;
  readonly palette: Palette;
  /** Width of one place on the x axis, in canvas pixels. */
  readonly place: number;
}

/** Paints the bars of a chart into its plot. */
export function paintBars(plot: uPlot, chart: Chart, palette: Palette): void {
  const context = plot.ctx;
  const place = plot.valToPos(1, 'x', true) - plot.valToPos(0, 'x', true);
  const brush: Brush = { plot, context, palette, place };
  context.save();
  context.beginPath();
  context.rect(plot.bbox.left, plot.bbox.top, plot.bbox.width, plot.bbox.height);
  context.clip();
  for (const index of chart.labels.keys()) {
    if (chart.shape === 'stacked') paintStack(brush, chart, index);
    else if (chart.shape === 'ranges') paintRange(brush, chart, index);
    else paintGroup(brush, chart, index);
  }
  context.restore();
}

function paintRectangle(brush: Brush, series: number, left: number, width: number, from: number, to: number): void {
  const { plot, context, palette } = brush;
  const [bottom, top] = [plot.valToPos(from, 'y', true), plot.valToPos(to, 'y', true)];
  if (to <= from) return;
  context.fillStyle = fillOf(context, palette, series);
  context.fillRect(left, top, width, bottom - top);
  context.strokeStyle = palette.colors[series % palette.colors.length] ?? palette.text;
  context.lineWidth = devicePixelRatio;
  context.strokeRect(left + 0.5, top + 0.5, Math.max(0, width - 1), Math.max(0, bottom - top - 1));
}

const widthOf = (place: number, bars: number) =>
  Math.max(1, Math.min((place * barShare) / bars, widestBar * devicePixelRatio));

function paintStack(brush: Brush, { series }: Chart, index: number): void {
  const width = widthOf(brush.place, 1);
  const left = brush.plot.valToPos(index, 'x', true) - width / 2;
  let from = 0;
  for (const [number, { values }] of series.entries()) {
    const to = from + (values[index] ?? 0);
    paintRectangle(brush, number, left, width, from, to);
    from = to;
  }
}

function paintGroup(brush: Brush, { series }: Chart, index: number): void {
  const width = widthOf(brush.place, series.length);
  const left = brush.plot.valToPos(index, 'x', true) - (width * series.length) / 2;
  for (const [number, { values }] of series.entries()) {
    paintRectangle(brush, number, left + number * width, width * 0.92, 0, values[index] ?? 0);
  }
}

/** From the first series' value to the second's, with the third as a line across. */
function paintRange(brush: Brush, { series }: Chart, index: number): void {
  const { plot, context, palette } = brush;
  const [low, high, cap] = series.map(({ values }) => values[index] ?? null);
  const width = widthOf(brush.place, 1);
  const left = plot.valToPos(index, 'x', true) - width / 2;
  if (low != null && high != null) {
    paintRectangle(brush, 0, left, width, 0, low);
    paintRectangle(brush, 1, left, width, low, high);
  }
  if (cap == null) return;
  const y = plot.valToPos(cap, 'y', true);
  context.strokeStyle = palette.colors[2] ?? palette.text;
  context.lineWidth = 2.5 * devicePixelRatio;
  context.beginPath();
  context.moveTo(left - width * 0.2, y);
  context.lineTo(left + width * 1.2, y);
  context.stroke();
}
