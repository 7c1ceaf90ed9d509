import { openAsBlob } from 'node:fs';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { z } from 'zod';
import type { StepReport } from '../monitor.ts';
import type { Backend, Control, JobRun, TrainedModel } from './job.ts';

export interface ApiOptions {
  /** Usually ending in /v1. */
  readonly baseUrl: string;
  readonly key: () => Promise<string | null>;
  readonly fetch?: typeof fetch;
  /** Milliseconds between two looks at a job, and how long one request may take. */
  readonly pollMs?: number;
  readonly requestMs?: number;
}

const fileSchema = z.object({ id: z.string().min(1) });
const jobSchema = z.object({
  id: z.string().min(1),
  status: z.string(),
  training_file: z.string(),
  fine_tuned_model: z.string().nullable().default(null),
  trained_tokens: z.int().nullable().default(null),
  error: z.object({ message: z.string().nullish() }).nullish(),
  /** Unix seconds; some servers announce the end of a model. */
  shutdown_date: z.union([z.number(), z.string()]).nullish(),
});
type RemoteJob = z.infer<typeof jobSchema>;
const eventSchema = z.object({
  id: z.string(),
  message: z.string().default(''),
  data: z.record(z.string(), z.unknown()).nullish(),
});
const checkpointSchema = z.object({ fine_tuned_model_checkpoint: z.string(), step_number: z.int() });

const page = <Item extends z.ZodType>(item: Item) =>
  z.object({ data: z.array(item), has_more: z.boolean().default(false) });

/** A passing failure of the network or the server is met again so often, each time after twice as long. */
const mostTries = 5;
const firstPauseMs = 500;

/** An answer that will be the same next time. */
class Refused extends Error {}

/**
 * Trains through an API of OpenAI's shape: upload, create, poll, page through events, read checkpoints. Where the reply
 * to the creation is lost, the job is looked for by its training file, which is its own, and no second one is made.
 * Unknown statuses count as still running. Source: OpenAI API reference, "Fine-tuning" and "Files".
 */
export function createApiBackend(options: ApiOptions): Backend {
  const api = apiOf(options);
  return {
    name: 'openai-compatible',
    async train(run) {
      const trainingFile = await upload(api, run.config.trainingFile, run.signal);
      const validation = run.config.validationFile;
      const validationFile = validation === null ? null : await upload(api, validation, run.signal);
      const job = await create(api, run, trainingFile, validationFile);
      await run.tell({ type: 'remote', remoteId: job.id });
      return follow(api, run, job.id, options.pollMs ?? 10_000);
    },
  };
}

interface Api {
  get(path: string, signal: AbortSignal): Promise<unknown>;
  post(path: string, body: unknown, signal: AbortSignal): Promise<unknown>;
  /** Sent once: what it does must not be done twice. */
  once(path: string, body: unknown, signal: AbortSignal): Promise<unknown>;
}

function apiOf({ baseUrl, key, fetch: send = fetch, requestMs = 120_000 }: ApiOptions): Api {
  const request = async (method: string, where: string, body: unknown, signal: AbortSignal): Promise<unknown> => {
    const secret = await key();
    const isForm = body instanceof FormData;
    const headers: Record<string, string> = {
      ...(secret === null ? {} : { authorization: `Bearer ${secret}` }),
      ...(body === undefined || isForm ? {} : { 'content-type': 'application/json' }),
    };
    const response = await send(`${baseUrl.replace(/\/+$/, '')}${where}`, {
      method,
      headers,
      // A key never follows a redirect to another host.
      redirect: 'error',
      signal: AbortSignal.any([signal, AbortSignal.timeout(requestMs)]),
      ...(body === undefined ? {} : { body: isForm ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    if (response.ok) return parse(text);
    const detail = errorText(text) || response.statusText;
    const passing = response.status === 408 || response.status === 429 || response.status >= 500;
    throw passing ? new Error(`${response.status}: ${detail}`) : new Refused(`${response.status}: ${detail}`);
  };
  return {
    get: (where, signal) => retrying(() => request('GET', where, undefined, signal), signal),
    post: (where, body, signal) => retrying(() => request('POST', where, body, signal), signal),
    once: (where, body, signal) => request('POST', where, body, signal),
  };
}

async function retrying<Value>(work: () => Promise<Value>, signal: AbortSignal): Promise<Value> {
  for (let tries = 1; ; tries++) {
    try {
      return await work();
    } catch (error) {
      if (error instanceof Refused || signal.aborted || tries === mostTries) throw error;
      await setTimeout(firstPauseMs * 2 ** (tries - 1), undefined, { signal });
    }
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error('the answer is no JSON');
  }
}

function errorText(text: string): string {
  try {
    const read = z.object({ error: z.object({ message: z.string() }) }).safeParse(JSON.parse(text));
    return read.success ? read.data.error.message : '';
  } catch {
    return '';
  }
}

/** The file is streamed from the disk. */
async function upload(api: Api, file: string, signal: AbortSignal): Promise<string> {
  const content = await openAsBlob(file);
  const form = new FormData();
  form.set('purpose', 'fine-tune');
  form.set('file', content, path.basename(file));
  return fileSchema.parse(await api.post('/files', form, signal)).id;
}

async function create(api: Api, run: JobRun, trainingFile: string, validationFile: string | null): Promise<RemoteJob> {
  const { config, signal } = run;
  const body = {
    model: config.baseModel,
    training_file: trainingFile,
    ...(validationFile === null ? {} : { validation_file: validationFile }),
    ...(config.suffix === null ? {} : { suffix: config.suffix }),
    method: { type: config.method, [config.method]: { hyperparameters: config.hyperparameters } },
    metadata: { countersign_job: config.id },
  };
  for (let tries = 1; ; tries++) {
    try {
      return jobSchema.parse(await api.once('/fine_tuning/jobs', body, signal));
    } catch (error) {
      if (error instanceof Refused || signal.aborted) throw error;
      await run.tell({ type: 'message', message: 'The reply to the creation was lost; looking for the job.' });
      const made = await findJob(api, trainingFile, signal);
      if (made) return made;
      if (tries === mostTries) throw error;
      await setTimeout(firstPauseMs * 2 ** (tries - 1), undefined, { signal });
    }
  }
}

/** The job that was made from this very file, among the newest. */
async function findJob(api: Api, trainingFile: string, signal: AbortSignal): Promise<RemoteJob | null> {
  const { data } = page(jobSchema).parse(await api.get('/fine_tuning/jobs?limit=50', signal));
  return data.find((job) => job.training_file === trainingFile) ?? null;
}

async function follow(api: Api, run: JobRun, id: string, pollMs: number): Promise<TrainedModel | 'stopped'> {
  const control = steering(api, run, id);
  const seen = new Set<string>();
  for (;;) {
    const job = jobSchema.parse(await api.get(`/fine_tuning/jobs/${id}`, run.signal));
    for (const event of await newEvents(api, id, seen, run.signal)) {
      const report = stepOf(event.data ?? {});
      if (report) await run.tell({ type: 'step', report });
      else if (event.message !== '') await run.tell({ type: 'message', message: event.message });
    }
    if (control.failure) throw control.failure;
    if (job.status === 'succeeded') return trainedModel(api, run, job);
    if (job.status === 'cancelled') return 'stopped';
    if (job.status === 'failed') throw new Error(job.error?.message || 'the server says that the job failed');
    await run.tell({ type: 'status', status: job.status });
    await setTimeout(pollMs, undefined, { signal: run.signal });
  }
}

/** Sends a person's controls on, until the job is over. */
function steering(api: Api, run: JobRun, id: string): { failure: Error | null } {
  const state: { failure: Error | null } = { failure: null };
  const paths: Record<Control, string> = { pause: 'pause', resume: 'resume', stop: 'cancel' };
  const loop = async () => {
    for (;;) {
      const control = await run.nextControl();
      try {
        await api.post(`/fine_tuning/jobs/${id}/${paths[control]}`, {}, run.signal);
      } catch (error) {
        // A server without pausing goes on; one that cannot cancel leaves a job that costs money: that must be known.
        if (control === 'stop') state.failure = error instanceof Error ? error : new Error(String(error));
        else await run.tell({ type: 'message', message: `The server did not take \`${control}\`.` });
      }
    }
  };
  loop().catch(() => {
    // `nextControl` ends with the job.
  });
  return state;
}

/** Events that were not told yet, oldest first. Pages come newest first, each after the last id of the one before. */
async function newEvents(api: Api, id: string, seen: Set<string>, signal: AbortSignal) {
  const fresh: z.infer<typeof eventSchema>[] = [];
  for (let after = ''; ; ) {
    const where = `/fine_tuning/jobs/${id}/events?limit=100${after === '' ? '' : `&after=${encodeURIComponent(after)}`}`;
    const { data, has_more } = page(eventSchema).parse(await api.get(where, signal));
    const unseen = data.filter((event) => !seen.has(event.id));
    for (const event of unseen) seen.add(event.id);
    fresh.push(...unseen);
    after = data.at(-1)?.id ?? '';
    if (!has_more || after === '' || unseen.length < data.length) return fresh.reverse();
  }
}

function stepOf(data: Readonly<Record<string, unknown>>): StepReport | null {
  const { step, train_loss: loss, valid_loss: validationLoss } = data;
  if (typeof step !== 'number' || typeof loss !== 'number') return null;
  return { step, loss, validationLoss: typeof validationLoss === 'number' ? validationLoss : null, throughput: null };
}

async function trainedModel(api: Api, run: JobRun, job: RemoteJob): Promise<TrainedModel> {
  if (job.fine_tuned_model === null) throw new Error('the server says that the job succeeded but names no model');
  const listed = page(checkpointSchema).safeParse(
    // Not every server keeps checkpoints.
    await api.get(`/fine_tuning/jobs/${job.id}/checkpoints`, run.signal).catch(() => null),
  );
  const checkpoints = listed.success ? [...listed.data.data].sort((a, b) => a.step_number - b.step_number) : [];
  return {
    model: job.fine_tuned_model,
    trainedTokens: job.trained_tokens,
    checkpoints: checkpoints.map((checkpoint) => checkpoint.fine_tuned_model_checkpoint),
    shutdownDate: dateOf(job.shutdown_date),
  };
}

function dateOf(value: number | string | null | undefined): string | null {
  if (value === null || value === undefined) return null;
  const date = new Date(typeof value === 'number' ? value * 1000 : value);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}
