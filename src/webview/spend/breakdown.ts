import { type BreakdownKey, breakdownKeys, type RunSpend, type SpendRow } from '../../contract/spend-view.ts';
import { localize } from '../../contract/words.ts';
import { element } from '../element.ts';
import { compact } from '../format.ts';
import { swatch } from './days.ts';
import { amountText, heading } from './parts.ts';

const names: () => Record<BreakdownKey, string> = () => ({
  model: localize('Model'),
  phase: localize('Phase'),
  role: localize('Role'),
});

/** The run's cost by model, phase or role: tabs over one table. */
export function breakdownNodes(run: RunSpend, chosen: BreakdownKey): readonly Node[] {
  return [
    element(
      'div',
      { class: 'row' },
      heading(run.live ? localize('This run by') : localize('Last run by'), 'by'),
      tabs(chosen),
    ),
    element(
      'div',
      { id: 'breakdown', role: 'tabpanel', 'aria-labelledby': `tab-${chosen}` },
      table(run, chosen),
      run.cached ? cachedRow(run.cached) : null,
    ),
  ];
}

function tabs(chosen: BreakdownKey): HTMLElement {
  const tab = (key: BreakdownKey) =>
    element(
      'button',
      {
        type: 'button',
        role: 'tab',
        id: `tab-${key}`,
        'data-action': 'choose-tab',
        'data-tab': key,
        'aria-controls': 'breakdown',
        'aria-selected': String(key === chosen),
        tabindex: key === chosen ? '0' : '-1',
      },
      names()[key],
    );
  return element(
    'div',
    { role: 'tablist', class: 'tabs', 'aria-label': localize('This run by') },
    ...breakdownKeys.map(tab),
  );
}

function table({ by, spend }: RunSpend, chosen: BreakdownKey): HTMLElement {
  const number = { scope: 'col', class: 'number' };
  const head = element(
    'tr',
    {},
    element('th', { scope: 'col' }, names()[chosen]),
    element('th', { scope: 'col', class: 'number tokens' }, localize('Tokens')),
    element('th', number, localize('Cost')),
  );
  const total = { name: localize('Total'), title: localize('All calls of this run'), series: null, usage: spend.usage };
  return element(
    'table',
    {},
    element('caption', { class: 'spoken' }, localize('Cost of this run by {0}', names()[chosen].toLowerCase())),
    element('thead', {}, head),
    element('tbody', {}, ...by[chosen].map(row)),
    element('tfoot', {}, row(total)),
  );
}

function row({ name, title, series, usage }: SpendRow): HTMLElement {
  const tokens = usage.tokens.input + usage.tokens.output;
  const [, price = ''] = title.split('\n');
  return element(
    'tr',
    {},
    element(
      'th',
      { scope: 'row', class: 'name', title },
      series === null ? null : swatch(series),
      element('span', { class: 'text' }, name),
    ),
    element('td', { class: 'number tokens dim' }, compact(tokens)),
    element('td', { class: 'number' }, amountText(usage.amount, 'span', price)),
  );
}

function cachedRow({ text, saved }: NonNullable<RunSpend['cached']>): HTMLElement {
  const title = localize('The part of the input that the provider read from its cache, at a lower price');
  return element(
    'div',
    { class: 'row', title },
    element('span', { class: 'dim' }, localize('Cached input')),
    element('span', { class: 'value' }, ...(saved ? [localize('{0} · saved ', text), amountText(saved)] : [text])),
  );
}
