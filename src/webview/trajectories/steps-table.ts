import type { PhaseView, Step } from '../../contract/trajectories-phase.ts';
import { localize, wholeNumber } from '../../contract/words.ts';
import { element } from '../element.ts';
import { clock, duration } from '../format.ts';
import { stepName } from './bars.ts';
import { amount } from './controls.ts';
import { outcomeIcon } from './icons.ts';

const columns: () => readonly (readonly [name: string, isNumber: boolean])[] = () => [
  [localize('Attempt'), true],
  [localize('Step'), false],
  [localize('Began'), true],
  [localize('Took'), true],
  [localize('In'), true],
  [localize('Cached'), true],
  [localize('Out'), true],
  [localize('Cost'), true],
  [localize('Result'), false],
];

/** All steps as a table: what the waterfall shows, for who would rather read. */
export function stepsTable(phase: PhaseView, selected: string | null, onStep: (stepId: string) => void): HTMLElement {
  const begun = phase.facts.startMs ?? phase.steps[0]?.startMs ?? 0;
  const head = columns().map(([name, isNumber]) =>
    element('th', { scope: 'col', ...(isNumber ? { class: 'number' } : {}) }, name),
  );
  const table = element(
    'table',
    { class: 'steps' },
    element('caption', { class: 'spoken' }, localize('Steps of {0}', phase.title)),
    element('thead', {}, element('tr', {}, ...head)),
    element('tbody', {}, ...phase.steps.map((step) => tableRow(step, begun, selected, onStep))),
  );
  return element(
    'div',
    { class: 'table-scroller', tabindex: '0', role: 'region', 'aria-label': localize('Steps') },
    table,
  );
}

function tookOf({ startMs, endMs }: Step): string {
  if (endMs === null) return 'running';
  return endMs === startMs ? '' : duration(endMs - startMs);
}

function tableRow(step: Step, begun: number, selected: string | null, onStep: (stepId: string) => void): HTMLElement {
  const number = (value: Node | string | null) => element('td', { class: 'number' }, value);
  const open = element('button', { type: 'button', class: 'link' }, stepName(step));
  open.addEventListener('click', () => onStep(step.id));
  const { tokens } = step;
  return element(
    'tr',
    { ...(step.id === selected ? { class: 'selected', 'aria-current': 'true' } : {}) },
    number(step.attempt === 0 ? '' : String(step.attempt)),
    element('td', {}, open),
    number(clock(step.startMs - begun)),
    number(tookOf(step)),
    number(tokens && wholeNumber(tokens.input)),
    number(tokens && wholeNumber(tokens.cached)),
    number(tokens && wholeNumber(tokens.output)),
    number(step.amount && amount(step.amount)),
    element('td', { class: 'result' }, outcomeIcon(step.outcome), ' ', step.note),
  );
}
