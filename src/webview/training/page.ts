import type { Barred, FromTraining, ToTraining } from '../../contract/training-messages.ts';
import type { HealthView, JobView, ModelsView, StockView } from '../../contract/training-view.ts';
import { localize } from '../../contract/words.ts';
import { Announcer } from '../announcer.ts';
import { element, morph } from '../element.ts';
import type { Connection } from '../host.ts';
import { followRegions, regionOf } from '../regions.ts';
import { icon } from '../trajectories/icons.ts';
import { Notices } from '../trajectories/notices.ts';
import { comparisonNodes } from './comparison.ts';
import { jobNodes } from './loss.ts';
import { healthNodes, modelsNodes } from './models.ts';
import { type PageState, readState } from './page-state.ts';
import { act, patterns } from './parts.ts';
import { readinessNodes, stockNodes } from './stock.ts';

/** What takes longer is spoken of. */
const patienceMs = 300;
const widestCard = 420;
const widestCurve = 760;

/** What the host told so far. */
interface Material {
  barred: Barred | null;
  stock: StockView | null;
  job: JobView | null;
  models: ModelsView | null;
  health: HealthView;
  work: string | null;
  /** Nothing came for a while. */
  late: boolean;
}

const nothing: Material = { barred: null, stock: null, job: null, models: null, health: [], work: null, late: false };

/** The whole panel: each region follows from what the host told and from what is unfolded. */
export class Page {
  readonly #connection: Connection<ToTraining, FromTraining>;
  readonly #state: PageState;
  readonly #notices: Notices;
  readonly #announcer = new Announcer();
  readonly #regions;
  #material: Material = { ...nothing };

  constructor(main: HTMLElement, connection: Connection<ToTraining, FromTraining>) {
    this.#connection = connection;
    this.#state = readState(connection.kept);
    this.#notices = new Notices({ onButton: () => {}, onReload: () => connection.send({ type: 'ready' }) });
    const region = (name: string, attributes: Readonly<Record<string, string>>) =>
      element('section', { class: `region ${name}`, tabindex: '-1', ...attributes });
    this.#regions = {
      head: element('header', { class: 'head', tabindex: '-1' }),
      readiness: region('readiness', { 'aria-label': localize('Readiness') }),
      stock: region('stock', { 'aria-label': localize('What was kept') }),
      job: region('job', { 'aria-label': localize('Training job') }),
      comparison: region('comparison', { 'aria-label': localize('Comparison') }),
      models: region('models-region', { 'aria-label': localize('Models') }),
      health: element('footer', { class: 'foot', tabindex: '-1' }),
    };
    const { head, readiness, stock, job, comparison, models, health } = this.#regions;
    const pair = element('div', { class: 'pair' }, job, comparison);
    main.append(patterns(), head, this.#notices.node, readiness, stock, pair, models, health, this.#announcer.node);
    main.addEventListener('click', (event) => this.#onClick(event));
    document.addEventListener('keydown', (event) => this.#onKey(event));
    const shown = () => Object.values(this.#regions).filter(({ hidden }) => !hidden);
    followRegions(main, () => shown().map((node) => regionOf(node) ?? { node, enter: () => node.focus() }));
    new ResizeObserver(() => this.#draw()).observe(main);
  }

  start(): void {
    this.#connection.listen({
      welcome: ({ barred }) => this.#show({ ...nothing, barred }),
      stock: ({ stock }) => {
        const before = this.#material.stock;
        if (before && before.tag !== stock.tag) this.#announcer.say(stock.tag);
        this.#show({ stock });
      },
      job: ({ job }) => this.#followJob(job),
      models: ({ models }) => this.#show({ models }),
      health: ({ health }) => this.#show({ health }),
      work: ({ work }) => this.#show({ work }),
      fault: ({ message, remedy }) => this.#notices.showFault(`${message} ${remedy}`.trim()),
      stopped: ({ at }) => this.#notices.showStopped(at),
    });
    this.#draw();
    window.setTimeout(() => this.#show({ late: true }), patienceMs);
    this.#connection.send({ type: 'ready' });
  }

  /** Of a job its state is announced, never each step. */
  #followJob(job: JobView | null): void {
    const before = this.#material.job;
    const alerts = (view: JobView | null) => view?.alerts.map(({ message }) => message).join(' ') ?? '';
    if (job && before && before.stateWord !== job.stateWord) this.#announcer.say(`${job.title}: ${job.stateWord}`);
    else if (job && before && alerts(job) !== alerts(before) && alerts(job) !== '') this.#announcer.say(alerts(job));
    this.#show({ job });
  }

  #show(change: Partial<Material>): void {
    this.#material = { ...this.#material, ...change };
    this.#draw();
  }

  #draw(): void {
    const { head, readiness, stock: stockRegion, job: jobRegion, comparison, models: table, health } = this.#regions;
    const { barred, stock, job, models, late, health: healthItems } = this.#material;
    const { asTables } = this.#state;
    const unfolded = new Set(this.#state.unfolded);
    fill(head, this.#headNodes());
    fill(readiness, barred ? barredNodes(barred) : stock ? readinessNodes(stock) : late ? [reading()] : []);
    const width = Math.min(widestCard, Math.max(240, cardWidth(stockRegion)));
    fill(
      stockRegion,
      stock ? (stock.empty === null ? stockNodes(stock, { asTables, unfolded, width }) : emptyNodes(stock.empty)) : [],
    );
    const curve = Math.min(widestCurve, Math.max(280, contentWidth(jobRegion)));
    fill(jobRegion, job ? jobNodes(job, curve, asTables) : []);
    fill(comparison, models?.comparison ? comparisonNodes(models.comparison, asTables) : []);
    fill(table, models ? modelsNodes(models, unfolded) : []);
    fill(health, healthItems.length > 0 ? healthNodes(healthItems) : []);
  }

  #headNodes(): readonly Node[] {
    const { barred, stock, work } = this.#material;
    const tag = stock ? element('span', { class: 'tag' }, icon(stock.ready ? 'good' : 'warning'), stock.tag) : null;
    const busy = work === null ? null : element('span', { class: 'tag' }, icon('live', null, 'tone-live'), work);
    const label = this.#state.asTables ? localize('Show charts') : localize('Show tables');
    const table = act(label, 'toggle-table', { attributes: { 'aria-keyshortcuts': 'T', title: 'T' } });
    return [
      element('h1', {}, localize('Training')),
      tag,
      busy,
      barred
        ? null
        : element(
            'span',
            { class: 'end row' },
            stock?.empty === null ? table : null,
            act(localize('Prepare data…'), 'prepare', stock?.empty === null ? { kind: 'primary' } : {}),
            act(localize('Train now…'), 'train'),
          ),
    ].filter((node) => node !== null);
  }

  readonly #actions: Readonly<Record<string, (of: string) => void>> = {
    prepare: () => this.#send({ type: 'prepare' }),
    train: () => this.#send({ type: 'train' }),
    'toggle-table': () => this.#toggleTables(),
    fold: (of) => this.#fold(of),
    pause: (job) => this.#send({ type: 'control', job, control: 'pause' }),
    resume: (job) => this.#send({ type: 'control', job, control: 'resume' }),
    stop: (job) => this.#send({ type: 'control', job, control: 'stop' }),
    'take-up': (job) => this.#send({ type: 'resume', job }),
    deploy: (version) => this.#send({ type: 'model', action: 'deploy', version }),
    'roll-back': (version) => this.#send({ type: 'model', action: 'roll-back', version }),
    'show-job': () => this.#regions.job.focus(),
    'open-example': () => this.#send({ type: 'open-example' }),
    'manage-trust': () => this.#send({ type: 'manage-trust' }),
  };

  #send(message: FromTraining): void {
    this.#connection.send(message);
  }

  #keep(change: Partial<PageState>): void {
    Object.assign(this.#state, change);
    this.#connection.keep(this.#state);
    this.#draw();
  }

  #toggleTables(): void {
    this.#keep({ asTables: !this.#state.asTables });
  }

  #fold(of: string): void {
    const rest = this.#state.unfolded.filter((name) => name !== of);
    this.#keep({ unfolded: rest.length < this.#state.unfolded.length ? rest : [...rest, of] });
  }

  #onClick({ target }: Event): void {
    const chosen = target instanceof Element ? target.closest<HTMLElement>('[data-action]') : null;
    this.#actions[chosen?.dataset.action ?? '']?.(chosen?.dataset.of ?? '');
  }

  #onKey(event: KeyboardEvent): void {
    if (event.key.toLowerCase() === 't' && !event.ctrlKey && !event.metaKey && !event.altKey) this.#toggleTables();
  }
}

/** A region without nodes is not there. */
function fill(region: HTMLElement, nodes: readonly Node[]): void {
  region.hidden = nodes.length === 0;
  morph(region, nodes);
}

const contentWidth = ({ clientWidth }: HTMLElement) => clientWidth;

/** Of a chart that is drawn; of none yet, what the region has. */
function cardWidth(region: HTMLElement): number {
  return region.querySelector('.card')?.clientWidth ?? region.clientWidth;
}

const reading = () => element('p', { class: 'dim', role: 'status' }, localize('Reading what was kept…'));

function barredNodes({ message, button }: Barred): readonly Node[] {
  return [element('p', {}, message), act(button, 'manage-trust', { kind: 'primary' })];
}

function emptyNodes(text: string): readonly Node[] {
  return [element('p', { class: 'dim' }, text), act(localize('Open example'), 'open-example', { kind: 'primary' })];
}
