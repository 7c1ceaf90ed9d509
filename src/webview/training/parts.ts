import { readerLanguage } from '../../contract/words.ts';
import { drawing, element } from '../element.ts';
import { type IconName, icon } from '../trajectories/icons.ts';

interface ActOptions {
  /** Which of several, for the handler. */
  readonly of?: string;
  readonly icon?: IconName;
  readonly kind?: 'primary' | 'link';
  readonly attributes?: Readonly<Record<string, string>>;
}

/** A button that the page answers by its action: nodes may be replaced, so none has a listener of its own. */
export function act(label: string, action: string, options: ActOptions = {}): HTMLElement {
  const { of = '', kind, attributes = {} } = options;
  const className = kind === 'link' ? 'link' : `button${kind === 'primary' ? ' primary' : ''}`;
  return element(
    'button',
    { type: 'button', class: className, 'data-action': action, 'data-of': of, ...attributes },
    options.icon ? icon(options.icon) : null,
    label,
  );
}

export interface PlainTable {
  readonly caption: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (Node | string)[])[];
}

/** A table whose first column names its rows; the others are figures. */
export function table({ caption, columns, rows }: PlainTable): HTMLElement {
  const number = (index: number) => (index > 0 ? { class: 'number' } : {});
  return element(
    'div',
    { class: 'table-scroller', tabindex: '0', role: 'region', 'aria-label': caption },
    element(
      'table',
      {},
      element('caption', { class: 'spoken' }, caption),
      element(
        'thead',
        {},
        element('tr', {}, ...columns.map((text, index) => element('th', { scope: 'col', ...number(index) }, text))),
      ),
      element(
        'tbody',
        {},
        ...rows.map((row) =>
          element(
            'tr',
            {},
            ...row.map((cell, index) =>
              index === 0 ? element('th', { scope: 'row' }, cell) : element('td', { class: 'number' }, cell),
            ),
          ),
        ),
      ),
    ),
  );
}

/** The fill of what counts less, told apart by its lines as well as by its colour. */
export function patterns(): SVGElement {
  const pattern = drawing(
    'pattern',
    { id: 'lined', width: '4', height: '4', patternUnits: 'userSpaceOnUse', patternTransform: 'rotate(45)' },
    drawing('rect', { width: '4', height: '4', class: 'ground' }),
    drawing('rect', { width: '1.4', height: '4', class: 'line' }),
  );
  return drawing('svg', { class: 'patterns', 'aria-hidden': 'true' }, drawing('defs', {}, pattern));
}

/** Such as `15:00`, local. */
export function hourText(iso: string): string {
  return new Intl.DateTimeFormat(readerLanguage(), { hour: '2-digit', minute: '2-digit', hour12: false }).format(
    new Date(iso),
  );
}

/** Such as `18 Nov`, local, with the year where it is another; its moment in UTC as its tooltip. */
export function dateOf(iso: string): HTMLElement {
  const at = new Date(iso);
  const year = at.getFullYear() === new Date().getFullYear() ? {} : { year: 'numeric' as const };
  const text = new Intl.DateTimeFormat(readerLanguage(), { day: 'numeric', month: 'short', ...year }).format(at);
  return element('time', { datetime: iso, title: `${iso.slice(0, 16).replace('T', ' ')} UTC` }, text);
}
