import { riskWord } from '../../contract/state-words.ts';
import type { AttemptView, PhaseView, Step } from '../../contract/trajectories-phase.ts';
import { localize } from '../../contract/words.ts';
import { element } from '../element.ts';
import { compact, duration, plural } from '../format.ts';
import { axis, backdrop, barOf, captionOf, fillsOf, stepName } from './bars.ts';
import { button, choiceChip } from './controls.ts';
import { outcomeIcon } from './icons.ts';
import { timeScaleOf } from './time-scale.ts';

export interface CompareActions {
  onChoose(left: number, right: number): void;
  onClose(): void;
  onStep(stepId: string): void;
}

/** The two attempts that a phase is compared by at first: its last two. Null where it has not got two. */
export function lastTwo({ attempts }: PhaseView): readonly [number, number] | null {
  const [left, right] = attempts.slice(-2);
  return left && right ? [left.number, right.number] : null;
}

const fileStat = (files: AttemptView['files']) => {
  if (files === null) return localize('no change that fits');
  const added = files.reduce((sum, file) => sum + file.added, 0);
  const removed = files.reduce((sum, file) => sum + file.removed, 0);
  return `${plural(files.length, '{0} file', '{0} files')}, +${added} −${removed}`;
};

/** What is set side by side, by name. */
function factsOf(phase: PhaseView, attempt: AttemptView, nowMs: number): ReadonlyMap<string, string> {
  const own = phase.steps.filter((step) => step.attempt === attempt.number);
  const findings = phase.findings.filter((finding) => finding.attempt === attempt.number);
  const majors = findings.filter(({ severity }) => severity === 'major').length;
  const checks = own.filter(({ kind }) => kind === 'check');
  const failed = checks.filter(({ outcome }) => outcome === 'bad').map(({ subject }) => subject);
  const verdict = phase.verdicts.find((other) => other.attempt === attempt.number);
  return new Map([
    [localize('Outcome'), attempt.words],
    [localize('Model'), attempt.model],
    [localize('Reason'), attempt.reason],
    [localize('Time'), duration((attempt.endMs ?? nowMs) - attempt.startMs)],
    [localize('Calls'), String(attempt.calls)],
    [localize('Tokens in → out'), `${compact(attempt.tokens.input)} → ${compact(attempt.tokens.output)}`],
    [localize('Cost'), attempt.amount.text],
    [localize('Change'), fileStat(attempt.files)],
    [
      localize('Checks'),
      failed.length > 0
        ? localize('failed: {0}', failed.join(', '))
        : plural(checks.length, '{0} passed', '{0} passed'),
    ],
    [
      localize('Findings'),
      findings.length === 0 ? localize('none') : localize('{0} major, {1} minor', majors, findings.length - majors),
    ],
    [
      localize('Risk'),
      verdict?.risk ? localize('{0} · {1} of 100', riskWord(verdict.risk.level), verdict.risk.score) : '–',
    ],
  ]);
}

/** Two attempts side by side, on the same scale. Facts that differ are bold and marked. */
export function compareView(
  phase: PhaseView,
  numbers: readonly [number, number],
  nowMs: number,
  actions: CompareActions,
): HTMLElement {
  const [left, right] = numbers.map((number) => phase.attempts.find((attempt) => attempt.number === number));
  const close = button({ label: localize('Close comparison'), icon: 'close', onClick: actions.onClose });
  const head = element('div', { class: 'row between' }, element('h2', {}, localize('Attempts side by side')), close);
  const section = element('section', { class: 'compare', 'aria-label': localize('Comparison of two attempts') }, head);
  if (!left || !right) {
    section.append(element('p', { class: 'dim' }, localize('This phase has fewer than two attempts.')));
    return section;
  }
  const options = phase.attempts.map(({ number, words }) => ({
    value: String(number),
    label: localize('Attempt {0}: {1}', number, words.slice(0, 60)),
  }));
  const choose = (name: string, chosen: number, onChange: (value: number) => void) =>
    choiceChip(name, options, String(chosen), (value) => onChange(Number(value)));
  section.append(
    factsTable(phase, [left, right], nowMs, [
      choose(localize('Left attempt'), left.number, (value) => actions.onChoose(value, right.number)),
      choose(localize('Right attempt'), right.number, (value) => actions.onChoose(left.number, value)),
    ]),
    sameScale(phase, [left, right], nowMs, actions),
  );
  return section;
}

function factsTable(
  phase: PhaseView,
  [left, right]: readonly [AttemptView, AttemptView],
  nowMs: number,
  heads: readonly HTMLElement[],
): HTMLElement {
  const [a, b] = [factsOf(phase, left, nowMs), factsOf(phase, right, nowMs)];
  const rows = [...a].map(([name, value]) => {
    const other = b.get(name) ?? '';
    const differs = value !== other;
    const mark = differs
      ? element('span', { title: localize('differs') }, '≠', element('span', { class: 'spoken' }, localize('differs')))
      : '';
    const cell = (text: string) => element('td', {}, differs ? element('strong', {}, text) : text);
    return element(
      'tr',
      {},
      element('th', { scope: 'row' }, name),
      cell(value),
      element('td', { class: 'mark' }, mark),
      cell(other),
    );
  });
  const columns = [
    element('th', { scope: 'col' }, element('span', { class: 'spoken' }, localize('Fact'))),
    element('th', { scope: 'col' }, heads[0] ?? null),
    element('th', { scope: 'col', class: 'mark' }, element('span', { class: 'spoken' }, localize('Differs'))),
    element('th', { scope: 'col' }, heads[1] ?? null),
  ];
  return element(
    'div',
    { class: 'table-scroller' },
    element(
      'table',
      { class: 'facts-table' },
      element('thead', {}, element('tr', {}, ...columns)),
      element('tbody', {}, ...rows),
    ),
  );
}

/** Each attempt from its own beginning, both on the scale of the longer one. */
function sameScale(
  phase: PhaseView,
  attempts: readonly [AttemptView, AttemptView],
  nowMs: number,
  { onStep }: CompareActions,
): HTMLElement {
  const models = fillsOf(phase.attempts, phase.steps);
  const shifted = attempts.map((attempt) =>
    phase.steps
      .filter((step) => step.attempt === attempt.number)
      .map((step): Step => {
        const endMs = step.endMs ?? Math.max(nowMs, step.startMs);
        return { ...step, startMs: step.startMs - attempt.startMs, endMs: endMs - attempt.startMs };
      }),
  );
  const scale = timeScaleOf(
    shifted.flat().map((step) => ({ ...step, idle: step.kind === 'person' })),
    0,
  );
  const columns = attempts.map(({ number }, index) => {
    const rows = (shifted[index] ?? []).map((step) => {
      const row = element(
        'button',
        { type: 'button', class: 'compare-step', title: `${stepName(step)}: ${captionOf(step)}` },
        element('span', { class: 'compare-name' }, outcomeIcon(step.outcome), stepName(step)),
        element('span', { class: 'compare-bar' }, ...barOf(step, scale, models, 0)),
      );
      row.addEventListener('click', () => onStep(step.id));
      return row;
    });
    const body = element('div', { class: 'compare-rows' }, ...rows);
    body.append(backdrop(scale, null));
    return element(
      'section',
      { 'aria-label': localize('Attempt {0}', number) },
      element('h3', {}, localize('Attempt {0}', number)),
      axis(scale),
      body,
    );
  });
  return element('div', { class: 'compare-columns' }, ...columns);
}
