import { commands, l10n, type Webview, workspace } from 'vscode';
import { followJobSteps } from '../../compose/training/job-steps.ts';
import { controlTraining, type ShownJob, trainingJobs } from '../../compose/training/train-jobs.ts';
import type { TrainingOverview } from '../../compose/training/training-tasks.ts';
import { dispatch, type Handlers } from '../../contract/dispatch.ts';
import { healthViewOf } from '../../contract/training-health.ts';
import { jobViewOf } from '../../contract/training-job.ts';
import { type FromTraining, fromTrainingSchema, type TrainingDraft } from '../../contract/training-messages.ts';
import { type ComingModel, modelsViewOf } from '../../contract/training-models.ts';
import { stockViewOf } from '../../contract/training-stock.ts';
import { describeFault } from '../../domain/describe-fault.ts';
import { faultOf } from '../../domain/engine-error.ts';
import type { CommandId } from '../../manifest/commands.ts';
import { type Acknowledged, acknowledged } from '../acknowledged.ts';
import { textOf } from '../show-fault.ts';
import { compared } from './compared.ts';
import type { TrainingParts } from './parts.ts';
import { chooseJob, isLive, jobFigures, jobNumber } from './read-job.ts';
import { inThread } from './thread.ts';
import type { Training } from './training.ts';

/** A live job is looked at so often, and else whether there is one. */
const liveMs = 1000;
const idleMs = 5000;
/** All that was kept is read again at most this often, and the longer it takes the less. */
const surveyEveryMs = 5000;
const restPerReading = 5;

/** The host's side of one page: tells it what is known, each part again when it changed. */
export class PanelHost {
  readonly #app: TrainingParts;
  readonly #training: Training;
  readonly #posts: Acknowledged<TrainingDraft>;
  readonly #steps = followJobSteps();
  /** As each part was sent last. */
  readonly #sent = new Map<TrainingDraft['type'], string>();
  #seen = false;
  #jobs: readonly ShownJob[] = [];
  #overview: TrainingOverview | null = null;
  #reading = new AbortController();
  #timer: NodeJS.Timeout | null = null;
  #surveyTimer: NodeJS.Timeout | null = null;
  #nextSurveyMs = Number.NEGATIVE_INFINITY;
  #isReading = false;

  constructor(app: TrainingParts, training: Training, webview: Webview) {
    this.#app = app;
    this.#training = training;
    this.#posts = acknowledged<TrainingDraft>({
      component: 'training',
      post: (message) => void webview.postMessage(message),
      log: (line) => app.log.warn(line),
    });
  }

  /** Takes a message from the page as it came. */
  receive(data: unknown): void {
    const wrong = dispatch(fromTrainingSchema, this.#handlers, data);
    if (wrong) this.#app.log.warn(`Training sent what is not understood: ${wrong}`);
  }

  /** Something in the store may have changed. */
  update(): void {
    if (this.#seen) this.#surveySoon();
  }

  /** Something was done here that the page shows. */
  refresh(): void {
    if (!this.#seen) return;
    this.#answer(() => this.#tellJob());
    this.#answer(() => this.#tellOverview());
  }

  tellWork(): void {
    this.#send({ type: 'work', work: this.#training.work.words });
  }

  /** The page is hidden, and with it gone: it begins anew when it is seen again. */
  hide(): void {
    this.#seen = false;
    this.dispose();
  }

  dispose(): void {
    this.#posts.forget();
    this.#sent.clear();
    this.#reading.abort();
    if (this.#timer) clearTimeout(this.#timer);
    if (this.#surveyTimer) clearTimeout(this.#surveyTimer);
    this.#timer = null;
    this.#surveyTimer = null;
  }

  readonly #handlers: Handlers<FromTraining> = {
    ready: () => this.#answer(() => this.#start()),
    ack: ({ id }) => this.#posts.acknowledge(id),
    prepare: () => this.#run('countersign.trainPrepare'),
    train: () => this.#run('countersign.trainNow'),
    control: ({ job, control }) =>
      this.#answer(async () => {
        await this.#app.session.use((opened) => controlTraining(opened, job, { type: control, reason: null }));
        await this.#tellJob();
      }),
    resume: ({ job }) => this.#run('countersign.trainNow', { resume: job }),
    model: ({ action, version }) => {
      if (action === 'deploy') this.#run('countersign.deployModel', version);
      if (action === 'roll-back') this.#run('countersign.rollBackModel');
    },
    'open-example': () => this.#run('countersign.openExample'),
    'manage-trust': () => void commands.executeCommand('workbench.trust.manage'),
    defect: ({ detail }) => this.#app.log.error(`Training: ${detail}`),
  };

  #run(command: CommandId, ...args: readonly unknown[]): void {
    void commands.executeCommand(command, ...args);
  }

  /** The same again is not sent. */
  #send(draft: TrainingDraft): void {
    if (!this.#seen) return;
    const text = JSON.stringify(draft);
    if (draft.type !== 'fault' && this.#sent.get(draft.type) === text) return;
    this.#sent.set(draft.type, text);
    this.#posts.send(draft);
  }

  /** A failure is told on the page, where its cause was asked for. */
  #answer(work: () => Promise<void>): void {
    work().catch((error: unknown) => {
      const fault = faultOf(error);
      if (fault.code === 'interrupted') return;
      if (fault.code === 'internal/defect') this.#app.log.error(error instanceof Error ? error : String(error));
      this.#send({ type: 'fault', ...textOf(fault) });
    });
  }

  async #start(): Promise<void> {
    this.dispose();
    this.#seen = true;
    this.#reading = new AbortController();
    const message = l10n.t('This folder is not trusted: nothing of it is read for training.');
    const barred = workspace.isTrusted ? null : { message, button: l10n.t('Manage Trust') };
    this.#send({ type: 'welcome', barred });
    if (barred) return;
    this.tellWork();
    this.#showKeptSurvey();
    this.#followJobs();
    await this.#tellOverview();
    await this.#readSurvey();
  }

  #showKeptSurvey(): void {
    const kept = this.#training.survey;
    if (kept && kept.directory === this.#app.session.folder?.uri.fsPath)
      this.#send({ type: 'stock', stock: stockViewOf(kept.stock) });
  }

  /** Jobs are files that any process may write: they are looked at, as long as the page is. */
  #followJobs(): void {
    const again = () => {
      if (this.#seen) this.#timer = setTimeout(() => this.#followJobs(), this.#jobs.some(isLive) ? liveMs : idleMs);
    };
    this.#tellJob().then(again, (error: unknown) => {
      this.#app.log.warn(`Training stopped following: ${describeFault(faultOf(error)).message}`);
      this.#send({ type: 'stopped', at: new Date().toISOString() });
    });
  }

  async #tellJob(): Promise<void> {
    const before = this.#jobs.filter(isLive).length;
    this.#jobs = await this.#app.session.use((opened) => trainingJobs(opened, new Date()));
    const chosen = chooseJob(this.#jobs);
    const figures = chosen && (await jobFigures(this.#jobs, chosen, this.#steps));
    this.#send({ type: 'job', job: figures && jobViewOf(figures) });
    this.#tellModels();
    // One that ended may have become a version.
    if (before > this.#jobs.filter(isLive).length) await this.#tellOverview();
  }

  async #tellOverview(): Promise<void> {
    const { signal } = this.#reading;
    this.#overview = await inThread(this.#app, { name: 'overview', request: {} }, { signal });
    this.#tellModels();
    this.#send({ type: 'health', health: healthViewOf(this.#overview.health) });
  }

  #tellModels(): void {
    if (!this.#overview) return;
    const { models } = this.#overview;
    const live = this.#jobs.find(isLive);
    const coming: ComingModel | null = live
      ? { job: numberOf(this.#jobs, live.record.id), base: live.record.baseModel, startedAt: live.record.createdAt }
      : null;
    const jobs = new Map(this.#jobs.map(({ record }) => [record.id, numberOf(this.#jobs, record.id)]));
    const figures = { ...models, jobs, comparison: compared(models) };
    this.#send({ type: 'models', models: modelsViewOf(figures, coming) });
  }

  #surveySoon(): void {
    if (this.#surveyTimer || this.#isReading) return;
    const waitMs = Math.max(0, this.#nextSurveyMs - performance.now());
    this.#surveyTimer = setTimeout(() => {
      this.#surveyTimer = null;
      this.#answer(() => this.#readSurvey());
    }, waitMs);
  }

  /** Reads all that was kept, unless nothing came to it since. */
  async #readSurvey(): Promise<void> {
    const { session } = this.#app;
    const directory = session.folder?.uri.fsPath ?? '';
    const stamp = await this.#stamp();
    const kept = this.#training.survey;
    const begunMs = performance.now();
    this.#nextSurveyMs = begunMs + surveyEveryMs;
    if (kept?.directory === directory && kept.stamp === stamp) return;
    this.#isReading = true;
    try {
      const { signal } = this.#reading;
      const stock = await inThread(this.#app, { name: 'survey', request: {} }, { signal });
      this.#training.survey = { directory, stamp, stock };
      this.#send({ type: 'stock', stock: stockViewOf(stock) });
      // What came also counts for models and health.
      if (kept) await this.#tellOverview();
    } finally {
      this.#isReading = false;
      const tookMs = performance.now() - begunMs;
      this.#nextSurveyMs = performance.now() + Math.max(surveyEveryMs, restPerReading * tookMs);
      // Something may have come meanwhile.
      if (this.#seen) this.#surveySoon();
    }
  }

  /** Another where an event came, a job began, or an hour passed. */
  async #stamp(): Promise<string> {
    const events = await this.#app.session.use(({ ledger }) => ledger.lastSequence());
    return JSON.stringify([events, this.#jobs[0]?.record.id ?? null, Math.floor(Date.now() / 3_600_000)]);
  }
}

const numberOf = (jobs: readonly ShownJob[], id: string) => jobNumber(jobs, id) ?? id;
