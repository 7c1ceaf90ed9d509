import type { ReadinessBar, StockView } from '../../contract/training-view.ts';
import { localize } from '../../contract/words.ts';
import { element } from '../element.ts';
import { icon } from '../trajectories/icons.ts';
import { columnChart } from './columns.ts';
import { act } from './parts.ts';

/** The four bars, and what to do about the first that is not full. */
export function readinessNodes({ advice, bars, ready }: StockView): readonly Node[] {
  return [
    element('h2', { class: 'spoken' }, localize('Readiness')),
    element('p', { class: 'small dim' }, advice ?? (ready ? localize('Nothing is missing.') : '')),
    element('div', { class: 'bars' }, ...bars.map(barNode)),
  ];
}

function barNode({ label, have, need, percent, missing, spoken }: ReadinessBar): HTMLElement {
  const fill = element('span', { class: missing === null ? 'fill' : 'fill missing' });
  fill.style.width = `${percent}%`;
  const meter = {
    class: 'bar',
    role: 'meter',
    'aria-label': label,
    'aria-valuemin': '0',
    'aria-valuemax': '100',
    'aria-valuenow': String(Math.floor(percent)),
    'aria-valuetext': spoken,
  };
  const tone = missing === null ? 'good' : 'warning';
  return element(
    'div',
    { class: 'readiness-bar' },
    element(
      'div',
      { class: 'row between small' },
      element('span', {}, label),
      element(
        'span',
        {},
        element('strong', {}, have),
        ' ',
        element('span', { class: 'dim' }, localize('of {0}', need)),
      ),
    ),
    element('div', meter, fill),
    element(
      'p',
      { class: `row small tone-${tone}` },
      icon(tone),
      element('span', { class: 'word' }, missing ?? localize('Enough')),
    ),
  );
}

export interface StockLook {
  readonly asTables: boolean;
  readonly unfolded: ReadonlySet<string>;
  /** Pixels that a chart has. */
  readonly width: number;
}

/** The charts, and what a dataset would have. */
export function stockNodes(stock: StockView, { asTables, unfolded, width }: StockLook): readonly Node[] {
  return [
    element('h2', { class: 'spoken' }, localize('What was kept')),
    element(
      'div',
      { class: 'cards' },
      ...stock.charts.map((chart) => columnChart(chart, width, asTables)),
      exportCard(stock.export, unfolded),
    ),
  ];
}

function exportCard({ kept, lines, rows, pairs }: StockView['export'], unfolded: ReadonlySet<string>): HTMLElement {
  const line = (label: string, count: string, more: Node | string, className = '') =>
    element(
      'tr',
      className === '' ? {} : { class: className },
      element('th', { scope: 'row' }, label),
      element('td', { class: 'number' }, count),
      element('td', { class: 'number dim' }, more),
    );
  const reasons = lines.flatMap(({ label, count, why }) => {
    if (why.length === 0) return [line(label, count, '')];
    const isOpen = unfolded.has(label);
    const attributes = { 'aria-expanded': String(isOpen), 'aria-label': localize('Why: {0}', label) };
    const button = act(localize('why'), 'fold', { of: label, kind: 'link', attributes });
    const list = element('ul', { class: 'small dim' }, ...why.map((text) => element('li', {}, text)));
    return [
      line(label, count, button),
      ...(isOpen ? [element('tr', { class: 'unfolded' }, element('td', { colspan: '3' }, list))] : []),
    ];
  });
  return element(
    'div',
    { class: 'card' },
    element('h2', {}, localize('What would be exported')),
    element(
      'table',
      {},
      element('caption', { class: 'spoken' }, localize('What would be exported, and what was left out')),
      element('tbody', {}, line(localize('Kept'), kept, ''), ...reasons, line(localize('Rows'), rows, pairs, 'sum')),
    ),
  );
}
