import { riskWord, sentenceCase } from '../../contract/state-words.ts';
import type { PhaseView } from '../../contract/trajectories-phase.ts';
import { localize } from '../../contract/words.ts';
import type { PhaseState } from '../../domain/run.ts';
import { element } from '../element.ts';
import { compact, duration } from '../format.ts';
import { amount, button, choice, facts } from './controls.ts';
import { type IconName, icon } from './icons.ts';

export interface PhaseHeadActions {
  onPhase(phaseId: string): void;
  onCompare(): void;
  onReplay(attempt: number): void;
}

const phaseLooks: () => Record<PhaseState, readonly [name: IconName, tone: string, word: string]> = () => ({
  queued: ['clock', 'neutral', localize('waits for its turn')],
  building: ['live', 'live', localize('building')],
  checking: ['live', 'live', localize('checking')],
  auditing: ['live', 'live', localize('in review')],
  'awaiting-review': ['person', 'warning', localize('waits for your signature')],
  landing: ['live', 'live', localize('landing')],
  landed: ['good', 'good', localize('landed')],
  rejected: ['bad', 'bad', localize('not landed')],
  stuck: ['bad', 'bad', localize('stuck')],
  failed: ['bad', 'bad', localize('stopped')],
  cancelled: ['stopped', 'neutral', localize('stopped by you')],
});

/** Where one is, how the phase stands, and its figures. */
export function phaseHead(phase: PhaseView, nowMs: number, actions: PhaseHeadActions): readonly HTMLElement[] {
  return [crumbs(phase, actions), titleRow(phase, actions), phaseFacts(phase, nowMs), ...reasonLine(phase)];
}

function crumbs({ run, phases, phaseId }: PhaseView, { onPhase }: PhaseHeadActions): HTMLElement {
  const at = phases.findIndex(({ id }) => id === phaseId);
  const place = localize('Phase {0} of {1}', at + 1, phases.length);
  const options = phases.map(({ id, title, state }, index) => ({
    value: id,
    label: id === phaseId ? place : `${index + 1}. ${title} · ${phaseLooks()[state][2]}`,
  }));
  const which =
    phases.length === 1
      ? element('span', {}, place)
      : element('span', { class: 'crumb-choice' }, choice(localize('Phase'), options, phaseId, onPhase), icon('down'));
  return element(
    'p',
    { class: 'crumbs' },
    element('span', { class: 'crumb', title: run.title }, run.title),
    icon('right'),
    which,
    run.recorded ? element('span', {}, localize('· recorded replies')) : null,
  );
}

function titleRow(
  { title, facts: { state, live, rolledBack }, attempts }: PhaseView,
  actions: PhaseHeadActions,
): HTMLElement {
  const [name, tone, word] = phaseLooks()[state];
  const last = attempts.at(-1)?.number ?? 1;
  const words = rolledBack
    ? localize('rolled back')
    : live && attempts.length > 0
      ? localize('attempt {0} · {1}', last, word)
      : word;
  const buttons = element('span', { class: 'row end' });
  if (attempts.length > 1) {
    buttons.append(button({ label: localize('Compare attempts'), icon: 'columns', onClick: actions.onCompare }));
  }
  if (!live && attempts.length > 0) {
    buttons.append(button({ label: localize('Replay from here'), icon: 'replay', onClick: () => actions.onReplay(1) }));
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
    [localize('Time'), endMs === null && !live && startMs !== null ? localize('not ended') : took],
    [localize('Tokens in → out'), `${compact(tokens.input)} → ${compact(tokens.output)}`],
    [live ? localize('Cost so far') : localize('Cost'), amount(shown.amount)],
    cap === null ? null : [localize('Phase cap'), cap],
    cached === null ? null : [localize('Cached input'), cached],
    [localize('Category'), category],
    [localize('Complexity'), complexity],
    risk && [localize('Risk'), localize('{0} · {1} of 100', sentenceCase(riskWord(risk.level)), risk.score)],
    commit === null ? null : [localize('Commit'), element('code', {}, commit.slice(0, 7))],
  ];
  return facts(pairs.filter((pair) => pair !== null));
}

function reasonLine({ facts: { reason, state } }: PhaseView): readonly HTMLElement[] {
  return reason === null || state === 'landed' ? [] : [element('p', { class: 'reason' }, reason)];
}
