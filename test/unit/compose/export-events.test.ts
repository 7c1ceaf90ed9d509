import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportEvents } from '../../../src/compose/export-events.ts';
import { createSpanSender, headersOf } from '../../../src/compose/send-spans.ts';
import { generateRuns } from '../../../src/ledger/generate.ts';
import type { Span } from '../../../src/ledger/telemetry/spans.ts';

interface Received {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly spans: number;
}

interface Collector {
  readonly address: string;
  readonly received: Received[];
  close(): void;
}

const opened: (() => void)[] = [];

async function collector(answer: (response: ServerResponse, request: IncomingMessage) => void): Promise<Collector> {
  const received: Received[] = [];
  const server: Server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      const { spans } = JSON.parse(body).resourceSpans[0].scopeSpans[0];
      received.push({ path: request.url ?? '', headers: request.headers, spans: spans.length });
      answer(response, request);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  opened.push(close);
  return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received, close };
}

const taken = (response: ServerResponse) => response.end('{}');

function spans(count: number): readonly Span[] {
  return Array.from({ length: count }, (_, index) => ({
    traceId: '0'.repeat(32),
    spanId: String(index).padStart(16, '0'),
    parentSpanId: null,
    name: 'chat m',
    kind: 'client',
    startMs: 1,
    endMs: 2,
    attributes: {},
    error: null,
  }));
}

const timing = { flushMs: 60_000, requestMs: 20_000, closeMs: 20_000 };

function senderTo(endpoint: string, change: Partial<Parameters<typeof createSpanSender>[0]> = {}) {
  const errors: string[] = [];
  const onError = (message: string) => void errors.push(message);
  return { errors, sender: createSpanSender({ endpoint, headers: {}, version: '1', onError, timing, ...change }) };
}

describe('sending spans', function () {
  this.timeout(60_000);

  afterEach(() => {
    for (const close of opened.splice(0)) close();
  });

  it('puts everything to the collector’s traces, in batches, before it closes', async () => {
    const { address, received } = await collector(taken);
    const { sender, errors } = senderTo(address, { headers: { 'x-key': 'abc' } });
    sender.add(spans(1000));
    await sender.close();
    assert.deepEqual(
      received.map(({ path, spans }) => [path, spans]),
      [
        ['/v1/traces', 512],
        ['/v1/traces', 488],
      ],
    );
    assert.equal(received[0]?.headers['content-type'], 'application/json');
    assert.equal(received[0]?.headers['x-key'], 'abc');
    assert.deepEqual(errors, []);
  });

  it('keeps a path that the user named, and adds to one that is a base', async () => {
    const { address, received } = await collector(taken);
    for (const path of ['/v1/traces', '/otlp', '/otlp/', '/a/v1/traces']) {
      const { sender } = senderTo(`${address}${path}`);
      sender.add(spans(1));
      await sender.close();
    }
    assert.deepEqual(
      received.map(({ path }) => path),
      ['/v1/traces', '/otlp/v1/traces', '/otlp/v1/traces', '/a/v1/traces'],
    );
  });

  it('tells of a collector that refuses, once, and goes on', async () => {
    const { address, received } = await collector((response) => {
      response.statusCode = 503;
      response.end();
    });
    const { sender, errors } = senderTo(address);
    sender.add(spans(3));
    await sender.close();
    assert.equal(errors.length, 1);
    assert.match(errors[0] ?? '', /answered 503/);
    assert.equal(received.length, 1);
  });

  it('tells of a collector that is not there', async () => {
    const { address, close } = await collector(taken);
    close();
    const { sender, errors } = senderTo(address);
    sender.add(spans(1));
    await sender.close();
    assert.match(errors[0] ?? '', /ECONNREFUSED/);
  });

  it('does not wait for a collector that never answers', async () => {
    const { address } = await collector(() => {});
    const { sender } = senderTo(address, { timing: { ...timing, closeMs: 50 } });
    sender.add(spans(1));
    await sender.close();
  });

  it('follows no redirection', async () => {
    const other = await collector(taken);
    const { address } = await collector((response) => {
      response.writeHead(307, { location: `${other.address}/v1/traces` });
      response.end();
    });
    const { sender, errors } = senderTo(address);
    sender.add(spans(1));
    await sender.close();
    assert.equal(other.received.length, 0);
    assert.equal(errors.length, 1);
  });

  it('reads headers as OpenTelemetry’s variable holds them', () => {
    assert.deepEqual(headersOf('a=1, b=x%20y ,c=d=e'), { a: '1', b: 'x y', c: 'd=e' });
    assert.deepEqual(headersOf(undefined), {});
    assert.deepEqual(headersOf(',=,nonsense,x=%E0'), { x: '%E0' });
  });
});

describe('exporting events', function () {
  this.timeout(60_000);
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'countersign-export-'));
  });

  afterEach(() => {
    for (const close of opened.splice(0)) close();
    rmSync(directory, { recursive: true, force: true });
  });

  const [run] = generateRuns({ runs: 1, seed: 3, until: '2026-03-01T00:00:00.000Z', callsPerRun: 10 });

  async function exported(config: { otlpEndpoint: string; metricsFile?: string }): Promise<readonly string[]> {
    const errors: string[] = [];
    const onError = (message: string) => void errors.push(message);
    const stateDirectory = directory;
    const events = exportEvents({ config, environment: {}, stateDirectory, version: '1', onError });
    for (const event of run?.events ?? []) events.listen(event);
    await events.close();
    return errors;
  }

  it('sends nothing anywhere unless a place is named', async () => {
    assert.deepEqual(await exported({ otlpEndpoint: '' }), []);
  });

  it('sends a run’s spans and appends its metrics', async () => {
    const { address, received } = await collector(taken);
    const file = join(directory, 'metrics.jsonl');
    assert.deepEqual(await exported({ otlpEndpoint: address, metricsFile: 'metrics.jsonl' }), []);
    assert.ok((received[0]?.spans ?? 0) > 10);
    const once = readFileSync(file, 'utf8').split('\n').length;
    await exported({ otlpEndpoint: '', metricsFile: 'metrics.jsonl' });
    assert.equal(readFileSync(file, 'utf8').split('\n').length, 2 * once - 1);
  });

  it('tells once of metrics that cannot be written, and writes through no link', async () => {
    const errors = await exported({ otlpEndpoint: '', metricsFile: join(directory, 'no', 'such', 'folder') });
    assert.equal(errors.length, 1);
    const target = join(directory, 'precious');
    writeFileSync(target, 'precious');
    symlinkSync(target, join(directory, 'metrics.jsonl'));
    assert.equal((await exported({ otlpEndpoint: '', metricsFile: 'metrics.jsonl' })).length, 1);
    assert.equal(readFileSync(target, 'utf8'), 'precious');
    assert.ok(existsSync(target));
  });
});
