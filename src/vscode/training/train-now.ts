import { l10n, ProgressLocation, window } from 'vscode';
import { z } from 'zod';
import type { JobResult, TrainRequest } from '../../compose/training/train-jobs.ts';
import type { TrainingOffer, TrainingTask } from '../../compose/training/training-tasks.ts';
import { faultOf } from '../../domain/engine-error.ts';
import type { TrainingBackend } from '../../domain/training.ts';
import { toast } from '../announce.ts';
import type { App, Handler } from '../app.ts';
import { askForApproval } from '../commands/approve-configuration.ts';
import { showFault } from '../show-fault.ts';
import { agreesToOffer, agreesToTrainOnLittle } from './ask.ts';
import { inThread } from './thread.ts';

/** What the panel names: a job that nobody follows. */
const namedSchema = z.strictObject({ resume: z.string() });

interface NamedBackend {
  readonly name: string;
  readonly backend: TrainingBackend;
}

/** Starts a training job, once the user has agreed to what it sends and costs; or takes one up again. */
export const trainNow: Handler = async (app, argument) => {
  const named = namedSchema.safeParse(argument);
  if (named.success) return follow(app, { name: 'resume', request: { job: named.data.resume } }, null);
  await askForApproval(app);
  const chosen = await chooseBackend(app);
  if (!chosen) return;
  const request: TrainRequest = {
    backend: chosen.name,
    manifest: null,
    force: false,
    size: null,
    usd: null,
    tokens: null,
  };
  try {
    await follow(app, { name: 'train', request }, chosen);
  } catch (error) {
    const fault = faultOf(error);
    if (fault.code !== 'training/not-ready') throw error;
    if (!(await agreesToTrainOnLittle(fault.missing))) return;
    await follow(app, { name: 'train', request: { ...request, force: true } }, chosen);
  }
};

async function chooseBackend({ session }: App): Promise<NamedBackend | null> {
  const { backendNamed } = await import('../../compose/training/training-backends.ts');
  return session.useFresh(async ({ config }) => {
    const { training } = config.config;
    const names = Object.keys(training.backends);
    // Throws where there is none.
    if (training.backend !== undefined || names.length < 2) return backendNamed(training, null);
    const items = names.map((label) => ({ label, description: training.backends[label]?.baseModel ?? '' }));
    const picked = await window.showQuickPick(items, { title: l10n.t('Train Now'), placeHolder: l10n.t('Train with') });
    return picked ? backendNamed(training, picked.label) : null;
  });
}

/**
 * Resolves once the job is under way, which goes on behind; until then it can be cancelled. Rejects with what stood in
 * its way before that.
 */
async function follow(app: App, task: TrainingTask<'train' | 'resume'>, chosen: NamedBackend | null): Promise<void> {
  const { log, session, training } = app;
  const options = { location: ProgressLocation.Notification, title: l10n.t('Preparing training'), cancellable: true };
  const { begun, over, stop } = launch(app, task, chosen);
  await window.withProgress(options, (_, token) => {
    token.onCancellationRequested(stop);
    return begun;
  });
  await training.open();
  training.refresh();
  over
    .then((result) => tell(app, result))
    .catch((error: unknown) => showFault(error, log, session.folder?.uri.fsPath ?? null))
    .finally(() => training.refresh());
}

interface Launched {
  /** The user has agreed to it; or it is over already. */
  readonly begun: Promise<void>;
  readonly over: Promise<JobResult>;
  readonly stop: () => void;
}

/** A job that is taken up again was agreed to when it was begun. */
function launch(
  { training, ...app }: App,
  task: TrainingTask<'train' | 'resume'>,
  chosen: NamedBackend | null,
): Launched {
  const stopped = new AbortController();
  const agreed = Promise.withResolvers<void>();
  if (chosen === null) agreed.resolve();
  const agree = async (offer: TrainingOffer) => {
    const agrees = chosen !== null && (await agreesToOffer(chosen, offer));
    if (agrees) agreed.resolve();
    return agrees;
  };
  const over = training.work.during(l10n.t('Training'), (stop) => {
    stop.signal.addEventListener('abort', () => stopped.abort(), { once: true });
    return inThread(app, task, { signal: stopped.signal, agree });
  });
  return { begun: Promise.race([agreed.promise, over.then(() => {})]), over, stop: () => stopped.abort() };
}

/** The status bar for what went well, one toast where a person is needed. */
function tell({ status }: App, result: JobResult): void {
  if (result.type === 'succeeded') status.tell(l10n.t('Trained {0}', result.trained.model));
  if (result.type === 'stopped') status.tell(l10n.t('Training stopped'), 'circle-slash');
  if (result.type !== 'failed') return;
  void toast(l10n.t('A training job failed. {0}', result.reason), l10n.t('Open Training'), 'countersign.openTraining');
}
