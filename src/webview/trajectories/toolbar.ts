import { type Facets, noFilters, type RunFilters } from '../../contract/trajectories-list.ts';
import { localize } from '../../contract/words.ts';
import { element } from '../element.ts';
import { button, choice, type Option } from './controls.ts';
import { icon } from './icons.ts';

export interface ToolbarActions {
  onFilters(filters: RunFilters): void;
  onView(view: 'runs' | 'charts'): void;
  onCompare(): void;
  onTable(): void;
  onExport(): void;
}

export interface Toolbar {
  readonly bar: HTMLElement;
  show(filters: RunFilters, facets: Facets, view: 'runs' | 'charts'): void;
  focusSearch(): void;
}

const any = (): Option => ({ value: '', label: localize('any') });
const stateOptions: () => readonly Option[] = () => [
  { value: 'running', label: localize('running') },
  { value: 'awaiting-review', label: localize('waits for you') },
  { value: 'paused', label: localize('paused') },
  { value: 'done', label: localize('done') },
  { value: 'failed', label: localize('not all landed') },
  { value: 'cancelled', label: localize('stopped') },
];
const dayOptions: () => readonly Option[] = () => [
  { value: '1', label: localize('last 24 hours') },
  { value: '7', label: localize('last 7 days') },
  { value: '30', label: localize('last 30 days') },
  { value: '90', label: localize('last 90 days') },
];
const costOptions: readonly Option[] = [
  { value: '10000', label: '≥ $0.01' },
  { value: '100000', label: '≥ $0.10' },
  { value: '200000', label: '≥ $0.20' },
  { value: '1000000', label: '≥ $1.00' },
  { value: '5000000', label: '≥ $5.00' },
];

/** Typing is answered once it pauses. */
const typingPauseMs = 180;

const named = (values: readonly string[]): readonly Option[] => values.map((value) => ({ value, label: value }));

export function createToolbar(actions: ToolbarActions): Toolbar {
  const search = element('input', {
    type: 'search',
    placeholder: localize('Search goals and phases'),
    'aria-label': localize('Search goals and phases'),
    'aria-keyshortcuts': '/',
    spellcheck: 'false',
  }) as HTMLInputElement;
  const chips = element('div', { class: 'chips', role: 'group', 'aria-label': localize('Filters') });
  const views = element('div', { class: 'views', role: 'group', 'aria-label': localize('View') });
  const tools = element(
    'div',
    { class: 'tools' },
    button({ label: localize('Compare attempts'), icon: 'columns', iconOnly: true, onClick: actions.onCompare }),
    button({ label: localize('Show as table (T)'), icon: 'table', iconOnly: true, onClick: actions.onTable }),
    button({ label: localize('Export'), icon: 'export', iconOnly: true, onClick: actions.onExport }),
  );
  const field = element('label', { class: 'search' }, icon('search'), search);
  const bar = element(
    'div',
    { class: 'toolbar', role: 'search', 'aria-label': localize('Runs') },
    field,
    chips,
    element('div', { class: 'toolbar-end' }, views, tools),
  );
  let shown: RunFilters = noFilters;
  let timer = 0;
  search.addEventListener('input', () => {
    clearTimeout(timer);
    timer = window.setTimeout(() => actions.onFilters({ ...shown, text: search.value.slice(0, 200) }), typingPauseMs);
  });
  let before = '';
  return {
    bar,
    focusSearch: () => search.focus(),
    show(filters, facets, view) {
      shown = filters;
      if (document.activeElement !== search && search.value !== filters.text) search.value = filters.text;
      const now = JSON.stringify([{ ...filters, text: '' }, facets, view, filters.text === '']);
      if (now === before) return;
      before = now;
      const focused = (document.activeElement as HTMLElement | null)?.closest<HTMLElement>('[data-filter]')?.dataset
        .filter;
      chips.replaceChildren(...filterChips(filters, facets, actions));
      views.replaceChildren(
        viewButton('runs', localize('Runs'), view, actions),
        viewButton('charts', localize('Charts'), view, actions),
      );
      if (focused) chips.querySelector<HTMLElement>(`[data-filter="${focused}"] select`)?.focus();
    },
  };
}

function viewButton(key: 'runs' | 'charts', label: string, view: string, { onView }: ToolbarActions): HTMLElement {
  const made = button({ label, ...(key === 'charts' ? { icon: 'chart' as const } : {}), onClick: () => onView(key) });
  made.setAttribute('aria-pressed', String(key === view));
  return made;
}

function filterChips(filters: RunFilters, facets: Facets, { onFilters }: ToolbarActions): readonly HTMLElement[] {
  const chip = (
    key: keyof RunFilters,
    name: string,
    options: readonly Option[],
    read: (value: string) => string | number,
  ): HTMLElement => {
    const value = filters[key] === null ? '' : String(filters[key]);
    const known = value === '' || options.some((option) => option.value === value);
    const all = [any(), ...options, ...(known ? [] : [{ value, label: value }])];
    const change = (next: string) => onFilters({ ...filters, [key]: next === '' ? null : read(next) });
    const made = element(
      'span',
      { class: value === '' ? 'chip' : 'chip set', 'data-filter': key },
      element('span', { class: 'chip-name', 'aria-hidden': 'true' }, name),
      choice(name, all, value, change),
    );
    if (value === '') made.append(icon('down'));
    else
      made.append(
        button({ label: localize('Clear {0}', name), icon: 'close', iconOnly: true, onClick: () => change('') }),
      );
    return made;
  };
  const made = [
    chip('state', localize('State'), stateOptions(), String),
    chip('model', localize('Model'), named(facets.models), String),
    chip('category', localize('Category'), named(facets.categories), String),
    chip('days', localize('Time'), dayOptions(), Number),
    chip('leastMicros', localize('Cost'), costOptions, Number),
  ];
  const isFiltered = JSON.stringify(filters) !== JSON.stringify(noFilters);
  if (isFiltered) made.push(button({ label: localize('Clear filters'), onClick: () => onFilters(noFilters) }));
  return made;
}
