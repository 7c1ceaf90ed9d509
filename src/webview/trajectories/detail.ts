import type { PatchView, PhaseView, StepDetail } from '../../contract/trajectories-phase.ts';
import { localize } from '../../contract/words.ts';
import { element } from '../element.ts';
import { compareView } from './compare.ts';
import { tabList } from './controls.ts';
import { findingsTab, verdictTab } from './judgement-tabs.ts';
import { changedAttempts, patchTab } from './patch-tab.ts';
import { type PhaseHeadActions, phaseHead } from './phase-head.ts';
import type { DetailTab, PageState } from './state.ts';
import { StepDetailView } from './step-detail.ts';
import { stepsTable } from './steps-table.ts';
import { Timeline } from './timeline.ts';

export interface DetailActions extends PhaseHeadActions {
  onTab(tab: DetailTab): void;
  onStep(stepId: string): void;
  onFold(attempt: number, folded: boolean): void;
  onCompared(numbers: readonly [number, number] | null): void;
  onPatch(attempt: number): void;
  onOpenDiff(attempt: number): void;
  onOpenText(stepId: string, key: string): void;
  onCopy(text: string): void;
}

/** What the right side shows besides the state of the page. */
export interface DetailMaterial {
  readonly phase: PhaseView | null;
  readonly step: StepDetail | null;
  readonly patch: PatchView | null;
  /** Why there is no phase; null while none was asked for, or one is on its way. */
  readonly missing: string | null;
}

const legend = () =>
  element(
    'p',
    { class: 'legend' },
    ...[
      localize('→ in to out tokens'),
      localize('✓ billed'),
      localize('= computed'),
      localize('~ estimated'),
      localize('? unknown'),
    ].map((text) => element('span', {}, text)),
  );

/** The right side: the facts of a phase, its tabs, and the chosen step below them. */
export class Detail {
  readonly section = element('section', { class: 'detail', 'aria-label': localize('Phase') });
  readonly #actions: DetailActions;
  readonly #head = element('div', { class: 'phase-head' });
  readonly #tabs = tabList<DetailTab>('phase', localize('Phase'), (tab) => this.#actions.onTab(tab));
  readonly #panel = element('div', { role: 'tabpanel', id: 'phase-panel', class: 'panel' });
  readonly #compare = element('div', {});
  readonly #empty = element('p', { class: 'empty' });
  readonly #tabBar: HTMLElement;
  readonly #timeline: Timeline;
  readonly #stepView: StepDetailView;
  #headBefore = '';
  #panelBefore = '';
  #patchAttempt: number | null = null;

  constructor(actions: DetailActions) {
    this.#actions = actions;
    this.#timeline = new Timeline({
      onStep: (stepId) => actions.onStep(stepId),
      onEnter: () => this.#stepView.focus(),
      onFold: (attempt, folded) => actions.onFold(attempt, folded),
    });
    this.#stepView = new StepDetailView(actions);
    this.#tabBar = element('div', { class: 'tab-bar' }, this.#tabs.list, legend());
    this.section.append(this.#empty, this.#head, this.#tabBar, this.#panel, this.#compare, this.#stepView.section);
  }

  focus(): void {
    this.#timeline.node.focus();
  }

  show(state: PageState, material: DetailMaterial, nowMs: number): void {
    const { phase, missing } = material;
    this.#empty.hidden = phase !== null;
    this.#empty.textContent =
      missing ?? (phase === null && state.runId === null ? localize('Choose a run to see what happened.') : '');
    for (const part of [this.#head, this.#tabBar, this.#panel]) part.hidden = phase === null;
    this.#stepView.show(phase, state.stepId, material.step);
    this.#compare.hidden = phase === null || state.compared === null;
    if (!phase) return;
    this.#showHead(phase, nowMs);
    this.#tabBar.hidden = state.compared !== null;
    this.#panel.hidden = state.compared !== null;
    if (state.compared === null) this.#showTab(state, phase, material.patch, nowMs);
    else this.#showCompare(phase, state.compared, nowMs);
  }

  #showHead(phase: PhaseView, nowMs: number): void {
    const second = phase.facts.live ? Math.floor(nowMs / 1000) : 0;
    const now = JSON.stringify([phase.phases, phase.facts, phase.run, phase.attempts, second]);
    if (now === this.#headBefore) return;
    this.#headBefore = now;
    const focused = this.#head.contains(document.activeElement)
      ? document.activeElement?.getAttribute('aria-label')
      : null;
    this.#head.replaceChildren(...phaseHead(phase, nowMs, this.#actions));
    if (focused) this.#head.querySelector<HTMLElement>(`[aria-label="${CSS.escape(focused)}"]`)?.focus();
  }

  #showTab(state: PageState, phase: PhaseView, patch: PatchView | null, nowMs: number): void {
    const { findings } = phase;
    this.#tabs.show(
      [
        { key: 'timeline', label: localize('Timeline') },
        { key: 'steps', label: localize('Steps as table') },
        { key: 'patch', label: localize('Patch') },
        {
          key: 'findings',
          label: findings.length === 0 ? localize('Findings') : localize('Findings {0}', findings.length),
        },
        { key: 'verdict', label: localize('Verdict') },
      ],
      state.tab,
    );
    this.#panel.setAttribute('aria-labelledby', `phase-${state.tab}`);
    if (state.tab === 'timeline') {
      const now = `timeline ${phase.steps.length > 0} ${phase.kept}`;
      if (this.#panelBefore !== now) this.#panel.replaceChildren(this.#timelineNode(phase));
      this.#panelBefore = now;
      this.#timeline.show(phase, new Set(state.folded), state.stepId, nowMs);
      return;
    }
    const attempt = state.tab === 'patch' ? this.#shownPatch(phase) : null;
    if (attempt !== null && patch?.attempt !== attempt) this.#actions.onPatch(attempt);
    const now = JSON.stringify([state.tab, state.stepId, phase, patch, attempt]);
    if (now === this.#panelBefore) return;
    this.#panelBefore = now;
    this.#panel.replaceChildren(...this.#tabNodes(state, phase, patch, attempt));
  }

  #timelineNode({ kept, steps }: PhaseView): HTMLElement {
    if (steps.length > 0) return this.#timeline.node;
    const words = kept
      ? localize('No step yet.')
      : localize('The steps of this run are no longer kept; its totals are.');
    return element('p', { class: 'dim' }, words);
  }

  #tabNodes(
    state: PageState,
    phase: PhaseView,
    patch: PatchView | null,
    attempt: number | null,
  ): readonly HTMLElement[] {
    switch (state.tab) {
      case 'steps':
        return [stepsTable(phase, state.stepId, this.#actions.onStep)];
      case 'patch':
        return patchTab(phase, attempt, patch, {
          onAttempt: (number) => {
            this.#patchAttempt = number;
            this.#actions.onPatch(number);
          },
          onOpenDiff: this.#actions.onOpenDiff,
          onCopy: this.#actions.onCopy,
        });
      case 'findings':
        return findingsTab(phase);
      default:
        return verdictTab(phase);
    }
  }

  /** The chosen attempt's patch, else that of the last one that has one. */
  #shownPatch(phase: PhaseView): number | null {
    const numbers = changedAttempts(phase);
    const chosen = numbers.find((number) => number === this.#patchAttempt);
    return chosen ?? numbers.at(-1) ?? null;
  }

  #showCompare(phase: PhaseView, numbers: readonly [number, number], nowMs: number): void {
    this.#panelBefore = '';
    const view = compareView(phase, numbers, nowMs, {
      onChoose: (left, right) => this.#actions.onCompared([left, right]),
      onClose: () => this.#actions.onCompared(null),
      onStep: this.#actions.onStep,
    });
    this.#compare.replaceChildren(view);
  }
}
