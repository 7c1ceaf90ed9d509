/** Training jobs for both faces: start, follow, steer, take up again. */
import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { Workspace } from '../../compose.ts';
import type { Config } from '../../domain/config.ts';
import type { ControlRequest } from '../../domain/control.ts';
import { EngineError } from '../../domain/engine-error.ts';
import type { GivenControl, JobConfig, TrainedModel } from '../../training/jobs/job.ts';
import { assertFile } from '../../training/jobs/job-data.ts';
import {
  isUnderWay,
  type JobCost,
  type JobData,
  type JobRecord,
  jobNamed,
  type KeptJob,
  makeJobFolder,
  newJobId,
  readJobs,
  thisOwner,
  writeRecord,
} from '../../training/jobs/job-record.ts';
import { type JobResult, runJob } from '../../training/jobs/run-job.ts';
import { isStuck, type JobStatus, type KeptStep, readMetrics } from '../../training/jobs/status-file.ts';
import { openRegistry } from '../../training/models/registry.ts';
import { openControlFiles } from '../control-files.ts';
import { ownFolder } from '../own-folder.ts';
import { backendNamed, openBackend } from './training-backends.ts';
import {
  assertCapped,
  assertReady,
  costOf,
  type TrainingCaps,
  takeData,
  trainingName,
  validationName,
} from './training-plan.ts';

export type { JobCost, JobResult, JobStatus, KeptJob };

export interface TrainRequest {
  /** As the configuration names it; its default where null. */
  readonly backend: string | null;
  /** `manifest.json` of a dataset; one is made where null. */
  readonly manifest: string | null;
  /** Trains though there is not enough to train on. */
  readonly force: boolean;
  /** Most rows to train on; all where null. */
  readonly size: number | null;
  /** Most it may cost, and most tokens where the price is unknown; the configuration's where null. */
  readonly usd: number | null;
  readonly tokens: number | null;
}

export interface JobHooks {
  /** Hears of each change, after it was written. */
  readonly onStatus: (job: string, status: JobStatus) => void;
  /** What the job may cost, before anything is sent; nothing is where it throws. */
  readonly onCost: (job: string, cost: JobCost, data: JobData) => void | Promise<void>;
  /** Asks a person about a job that nothing caps; null where nobody can be asked. */
  readonly mayCost?: (cost: JobCost) => Promise<boolean | null>;
}

export interface TrainedJob {
  readonly job: KeptJob;
  readonly result: JobResult;
}

/**
 * Starts a job and follows it to its end. Throws `training/not-configured`, `training/not-ready`,
 * `training/unusable-data`, `budget/training-uncapped` and `budget/training-too-dear` before anything is sent; what
 * goes wrong behind that is a result.
 */
export async function startTraining(
  workspace: Workspace,
  request: TrainRequest,
  hooks: JobHooks,
  environment: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<TrainedJob> {
  const { config, repository } = workspace;
  const { name, backend } = backendNamed(config.config.training, request.backend);
  if (request.manifest === null && !request.force) await assertReady(workspace);
  const now = new Date();
  const id = newJobId(now);
  await ownFolder(repository.stateDirectory, 'training', 'jobs');
  const folder = await makeJobFolder(repository.stateDirectory, id);
  const { provider, baseModel, method, suffix = null, hyperparameters } = backend;
  const described = { id, createdAt: now.toISOString(), backend: name, provider, baseModel, method, suffix };
  let record: JobRecord;
  try {
    const { data, training, validation } = await takeData(workspace, backend, request, folder, signal);
    const cost = await costOf(backend, training);
    await hooks.onCost(id, cost, data);
    await assertCapped(cost, capsOf(config.config.training, request), hooks.mayCost);
    const files = { trainingSha256: training.sha256, validationSha256: validation?.sha256 ?? null };
    const rest = { ...files, data, cost, owner: thisOwner(), version: null };
    record = { ...described, hyperparameters, ...rest };
    await writeRecord(folder, record);
  } catch (error) {
    // A job that was not begun is none.
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
  return carryOn(workspace, { record, status: null, followed: true, folder }, hooks, environment, signal);
}

/**
 * Takes up a job that nobody follows: one that goes on at its server is followed again, one that was cut off begins
 * anew with the same data. Throws `training/not-controllable`.
 */
export async function resumeTraining(
  workspace: Workspace,
  selector: string,
  hooks: JobHooks,
  environment: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<TrainedJob> {
  const { stateDirectory } = workspace.repository;
  const job = await jobNamed(stateDirectory, selector);
  const { id } = job.record;
  if (job.followed) throw notControllable(id, 'a process follows it already.');
  if (job.status?.status === 'completed') throw notControllable(id, 'it is done.');
  await assertOwnData(job);
  const record = { ...job.record, owner: thisOwner() };
  await writeRecord(job.folder, record);
  return carryOn(workspace, { ...job, record }, hooks, environment, signal);
}

function capsOf({ maxUsd, maxTokens }: Config['training'], { usd, tokens }: TrainRequest): TrainingCaps {
  return { usd: usd ?? maxUsd, tokens: tokens ?? maxTokens };
}

/** A job may have arrived with a repository: what is sent is its rows, and no other file that a link leads to. */
async function assertOwnData({ folder, record }: KeptJob): Promise<void> {
  const { trainingSha256, validationSha256 } = record;
  await assertFile(path.join(folder, trainingName), trainingSha256);
  if (validationSha256 !== null) await assertFile(path.join(folder, validationName), validationSha256);
}

async function carryOn(
  workspace: Workspace,
  job: KeptJob,
  hooks: JobHooks,
  environment: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<TrainedJob> {
  const { config, repository } = workspace;
  const { stateDirectory } = repository;
  const { record } = job;
  const { training, models } = config.config;
  const { backend } = backendNamed(training, record.backend);
  const inbox = openControlFiles({ stateDirectory });
  // What was asked of an earlier start is out of date.
  await inbox.take(record.id);
  const result = await runJob(jobConfigOf(job), {
    backend: openBackend(backend, models, environment),
    now: () => new Date(),
    onStatus: (status) => hooks.onStatus(record.id, status),
    takeControls: async () => (await inbox.take(record.id)).flatMap(givenOf),
    stuckAfterHours: training.stuckAfterHours,
    signal,
  });
  if (result.type === 'succeeded') await register(stateDirectory, job, result.trained);
  return { job: await jobNamed(stateDirectory, record.id), result };
}

/** A job knows no phases to skip or try again. */
function givenOf({ type, reason }: ControlRequest): readonly GivenControl[] {
  return type === 'pause' || type === 'resume' || type === 'stop' ? [{ type, reason }] : [];
}

function jobConfigOf({ record, folder }: KeptJob): JobConfig {
  const { id, baseModel, method, suffix, hyperparameters, trainingSha256 } = record;
  return {
    id,
    trainingFile: path.join(folder, trainingName),
    validationFile: record.validationSha256 !== null ? path.join(folder, validationName) : null,
    trainingSha256,
    baseModel,
    method,
    suffix,
    hyperparameters,
    folder,
  };
}

async function register(stateDirectory: string, { record, folder }: KeptJob, trained: TrainedModel): Promise<void> {
  const { manifestSha256, seed, heldOut, heldOutFrom } = record.data;
  const { version } = openRegistry(stateDirectory).add({
    model: `${record.provider}/${trained.model}`,
    madeAt: new Date().toISOString(),
    job: record.id,
    base: record.baseModel,
    dataset: { manifestSha256, seed, heldOut, heldOutFrom },
    checkpoints: [...trained.checkpoints],
    trainedTokens: trained.trainedTokens,
    shutdownDate: trained.shutdownDate,
    note: null,
  });
  await writeRecord(folder, { ...record, version });
}

/**
 * Asks something of a job that a process follows. Throws `training/no-job` and `training/not-controllable`; resolves to
 * whether it was taken up in time.
 */
export async function controlTraining(
  { repository }: Pick<Workspace, 'repository'>,
  selector: string,
  request: GivenControl,
): Promise<{ readonly job: string; readonly takenUp: boolean }> {
  const { stateDirectory } = repository;
  const { record, followed, status } = await jobNamed(stateDirectory, selector);
  if (!followed) {
    const detail = isUnderWay(status) ? 'no process follows it: take it up with `train resume`.' : 'it is over.';
    throw notControllable(record.id, detail);
  }
  const takenUp = await openControlFiles({ stateDirectory }).send(record.id, { ...request, phaseId: null });
  return { job: record.id, takenUp };
}

function notControllable(job: string, detail: string): EngineError {
  return new EngineError({ code: 'training/not-controllable', job, detail });
}

/** A job as the faces show it. */
export interface ShownJob extends KeptJob {
  readonly stuck: boolean;
}

/** Every job, newest first. */
export async function trainingJobs(
  { repository, config }: Pick<Workspace, 'repository' | 'config'>,
  now: Date,
): Promise<readonly ShownJob[]> {
  const hours = config.config.training.stuckAfterHours;
  const jobs = await readJobs(repository.stateDirectory);
  return jobs.map((job) => ({ ...job, stuck: job.status !== null && isStuck(job.status, hours, now) }));
}

/** One job, with every step that it told. Throws `training/no-job`. */
export async function trainingJob(
  parts: Pick<Workspace, 'repository' | 'config'>,
  selector: string,
  now: Date,
): Promise<ShownJob & { readonly steps: readonly KeptStep[] }> {
  const job = await jobNamed(parts.repository.stateDirectory, selector);
  const hours = parts.config.config.training.stuckAfterHours;
  const stuck = job.status !== null && isStuck(job.status, hours, now);
  return { ...job, stuck, steps: await readMetrics(job.folder) };
}
