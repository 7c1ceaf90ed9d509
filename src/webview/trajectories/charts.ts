import type { Chart, ChartsView } from '../../contract/trajectories-charts.ts';
import { localize, wholeNumber } from '../../contract/words.ts';
import { element } from '../element.ts';
import { plural } from '../format.ts';
import { type ChartCanvas, drawChart } from './chart-canvas.ts';
import { amount } from './controls.ts';

export interface ChartsActions {
  onTables(asTables: boolean): void;
}

interface Card {
  readonly node: HTMLElement;
  readonly figure: HTMLElement;
  canvas: ChartCanvas | null;
  shown: string;
}

/** The charts of all filtered runs, each with its table behind it. */
export class Charts {
  readonly section = element('section', { class: 'charts', 'aria-label': localize('Charts'), tabindex: '-1' });
  readonly #status = element('p', { class: 'dim', role: 'status' });
  readonly #grid = element('div', { class: 'chart-grid' });
  readonly #cards = new Map<Chart['key'], Card>();
  readonly #toggle: HTMLButtonElement;
  #view: ChartsView | null = null;
  #asTables = false;

  constructor(actions: ChartsActions) {
    this.#toggle = element(
      'button',
      { type: 'button', class: 'button' },
      localize('Show as tables'),
    ) as HTMLButtonElement;
    this.#toggle.addEventListener('click', () => actions.onTables(!this.#asTables));
    const head = element('div', { class: 'row between' }, this.#status, this.#toggle);
    this.section.append(
      element('h2', { class: 'spoken' }, localize('Charts over the filtered runs')),
      head,
      this.#grid,
    );
    // Canvases do not follow the theme by themselves.
    new MutationObserver(() => this.#drawAnew()).observe(document.body, {
      attributeFilter: ['class', 'data-vscode-theme-id'],
    });
    new ResizeObserver(() => this.#fit()).observe(this.#grid);
  }

  begin(): void {
    if (!this.#view) this.#status.textContent = localize('Reading figures…');
  }

  show(view: ChartsView): void {
    this.#view = view;
    const { read, matching, spent } = view;
    const of = plural(matching, '{0} run', '{0} runs');
    const words = read < matching ? localize('Reading figures: {0} of {1} · ', wholeNumber(read), of) : `${of} · `;
    this.#status.replaceChildren(words, amount(spent));
    this.#draw();
  }

  setTables(asTables: boolean): void {
    if (asTables === this.#asTables) return;
    this.#asTables = asTables;
    this.#toggle.textContent = asTables ? localize('Show as charts') : localize('Show as tables');
    this.#drawAnew();
  }

  #drawAnew(): void {
    for (const card of this.#cards.values()) card.shown = '';
    this.#draw();
  }

  #draw(): void {
    for (const chart of this.#view?.charts ?? []) {
      const card = this.#cardOf(chart);
      const shown = JSON.stringify(chart);
      if (card.shown === shown) continue;
      card.shown = shown;
      card.canvas?.destroy();
      card.canvas = null;
      card.figure.replaceChildren();
      if (chart.table.rows.length === 0)
        card.figure.append(element('p', { class: 'dim' }, localize('Nothing to show yet.')));
      else if (this.#asTables) card.figure.append(tableOf(chart));
      else card.canvas = drawChart(card.figure, chart);
    }
  }

  #fit(): void {
    for (const { canvas } of this.#cards.values()) canvas?.fit();
  }

  #cardOf(chart: Chart): Card {
    const known = this.#cards.get(chart.key);
    if (known) return known;
    const figure = element('div', { class: 'figure' });
    const node = element(
      'section',
      { class: 'chart', 'aria-label': chart.title },
      element('h3', {}, chart.title),
      figure,
      element('p', { class: 'dim small' }, chart.note),
    );
    const card: Card = { node, figure, canvas: null, shown: '' };
    this.#cards.set(chart.key, card);
    this.#grid.append(node);
    return card;
  }
}

function tableOf({ title, table: { columns, rows } }: Chart): HTMLElement {
  const cell = (name: 'td' | 'th', text: string, index: number) =>
    element(
      name,
      { ...(index > 0 ? { class: 'number' } : {}), ...(name === 'th' ? { scope: index === 0 ? 'row' : 'col' } : {}) },
      text,
    );
  const head = columns.map((column) => element('th', { scope: 'col' }, column));
  for (const other of head.slice(1)) other.className = 'number';
  const body = rows.map((row) =>
    element('tr', {}, ...row.map((text, index) => cell(index === 0 ? 'th' : 'td', text, index))),
  );
  return element(
    'div',
    { class: 'table-scroller', tabindex: '0', role: 'region', 'aria-label': localize('{0}: table', title) },
    element(
      'table',
      {},
      element('caption', { class: 'spoken' }, title),
      element('thead', {}, element('tr', {}, ...head)),
      element('tbody', {}, ...body),
    ),
  );
}
