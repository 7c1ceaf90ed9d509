import { randomBytes, randomUUID } from 'node:crypto';
import { lstat, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { EngineError } from '../../domain/engine-error.ts';
import { microsSchema } from '../../domain/money.ts';
import { trainingMethods } from '../../domain/training.ts';
import { formatOwner, livenessOf, thisProcess } from '../../ledger/owner.ts';
import { type JobStatus, readStatus } from './status-file.ts';

/** What is known of a job's data: enough to tell later what its model was trained on. */
const jobDataSchema = z.object({
  /** SHA-256 of the dataset's manifest. */
  manifestSha256: z.string(),
  seed: z.string(),
  heldOut: z.number(),
  heldOutFrom: z.string().nullable(),
  format: z.string(),
  rows: z.int().nonnegative(),
  validationRows: z.int().nonnegative(),
});
export type JobData = z.infer<typeof jobDataSchema>;

/** What a job may cost, as it was stated before it began. */
const jobCostSchema = z.object({
  /** Tokens that it trains on, over all epochs, by our count. */
  tokens: z.int().nonnegative(),
  /** Null where the price is unknown. */
  micros: microsSchema.nullable(),
  usdPerMillionTokens: z.number().nullable(),
});
export type JobCost = z.infer<typeof jobCostSchema>;

/** `job.json`: what a job is. What becomes of it stands in `status.json`. */
const jobRecordSchema = z.object({
  id: z.string(),
  createdAt: z.string(),
  /** By the name that the configuration has for it. */
  backend: z.string(),
  /** Provider that serves the result. */
  provider: z.string(),
  baseModel: z.string(),
  method: z.enum(trainingMethods),
  suffix: z.string().nullable(),
  hyperparameters: z.record(z.string(), z.union([z.string(), z.number()])),
  trainingSha256: z.string(),
  /** Null where nothing is held out. */
  validationSha256: z.string().nullable(),
  data: jobDataSchema,
  cost: jobCostSchema,
  /** The process that follows it, as `owner.ts` writes it. */
  owner: z.string(),
  /** The version that its result became. */
  version: z.string().nullable(),
});
export type JobRecord = z.infer<typeof jobRecordSchema>;

/** One job with how it stands. */
export interface KeptJob {
  readonly record: JobRecord;
  readonly status: JobStatus | null;
  /** A process of this machine follows it now. */
  readonly followed: boolean;
  readonly folder: string;
}

const namePattern = /^train-\d{8}-\d{6}-[0-9a-f]{4}$/;

export function newJobId(now: Date): string {
  const stamp = now.toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15);
  return `train-${stamp}-${randomBytes(2).toString('hex')}`;
}

export function thisOwner(): string {
  return formatOwner(thisProcess());
}

function jobsFolder(stateDirectory: string): string {
  return path.join(stateDirectory, 'training', 'jobs');
}

/** Makes the job's folder, for this user alone. Throws where anything of that name is there. */
export async function makeJobFolder(stateDirectory: string, id: string): Promise<string> {
  const folder = path.join(jobsFolder(stateDirectory), id);
  await mkdir(path.dirname(folder), { recursive: true, mode: 0o700 });
  await mkdir(folder, { mode: 0o700 });
  return folder;
}

export async function writeRecord(folder: string, record: JobRecord): Promise<void> {
  const scratch = path.join(folder, `job.${randomUUID()}.new`);
  try {
    await writeFile(scratch, `${JSON.stringify(jobRecordSchema.parse(record), null, 2)}\n`, {
      flag: 'wx',
      mode: 0o600,
    });
    await rename(scratch, path.join(folder, 'job.json'));
  } finally {
    await rm(scratch, { force: true });
  }
}

/** Every job, newest first. What cannot be read as one is left out: a state directory may arrive with a repository. */
export async function readJobs(stateDirectory: string): Promise<readonly KeptJob[]> {
  const folder = jobsFolder(stateDirectory);
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const jobs = await Promise.all(names.filter((name) => namePattern.test(name)).map((name) => readJob(folder, name)));
  return jobs
    .filter((job) => job !== null)
    .sort((a, b) =>
      a.record.createdAt < b.record.createdAt ||
      (a.record.createdAt === b.record.createdAt && a.record.id < b.record.id)
        ? 1
        : -1,
    );
}

async function readJob(parent: string, id: string): Promise<KeptJob | null> {
  const folder = path.join(parent, id);
  try {
    if (!(await lstat(folder)).isDirectory()) return null;
    const record = jobRecordSchema.parse(JSON.parse(await readFile(path.join(folder, 'job.json'), 'utf8')));
    if (record.id !== id) return null;
    const status = await readStatus(folder);
    return { record, status, followed: isUnderWay(status) && livenessOf(record.owner) !== 'dead', folder };
  } catch {
    return null;
  }
}

/** By its id, the beginning of one that no other shares, or `last`. Throws `training/no-job`. */
export async function jobNamed(stateDirectory: string, selector: string): Promise<KeptJob> {
  const jobs = await readJobs(stateDirectory);
  const found = selector === 'last' ? jobs.slice(0, 1) : jobs.filter(({ record }) => record.id.startsWith(selector));
  const exact = jobs.find(({ record }) => record.id === selector);
  const [job, ...more] = exact ? [exact] : found;
  if (job && more.length === 0) return job;
  throw new EngineError({ code: 'training/no-job', selector });
}

/** True while it may still change. */
export function isUnderWay(status: JobStatus | null): boolean {
  return status === null || status.status === 'idle' || status.status === 'training' || status.status === 'paused';
}
