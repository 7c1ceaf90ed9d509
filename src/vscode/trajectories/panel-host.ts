import { commands, env, l10n, Uri, type Webview, workspace } from 'vscode';
import type { History } from '../../compose/open-history.ts';
import type { Workspace } from '../../compose.ts';
import { dispatch, type Handlers } from '../../contract/dispatch.ts';
import { noFilters, type RunFilters, type RunRow, type StoreNotice } from '../../contract/trajectories-list.ts';
import {
  type FromTrajectories,
  fromTrajectoriesSchema,
  type Place,
  type TrajectoriesDraft,
} from '../../contract/trajectories-messages.ts';
import type { PhaseView } from '../../contract/trajectories-phase.ts';
import { localize } from '../../contract/words.ts';
import { describeFault } from '../../domain/describe-fault.ts';
import { faultOf } from '../../domain/engine-error.ts';
import { type Acknowledged, acknowledged } from '../acknowledged.ts';
import { textOf } from '../show-fault.ts';
import { openDiff, openText } from './attempt-files.ts';
import { exportFromPanel } from './export-table.ts';
import { ChartFollower } from './follow-charts.ts';
import { type OpenPhase, openPhase } from './open-phase.ts';
import type { TrajectoriesParts } from './parts.ts';
import { changesOf } from './phase-changes.ts';
import { choosePhase } from './places.ts';
import { readCharts } from './read-charts.ts';
import { pageOf, type Reader, rowOfRecord } from './run-list.ts';

/** Rows that a page begins with. */
const firstRows = 50;
/** Rows of the head of the list that are looked at again when something changed. */
const headRows = 40;

/** The host's side of one page: answers what it asks and tells it what changed. */
export class PanelHost {
  readonly #app: TrajectoriesParts;
  readonly #posts: Acknowledged<TrajectoriesDraft>;
  #filters: RunFilters = noFilters;
  #question = 0;
  #ready = false;
  /** There is a page that hears. */
  #seen = false;
  /** What is to be shown once the page is ready. */
  #wanted: { readonly place: Place; readonly compare: boolean } | null = null;
  /** The head of the list as it was sent last, and which of its runs had ended. */
  #head = '';
  #endedRuns: ReadonlySet<string> = new Set();
  /** What the filters offer, as it was sent last. */
  #facets = '';
  /** Counts what was asked to be opened: an answer that was overtaken is not sent. */
  #opened = 0;
  #open: { readonly phase: OpenPhase; shown: PhaseView } | null = null;
  readonly #charts = new ChartFollower({
    read: (filters, signal, tell) => this.#look(({ reader }) => readCharts(reader, filters, signal, tell)),
    tell: (question, view) => this.#send({ type: 'charts', question, view }),
    onFault: (error) =>
      this.#app.log.warn(`Charts are not up to date: ${describeFault(faultOf(error), localize).message}`),
  });
  #updating = false;
  #again = false;

  constructor(app: TrajectoriesParts, webview: Webview) {
    this.#app = app;
    this.#posts = acknowledged<TrajectoriesDraft>({
      component: 'trajectories',
      post: (message) => void webview.postMessage(message),
      log: (line) => app.log.warn(line),
    });
  }

  /** The phase that is open; null where none is. */
  get place(): Place | null {
    return this.#open && { runId: this.#open.phase.runId, phaseId: this.#open.phase.phaseId, attempt: null };
  }

  get filters(): RunFilters {
    return this.#filters;
  }

  /** Takes a message from the page as it came. */
  receive(data: unknown): void {
    const wrong = dispatch(fromTrajectoriesSchema, this.#handlers, data);
    if (wrong) this.#app.log.warn(`Trajectories sent what is not understood: ${wrong}`);
  }

  /** Turns the page to a place. */
  show(place: Place, compare: boolean): void {
    this.#wanted = { place, compare };
    if (this.#ready) this.#tellWanted();
  }

  /** Something in the store may have changed. Calls during an update are answered by one more. */
  update(): void {
    if (!this.#ready) return;
    this.#again = true;
    if (!this.#updating) void this.#updateOften();
  }

  /** The page is hidden, and with it gone: it begins anew when it is seen again. */
  hide(): void {
    this.#ready = false;
    this.#seen = false;
    this.dispose();
  }

  dispose(): void {
    this.#posts.forget();
    this.#charts.close();
  }

  readonly #handlers: Handlers<FromTrajectories> = {
    ready: ({ filters }) => this.#answer(() => this.#start(filters)),
    ack: ({ id }) => this.#posts.acknowledge(id),
    list: (wanted) =>
      this.#answer(async () => {
        this.#filters = wanted.filters;
        this.#question = wanted.question;
        const page = await this.#look(({ reader }) => pageOf(reader, wanted, new Date()));
        if (wanted.start === 0) this.#keepHead(page.rows);
        this.#send({ type: 'runs', question: wanted.question, page });
      }),
    open: ({ place }) => this.#answer(() => this.#openPlace(place)),
    'open-step': ({ runId, phaseId, stepId }) =>
      this.#answer(async () => {
        const phase = this.#phaseAt(runId, phaseId);
        const detail = await this.#look(({ reader }) => phase?.step(reader, stepId) ?? null);
        if (detail) this.#send({ type: 'step', detail }, { runId, phaseId });
      }),
    'open-patch': ({ runId, phaseId, attempt }) => {
      const patch = this.#phaseAt(runId, phaseId)?.patch(attempt);
      if (patch) this.#send({ type: 'patch', patch }, { runId, phaseId });
    },
    'open-charts': ({ question, filters }) => this.#answer(() => this.#charts.open(question, filters)),
    'close-charts': () => this.#charts.close(),
    'open-diff': ({ runId, phaseId, attempt }) =>
      this.#answer(async () => {
        const staged = this.#phaseAt(runId, phaseId)?.staged(attempt);
        const title = this.#open?.shown.title ?? phaseId;
        if (staged)
          await this.#app.session.use((workspace) =>
            openDiff(workspace, l10n.t('Attempt {0}: {1}', attempt, title), staged),
          );
      }),
    'open-text': ({ runId, phaseId, stepId, key }) =>
      this.#answer(async () => {
        const phase = this.#phaseAt(runId, phaseId);
        const text = phase && (await this.#look(({ reader }) => phase.text(reader, stepId, key)));
        if (text !== null) await openText({ runId, phaseId, stepId, key });
      }),
    copy: ({ text }) => this.#answer(async () => env.clipboard.writeText(text)),
    export: ({ table, filters, place }) => this.#answer(() => exportFromPanel(this.#app, table, filters, place)),
    replay: ({ place }) => this.#answer(async () => void (await commands.executeCommand('countersign.replay', place))),
    'run-phase': () => void commands.executeCommand('countersign.runPhase'),
    'notice-button': () => this.#answer(() => this.#app.session.use(({ ledger }) => followNotice(ledger))),
    defect: ({ detail }) => this.#app.log.error(`Trajectories: ${detail}`),
  };

  #send(draft: TrajectoriesDraft, about: Partial<Place> = {}): void {
    if (this.#seen) this.#posts.send(draft, about);
  }

  #look<Value>(work: (history: History) => Promise<Value> | Value): Promise<Value> {
    return this.#app.session.look(work);
  }

  /** A failure is told on the page, where its cause was asked for. */
  #answer(work: () => Promise<void> | void): void {
    Promise.resolve()
      .then(work)
      .catch((error: unknown) => {
        const fault = faultOf(error);
        if (fault.code === 'interrupted') return;
        if (fault.code === 'internal/defect') this.#app.log.error(error instanceof Error ? error : String(error));
        this.#send({ type: 'fault', ...textOf(fault) });
      });
  }

  #phaseAt(runId: string, phaseId: string): OpenPhase | null {
    const phase = this.#open?.phase;
    return phase?.runId === runId && phase.phaseId === phaseId ? phase : null;
  }

  async #start(filters: RunFilters): Promise<void> {
    this.#seen = true;
    // A page that was reloaded begins anew: what it was told before is gone with it.
    this.#posts.forget();
    this.#open = null;
    this.#filters = filters;
    this.#question = 0;
    const wanted = { filters, start: 0, after: null, skip: 0, limit: firstRows };
    const page = await this.#look(({ reader }) => pageOf(reader, wanted, new Date()));
    const notice = workspace.isTrusted ? await this.#app.session.use(({ ledger }) => noticeOf(ledger)) : null;
    this.#keepHead(page.rows);
    this.#ready = true;
    this.#send({ type: 'snapshot', page, notice });
    if (this.#wanted) this.#tellWanted();
    this.#facets = '';
    await this.#tellFacets();
  }

  async #tellFacets(): Promise<void> {
    const { models, categories } = await this.#look(({ reader }) => reader.runFacets());
    const facets = { models: [...models], categories: [...categories] };
    if (JSON.stringify(facets) === this.#facets) return;
    this.#facets = JSON.stringify(facets);
    this.#send({ type: 'facets', facets });
  }

  #tellWanted(): void {
    const wanted = this.#wanted;
    this.#wanted = null;
    if (wanted) this.#send({ type: 'show', ...wanted }, wanted.place);
  }

  async #openPlace(place: Place): Promise<void> {
    this.#opened += 1;
    const number = this.#opened;
    const found = await this.#look(async ({ reader }) => {
      const phaseId = choosePhase(await reader.run(place.runId), place.phaseId);
      if (phaseId === null) return null;
      const phase = openPhase(place.runId, phaseId);
      const shown = await phase.read(reader);
      return shown && { phase, shown };
    });
    if (number !== this.#opened) return;
    if (!found) {
      const sentence = l10n.t('The history of this repository has no such run.');
      this.#send({ type: 'missing', place, sentence }, place);
      return;
    }
    this.#open = found;
    this.#send({ type: 'phase', phase: found.shown }, { ...place, phaseId: found.phase.phaseId });
  }

  async #updateOften(): Promise<void> {
    this.#updating = true;
    while (this.#again) {
      this.#again = false;
      try {
        await this.#look(({ reader }) => this.#updateOnce(reader));
      } catch (error) {
        const { message } = describeFault(faultOf(error), localize);
        this.#app.log.warn(`Trajectories stopped following: ${message}`);
        this.#send({ type: 'stopped', at: new Date().toISOString() });
      }
    }
    this.#updating = false;
  }

  #keepHead(rows: readonly RunRow[]): void {
    this.#head = headOf(rows);
    const ended = rows.slice(0, headRows).filter(({ state }) => !underWay.has(state));
    this.#endedRuns = new Set(ended.map(({ id }) => id));
  }

  /** Only what changed: never the whole again. */
  async #updateOnce(reader: Reader): Promise<void> {
    const filters = this.#filters;
    const question = this.#question;
    const page = await pageOf(reader, { filters, start: 0, after: null, skip: 0, limit: headRows }, new Date());
    const ended = this.#endedRuns;
    if (headOf(page.rows) !== this.#head) {
      this.#keepHead(page.rows);
      this.#charts.changed([...this.#endedRuns].some((id) => !ended.has(id)));
      this.#send({ type: 'runs-changed', question, page });
      await this.#tellFacets();
    }
    const open = this.#open;
    if (!open) return;
    const now = await open.phase.read(reader);
    if (!now || this.#open !== open) return;
    const changes = changesOf(open.shown, now);
    open.shown = now;
    const { runId } = open.phase;
    const run = changes && (await reader.run(runId));
    if (!run) return;
    this.#send({ type: 'phase-changed', ...changes, run: await rowOfRecord(reader, run) }, changes);
  }
}

const underWay: ReadonlySet<RunRow['state']> = new Set(['planning', 'running', 'paused']);

const headOf = (rows: readonly unknown[]) => JSON.stringify(rows.slice(0, headRows));

function noticeOf(ledger: Workspace['ledger']): StoreNotice | null {
  if (ledger.newer) {
    const message = l10n.t('This history was written by a newer Countersign; it opens read-only.');
    return { kind: 'newer', message, button: l10n.t('Update') };
  }
  if (!setAsideFile(ledger)) return null;
  const message = l10n.t('History was damaged. It was set aside and a new one started.');
  return { kind: 'damaged', message, button: l10n.t('Show File') };
}

function setAsideFile(ledger: Workspace['ledger']): string | null {
  const damaged = ledger.notices.find((fault) => fault.code === 'store/damaged');
  return damaged?.setAside ?? null;
}

async function followNotice(ledger: Workspace['ledger']): Promise<void> {
  const file = setAsideFile(ledger);
  if (ledger.newer) await commands.executeCommand('workbench.extensions.action.checkForUpdates');
  else if (file !== null) await commands.executeCommand('revealFileInOS', Uri.file(file));
}
