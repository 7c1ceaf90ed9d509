import type { RunRow, RunsPage } from '../../contract/trajectories-list.ts';
import { localize, wholeNumber } from '../../contract/words.ts';
import { element } from '../element.ts';
import { plural, when } from '../format.ts';
import { amount } from './controls.ts';
import { type IconName, icon } from './icons.ts';
import { type Missing, RunRows } from './run-rows.ts';

const rowHeight = 56;
/** Rows that are drawn above and below those in sight. */
const spare = 6;

export interface RunListActions {
  onSelect(runId: string): void;
  onMissing(missing: Missing): void;
  onClearFilters(): void;
  onRunPhase(): void;
}

type State = RunRow['state'];

const stateLooks: () => Record<State, readonly [name: IconName, tone: string, word: string]> = () => ({
  planning: ['live', 'live', localize('Planning')],
  running: ['live', 'live', localize('Running')],
  paused: ['paused', 'neutral', localize('Paused')],
  'awaiting-review': ['person', 'warning', localize('Waits for you')],
  done: ['good', 'good', localize('Done')],
  failed: ['bad', 'bad', localize('Not all landed')],
  cancelled: ['stopped', 'neutral', localize('Stopped by you')],
  'cut-off': ['stopped', 'neutral', localize('Cut off')],
});

/** What is worth saying of a run in its second line, besides the time. */
function progressOf(row: RunRow): string {
  const attempts = plural(row.attempts, '{0} attempt', '{0} attempts');
  const phases = plural(row.phases, '{0} phase', '{0} phases');
  switch (row.state) {
    case 'awaiting-review':
      return localize('waits for review · {0}', attempts);
    case 'cancelled':
      return localize('stopped by you · {0}', attempts);
    case 'cut-off':
      return localize('cut off · {0}', attempts);
    case 'failed': {
      const reason =
        row.landed > 0
          ? localize('{0} of {1} landed', row.landed, row.phases)
          : (row.reason ?? localize('nothing landed'));
      return `${reason.replace(/\.$/, '')} · ${attempts}`;
    }
    default:
      return `${phases} · ${attempts}`;
  }
}

/** The list of runs: only rows in sight are drawn, only pages that are looked at are asked for. */
export class RunList {
  readonly section: HTMLElement;
  readonly rows = new RunRows();
  readonly #actions: RunListActions;
  readonly #count = element('span', { role: 'status' });
  readonly #scroller: HTMLElement;
  readonly #space = element('div', { class: 'run-space' });
  readonly #empty = element('div', { class: 'empty empty-list' });
  readonly #drawn = new Map<number, { readonly node: HTMLElement; readonly as: string }>();
  #selected: string | null = null;
  #asked: string | null = null;
  /** A row that was gone to by key before it was there. */
  #wanted: number | null = null;
  #frame = 0;
  #loaded = false;

  constructor(actions: RunListActions) {
    this.#actions = actions;
    this.#scroller = element(
      'div',
      { class: 'run-scroller', role: 'listbox', tabindex: '0', 'aria-label': localize('Runs') },
      this.#space,
    );
    const head = element('div', { class: 'run-head' }, this.#count, element('span', {}, localize('Cost')));
    this.section = element(
      'section',
      { class: 'runs', 'aria-label': localize('Runs') },
      head,
      this.#scroller,
      this.#empty,
    );
    this.#scroller.addEventListener('scroll', () => this.#drawSoon(), { passive: true });
    this.#scroller.addEventListener('keydown', (event) => this.#onKey(event));
    this.#scroller.addEventListener('click', (event) => {
      const node = (event.target as HTMLElement).closest<HTMLElement>('[data-run]');
      if (node?.dataset.run) this.#actions.onSelect(node.dataset.run);
    });
    new ResizeObserver(() => this.#drawSoon()).observe(this.#scroller);
  }

  /** A new list, from its head. */
  begin(page: RunsPage): void {
    this.#loaded = true;
    this.rows.clear();
    this.rows.put(page);
    this.#asked = null;
    this.#scroller.scrollTop = 0;
    this.#draw();
  }

  put(page: RunsPage): void {
    this.#asked = null;
    this.rows.put(page);
    this.#draw();
    const row = this.#wanted === null ? null : this.rows.at(this.#wanted);
    if (!row) return;
    this.#wanted = null;
    this.#actions.onSelect(row.id);
  }

  /** The head changed: what one looks at stays where it is. */
  putHead(page: RunsPage): void {
    const grown = this.rows.putHead(page);
    if (this.#scroller.scrollTop > 0) this.#scroller.scrollTop += grown * rowHeight;
    this.#draw();
  }

  replace(row: RunRow): void {
    this.rows.replace(row);
    this.#drawSoon();
  }

  /** Said only where the answer takes its time. */
  tellLoading(): void {
    if (!this.#loaded) this.#count.textContent = localize('Reading runs…');
    else this.#count.textContent = localize('Reading {0} runs…', wholeNumber(this.rows.total));
  }

  /** Marks a run and, where it was not marked before, brings it into sight. */
  select(runId: string | null): void {
    const index = runId === null || runId === this.#selected ? -1 : this.rows.indexOf(runId);
    this.#selected = runId;
    if (index >= 0) this.#scrollTo(index);
    this.#draw();
  }

  focus(): void {
    this.#scroller.focus();
  }

  #onKey(event: KeyboardEvent): void {
    const at = this.#selected === null ? -1 : this.rows.indexOf(this.#selected);
    const inSight = Math.max(1, Math.floor(this.#scroller.clientHeight / rowHeight) - 1);
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      PageDown: at + inSight,
      PageUp: at - inSight,
      Home: 0,
      End: this.rows.matching - 1,
    };
    const wanted = steps[event.key];
    if (wanted === undefined) return;
    event.preventDefault();
    const index = Math.max(0, Math.min(this.rows.matching - 1, wanted));
    this.#scrollTo(index);
    const row = this.rows.at(index);
    this.#wanted = row ? null : index;
    if (row) this.#actions.onSelect(row.id);
  }

  #scrollTo(index: number): void {
    const [top, height] = [index * rowHeight, this.#scroller.clientHeight];
    if (top < this.#scroller.scrollTop) this.#scroller.scrollTop = top;
    else if (top + rowHeight > this.#scroller.scrollTop + height) this.#scroller.scrollTop = top + rowHeight - height;
  }

  #drawSoon(): void {
    if (this.#frame) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#draw();
    });
  }

  #draw(): void {
    const { matching, total } = this.rows;
    this.#tellCount(matching, total);
    const height = `${matching * rowHeight}px`;
    this.#space.style.height = height;
    this.#scroller.style.setProperty('--list-height', height);
    const first = Math.max(0, Math.floor(this.#scroller.scrollTop / rowHeight) - spare);
    const last = Math.min(
      matching - 1,
      Math.ceil((this.#scroller.scrollTop + this.#scroller.clientHeight) / rowHeight) + spare,
    );
    for (const [index, { node }] of this.#drawn) {
      if (index >= first && index <= last) continue;
      node.remove();
      this.#drawn.delete(index);
    }
    for (let index = first; index <= last; index += 1) this.#drawRow(index);
    const selected = this.#selected === null ? -1 : this.rows.indexOf(this.#selected);
    if (this.#drawn.has(selected)) this.#scroller.setAttribute('aria-activedescendant', `run-${selected}`);
    else this.#scroller.removeAttribute('aria-activedescendant');
    this.#ask(this.rows.missing(first, last));
  }

  #ask(missing: Missing | null): void {
    const key = missing && `${missing.start}:${missing.after}`;
    if (!missing || this.#asked === key) return;
    this.#asked = key;
    this.#actions.onMissing(missing);
  }

  #tellCount(matching: number, total: number): void {
    if (!this.#loaded) return;
    const of =
      matching === total
        ? plural(total, '{0} run', '{0} runs')
        : localize('{0} of {1}', wholeNumber(matching), plural(total, '{0} run', '{0} runs'));
    const text = localize('{0} · newest first', of);
    if (this.#count.textContent !== text) this.#count.textContent = text;
    this.#scroller.hidden = matching === 0;
    this.#empty.hidden = matching > 0;
    if (matching > 0) return;
    const [sentence, label, action] =
      total === 0
        ? [localize('No calls kept yet.'), localize('Run phase'), this.#actions.onRunPhase]
        : [localize('No run matches these filters.'), localize('Clear filters'), this.#actions.onClearFilters];
    if (this.#empty.dataset.shown === sentence) return;
    this.#empty.dataset.shown = sentence;
    const made = element('button', { type: 'button', class: 'button primary' }, label);
    made.addEventListener('click', action);
    this.#empty.replaceChildren(element('p', {}, sentence), made);
  }

  #drawRow(index: number): void {
    const row = this.rows.at(index);
    const selected = row !== null && row.id === this.#selected;
    const as = row === null ? '' : JSON.stringify([row, selected, this.rows.matching]);
    const drawn = this.#drawn.get(index);
    if (drawn?.as === as) return;
    const node = row === null ? placeholder() : rowNode(row, Date.now());
    node.id = `run-${index}`;
    node.style.transform = `translateY(${index * rowHeight}px)`;
    node.setAttribute('aria-selected', String(selected));
    node.setAttribute('aria-posinset', String(index + 1));
    node.setAttribute('aria-setsize', String(this.rows.matching));
    if (drawn) drawn.node.replaceWith(node);
    else this.#space.append(node);
    this.#drawn.set(index, { node, as });
  }
}

function placeholder(): HTMLElement {
  return element('div', { class: 'run placeholder', role: 'option', 'aria-label': localize('Reading…') });
}

function rowNode(row: RunRow, nowMs: number): HTMLElement {
  const [name, tone, word] = stateLooks()[row.state];
  const time = when(row.startedAt, nowMs);
  const recorded = row.recorded ? localize(' · recorded') : '';
  return element(
    'div',
    { class: 'run', role: 'option', 'data-run': row.id },
    icon(name, word, `tone-${tone}`),
    element('p', { class: 'run-title', title: row.title }, row.title),
    amount(row.amount),
    element('p', { class: 'run-line', title: `${row.startedAt} (UTC)` }, `${time} · ${progressOf(row)}${recorded}`),
  );
}
