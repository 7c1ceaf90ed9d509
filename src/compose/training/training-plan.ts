/** What a training job is to learn from, and what that may cost: all that is settled before anything is sent. */
import path from 'node:path';
import type { Workspace } from '../../compose.ts';
import { EngineError } from '../../domain/engine-error.ts';
import { microsOfUsd } from '../../domain/money.ts';
import type { TrainingBackend } from '../../domain/training.ts';
import { counterFor } from '../../models/tokens.ts';
import { linesOf, readDataset, type TakenFile, takeRows } from '../../training/jobs/job-data.ts';
import { type JobCost, type JobData, readJobs } from '../../training/jobs/job-record.ts';
import { checkReadiness } from './check-readiness.ts';
import { prepareTraining } from './prepare-training.ts';
import { formatOf } from './training-backends.ts';

export const trainingName = 'training.jsonl';
export const validationName = 'validation.jsonl';

/** Throws `training/not-ready` with what is missing. */
export async function assertReady(workspace: Workspace): Promise<void> {
  const lastTrainedAt = await lastTrainingStart(workspace.repository.stateDirectory);
  const { ready, bars } = checkReadiness(workspace, false, new Date(), lastTrainedAt);
  if (ready) return;
  const missing = bars.flatMap((bar) => (bar.missing === null ? [] : [bar.missing]));
  throw new EngineError({ code: 'training/not-ready', missing });
}

/** ISO 8601: when the newest job that came as far as training began; null where there was none. */
export async function lastTrainingStart(stateDirectory: string): Promise<string | null> {
  const jobs = await readJobs(stateDirectory);
  return jobs.find(({ status }) => status !== null && status.status !== 'crashed')?.record.createdAt ?? null;
}

export interface TakenData {
  readonly data: JobData;
  readonly training: TakenFile;
  readonly validation: TakenFile | null;
}

/**
 * The rows of the named dataset, or of one that is made for the job, in the job's own folder. Throws
 * `training/unusable-data`.
 */
export async function takeData(
  workspace: Workspace,
  backend: TrainingBackend,
  { manifest, size }: { readonly manifest: string | null; readonly size: number | null },
  folder: string,
  signal: AbortSignal,
): Promise<TakenData> {
  const format = formatOf(backend);
  const made = path.join(folder, 'dataset');
  if (manifest === null) {
    const split = { seed: '1', heldOut: 0.1, from: null };
    await prepareTraining(workspace, { folder: made, formats: [format], split, recorded: false }, signal);
  }
  const dataset = await readDataset(manifest ?? path.join(made, 'manifest.json'));
  const taken = (side: string, name: string) =>
    takeRows(dataset, { name: `${format}.${side}.jsonl`, to: path.join(folder, name), most: size });
  const training = await taken('train', trainingName);
  if (!training) {
    const detail = `the dataset has no row of the format ${format} to train on.`;
    throw new EngineError({ code: 'training/unusable-data', detail });
  }
  const validation = await taken('test', validationName);
  const { manifestSha256, manifest: told } = dataset;
  const { seed, heldOut, heldOutFrom } = told;
  const rows = { rows: training.rows, validationRows: validation?.rows ?? 0 };
  return { training, validation, data: { manifestSha256, seed, heldOut, heldOutFrom, format, ...rows } };
}

/** What the providers take where nobody names a number of epochs. */
const epochsByDefault = 3;
const linesAtOnce = 200;

/** Tokens by our own count, of the rows as they are and over all epochs: an estimate, and an upper one. */
export async function costOf(backend: TrainingBackend, { file }: TakenFile): Promise<JobCost> {
  const count = counterFor(backend.baseModel);
  let tokens = 0;
  let lines: string[] = [];
  const countLines = async () => {
    tokens += (await count(lines)).reduce((sum, each) => sum + each, 0);
    lines = [];
  };
  for await (const line of linesOf(file)) {
    lines.push(line);
    if (lines.length >= linesAtOnce) await countLines();
  }
  await countLines();
  const epochs = Number(backend.hyperparameters.n_epochs);
  tokens *= Number.isFinite(epochs) && epochs > 0 ? Math.ceil(epochs) : epochsByDefault;
  const { usdPerMillionTokens: price = null } = backend;
  return { tokens, micros: price === null ? null : microsOfUsd((tokens / 1e6) * price), usdPerMillionTokens: price };
}

export interface TrainingCaps {
  /** US dollars; null for none. */
  readonly usd: number | null;
  readonly tokens: number | null;
}

/**
 * Throws `budget/training-uncapped` and `budget/training-too-dear`. What costs nothing needs no cap; `mayCost` asks a
 * person about what nothing caps.
 */
export async function assertCapped(
  cost: JobCost,
  caps: TrainingCaps,
  mayCost: ((cost: JobCost) => Promise<boolean | null>) | undefined,
): Promise<void> {
  const { tokens, micros } = cost;
  const capMicros = caps.usd === null ? null : microsOfUsd(caps.usd);
  const capTokens = caps.tokens;
  const isTooDear = micros !== null && capMicros !== null && micros > capMicros;
  if (isTooDear || (capTokens !== null && tokens > capTokens)) {
    throw new EngineError({ code: 'budget/training-too-dear', tokens, micros, capMicros, capTokens });
  }
  const isCapped = micros === null ? capTokens !== null : capMicros !== null || micros === 0;
  if (isCapped || (await mayCost?.(cost)) === true) return;
  throw new EngineError({ code: 'budget/training-uncapped', tokens, micros });
}
