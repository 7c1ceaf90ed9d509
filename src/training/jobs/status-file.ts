import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import type { Monitored } from '../monitor.ts';

const alertSchema = z.object({ type: z.string(), message: z.string(), stops: z.boolean() });

export const jobStages = ['pending', 'preparing', 'uploading', 'training', 'completed', 'failed'] as const;

/** `status.json` of a job: the same from every back end, for the dashboard and for anyone who looks. */
export const jobStatusSchema = z.object({
  job: z.string(),
  status: z.enum(['idle', 'training', 'paused', 'crashed', 'stopped', 'completed']),
  stage: z.enum(jobStages),
  /** ISO 8601. */
  startedAt: z.string(),
  updatedAt: z.string(),
  /** When there was last any news of it: long ago means that it sticks. */
  heardAt: z.string(),
  /** 0 to 1; null while nobody knows. */
  progress: z.number().min(0).max(1).nullable(),
  /** Files at the serving end, and the job there: what another start goes on from. */
  uploads: z.object({ trainingFile: z.string(), validationFile: z.string().nullable() }).nullable(),
  remoteId: z.string().nullable(),
  message: z.string().nullable(),
  step: z.int().nullable(),
  /** How many there are. */
  steps: z.int().nullable(),
  loss: z.number().nullable(),
  smoothedLoss: z.number().nullable(),
  validationLoss: z.number().nullable(),
  /** Tokens a second. */
  throughput: z.number().nullable(),
  trend: z.enum(['falling', 'flat', 'rising']).nullable(),
  alerts: z.array(alertSchema),
  /** The trained model, once there is one, as the serving end names it. */
  model: z.string().nullable(),
  trainedTokens: z.int().nullable(),
});
export type JobStatus = z.infer<typeof jobStatusSchema>;

export function idleStatus(job: string, now: Date): JobStatus {
  const at = now.toISOString();
  return {
    job,
    status: 'idle',
    stage: 'pending',
    startedAt: at,
    updatedAt: at,
    heardAt: at,
    progress: null,
    uploads: null,
    remoteId: null,
    message: null,
    step: null,
    steps: null,
    loss: null,
    smoothedLoss: null,
    validationLoss: null,
    throughput: null,
    trend: null,
    alerts: [],
    model: null,
    trainedTokens: null,
  };
}

/** Figures of a step, as they go into the status. A loss that is no number cannot stand in JSON. */
export function figuresOf(monitored: Monitored, steps: number | null): Partial<JobStatus> {
  const { step, loss, smoothedLoss, validationLoss, throughput, trend, alerts } = monitored;
  const known = steps !== null && steps > 0;
  return {
    step,
    loss: Number.isFinite(loss) ? loss : null,
    smoothedLoss: Number.isFinite(smoothedLoss) ? smoothedLoss : null,
    validationLoss,
    throughput,
    trend,
    alerts: [...alerts],
    ...(known ? { steps, progress: Math.min(1, step / steps) } : {}),
  };
}

const hourMs = 3_600_000;

/** A job under way of which nothing was heard for so many hours. One that is paused may be silent. */
export function isStuck({ status, heardAt }: Pick<JobStatus, 'status' | 'heardAt'>, hours: number, now: Date): boolean {
  return status === 'training' && now.getTime() - Date.parse(heardAt) > hours * hourMs;
}

/** Whoever reads sees the old status or the new one, never half of one. */
export async function writeStatus(folder: string, status: JobStatus): Promise<void> {
  await mkdir(folder, { recursive: true });
  const scratch = path.join(folder, `status.${randomUUID()}.new`);
  try {
    await writeFile(scratch, `${JSON.stringify(status, null, 2)}\n`, { flag: 'wx' });
    await rename(scratch, path.join(folder, 'status.json'));
  } finally {
    await rm(scratch, { force: true });
  }
}

/** Null where there is none, or nothing that can be read as one. */
export async function readStatus(folder: string): Promise<JobStatus | null> {
  try {
    const read = jobStatusSchema.safeParse(JSON.parse(await readFile(path.join(folder, 'status.json'), 'utf8')));
    return read.success ? read.data : null;
  } catch {
    return null;
  }
}

export const metricsName = 'metrics.jsonl';

export async function appendMetrics(folder: string, monitored: Monitored, now: Date): Promise<void> {
  const line = `${JSON.stringify({ at: now.toISOString(), ...monitored })}\n`;
  // A link that came with a state directory must not lead the lines elsewhere.
  const flags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | (constants.O_NOFOLLOW ?? 0);
  const file: FileHandle = await open(path.join(folder, metricsName), flags, 0o600);
  try {
    await file.writeFile(line);
  } finally {
    await file.close();
  }
}

const metricsLine = z.object({
  at: z.string(),
  step: z.int(),
  /** Null where it was no number. */
  loss: z.number().nullable(),
  smoothedLoss: z.number().nullable(),
  validationLoss: z.number().nullable(),
  throughput: z.number().nullable(),
});
/** One step of a job, as its metrics file keeps it. */
export type KeptStep = z.infer<typeof metricsLine>;

/** What a line of a metrics file says; null for one that was cut off. */
export function stepIn(line: string): KeptStep | null {
  try {
    const read = metricsLine.safeParse(JSON.parse(line));
    return read.success ? read.data : null;
  } catch {
    return null;
  }
}

/** The steps of a job in their order; a line that was cut off is left out. */
export async function readMetrics(folder: string): Promise<readonly KeptStep[]> {
  const text = await readFile(path.join(folder, metricsName), 'utf8').catch(() => '');
  return text.split('\n').flatMap((line) => stepIn(line) ?? []);
}

/** Puts the figures of an earlier start aside, for one that begins anew. */
export async function setMetricsAside(folder: string, now: Date): Promise<void> {
  const name = `metrics.${now.toISOString().replace(/[:.]/g, '-')}.jsonl`;
  await rename(path.join(folder, metricsName), path.join(folder, name)).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
}
