import type { PhaseView } from '../../contract/trajectories-phase.ts';
import type { PhaseState } from '../../domain/run.ts';
import { element } from '../element.ts';
import { amount, button, choice, facts } from './controls.ts';
import { compact, duration, sentenceCase } from './format.ts';
import { type IconName, icon } from './icons.ts';

export interface PhaseHeadActions {
  onPhase(phaseId: string): void;
  onCompare(): void;
  onReplay(attempt: number): void;
}

const phaseLooks: Record<PhaseState, readonly [name: IconName, tone: string, word: string]> = {
  queued: ['clock', 'neutral', 'waits for its turn'],
  building: ['live', 'live', 'building'],
  checking: ['live', 'live', 'checking'],
  auditing: ['live', 'live', 'in review'],
  'awaiting-review': ['person', 'warning', 'waits for your signature'],
  landing: ['live', 'live', 'landing'],
  landed: ['good', 'good', 'landed'],
  rejected: ['bad', 'bad', 'not landed'],
  stuck: ['bad', 'bad', 'stuck'],
  failed: ['bad', 'bad', 'stopped'],
  cancelled: ['stopped', 'neutral', 'stopped by you'],
};

/** Where one is, how the phase stands, and its figures. */
export function phaseHead(phase: PhaseView, nowMs: number, actions: PhaseHeadActions): readonly HTMLElement[] {
  return [crumbs(phase, actions), titleRow(phase, actions), phaseFacts(phase, nowMs), ...reasonLine(phase)];
}

function crumbs({ run, phases, phaseId }: PhaseView, { onPhase }: PhaseHeadActions): HTMLElement {
  const at = phases.findIndex(({ id }) => id === phaseId);
  const place = `Phase ${at + 1} of ${phases.length}`;
  const options = phases.map(({ id, title, state }, index) => ({
    value: id,
    label: id === phaseId ? place : `${index + 1}. ${title} · ${phaseLooks[state][2]}`,
  }));
  const which =
    phases.length === 1
      ? element('span', {}, place)
      : element('span', { class: 'crumb-choice' }, choice('Phase', options, phaseId, onPhase), icon('down'));
  return element(
    'p',
    { class: 'crumbs' },
    element('span', { class: 'crumb', title: run.title }, run.title),
    icon('right'),
    which,
    run.recorded ? element('span', {}, '· recorded replies') : null,
  );
}

function titleRow(
  { title, facts: { state, live, rolledBack }, attempts }: PhaseView,
  actions: PhaseHeadActions,
): HTMLElement {
  const [name, tone, word] = phaseLooks[state];
  const last = attempts.at(-1)?.number ?? 1;
  const words = rolledBack ? 'rolled back' : live && attempts.length > 0 ? `attempt ${last} · ${word}` : word;
  const buttons = element('span', { class: 'row end' });
  if (attempts.length > 1) {
    buttons.append(button({ label: 'Compare attempts', icon: 'columns', onClick: actions.onCompare }));
  }
  if (!live && attempts.length > 0) {
    buttons.append(button({ label: 'Replay from here', icon: 'replay', onClick: () => actions.onReplay(1) }));
  }
  return element(
    'div',
    { class: 'row title-row' },
    element('h2', { class: 'title' }, title),
    element('span', { class: 'tag' }, icon(name, null, `tone-${tone}`), sentenceCase(words)),
    buttons,
  );
}

function phaseFacts({ facts: shown }: PhaseView, nowMs: number): HTMLElement {
  const { startMs, endMs, tokens, live, cap, category, complexity, risk, commit } = shown;
  const cached = tokens.input === 0 ? null : `${Math.floor((100 * tokens.cached) / tokens.input)} %`;
  const took = startMs === null ? '–' : duration((endMs ?? nowMs) - startMs);
  const pairs: (readonly [string, Node | string] | null)[] = [
    ['Time', endMs === null && !live && startMs !== null ? 'not ended' : took],
    ['Tokens in → out', `${compact(tokens.input)} → ${compact(tokens.output)}`],
    [live ? 'Cost so far' : 'Cost', amount(shown.amount)],
    cap === null ? null : ['Phase cap', cap],
    cached === null ? null : ['Cached input', cached],
    ['Category', category],
    ['Complexity', complexity],
    risk && ['Risk', `${sentenceCase(risk.level)} · ${risk.score} of 100`],
    commit === null ? null : ['Commit', element('code', {}, commit.slice(0, 7))],
  ];
  return facts(pairs.filter((pair) => pair !== null));
}

function reasonLine({ facts: { reason, state } }: PhaseView): readonly HTMLElement[] {
  return reason === null || state === 'landed' ? [] : [element('p', { class: 'reason' }, reason)];
}
