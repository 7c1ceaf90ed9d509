import type { SpendDays } from '../../contract/spend-days.ts';
import { localize, readerLanguage } from '../../contract/words.ts';
import { drawing, element } from '../element.ts';
import { amountText, button, heading } from './parts.ts';

const width = 276;
const height = 84;
const bottom = 64;
const top = 8;
const barWidth = 16;
const characterWidth = 7;

const shortName = (name: string) => name.slice(name.indexOf('/') + 1);
const weekday = () => new Intl.DateTimeFormat(readerLanguage(), { weekday: 'short', timeZone: 'UTC' });
const longDay = () =>
  new Intl.DateTimeFormat(readerLanguage(), { weekday: 'long', day: 'numeric', month: 'long', timeZone: 'UTC' });
const dateOf = (day: string) => new Date(`${day}T00:00:00Z`);

/** A small square in the fill of a series. */
export function swatch(series: number): SVGElement {
  return drawing(
    'svg',
    { class: 'swatch', viewBox: '0 0 10 10', 'aria-hidden': 'true' },
    drawing('rect', { x: '0.5', y: '0.5', width: '9', height: '9', class: `series-${series}` }),
  );
}

/** Fills that differ without their colour too: solid, hatched, dotted, outlined, and lines for the rest. */
export function patterns(): SVGElement {
  const pattern = (id: string, size: string, turn: string, ...shapes: Node[]) =>
    drawing(
      'pattern',
      { id, width: size, height: size, patternUnits: 'userSpaceOnUse', patternTransform: turn },
      ...shapes,
    );
  const square = (size: string, kind: string) => drawing('rect', { width: size, height: size, class: kind });
  return drawing(
    'svg',
    { class: 'patterns', 'aria-hidden': 'true' },
    drawing(
      'defs',
      {},
      pattern(
        'hatched',
        '5',
        'rotate(45)',
        square('5', 'fill-1'),
        drawing('rect', { width: '1.5', height: '5', class: 'gap' }),
      ),
      pattern(
        'dotted',
        '4',
        '',
        square('4', 'fill-2'),
        drawing('circle', { cx: '2', cy: '2', r: '0.9', class: 'gap' }),
      ),
      pattern('lined', '3', '', square('3', 'gap'), drawing('rect', { width: '3', height: '1', class: 'fill-4' })),
    ),
  );
}

export function dayNodes(days: SpendDays, asTable: boolean): readonly Node[] {
  return [
    element(
      'div',
      { class: 'row' },
      heading(localize('Last 7 days'), 'days'),
      button(asTable ? localize('Show chart') : localize('Show table'), 'toggle-table', {
        'aria-keyshortcuts': 'T',
        title: 'T',
      }),
    ),
    asTable ? table(days) : chart(days),
    asTable ? null : seriesLegend(days.series),
  ].filter((node) => node !== null);
}

function seriesLegend(series: readonly string[]): HTMLElement {
  const entries = series.map((name, index) =>
    element('li', { title: name }, swatch(seriesClass(series, index)), element('span', {}, shortName(name))),
  );
  return element('ul', { class: 'series' }, ...entries);
}

/** `Other` has a fill of its own, however few stand before it. */
const seriesClass = (series: readonly string[], index: number) => (series[index] === 'Other' ? 4 : index);

function chart(days: SpendDays): SVGElement {
  const end = days.ticks.at(-1) ?? 1;
  const scale = (micros: number) => (micros / end) * (bottom - top);
  const labels = tickLabels(days.ticks);
  const left = 8 + characterWidth * Math.max(...labels.map(({ length }) => length));
  const step = (width - left) / days.days.length;
  const columns = days.days.flatMap((day, index) => column(days, day, left + step * (index + 0.5), scale));
  return drawing(
    'svg',
    { class: 'chart', viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': sentence(days) },
    ...days.ticks.flatMap((micros, index) => gridLine(labels[index] ?? '', left, bottom - scale(micros), index === 0)),
    ...columns,
  );
}

/** Dollars with as many digits as the smallest line needs. */
function tickLabels(ticks: readonly number[]): readonly string[] {
  const least = (ticks[1] ?? 1_000_000) / 1_000_000;
  const digits = least >= 1 ? 0 : Math.max(2, Math.ceil(-Math.log10(least)));
  return ticks.map((micros) => (micros === 0 ? '$0' : `$${(micros / 1_000_000).toFixed(digits)}`));
}

function gridLine(label: string, left: number, y: number, isAxis: boolean): readonly SVGElement[] {
  return [
    drawing('path', { class: isAxis ? 'axis' : 'grid', d: `M${left} ${(y + 0.5).toFixed(1)}H${width}` }),
    drawing('text', { x: String(left - 4), y: (y + 4).toFixed(1), 'text-anchor': 'end' }, label),
  ];
}

function column(
  { series, days }: SpendDays,
  day: SpendDays['days'][number],
  x: number,
  scale: (micros: number) => number,
): readonly SVGElement[] {
  let y = bottom;
  const bars = day.parts.flatMap((micros, index) => {
    if (micros === 0) return [];
    // Every part that is not nothing is seen.
    const tall = Math.max(1, scale(micros));
    y -= tall;
    const place = {
      x: (x - barWidth / 2).toFixed(1),
      y: y.toFixed(1),
      width: String(barWidth),
      height: tall.toFixed(1),
    };
    return [drawing('rect', { ...place, class: `series-${seriesClass(series, index)}` })];
  });
  const isToday = day === days.at(-1);
  const label = drawing(
    'text',
    { x: x.toFixed(1), y: String(height - 6), 'text-anchor': 'middle', ...(isToday ? { class: 'today' } : {}) },
    weekday().format(dateOf(day.day)).slice(0, 2),
  );
  const title = drawing('title', {}, localize('{0} (UTC): {1}', longDay().format(dateOf(day.day)), day.amount.spoken));
  return [drawing('g', {}, title, ...bars), label];
}

function sentence({ days }: SpendDays): string {
  const dearest = days.reduce((most, day) => (sum(day.parts) > sum(most.parts) ? day : most));
  return localize(
    'Cost per day, last {0} days. Highest on {1}: {2}. Show table has every figure.',
    days.length,
    longDay().format(dateOf(dearest.day)),
    dearest.amount.spoken,
  );
}

const sum = (parts: readonly number[]) => parts.reduce((all, part) => all + part, 0);

function table({ days, series }: SpendDays): HTMLElement {
  const head = [localize('Day (UTC)'), localize('Cost')].map((text, index) =>
    element('th', { scope: 'col', ...(index > 0 ? { class: 'number' } : {}) }, text),
  );
  const rows = days.map(({ day, parts, amount }) => {
    const shares = series
      .map((name, index) => ({ name: shortName(name), micros: parts[index] ?? 0 }))
      .filter(({ micros }) => micros > 0)
      .map(({ name, micros }) => `${name} $${(micros / 1_000_000).toFixed(micros < 100_000 ? 4 : 2)}`);
    return element(
      'tr',
      {},
      element('th', { scope: 'row', class: 'name' }, longDay().format(dateOf(day))),
      element('td', { class: 'number' }, amountText(amount, 'span', shares.join('\n'))),
    );
  });
  return element(
    'table',
    {},
    element('caption', { class: 'spoken' }, localize('Cost per day')),
    element('thead', {}, element('tr', {}, ...head)),
    element('tbody', {}, ...rows),
  );
}
