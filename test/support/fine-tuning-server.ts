/** A fine-tuning API on loopback that behaves like the public ones, with their rules for files and their failures. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface FineTuningScript {
  /** Statuses a job goes through, one a look; it stays at the last. */
  readonly statuses: readonly string[];
  /** What the second job and those behind it go through; the same as the first unless given. */
  readonly laterStatuses?: readonly string[];
  readonly error?: string;
  readonly events?: readonly { readonly message: string; readonly data?: Readonly<Record<string, unknown>> }[];
  readonly checkpoints?: readonly string[];
  readonly shutdownDate?: number;
  /** The first so many creations are carried out but never answered. */
  readonly loseCreateReplies?: number;
  /** The first so many creations never arrive: the connection ends before anything is made. */
  readonly dropCreates?: number;
  /** A new job is listed only from this look at the list on. */
  readonly listsNewJobsAfter?: number;
  /** Jobs of others that the list shows before ours, so that it has several pages. */
  readonly otherJobs?: number;
  /** The first so many uploads are answered 503. */
  readonly failUploads?: number;
  /** What `GET /models/ID` tells; a model that is not here is answered 404. */
  readonly models?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** The first so many looks at a job are answered 503. */
  readonly failLooks?: number;
  readonly takesPause?: boolean;
}

interface Listed {
  looks: number;
}

interface Job {
  readonly id: string;
  readonly training_file: string;
  readonly body: Readonly<Record<string, unknown>>;
  looks: number;
  cancelled: boolean;
}

export interface FineTuningServer {
  readonly url: string;
  readonly jobs: readonly Job[];
  /** Ids of the files that were taken. */
  readonly files: readonly string[];
  /** `METHOD /path` of each request, in order. */
  readonly requests: readonly string[];
  readonly keys: readonly (string | undefined)[];
  close(): Promise<void>;
}

/** Rows of an uploaded file that are no chat example; the public API refuses the whole file for one. */
function badRow(content: string): string | null {
  const lines = content.split('\n').filter((line) => line.trim() !== '');
  if (lines.length < 10) return `The file has ${lines.length} examples; at least 10 are needed.`;
  for (const [index, line] of lines.entries()) {
    try {
      const row = JSON.parse(line) as { messages?: unknown; input?: unknown };
      if (!Array.isArray(row.messages) && typeof row.input !== 'object') return `Line ${index + 1} has no messages.`;
    } catch {
      return `Line ${index + 1} is no JSON.`;
    }
  }
  return null;
}

/** What the public API says to a job that it cannot make. */
function badCreation(body: Readonly<Record<string, unknown>>, files: readonly string[]): string | null {
  if (typeof body.model !== 'string' || body.model === '') return 'Missing required parameter: model.';
  for (const name of ['training_file', 'validation_file']) {
    const file = body[name];
    if (file === undefined && name === 'validation_file') continue;
    if (typeof file !== 'string' || !files.includes(file)) return `There is no file ${String(file)}.`;
  }
  const method = body.method as { readonly type?: unknown } | undefined;
  if (method && !['supervised', 'dpo', 'reinforcement'].includes(String(method.type))) return 'Unknown method.';
  return null;
}

/** A page of a list, newest first, behind the id that is asked for. */
function pageOf<Item extends { readonly id: string }>(all: readonly Item[], after: string | null, size: number) {
  const start = after === null ? 0 : all.findIndex(({ id }) => id === after) + 1;
  return { data: all.slice(start, start + size), has_more: start + size < all.length };
}

function otherJobs(count: number) {
  return Array.from({ length: count }, (_, index) => ({
    id: `other-${index}`,
    status: 'succeeded',
    training_file: `other-file-${index}`,
  }));
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

/** The uploaded file of a multipart body; null where it is not meant for training. */
async function fileOf(request: IncomingMessage): Promise<string | null> {
  const form = await new Response(await bodyOf(request), {
    headers: { 'content-type': request.headers['content-type'] ?? '' },
  }).formData();
  const file = form.get('file');
  if (form.get('purpose') !== 'fine-tune') return null;
  return file instanceof File ? file.text() : '';
}

export async function startFineTuningServer(script: FineTuningScript): Promise<FineTuningServer> {
  const jobs: Job[] = [];
  const requests: string[] = [];
  const keys: (string | undefined)[] = [];
  const files: string[] = [];
  const listed: Listed = { looks: 0 };
  let [lost, failed, dropped, refusedUploads] = [0, 0, 0, 0];

  const view = (job: Job) => {
    const statuses = (job === jobs[0] ? null : script.laterStatuses) ?? script.statuses;
    const status = job.cancelled ? 'cancelled' : statuses[Math.min(job.looks, statuses.length - 1)];
    return {
      id: job.id,
      status,
      training_file: job.training_file,
      fine_tuned_model: status === 'succeeded' ? 'ft:tiny:countersign' : null,
      trained_tokens: status === 'succeeded' ? 1234 : null,
      error: status === 'failed' ? { message: script.error ?? 'no reason' } : null,
      shutdown_date: script.shutdownDate ?? null,
    };
  };

  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? '/', 'http://loopback');
    const where = `${request.method} ${url.pathname.replace('/v1', '')}`;
    requests.push(where);
    keys.push(request.headers.authorization);
    const send = (status: number, value: unknown) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    };
    const refuse = (status: number, message: string) => send(status, { error: { message } });
    const [, id = '', action = ''] = /^\w+ \/fine_tuning\/jobs\/([^/]+)(?:\/(\w+))?$/.exec(where) ?? [];
    const job = jobs.find((each) => each.id === id);
    if (where === 'POST /files') {
      if (refusedUploads < (script.failUploads ?? 0)) {
        refusedUploads += 1;
        return refuse(503, 'Overloaded.');
      }
      const content = await fileOf(request);
      const problem = content === null ? 'The purpose must be fine-tune.' : badRow(content);
      if (problem) return refuse(400, problem);
      files.push(`file-${files.length + 1}`);
      return send(200, { id: files.at(-1) });
    }
    const [, model] = /^GET \/models\/(.+)$/.exec(where) ?? [];
    if (model !== undefined) {
      const told = script.models?.[decodeURIComponent(model)];
      return told ? send(200, { id: model, ...told }) : refuse(404, 'There is no such model.');
    }
    if (where === 'POST /fine_tuning/jobs') {
      const body = JSON.parse((await bodyOf(request)).toString()) as Record<string, unknown>;
      if (dropped < (script.dropCreates ?? 0)) {
        dropped += 1;
        return request.socket.destroy();
      }
      const problem = badCreation(body, files);
      if (problem) return refuse(400, problem);
      const made = {
        id: `job-${jobs.length + 1}`,
        training_file: String(body.training_file),
        body,
        looks: 0,
        cancelled: false,
      };
      jobs.push(made);
      listed.looks = 0;
      if (lost < (script.loseCreateReplies ?? 0)) {
        lost += 1;
        return request.socket.destroy();
      }
      return send(200, view(made));
    }
    if (where === 'GET /fine_tuning/jobs') {
      listed.looks += 1;
      const own = listed.looks > (script.listsNewJobsAfter ?? 0) ? [...jobs].reverse().map(view) : [];
      const all = [...otherJobs(script.otherJobs ?? 0), ...own];
      return send(200, pageOf(all, url.searchParams.get('after'), 5));
    }
    if (!job) return refuse(404, 'There is no such job.');
    if (action === '' && failed < (script.failLooks ?? 0)) {
      failed += 1;
      return refuse(503, 'Overloaded.');
    }
    if (action === '') {
      const seen = view(job);
      job.looks += 1;
      return send(200, seen);
    }
    if (action === 'cancel') {
      job.cancelled = true;
      return send(200, view(job));
    }
    if (action === 'pause' || action === 'resume')
      return script.takesPause ? send(200, view(job)) : refuse(404, 'Unknown.');
    if (action === 'checkpoints') {
      const data = (script.checkpoints ?? []).map((name, index) => ({
        fine_tuned_model_checkpoint: name,
        step_number: index,
      }));
      return send(200, { data: data.reverse(), has_more: false });
    }
    // Events come newest first, three a page, so that paging is needed.
    const all = (script.events ?? []).map((event, index) => ({ id: `event-${index}`, ...event })).reverse();
    return send(200, pageOf(all, url.searchParams.get('after'), 3));
  };

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    jobs,
    files,
    requests,
    keys,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
