import type { PhaseView, Step, StepDetail } from '../../contract/trajectories-phase.ts';
import { localize } from '../../contract/words.ts';
import { element } from '../element.ts';
import { compact, duration, plural } from '../format.ts';
import { stepName } from './bars.ts';
import { amount, button, facts, tabList } from './controls.ts';
import { icon, outcomeIcon } from './icons.ts';

export interface StepDetailActions {
  onCopy(text: string): void;
  onOpenText(stepId: string, key: string): void;
  onReplay(attempt: number): void;
}

/** What lies behind the chosen step. Texts are set as text, whatever they say. */
export class StepDetailView {
  readonly section = element('section', { class: 'step-detail', 'aria-label': localize('Step'), tabindex: '-1' });
  readonly #actions: StepDetailActions;
  readonly #tabs = tabList<string>('text', localize('Texts of the step'), (key) => this.#choose(key));
  #detail: StepDetail | null = null;
  #step: Step | null = null;
  /** The last chosen kind of text stays chosen from step to step. */
  #key = 'reply';
  #before = '';

  constructor(actions: StepDetailActions) {
    this.#actions = actions;
  }

  show(phase: PhaseView | null, stepId: string | null, detail: StepDetail | null): void {
    const step = phase?.steps.find(({ id }) => id === stepId) ?? null;
    const fits = detail !== null && detail.stepId === stepId && detail.runId === phase?.runId ? detail : null;
    const now = JSON.stringify([step, fits]);
    if (now === this.#before) return;
    // The texts of the step before stay until those of this one are there.
    if (step && !fits && this.#step && step.id !== this.#step.id && this.#detail) this.section.classList.add('stale');
    if (step && !fits && this.#step?.id === step.id) return;
    this.#before = now;
    this.#step = step;
    this.#detail = fits;
    this.section.hidden = step === null;
    if (step) this.#draw();
  }

  focus(): void {
    this.section.focus();
  }

  #choose(key: string): void {
    this.#key = key;
    this.#draw();
  }

  #draw(): void {
    const [step, detail] = [this.#step, this.#detail];
    if (!step) return;
    this.section.classList.remove('stale');
    const left = element('div', { class: 'step-texts' }, this.#head(step), ...(detail ? this.#texts(detail) : []));
    this.section.replaceChildren(left, ...(detail ? [aside(detail)] : []));
  }

  #head(step: Step): HTMLElement {
    const { attempt, endMs, startMs, tokens } = step;
    const words = [
      step.kind === 'call' && tokens ? `${compact(tokens.input)} → ${compact(tokens.output)}` : step.note,
      endMs === null ? 'running' : endMs === startMs ? '' : duration(endMs - startMs),
      attempt > 0 ? localize('attempt {0}', attempt) : '',
    ];
    return element(
      'div',
      { class: 'step-head' },
      step.kind === 'wait' || step.kind === 'person' ? icon('clock') : outcomeIcon(step.outcome),
      element('h2', {}, stepName(step)),
      element('span', { class: 'dim' }, words.filter((word) => word !== '').join(' · ')),
      step.amount && amount(step.amount),
    );
  }

  #texts(detail: StepDetail): readonly HTMLElement[] {
    const { texts, without, stepId } = detail;
    const known = texts.find(({ key }) => key === this.#key) ?? texts[0];
    const list = detail.facts.length > 0 ? [facts(detail.facts, 'facts small')] : [];
    if (!known) return [...list, element('p', { class: 'dim' }, without ?? '')];
    this.#tabs.show(
      texts.map(({ key, title }) => ({ key, label: title })),
      known.key,
    );
    const copy = button({
      label: localize('Copy'),
      icon: 'copy',
      iconOnly: true,
      onClick: () => this.#actions.onCopy(known.text),
    });
    const open = button({
      label: localize('Open in editor'),
      onClick: () => this.#actions.onOpenText(stepId, known.key),
    });
    const bar = element('div', { class: 'text-bar' }, this.#tabs.list, copy, open);
    const panel = { role: 'tabpanel', id: 'text-panel', tabindex: '0', 'aria-labelledby': `text-${known.key}` };
    const cut =
      known.cutFrom === null
        ? null
        : localize('Beginning and end of {0}.', plural(known.cutFrom, '{0} character', '{0} characters'));
    const replay = detail.replayable
      ? [
          button({
            label: localize('Replay from here'),
            icon: 'replay',
            onClick: () => this.#actions.onReplay(this.#step?.attempt ?? 1),
          }),
        ]
      : [];
    return [
      ...list,
      bar,
      element('pre', panel, known.text),
      ...(cut === null ? [] : [element('p', { class: 'dim small' }, cut)]),
      ...replay,
    ];
  }
}

function aside({ next, why }: StepDetail): HTMLElement {
  const made = element(
    'div',
    { class: 'step-aside' },
    element('h3', {}, localize('What happened next')),
    element('p', {}, next),
  );
  if (why.length > 0) made.append(element('h3', {}, localize('Why this model')), facts(why, 'facts rows'));
  return made;
}
