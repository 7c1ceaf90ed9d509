/** A fine-tuning API on loopback that behaves like the public ones, with their rules for files and their failures. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface FineTuningScript {
  /** Statuses a job goes through, one a look; it stays at the last. */
  readonly statuses: readonly string[];
  readonly error?: string;
  readonly events?: readonly { readonly message: string; readonly data?: Readonly<Record<string, unknown>> }[];
  readonly checkpoints?: readonly string[];
  readonly shutdownDate?: number;
  /** The first so many creations are carried out but never answered. */
  readonly loseCreateReplies?: number;
  /** The first so many looks at a job are answered 503. */
  readonly failLooks?: number;
  readonly takesPause?: boolean;
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

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

/** The uploaded file of a multipart body: what stands between its headers and the next boundary. */
async function fileOf(request: IncomingMessage): Promise<string> {
  const form = await new Response(await bodyOf(request), {
    headers: { 'content-type': request.headers['content-type'] ?? '' },
  }).formData();
  const file = form.get('file');
  return file instanceof File ? file.text() : '';
}

export async function startFineTuningServer(script: FineTuningScript): Promise<FineTuningServer> {
  const jobs: Job[] = [];
  const requests: string[] = [];
  const keys: (string | undefined)[] = [];
  let [files, lost, failed] = [0, 0, 0];

  const view = (job: Job) => {
    const status = job.cancelled ? 'cancelled' : script.statuses[Math.min(job.looks, script.statuses.length - 1)];
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
      const problem = badRow(await fileOf(request));
      if (problem) return refuse(400, problem);
      files += 1;
      return send(200, { id: `file-${files}` });
    }
    if (where === 'POST /fine_tuning/jobs') {
      const body = JSON.parse((await bodyOf(request)).toString()) as Record<string, unknown>;
      const made = {
        id: `job-${jobs.length + 1}`,
        training_file: String(body.training_file),
        body,
        looks: 0,
        cancelled: false,
      };
      jobs.push(made);
      if (lost < (script.loseCreateReplies ?? 0)) {
        lost += 1;
        return request.socket.destroy();
      }
      return send(200, view(made));
    }
    if (where === 'GET /fine_tuning/jobs') return send(200, { data: [...jobs].reverse().map(view), has_more: false });
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
    const after = all.findIndex((event) => event.id === url.searchParams.get('after'));
    const data = all.slice(after + 1, after + 4);
    return send(200, { data, has_more: after + 4 < all.length });
  };

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    jobs,
    requests,
    keys,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
