import type { AttemptView, PhaseView, Step } from '../../contract/trajectories-phase.ts';
import { localize } from '../../contract/words.ts';
import { element } from '../element.ts';
import { axis, backdrop, barOf, bracketOf, fillsOf, spokenStep, stepName } from './bars.ts';
import { icon, outcomeIcon } from './icons.ts';
import { timeScaleOf } from './time-scale.ts';

export interface TimelineActions {
  onStep(stepId: string): void;
  /** Moves to the detail of the chosen step. */
  onEnter(): void;
  onFold(attempt: number, folded: boolean): void;
}

/** A row that can be chosen: an attempt's head, or a step. */
type RowKey = string;

const attemptKey = (number: number): RowKey => `attempt-${number}`;

/** The waterfall of a phase: attempts that fold, a bar for each step. */
export class Timeline {
  readonly node: HTMLElement;
  readonly #actions: TimelineActions;
  #phase: PhaseView | null = null;
  #folded: ReadonlySet<number> = new Set();
  #selected: RowKey | null = null;
  /** The step that was chosen last. */
  #stepId: string | null = null;
  #keys: readonly RowKey[] = [];
  #before = '';

  constructor(actions: TimelineActions) {
    this.#actions = actions;
    this.node = element('div', {
      class: 'timeline',
      role: 'treegrid',
      tabindex: '0',
      'aria-label': localize('Timeline'),
    });
    this.node.addEventListener('keydown', (event) => this.#onKey(event));
    this.node.addEventListener('click', (event) => {
      const row = (event.target as HTMLElement).closest<HTMLElement>('[data-row]');
      if (row?.dataset.row) this.#choose(row.dataset.row, true);
    });
  }

  show(phase: PhaseView, folded: ReadonlySet<number>, stepId: string | null, nowMs: number): void {
    this.#phase = phase;
    this.#folded = folded;
    // Only another choice made elsewhere moves it: an attempt's head may be where one is.
    if (stepId !== this.#stepId) this.#selected = stepId;
    this.#stepId = stepId;
    const second = phase.facts.live ? Math.floor(nowMs / 1000) : 0;
    const now = JSON.stringify([phase, [...folded], this.#selected, second]);
    if (now === this.#before) return;
    this.#before = now;
    this.#draw(phase, nowMs);
  }

  #draw(phase: PhaseView, nowMs: number): void {
    const { attempts, steps, facts } = phase;
    const scale = timeScaleOf(
      steps.map((step) => ({ ...step, idle: step.kind === 'person' })),
      facts.live ? nowMs : (facts.endMs ?? nowMs),
    );
    const models = fillsOf(attempts, steps);
    const rows: HTMLElement[] = [];
    const keys: RowKey[] = [];
    const put = (key: RowKey, row: HTMLElement) => {
      row.dataset.row = key;
      row.id = `step-${keys.length}`;
      row.setAttribute('aria-selected', String(key === this.#selected));
      keys.push(key);
      rows.push(row);
    };
    const putStep = (step: Step, level: number) =>
      put(step.id, stepRow(step, level, barOf(step, scale, models, nowMs)));
    // What belongs to the phase as a whole stands before or after its attempts, as it happened.
    const whole = steps.filter(({ attempt }) => attempt === 0);
    const firstMs = attempts[0]?.startMs ?? Number.POSITIVE_INFINITY;
    for (const step of whole.filter(({ startMs }) => startMs < firstMs)) putStep(step, 1);
    for (const attempt of attempts) {
      const folded = this.#folded.has(attempt.number);
      put(attemptKey(attempt.number), attemptRow(attempt, folded, [bracketOf(attempt, scale, nowMs)]));
      if (folded) continue;
      for (const step of steps.filter((other) => other.attempt === attempt.number)) putStep(step, 2);
    }
    for (const step of whole.filter(({ startMs }) => startMs >= firstMs)) putStep(step, 1);
    this.#keys = keys;
    const head = element(
      'div',
      { class: 'timeline-head', role: 'row' },
      element(
        'div',
        { role: 'columnheader', class: 'step-name' },
        element('span', { class: 'spoken' }, localize('Step')),
      ),
      element(
        'div',
        { role: 'columnheader', class: 'step-bar' },
        element('span', { class: 'spoken' }, localize('Time')),
        axis(scale),
      ),
    );
    const body = element('div', { class: 'timeline-body', role: 'rowgroup' }, ...rows);
    body.append(backdrop(scale, facts.live ? nowMs : null));
    this.node.replaceChildren(element('div', { role: 'rowgroup' }, head), body);
    this.#markActive();
  }

  #markActive(): void {
    const index = this.#selected === null ? -1 : this.#keys.indexOf(this.#selected);
    if (index < 0) this.node.removeAttribute('aria-activedescendant');
    else this.node.setAttribute('aria-activedescendant', `step-${index}`);
    for (const row of this.node.querySelectorAll<HTMLElement>('[data-row]')) {
      row.setAttribute('aria-selected', String(row.dataset.row === this.#selected));
    }
  }

  #attemptOf(key: RowKey): AttemptView | null {
    return this.#phase?.attempts.find(({ number }) => attemptKey(number) === key) ?? null;
  }

  #choose(key: RowKey, toggles: boolean): void {
    this.#selected = key;
    const attempt = this.#attemptOf(key);
    this.#markActive();
    this.node.querySelector(`#step-${this.#keys.indexOf(key)}`)?.scrollIntoView({ block: 'nearest' });
    if (!attempt) {
      this.#stepId = key;
      this.#actions.onStep(key);
    } else if (toggles) this.#actions.onFold(attempt.number, !this.#folded.has(attempt.number));
  }

  #onKey(event: KeyboardEvent): void {
    const at = this.#selected === null ? -1 : this.#keys.indexOf(this.#selected);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const ends: Readonly<Record<string, number>> = { Home: 0, End: this.#keys.length - 1 };
    const next = step === undefined ? ends[event.key] : Math.max(0, Math.min(this.#keys.length - 1, at + step));
    const key = next === undefined ? undefined : this.#keys[next];
    if (key !== undefined) {
      event.preventDefault();
      this.#choose(key, false);
      return;
    }
    if (event.key === 'ArrowLeft' || event.key === 'ArrowRight') this.#fold(event);
    if (event.key === 'Enter' && this.#selected !== null) {
      event.preventDefault();
      if (this.#attemptOf(this.#selected)) this.#choose(this.#selected, true);
      else this.#actions.onEnter();
    }
  }

  /** Left folds, or goes from a step to its attempt; Right unfolds, or goes to the first step. */
  #fold(event: KeyboardEvent): void {
    event.preventDefault();
    if (this.#selected === null) return;
    const attempt = this.#attemptOf(this.#selected);
    const folds = event.key === 'ArrowLeft';
    if (!attempt) {
      const step = this.#phase?.steps.find(({ id }) => id === this.#selected);
      if (folds && step && step.attempt > 0) this.#choose(attemptKey(step.attempt), false);
      return;
    }
    if (this.#folded.has(attempt.number) !== folds) this.#actions.onFold(attempt.number, folds);
    else if (!folds) {
      const first = this.#keys[this.#keys.indexOf(this.#selected) + 1];
      if (first !== undefined) this.#choose(first, false);
    }
  }
}

function rowOf(
  className: string,
  level: number,
  name: readonly (Node | string)[],
  bars: readonly Node[],
  spoken: string,
) {
  return element(
    'div',
    { class: className, role: 'row', 'aria-level': String(level), 'aria-label': spoken },
    element('div', { class: 'step-name', role: 'gridcell' }, ...name),
    element('div', { class: 'step-bar', role: 'gridcell' }, ...bars),
  );
}

function stepRow(step: Step, level: number, bars: readonly Node[]): HTMLElement {
  const mark = step.kind === 'wait' || step.kind === 'person' ? icon('clock') : outcomeIcon(step.outcome);
  const name = [
    element('span', { class: 'step-mark' }, step.kind === 'call' && step.outcome === 'neutral' ? null : mark),
    element('span', { class: 'step-text', title: stepName(step) }, stepName(step)),
  ];
  return rowOf('step', level, name, bars, spokenStep(step));
}

function attemptRow(attempt: AttemptView, folded: boolean, bars: readonly Node[]): HTMLElement {
  const { number, words, amount } = attempt;
  const name = [
    icon(folded ? 'right' : 'down'),
    element('strong', {}, localize('Attempt {0}', number)),
    element('span', { class: 'step-text dim', title: `${words} ${attempt.reason}` }, words.replace(/\.$/, '')),
    element('span', { class: 'dim attempt-cost' }, `· ${amount.text}`),
  ];
  const row = rowOf('attempt', 1, name, bars, localize('Attempt {0}, {1}, {2}', number, words, amount.spoken));
  row.setAttribute('aria-expanded', String(!folded));
  return row;
}
