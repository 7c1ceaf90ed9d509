import { appendFile, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import type { Monitored } from '../monitor.ts';
import type { Control } from './job.ts';

const alertSchema = z.object({ type: z.string(), message: z.string(), stops: z.boolean() });

/** `status.json` of a job: the same from every back end, for the dashboard and for anyone who looks. */
export const jobStatusSchema = z.object({
  job: z.string(),
  status: z.enum(['idle', 'training', 'paused', 'crashed', 'stopped', 'completed']),
  /** ISO 8601. */
  updatedAt: z.string(),
  remoteId: z.string().nullable(),
  message: z.string().nullable(),
  step: z.int().nullable(),
  loss: z.number().nullable(),
  smoothedLoss: z.number().nullable(),
  validationLoss: z.number().nullable(),
  trend: z.enum(['falling', 'flat', 'rising']).nullable(),
  alerts: z.array(alertSchema),
  /** The trained model, once there is one. */
  model: z.string().nullable(),
});
export type JobStatus = z.infer<typeof jobStatusSchema>;

export function idleStatus(job: string, now: Date): JobStatus {
  return {
    job,
    status: 'idle',
    updatedAt: now.toISOString(),
    remoteId: null,
    message: null,
    step: null,
    loss: null,
    smoothedLoss: null,
    validationLoss: null,
    trend: null,
    alerts: [],
    model: null,
  };
}

/** Figures of a step, as they go into the status. A loss that is no number cannot stand in JSON. */
export function figuresOf(monitored: Monitored): Partial<JobStatus> {
  const { step, loss, smoothedLoss, validationLoss, trend, alerts } = monitored;
  return {
    step,
    loss: Number.isFinite(loss) ? loss : null,
    smoothedLoss: Number.isFinite(smoothedLoss) ? smoothedLoss : null,
    validationLoss,
    trend,
    alerts: [...alerts],
  };
}

/** Whoever reads sees the old status or the new one, never half of one. */
export async function writeStatus(folder: string, status: JobStatus): Promise<void> {
  await mkdir(folder, { recursive: true });
  const scratch = path.join(folder, `status.${process.pid}.new`);
  await writeFile(scratch, `${JSON.stringify(status, null, 2)}\n`);
  await rename(scratch, path.join(folder, 'status.json'));
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

export async function appendMetrics(folder: string, monitored: Monitored, now: Date): Promise<void> {
  const line = JSON.stringify({ at: now.toISOString(), ...monitored });
  await appendFile(path.join(folder, 'metrics.jsonl'), `${line}\n`);
}

const controls: readonly Control[] = ['stop', 'pause', 'resume'];

/** Asks a job, of this process or another, to pause, resume or stop. */
export async function writeControl(folder: string, control: Control, reason: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, control), `${reason}\n`);
}

/** Takes the control that was given, if any; it is given once. */
export async function takeControl(folder: string): Promise<Control | null> {
  for (const control of controls) {
    const file = path.join(folder, control);
    const isGiven = await readFile(file, 'utf8').then(
      () => true,
      () => false,
    );
    if (!isGiven) continue;
    await rm(file, { force: true });
    return control;
  }
  return null;
}
