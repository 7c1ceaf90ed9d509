import type { Amount } from '../../contract/amount.ts';
import { element } from '../element.ts';
import { type IconName, icon } from './icons.ts';

export interface ButtonOptions {
  readonly label: string;
  readonly icon?: IconName;
  /** Show the icon alone; the label becomes its name and tooltip. */
  readonly iconOnly?: boolean;
  readonly primary?: boolean;
  readonly onClick: () => void;
}

export function button(options: ButtonOptions): HTMLButtonElement {
  const { label, iconOnly = false, primary = false } = options;
  const className = `button${primary ? ' primary' : ''}${iconOnly ? ' bare' : ''}`;
  const made = element('button', { type: 'button', class: className }) as HTMLButtonElement;
  if (options.icon) made.append(icon(options.icon));
  if (iconOnly) {
    made.title = label;
    made.setAttribute('aria-label', label);
  } else made.append(label);
  made.addEventListener('click', options.onClick);
  return made;
}

/** An amount with its mark; how sure it is stands in its tooltip and is spoken. */
export function amount({ text, spoken }: Amount, name = 'span'): HTMLElement {
  const [mark = '', ...rest] = text.split(' ');
  return element(
    name,
    { class: 'amount', title: spoken },
    element('span', { class: 'mark', 'aria-hidden': 'true' }, mark),
    element('span', { 'aria-hidden': 'true' }, rest.join(' ')),
    element('span', { class: 'spoken' }, spoken),
  );
}

export interface Tab<Key extends string> {
  readonly key: Key;
  readonly label: string;
}

export interface Tabs<Key extends string> {
  readonly list: HTMLElement;
  show(tabs: readonly Tab<Key>[], selected: Key): void;
}

/** A tab list; arrows move along it. The panel that it names must have the id `PREFIX-panel`. */
export function tabList<Key extends string>(prefix: string, label: string, onSelect: (key: Key) => void): Tabs<Key> {
  const list = element('div', { role: 'tablist', class: 'tabs', 'aria-label': label });
  let keys: readonly Key[] = [];
  let before = '';
  list.addEventListener('keydown', (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const at = keys.indexOf((event.target as HTMLElement).dataset.key as Key);
    const next = step === undefined || at < 0 ? undefined : keys[(at + step + keys.length) % keys.length];
    if (next === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    onSelect(next);
    list.querySelector<HTMLElement>(`[data-key="${next}"]`)?.focus();
  });
  return {
    list,
    show(tabs, selected) {
      const now = JSON.stringify([tabs, selected]);
      if (now === before) return;
      before = now;
      keys = tabs.map(({ key }) => key);
      const hadFocus = list.contains(document.activeElement);
      list.replaceChildren(
        ...tabs.map(({ key, label: text }) => {
          const chosen = key === selected;
          const tab = element(
            'button',
            {
              type: 'button',
              role: 'tab',
              id: `${prefix}-${key}`,
              'data-key': key,
              'aria-selected': String(chosen),
              'aria-controls': `${prefix}-panel`,
              tabindex: chosen ? '0' : '-1',
            },
            text,
          );
          tab.addEventListener('click', () => onSelect(key));
          return tab;
        }),
      );
      if (hadFocus) list.querySelector<HTMLElement>('[aria-selected="true"]')?.focus();
    },
  };
}

export interface Option {
  readonly value: string;
  readonly label: string;
}

/** A choice that looks like a chip; with `onClear` it has a cross while something is chosen. */
export function choice(name: string, options: readonly Option[], value: string, onChange: (value: string) => void) {
  const select = element('select', { 'aria-label': name }) as HTMLSelectElement;
  for (const { value: key, label } of options) select.append(new Option(label, key, false, key === value));
  select.value = value;
  select.addEventListener('change', () => onChange(select.value));
  return select;
}

/** A choice on its own, as a chip. */
export function choiceChip(...made: Parameters<typeof choice>): HTMLElement {
  return element('span', { class: 'chip' }, choice(...made), icon('down'));
}

/** Facts as a list of names and values. */
export function facts(pairs: readonly (readonly [string, Node | string])[], className = 'facts'): HTMLElement {
  return element(
    'dl',
    { class: className },
    ...pairs.map(([name, value]) => element('div', {}, element('dt', {}, name), element('dd', {}, value))),
  );
}
