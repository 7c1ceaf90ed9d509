import {
  type Facets,
  noFilters,
  type RunFilters,
  type RunsPage,
  type StoreNotice,
} from '../../contract/trajectories-list.ts';
import type { FromTrajectories, Place, ToTrajectories } from '../../contract/trajectories-messages.ts';
import type { PhaseView } from '../../contract/trajectories-phase.ts';
import { localize } from '../../contract/words.ts';
import { Announcer } from '../announcer.ts';
import { element } from '../element.ts';
import type { Connection } from '../host.ts';
import { followRegions, type Region } from '../regions.ts';
import { Charts } from './charts.ts';
import { lastTwo } from './compare.ts';

import { Detail, type DetailMaterial } from './detail.ts';
import { mergePhase } from './merge-phase.ts';
import { Notices } from './notices.ts';
import { RunList } from './run-list.ts';
import { type PageState, readState } from './state.ts';
import { createToolbar } from './toolbar.ts';

/** An answer that takes longer is spoken of. */
const patienceMs = 300;
/** The line of now moves so often, while a phase is live. */
const tickMs = 1000;
/** A step is asked for once the selection rests. */
const restMs = 60;

/** The whole panel: what it shows follows from its state and what the host told it. */
export class Page {
  readonly #connection: Connection<ToTrajectories, FromTrajectories>;
  readonly #state: PageState;
  readonly #toolbar;
  readonly #list: RunList;
  readonly #detail: Detail;
  readonly #charts: Charts;
  readonly #notices: Notices;
  readonly #announcer = new Announcer();
  readonly #columns: HTMLElement;
  #facets: Facets = { models: [], categories: [] };
  #material: DetailMaterial = { phase: null, step: null, patch: null, missing: null };
  #question = 0;
  #patience = 0;
  #rest = 0;
  /** Compare as soon as the phase is there. */
  #comparesNext = false;
  #attemptNext: number | null = null;

  constructor(main: HTMLElement, connection: Connection<ToTrajectories, FromTrajectories>) {
    this.#connection = connection;
    this.#state = readState(connection.kept);
    this.#toolbar = createToolbar({
      onFilters: (filters) => this.#filter(filters),
      onView: (view) => this.#look(view),
      onCompare: () => this.#compare(),
      onTable: () => this.#toggleTable(),
      onExport: () => this.#export(),
    });
    this.#list = new RunList({
      onSelect: (runId) => this.#openRun(runId),
      onMissing: (missing) => this.#ask(missing),
      onClearFilters: () => this.#filter(noFilters),
      onRunPhase: () => connection.send({ type: 'run-phase' }),
    });
    this.#detail = new Detail({
      onTab: (tab) => this.#set({ tab }),
      onStep: (stepId) => this.#openStep(stepId),
      onFold: (attempt, folded) => this.#fold(attempt, folded),
      onCompared: (numbers) => this.#set({ compared: numbers && [...numbers] }),
      onPatch: (attempt) => this.#inPhase((place) => connection.send({ type: 'open-patch', ...place, attempt })),
      onOpenDiff: (attempt) => this.#inPhase((place) => connection.send({ type: 'open-diff', ...place, attempt })),
      onOpenText: (stepId, key) =>
        this.#inPhase((place) => connection.send({ type: 'open-text', ...place, stepId, key })),
      onCopy: (text) => {
        connection.send({ type: 'copy', text });
        this.#announcer.say(localize('Copied'));
      },
      onPhase: (phaseId) => this.#openPlace({ runId: this.#state.runId ?? '', phaseId, attempt: null }),
      onCompare: () => this.#compare(),
      onReplay: (attempt) =>
        this.#inPhase((place) => connection.send({ type: 'replay', place: { ...place, attempt } })),
    });
    this.#charts = new Charts({ onTables: (asTables) => this.#set({ asTables }) });
    this.#notices = new Notices({
      onButton: () => connection.send({ type: 'notice-button' }),
      onReload: () => connection.send({ type: 'ready', filters: this.#state.filters }),
    });
    this.#columns = element('div', { class: 'columns' }, this.#list.section, this.#detail.section);
    main.append(
      element('h1', { class: 'spoken' }, localize('Trajectories')),
      this.#toolbar.bar,
      this.#notices.node,
      this.#columns,
      this.#charts.section,
      this.#announcer.node,
    );
    document.addEventListener('keydown', (event) => this.#onKey(event));
    followRegions(main, () => this.#regions());
    setInterval(() => {
      if (this.#material.phase?.facts.live) this.#draw();
    }, tickMs);
  }

  start(): void {
    this.#connection.listen({
      snapshot: ({ page, notice }) => this.#begin(page, notice),
      facets: ({ facets }) => {
        this.#facets = facets;
        this.#draw();
      },
      runs: ({ question, page }) => {
        if (question !== this.#question) return;
        this.#calm();
        if (page.start === 0) this.#list.begin(page);
        else this.#list.put(page);
      },
      'runs-changed': ({ question, page }) => {
        if (question !== this.#question) return;
        this.#list.putHead(page);
        // The first run of all is what one waited for.
        if (this.#state.runId === null) this.#openFirst(page);
      },
      phase: ({ phase }) => this.#showPhase(phase),
      'phase-changed': (change) => {
        const { phase } = this.#material;
        if (phase?.runId !== change.runId || phase.phaseId !== change.phaseId) return;
        this.#announcer.follow(phase.facts.state, change.facts.state, phase.title);
        this.#list.replace(change.run);
        const stale = change.steps.some(({ id }) => id === this.#state.stepId);
        this.#material = { ...this.#material, phase: mergePhase(phase, change) };
        if (stale) this.#askStep();
        this.#draw();
      },
      step: ({ detail }) => this.#show({ step: detail }),
      patch: ({ patch }) => this.#show({ patch }),
      charts: ({ question, view }) => {
        if (question === this.#question) this.#charts.show(view);
      },
      show: ({ place, compare }) => {
        this.#comparesNext = compare;
        this.#set({ view: 'runs', tab: 'timeline', compared: null });
        this.#openPlace(place);
      },
      missing: ({ sentence }) => {
        this.#calm();
        this.#show({ phase: null, step: null, patch: null, missing: sentence });
      },
      fault: ({ message, remedy }) => {
        this.#calm();
        this.#notices.showFault(`${message} ${remedy}`.trim());
      },
      stopped: ({ at }) => this.#notices.showStopped(at),
    });
    this.#draw();
    this.#wait();
    this.#connection.send({ type: 'ready', filters: this.#state.filters });
  }

  #begin(page: RunsPage, notice: StoreNotice | null): void {
    this.#calm();
    this.#question = 0;
    this.#notices.showStore(notice);
    this.#list.begin(page);
    const { runId, phaseId, view } = this.#state;
    if (runId === null) this.#openFirst(page);
    else this.#openPlace({ runId, phaseId, attempt: null });
    if (view === 'charts') this.#askCharts();
    this.#draw();
  }

  #openFirst({ rows: [first] }: RunsPage): void {
    if (first) this.#openPlace({ runId: first.id, phaseId: null, attempt: null });
  }

  #set(change: Partial<PageState>): void {
    Object.assign(this.#state, change);
    this.#connection.keep(this.#state);
    this.#draw();
  }

  #show(change: Partial<DetailMaterial>): void {
    this.#material = { ...this.#material, ...change };
    this.#draw();
  }

  #draw(): void {
    const { filters, view, asTables } = this.#state;
    this.#toolbar.show(filters, this.#facets, view);
    this.#columns.hidden = view !== 'runs';
    this.#charts.section.hidden = view !== 'charts';
    this.#charts.setTables(asTables);
    this.#detail.show(this.#state, this.#material, Date.now());
  }

  #filter(filters: RunFilters): void {
    this.#question += 1;
    this.#set({ filters });
    this.#wait();
    this.#ask({ start: 0, after: null, skip: 0, limit: 50 });
    if (this.#state.view === 'charts') this.#askCharts();
  }

  #ask(page: { start: number; after: string | null; skip: number; limit: number }): void {
    this.#connection.send({ type: 'list', question: this.#question, filters: this.#state.filters, ...page });
  }

  #look(view: PageState['view']): void {
    this.#set({ view });
    if (view === 'charts') this.#askCharts();
    else this.#connection.send({ type: 'close-charts' });
  }

  #askCharts(): void {
    this.#charts.begin();
    this.#connection.send({ type: 'open-charts', question: this.#question, filters: this.#state.filters });
  }

  /** What takes its time is said in the place of the list, not before. */
  #wait(): void {
    clearTimeout(this.#patience);
    this.#patience = window.setTimeout(() => this.#list.tellLoading(), patienceMs);
  }

  #calm(): void {
    clearTimeout(this.#patience);
  }

  #openRun(runId: string): void {
    if (runId === this.#state.runId && this.#material.phase?.runId === runId) return;
    this.#openPlace({ runId, phaseId: null, attempt: null });
  }

  #openPlace(place: Place): void {
    const { runId, phaseId } = place;
    const same = runId === this.#state.runId && phaseId === this.#state.phaseId;
    this.#attemptNext = place.attempt;
    this.#set({ runId, phaseId, ...(same ? {} : { stepId: null, folded: [], compared: null }) });
    this.#list.select(runId);
    clearTimeout(this.#rest);
    this.#rest = window.setTimeout(() => this.#connection.send({ type: 'open', place }), restMs);
  }

  #showPhase(phase: PhaseView): void {
    if (phase.runId !== this.#state.runId) return;
    this.#material = { phase, step: null, patch: null, missing: null };
    const known = phase.steps.some(({ id }) => id === this.#state.stepId);
    const stepId = known ? this.#state.stepId : firstStep(phase, this.#attemptNext);
    const folded = this.#attemptNext === null ? this.#state.folded : others(phase, this.#attemptNext);
    const compared = this.#comparesNext ? (lastTwo(phase) ?? [1, 2]) : this.#state.compared;
    this.#comparesNext = false;
    this.#attemptNext = null;
    this.#set({ phaseId: phase.phaseId, stepId, folded, compared: compared && [...compared] });
    this.#askStep();
  }

  #openStep(stepId: string): void {
    this.#set({ stepId });
    clearTimeout(this.#rest);
    this.#rest = window.setTimeout(() => this.#askStep(), restMs);
  }

  #askStep(): void {
    const { stepId } = this.#state;
    if (stepId !== null) this.#inPhase((place) => this.#connection.send({ type: 'open-step', ...place, stepId }));
  }

  #fold(attempt: number, folded: boolean): void {
    const rest = this.#state.folded.filter((number) => number !== attempt);
    this.#set({ folded: folded ? [...rest, attempt] : rest });
  }

  #compare(): void {
    const { phase } = this.#material;
    if (!phase) return;
    if (this.#state.compared) this.#set({ compared: null });
    else this.#set({ view: 'runs', compared: [...(lastTwo(phase) ?? [1, 2])] });
  }

  #toggleTable(): void {
    const { view, asTables, tab } = this.#state;
    if (view === 'charts') this.#set({ asTables: !asTables });
    else this.#set({ tab: tab === 'steps' ? 'timeline' : 'steps', compared: null });
  }

  #export(): void {
    const { view, tab, filters, runId, phaseId } = this.#state;
    const inPhase = { steps: 'steps', findings: 'findings' } as const;
    const table = view === 'charts' ? 'charts' : tab === 'steps' || tab === 'findings' ? inPhase[tab] : 'runs';
    const place = runId === null ? null : { runId, phaseId, attempt: null };
    this.#connection.send({ type: 'export', table, filters, place });
  }

  #inPhase(act: (place: { readonly runId: string; readonly phaseId: string }) => void): void {
    const { phase } = this.#material;
    if (phase) act({ runId: phase.runId, phaseId: phase.phaseId });
  }

  #onKey(event: KeyboardEvent): void {
    const target = event.target as HTMLElement;
    const types = target instanceof HTMLInputElement || target instanceof HTMLSelectElement;
    if (event.key === 'Escape' && target instanceof HTMLInputElement) this.#list.focus();
    if (types || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === '/') {
      event.preventDefault();
      this.#toolbar.focusSearch();
    }
    if (event.key === 't' || event.key === 'T') this.#toggleTable();
  }

  /** What F6 leads through. */
  #regions(): readonly Region[] {
    const charts = { node: this.#charts.section, enter: () => this.#charts.section.focus() };
    const list = { node: this.#list.section, enter: () => this.#list.focus() };
    const detail = { node: this.#detail.section, enter: () => this.#detail.focus() };
    const bar = { node: this.#toolbar.bar, enter: () => this.#toolbar.focusSearch() };
    return this.#state.view === 'charts' ? [bar, charts] : [bar, list, detail];
  }
}

/** What a person most likely looks for: what failed, else the last call. */
function firstStep({ steps }: PhaseView, attempt: number | null): string | null {
  const own = attempt === null ? steps : steps.filter((step) => step.attempt === attempt);
  const failed = own.findLast(({ outcome, kind }) => outcome === 'bad' && kind !== 'verdict');
  return (failed ?? own.findLast(({ kind }) => kind === 'call') ?? own[0])?.id ?? null;
}

const others = ({ attempts }: PhaseView, attempt: number) =>
  attempts.map(({ number }) => number).filter((number) => number !== attempt);
