import type { Amount } from '../../contract/amount.ts';
import { drawing, element } from '../element.ts';

/** Money with its mark; how sure it is, in a word, for the tooltip and for screen readers. */
export function amountText({ text, spoken }: Amount, name = 'span', more = ''): HTMLElement {
  const title = more === '' ? spoken : `${spoken}\n${more}`;
  return element(
    name,
    { class: 'amount', title },
    element('span', { 'aria-hidden': 'true' }, text),
    element('span', { class: 'spoken' }, spoken),
  );
}

export function heading(text: string, id: string): HTMLElement {
  return element('h2', { id }, text);
}

/** One name with its value, in a `dl`. */
export function fact(label: string, title: string, ...values: (Node | string)[]): HTMLElement {
  const name = element('dt', { class: 'dim', title }, label);
  return element('div', { class: 'row' }, name, element('dd', { class: 'value' }, ...values));
}

export function button(text: string, action: string, attributes: Readonly<Record<string, string>> = {}): HTMLElement {
  return element('button', { type: 'button', class: 'link', 'data-action': action, ...attributes }, text);
}

const shapes = {
  warning: 'M8 2.2 14.2 13.3H1.8Z M8 6.3v3.4 M8 11.3v.5',
  error: 'M8 1.8a6.2 6.2 0 1 1 0 12.4A6.2 6.2 0 0 1 8 1.8Z M5.6 5.6l4.8 4.8 M10.4 5.6l-4.8 4.8',
} as const;

export function icon(shape: keyof typeof shapes): SVGElement {
  return drawing(
    'svg',
    { class: 'icon', viewBox: '0 0 16 16', 'aria-hidden': 'true' },
    drawing('path', { d: shapes[shape] }),
  );
}
