import { openAsBlob } from 'node:fs';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { z } from 'zod';
import type { StepReport } from '../monitor.ts';
import { type Api, type ApiOptions, apiOf, dateOf, modelEnds, pauseBefore, Refused } from './fine-tuning-api.ts';
import { type Backend, type GivenControl, JobFailure, type JobRun, type TrainedModel, type Uploads } from './job.ts';

const fileSchema = z.object({ id: z.string().min(1) });
const jobSchema = z.object({
  id: z.string().min(1),
  status: z.string(),
  training_file: z.string(),
  fine_tuned_model: z.string().nullable().default(null),
  trained_tokens: z.int().nullable().default(null),
  error: z.object({ message: z.string().nullish() }).nullish(),
  /** Some servers announce the end of the result with the job. */
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

/** So often a creation without an answer is tried again, after the job was looked for and not found. */
const mostCreations = 5;
/** A job may be listed a moment after it was made. */
const looksBeforeAnother = 3;
/** Pages of jobs that are looked through; what is older was not made just now. */
const mostPages = 20;

/**
 * Trains through an API of OpenAI's shape: upload, create, poll, page through events, read checkpoints. Where the reply
 * to the creation is lost, the job is looked for by its training file, which is its own, and no second one is made; so
 * too where the process was killed meanwhile. Unknown statuses count as still running. While the server cannot be
 * reached a job is looked for on and on: it goes on without us.
 * Source: OpenAI API reference, "Fine-tuning" and "Files".
 */
export function createApiBackend(options: ApiOptions): Backend {
  const api = apiOf(options);
  return {
    name: 'openai-compatible',
    goesOnAlone: true,
    async train(run) {
      const { earlier, config, signal } = run;
      const known = await goingOn(api, earlier?.remoteId ?? null, signal);
      if (known === null) await assertTrainable(api, config.baseModel, signal);
      const id = known ?? (await begin(api, run));
      if (known === null) await run.tell({ type: 'remote', remoteId: id });
      return follow(api, run, id, options.pollMs ?? 10_000);
    },
  };
}

/** Before anything is uploaded: a base that is trained no more would only fail later, and less clearly. */
async function assertTrainable(api: Api, base: string, signal: AbortSignal): Promise<void> {
  const { training } = await modelEnds(api, base, signal);
  if (training === null || Date.parse(training) > Date.now()) return;
  throw new JobFailure(`${base} is trained no more since ${training.slice(0, 10)}`, training);
}

/** The job of an earlier start, unless it came to a bad end there: then another one is made from the same files. */
async function goingOn(api: Api, id: string | null, signal: AbortSignal): Promise<string | null> {
  if (id === null) return null;
  try {
    return isOver(jobSchema.parse(await api.get(jobPath(id), signal))) ? null : id;
  } catch (error) {
    if (error instanceof Refused && error.status === 404) return null;
    throw error;
  }
}

function isOver({ status }: RemoteJob): boolean {
  return status === 'failed' || status === 'cancelled';
}

async function begin(api: Api, run: JobRun): Promise<string> {
  const uploads = run.earlier?.uploads ?? (await uploadBoth(api, run));
  // An earlier start may have asked for the job and died before it heard of it.
  const made = run.earlier?.uploads ? await findJob(api, uploads.trainingFile, run.signal) : null;
  return (made && !isOver(made) ? made : await create(api, run, uploads)).id;
}

async function uploadBoth(api: Api, { config, signal, tell }: JobRun): Promise<Uploads> {
  await tell({ type: 'uploading' });
  const trainingFile = await upload(api, config.trainingFile, signal);
  const validation = config.validationFile;
  const validationFile = validation === null ? null : await upload(api, validation, signal);
  const uploads = { trainingFile, validationFile };
  await tell({ type: 'uploaded', uploads });
  return uploads;
}

/** The file is streamed from the disk. */
async function upload(api: Api, file: string, signal: AbortSignal): Promise<string> {
  const content = await openAsBlob(file);
  const form = new FormData();
  form.set('purpose', 'fine-tune');
  form.set('file', content, path.basename(file));
  return fileSchema.parse(await api.post('/files', form, signal)).id;
}

async function create(api: Api, run: JobRun, { trainingFile, validationFile }: Uploads): Promise<RemoteJob> {
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
      return jobSchema.parse(await api.once('/fine_tuning/jobs', body, config.id, signal));
    } catch (error) {
      if (error instanceof Refused || signal.aborted) throw error;
      await run.tell({ type: 'message', message: 'The reply to the creation was lost; looking for the job.' });
      const made = await lookFor(api, trainingFile, signal);
      if (made) return made;
      if (tries === mostCreations) throw error;
    }
  }
}

async function lookFor(api: Api, trainingFile: string, signal: AbortSignal): Promise<RemoteJob | null> {
  for (let look = 1; look <= looksBeforeAnother; look++) {
    const made = await findJob(api, trainingFile, signal);
    if (made) return made;
    await pauseBefore(look, signal);
  }
  return null;
}

/** The job that was made from this very file. */
async function findJob(api: Api, trainingFile: string, signal: AbortSignal): Promise<RemoteJob | null> {
  let after = '';
  for (let pages = 0; pages < mostPages; pages++) {
    const where = `/fine_tuning/jobs?limit=100${after === '' ? '' : `&after=${encodeURIComponent(after)}`}`;
    const { data, has_more } = page(jobSchema).parse(await api.get(where, signal));
    const made = data.find((job) => job.training_file === trainingFile);
    after = data.at(-1)?.id ?? '';
    if (made || !has_more || after === '') return made ?? null;
  }
  return null;
}

/** An id comes from a server, or from a file. */
function jobPath(id: string): string {
  return `/fine_tuning/jobs/${encodeURIComponent(id)}`;
}

async function follow(api: Api, run: JobRun, id: string, pollMs: number): Promise<TrainedModel | 'stopped'> {
  const control = steering(api, run, id);
  const seen = new Set<string>();
  for (;;) {
    const job = await look(api, run, id, seen);
    if (control.failure) throw control.failure;
    switch (job?.status) {
      case 'succeeded':
        return trainedModel(api, run, job);
      case 'cancelled':
        return 'stopped';
      case 'failed':
        throw new Error(job.error?.message || 'the server says that the job failed');
      default:
    }
    await setTimeout(pollMs, undefined, { signal: run.signal });
  }
}

/** The job with what is new of it; null where the server cannot be reached now. Throws what it refuses. */
async function look(api: Api, run: JobRun, id: string, seen: Set<string>): Promise<RemoteJob | null> {
  try {
    const job = jobSchema.parse(await api.get(jobPath(id), run.signal));
    for (const event of await newEvents(api, id, seen, run.signal)) {
      const step = stepOf(event.data ?? {});
      if (step) await run.tell(step);
      else if (event.message !== '') await run.tell({ type: 'message', message: event.message });
    }
    await run.tell({ type: 'status', status: job.status });
    return job;
  } catch (error) {
    if (error instanceof Refused || error instanceof z.ZodError || run.signal.aborted) throw error;
    const detail = error instanceof Error ? error.message : String(error);
    await run.tell({ type: 'status', status: `the server cannot be reached (${detail}); it is asked again` });
    return null;
  }
}

/** Sends a person's controls on, until the job is over. */
function steering(api: Api, run: JobRun, id: string): { failure: Error | null } {
  const state: { failure: Error | null } = { failure: null };
  const paths = { pause: 'pause', resume: 'resume', stop: 'cancel' } as const;
  const pass = async ({ type, reason }: GivenControl) => {
    try {
      await api.post(`${jobPath(id)}/${paths[type]}`, {}, run.signal);
      if (type !== 'stop') await run.tell({ type: 'controlled', control: type, reason });
    } catch (error) {
      // A server without pausing goes on; one that cannot cancel leaves a job that costs money: that must be known.
      if (type === 'stop') state.failure = error instanceof Error ? error : new Error(String(error));
      else await run.tell({ type: 'message', message: `The server did not take \`${type}\`.` });
    }
  };
  const loop = async () => {
    for (;;) await pass(await run.nextControl());
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
    const where = `${jobPath(id)}/events?limit=100${after === '' ? '' : `&after=${encodeURIComponent(after)}`}`;
    const { data, has_more } = page(eventSchema).parse(await api.get(where, signal));
    const unseen = data.filter((event) => !seen.has(event.id));
    fresh.push(...unseen);
    after = data.at(-1)?.id ?? '';
    if (has_more && after !== '' && unseen.length === data.length) continue;
    // Only now: what a page that failed would have cut off is new the next time.
    for (const event of fresh) seen.add(event.id);
    return fresh.reverse();
  }
}

function stepOf(data: Readonly<Record<string, unknown>>) {
  const { step, train_loss: loss, valid_loss: validationLoss, total_steps: of } = data;
  if (typeof step !== 'number' || (typeof loss !== 'number' && loss !== null)) return null;
  const report: StepReport = {
    step,
    // JSON has no NaN: a server that reached one writes null.
    loss: loss ?? Number.NaN,
    validationLoss: typeof validationLoss === 'number' ? validationLoss : null,
    throughput: null,
  };
  return { type: 'step', report, of: typeof of === 'number' ? of : null } as const;
}

async function trainedModel(api: Api, run: JobRun, job: RemoteJob): Promise<TrainedModel> {
  const { fine_tuned_model: model, trained_tokens: trainedTokens } = job;
  if (model === null) throw new Error('the server says that the job succeeded but names no model');
  const listed = page(checkpointSchema).safeParse(
    // Not every server keeps checkpoints.
    await api.get(`${jobPath(job.id)}/checkpoints`, run.signal).catch(() => null),
  );
  const checkpoints = listed.success ? [...listed.data.data].sort((a, b) => a.step_number - b.step_number) : [];
  const own = dateOf(job.shutdown_date) ?? (await modelEnds(api, model, run.signal)).serving;
  return {
    model,
    trainedTokens,
    checkpoints: checkpoints.map((checkpoint) => checkpoint.fine_tuned_model_checkpoint),
    // What is said of the base holds for the result where nothing is said of that.
    shutdownDate: own ?? (await modelEnds(api, run.config.baseModel, run.signal)).serving,
  };
}
