import type { ColumnChart } from '../../contract/training-view.ts';
import { localize, wholeNumber } from '../../contract/words.ts';
import { drawing, element } from '../element.ts';
import { hourText, table } from './parts.ts';

const height = 132;
const top = 14;
const bottom = 108;
const characterWidth = 6.5;
/** Part of its place that a column leaves free. */
const gap = 0.2;

/** Where the columns lie, in the drawing's pixels. */
interface Room {
  readonly left: number;
  readonly width: number;
  readonly step: number;
  readonly scale: (value: number) => number;
}

/** One chart of columns, or the table behind it. */
export function columnChart(chart: ColumnChart, width: number, asTable: boolean): HTMLElement {
  const heading = element('h2', {}, chart.title, ' ', element('span', { class: 'dim plain' }, chart.total));
  return element(
    'div',
    { class: 'card', 'data-chart': chart.key },
    heading,
    asTable ? tableOf(chart) : draw(chart, width),
  );
}

function tableOf({ title, heads, columns, hourly }: ColumnChart): HTMLElement {
  const rows = columns.map(({ label, value }) => [hourly ? hourText(label) : label, wholeNumber(value)]);
  return table({ caption: title, columns: heads, rows });
}

function draw(chart: ColumnChart, width: number): SVGElement {
  const room = roomOf(chart, width);
  return drawing(
    'svg',
    { class: 'columns', viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': chart.sentence },
    ...chart.ticks.flatMap((value, index) => gridLine(value, room, index === 0)),
    ...chart.columns.flatMap((column, index) => columnNodes(chart, column, index, room)),
    ...labelNodes(chart, room),
    ...markNodes(chart, room),
  );
}

function roomOf({ columns, ticks }: ColumnChart, width: number): Room {
  const end = ticks.at(-1) ?? 1;
  const left = 8 + characterWidth * Math.max(...ticks.map((value) => wholeNumber(value).length));
  return {
    left,
    width,
    step: (width - left) / Math.max(1, columns.length),
    scale: (value) => bottom - (value / end) * (bottom - top),
  };
}

function gridLine(value: number, { left, width, scale }: Room, isAxis: boolean): readonly SVGElement[] {
  const y = scale(value);
  return [
    drawing('path', { class: isAxis ? 'axis' : 'grid', d: `M${left} ${(y + 0.5).toFixed(1)}H${width}` }),
    drawing('text', { x: String(left - 6), y: (y + 4).toFixed(1), 'text-anchor': 'end' }, wholeNumber(value)),
  ];
}

function columnNodes(
  { hourly, heads }: ColumnChart,
  { label, value, tone }: ColumnChart['columns'][number],
  index: number,
  { left, step, scale }: Room,
): readonly SVGElement[] {
  if (value === 0) return [];
  // Every column that is not nothing is seen.
  const y = Math.min(scale(value), bottom - 1);
  const words = `${hourly ? hourText(label) : label}: ${wholeNumber(value)} ${heads[1]}`;
  const rectangle = drawing('rect', {
    class: `column ${tone}`,
    x: (left + step * (index + gap / 2)).toFixed(1),
    y: y.toFixed(1),
    width: (step * (1 - gap)).toFixed(1),
    height: (bottom - y).toFixed(1),
  });
  return [drawing('g', {}, drawing('title', {}, words), rectangle)];
}

function labelNodes(
  { columns, labelEvery, atEdges, hourly }: ColumnChart,
  { left, step, width }: Room,
): readonly SVGElement[] {
  const text = (x: number, anchor: string, words: string) =>
    drawing('text', { x: x.toFixed(1), y: String(height - 6), 'text-anchor': anchor }, words);
  if (atEdges) {
    const edges = Array.from({ length: Math.floor(columns.length / labelEvery) + 1 }, (_, index) => index * labelEvery);
    return edges.map((edge) => {
      const anchor = edge === 0 ? 'start' : edge === columns.length ? 'end' : 'middle';
      return text(left + step * edge, anchor, (edge / columns.length).toFixed(1));
    });
  }
  const shown = columns.flatMap(({ label }, index) => (index % labelEvery === 0 ? [{ label, index }] : []));
  const labels = shown.map(({ label, index }) => {
    const words = hourly ? hourText(label) : label.replace(/^(\d+) .*$/, '$1+');
    return text(left + step * (index + 0.5), hourly && index === 0 ? 'start' : 'middle', words);
  });
  return hourly ? [...labels, text(width, 'end', localize('now'))] : labels;
}

function markNodes({ mark, columns }: ColumnChart, { left, step }: Room): readonly SVGElement[] {
  if (!mark) return [];
  const x = left + step * mark.before;
  // Where there is more room.
  const isRight = mark.before > columns.length / 2;
  return [
    drawing('path', { class: 'mark', d: `M${x.toFixed(1)} ${top - 10}V${bottom}` }),
    drawing(
      'text',
      {
        class: 'strong',
        x: (x + (isRight ? -6 : 6)).toFixed(1),
        y: String(top - 2),
        'text-anchor': isRight ? 'end' : 'start',
      },
      mark.text,
    ),
  ];
}
