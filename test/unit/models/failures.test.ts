import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { describeFault } from '../../../src/domain/describe-fault.ts';
import type { FaultCode } from '../../../src/domain/fault.ts';
import type { Timers } from '../../../src/models/transport.ts';
import {
  type ScriptedModelServer,
  type ScriptedReply,
  startScriptedModelServer,
} from '../../support/scripted-model-server.ts';
import {
  type Bench,
  createBench,
  faultFrom,
  findingsSchema,
  modelsConfig,
  never,
  ownPrice,
  requestOf,
} from './support.ts';

const servers: ScriptedModelServer[] = [];

async function serve(...replies: ScriptedReply[]): Promise<ScriptedModelServer> {
  const server = await startScriptedModelServer({ replies });
  servers.push(server);
  return server;
}

afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

const apis = ['chat', 'responses'] as const;
type Api = (typeof apis)[number];

/** For replies that never come; a good reply on a busy machine may take longer than it looks. */
const hurried: Timers = { firstByte: 0.8, idle: 0.6, total: 1.5 };

function benchFor(url: string, api: Api = 'chat', timers: Timers = { firstByte: 10, idle: 10, total: 20 }): Bench {
  return createBench(url, {
    timers,
    config: modelsConfig({
      providers: { lab: { baseUrl: url, apiKeyEnv: 'LAB_KEY', api } },
      roles: { builder: 'lab/small' },
      prices: { 'lab/small': { input: 1, output: 2 } },
    }),
  });
}

function call(bench: Bench, changes = {}) {
  return bench.models.for('builder').complete(requestOf(changes), never);
}

/** A server whose first answer is `first` and whose second is a good reply; the fault of the first is returned. */
async function failsThenWorks<Code extends FaultCode>(first: ScriptedReply, code: Code, timers?: Timers) {
  const server = await serve({ ...first, times: 1 }, { text: 'better' });
  const bench = benchFor(server.url, 'chat', timers);
  assert.equal((await call(bench)).text, 'better');
  assert.equal(server.requests.length, 2);
  const [retry] = bench.of('call-retry');
  assert.equal(retry?.fault.code, code);
  return { bench, retry };
}

async function failsAtOnce<Code extends FaultCode>(
  reply: ScriptedReply,
  code: Code,
  api: Api = 'chat',
  timers?: Timers,
) {
  const server = await serve(reply);
  const bench = benchFor(server.url, api, timers);
  const fault = await faultFrom(call(bench), code);
  assert.equal(server.requests.length, 1, 'it must not be tried again');
  assert.equal(bench.of('call-end')[0]?.fault?.code, code);
  assert.equal(bench.calls[0]?.fault?.code, code);
  assert.equal(bench.calls[0]?.reply, null);
  assert.equal(bench.budget.reserved.size, 0, 'nothing stays reserved');
  return { bench, fault, server };
}

/** Nothing was charged. */
function assertFree(bench: Bench): void {
  assert.equal(bench.budget.spent.tokens, 0);
  assert.equal(bench.budget.spent.micros, 0);
}

/** All that was set aside counts as spent, and says that it is a guess. */
function assertWorstCase(bench: Bench, index = 0): void {
  const end = bench.of('call-end')[index];
  const start = bench.of('call-start')[index];
  assert.ok(end && start);
  assert.equal(end.tokens.input + end.tokens.output, start.reserved.tokens);
  assert.deepEqual(end.cost, { micros: start.reserved.micros, label: 'estimated', ...ownPrice });
}

const quota = {
  error: { message: 'You exceeded your current quota.', type: 'insufficient_quota', code: 'insufficient_quota' },
};

describe('a refused request', () => {
  for (const status of [401, 403]) {
    it(`${status} is a refused key, named by its variable, and costs nothing`, async () => {
      const body = { error: { message: 'Incorrect API key provided: secret-key-1', code: 'invalid_api_key' } };
      const { bench, fault } = await failsAtOnce({ status, body }, 'model/unauthorized');
      assert.deepEqual(fault, { code: 'model/unauthorized', provider: 'lab', keyName: 'LAB_KEY' });
      assertFree(bench);
    });
  }

  it('of used-up quota is not tried again, though its status is that of a rate limit', async () => {
    assertFree((await failsAtOnce({ status: 429, body: quota }, 'model/quota-exhausted')).bench);
    await failsAtOnce({ status: 402, body: { error: { message: 'Insufficient credits' } } }, 'model/quota-exhausted');
  });

  it('of any other kind tells the reason, without the key, on one short line', async () => {
    const message = `No model \`small\`\u001b[31m here,\nsaid secret-key-1. ${'x'.repeat(1000)}`;
    const { fault, bench } = await failsAtOnce({ status: 404, body: { error: { message } } }, 'model/rejected');
    assert.ok(fault.detail.startsWith('No model `small` [31m here, said [key]. xxx'), fault.detail);
    assert.ok(fault.detail.length <= 300);
    assertFree(bench);
  });

  for (const [body, detail] of [
    ['plain words', 'plain words'],
    [{ detail: 'as some servers put it' }, 'as some servers put it'],
    [{ error: 'only a word' }, 'only a word'],
    [{ object: 'error', message: 'flat', code: 400 }, 'flat'],
    [[{ error: { message: 'in a list', status: 'INVALID_ARGUMENT' } }], 'in a list'],
    ['<html>Bad request</html>', 'a web page instead of a reply'],
    ['', 'no reason given'],
  ] as const) {
    it(`says its reason when the body is ${JSON.stringify(body)}`, async () => {
      const { fault } = await failsAtOnce({ status: 400, body }, 'model/rejected');
      assert.equal(fault.detail, detail);
    });
  }

  it('by a content filter is a refusal', async () => {
    const body = { error: { code: 'content_filter', message: 'The prompt was filtered.' } };
    assertFree((await failsAtOnce({ status: 400, body }, 'model/refused')).bench);
  });
});

describe('a redirect', () => {
  it('to another host is refused, and neither the key nor the request goes there', async () => {
    const thief = await serve({ text: 'thanks' });
    const { bench, fault } = await failsAtOnce(
      { status: 307, headers: { location: `${thief.url}/chat/completions` } },
      'model/rejected',
    );
    assert.match(fault.detail, /redirects to http:\/\/127\.0\.0\.1:\d+; set `baseUrl`/);
    assert.equal(thief.requests.length, 0);
    assertFree(bench);
  });

  it('on the same host is followed with the request kept', async () => {
    const server = await serve(
      { times: 1, status: 308, headers: { location: '/v1/chat/completions?moved=1' } },
      { text: 'here' },
    );
    assert.equal((await call(benchFor(server.url))).text, 'here');
    assert.equal(server.requests[1]?.path, '/v1/chat/completions?moved=1');
  });

  it('that would drop the request, leads nowhere or in circles is refused', async () => {
    const location = '/v1/chat/completions';
    await failsAtOnce({ status: 302, headers: { location } }, 'model/rejected');
    await failsAtOnce({ status: 307 }, 'model/rejected');
    const circle = await serve({ status: 307, headers: { location } });
    await faultFrom(call(benchFor(circle.url)), 'model/rejected');
    assert.equal(circle.requests.length, 4);
  });
});

describe('a failure in passing', () => {
  it('is tried three times again, waiting longer each time, and then told', async () => {
    const server = await serve({ status: 503, body: { error: { message: 'overloaded' } } });
    const bench = benchFor(server.url);
    const fault = await faultFrom(call(bench), 'model/server-error');
    assert.deepEqual(fault, { code: 'model/server-error', provider: 'lab', status: 503, detail: 'overloaded' });
    assert.equal(server.requests.length, 4);
    assert.deepEqual(bench.clock.sleeps, [0.25, 0.5, 1]);
    assert.equal(bench.calls.length, 4, 'every try is a call of its own');
    assert.equal(new Set(bench.calls.map(({ callId }) => callId)).size, 4);
    assertFree(bench);
  });

  for (const [headers, seconds] of [
    [{ 'retry-after': '75' }, 75],
    [{ 'retry-after': 'Fri, 20 Nov 2026 10:02:00 GMT' }, 120],
    [{ 'retry-after': 'Fri, 20 Nov 2026 09:00:00 GMT' }, 0],
    [{ 'retry-after-ms': '1500', 'retry-after': '2' }, 1.5],
    [{ 'retry-after': 'soon' }, 0.25],
    [{ 'retry-after': '-5' }, 0.25],
    [{}, 0.25],
  ] as const) {
    it(`waits ${seconds} s for a rate limit with ${JSON.stringify(headers)}`, async () => {
      const { bench, retry } = await failsThenWorks({ status: 429, headers, body: {} }, 'model/rate-limited');
      assert.equal(retry?.afterSeconds, seconds);
      assert.deepEqual(bench.clock.sleeps, [seconds]);
    });
  }

  it('is not waited for longer than a quarter of an hour', async () => {
    const { fault } = await failsAtOnce({ status: 429, headers: { 'retry-after': '86400' } }, 'model/rate-limited');
    assert.equal(fault.retryAfterSeconds, 86_400);
    assert.match(describeFault(fault).message, /lab asks to wait/);
  });

  it('is told and not tried again when the provider says so', async () => {
    await failsAtOnce({ status: 500, headers: { 'x-should-retry': 'false' } }, 'model/server-error');
  });

  it('of a gateway may have been charged', async () => {
    const { bench } = await failsThenWorks({ status: 504, body: 'gateway' }, 'model/server-error');
    assertWorstCase(bench);
  });

  it('makes the other callers of the endpoint wait too', async () => {
    const server = await serve({ times: 1, status: 429, headers: { 'retry-after': '30' } }, { text: 'ok' });
    const bench = benchFor(server.url);
    // The second call is made while the first one waits.
    let second: Promise<unknown> = Promise.resolve();
    const { sleep } = bench.clock;
    bench.clock.sleep = async (seconds, signal) => {
      bench.clock.sleep = sleep;
      second = call(bench);
      await new Promise((resolve) => setTimeout(resolve, 50));
      await sleep(seconds, signal);
    };
    await call(bench);
    await second;
    assert.deepEqual(bench.clock.sleeps, [30, 30]);
  });
});

describe('a connection', () => {
  it('that is refused is told with its address, after a few tries, and costs nothing', async () => {
    const gone = await startScriptedModelServer({ replies: [] });
    await gone.close();
    const bench = benchFor(gone.url);
    const fault = await faultFrom(call(bench), 'model/unreachable');
    assert.equal(fault.address, `${gone.url}/chat/completions`);
    assert.equal(fault.detail, 'ECONNREFUSED');
    assert.equal(bench.clock.sleeps.length, 3);
    assertFree(bench);
  });

  it('to a host that does not exist is not tried again', async () => {
    const bench = benchFor('http://no-such-host.invalid/v1');
    const fault = await faultFrom(call(bench), 'model/unreachable');
    if (fault.detail === 'ENOTFOUND') assert.equal(bench.clock.sleeps.length, 0);
    else assert.equal(fault.detail, 'EAI_AGAIN');
    assertFree(bench);
  });

  it('that is dropped before an answer is tried again and may have been charged', async () => {
    const { bench } = await failsThenWorks({ failure: 'reset' }, 'model/unreachable');
    assertWorstCase(bench);
    assert.equal(bench.of('call-end')[1]?.cost.label, 'computed');
  });

  it('to something that is no web server is told', async () => {
    const other = createServer((socket) => socket.end('SSH-2.0-OpenSSH_9.9\r\n'));
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as { port: number };
    const fault = await faultFrom(call(benchFor(`http://127.0.0.1:${port}/v1`)), 'model/unreachable');
    other.close();
    assert.ok(fault.detail.length > 0);
  });

  it('is never opened with a key that cannot be a header, and the key is not told', async () => {
    const server = await serve({ text: 'ok' });
    const bench = createBench(server.url, { environment: { LAB_KEY: 'secret\nkey' } });
    const fault = await faultFrom(call(bench), 'model/unauthorized');
    assert.ok(!JSON.stringify(fault).includes('secret'));
    assert.equal(server.requests.length, 0);
  });
});

describe('time', () => {
  it('without a first byte is up, and tried again', async () => {
    const { bench, retry } = await failsThenWorks({ failure: 'silent' }, 'model/timed-out', hurried);
    assert.deepEqual(retry?.fault, { code: 'model/timed-out', provider: 'lab', kind: 'idle', seconds: 0.8 });
    assertWorstCase(bench);
  });

  it('without a further byte is up, and tried again', async () => {
    const { bench, retry } = await failsThenWorks(
      { text: 'a long reply', failure: 'stall' },
      'model/timed-out',
      hurried,
    );
    assert.deepEqual(retry?.fault, { code: 'model/timed-out', provider: 'lab', kind: 'idle', seconds: 0.6 });
    assertWorstCase(bench);
  });

  it('for all of a reply is up however it drips, and that is final', async () => {
    const { bench, fault } = await failsAtOnce({ failure: 'drip' }, 'model/timed-out', 'chat', hurried);
    assert.deepEqual(fault, { code: 'model/timed-out', provider: 'lab', kind: 'total', seconds: 1.5 });
    assertWorstCase(bench);
  });

  it('is up at once when the caller aborts, and what was sent may be charged', async () => {
    const server = await serve({ failure: 'drip' });
    const bench = benchFor(server.url);
    const controller = new AbortController();
    const onText = () => controller.abort();
    const aborted = bench.models.for('builder').complete(requestOf({ onText }), controller.signal);
    await faultFrom(aborted, 'interrupted');
    assert.equal(server.requests.length, 1);
    assertWorstCase(bench);
    assert.equal(bench.budget.reserved.size, 0);
  });

  it('is not begun when the caller has aborted before', async () => {
    const server = await serve({ text: 'ok' });
    const bench = benchFor(server.url);
    await faultFrom(bench.models.for('builder').complete(requestOf(), AbortSignal.abort()), 'interrupted');
    assert.equal(server.requests.length, 0);
    assert.equal(bench.of('call-start').length, 0);
  });

  it('ends while waiting to try again when the caller aborts', async () => {
    const server = await serve({ status: 429, headers: { 'retry-after': '500' } });
    const controller = new AbortController();
    const { systemClock } = await import('../../../src/models/clock.ts');
    const bench = createBench(server.url, { clock: systemClock });
    const waiting = bench.models.for('builder').complete(requestOf(), controller.signal);
    setTimeout(() => controller.abort(), 100);
    await faultFrom(waiting, 'interrupted');
    assert.equal(bench.of('call-retry')[0]?.afterSeconds, 500);
  });
});

describe('a reply', () => {
  it('that is a web page is broken, even with status 200', async () => {
    const { bench, fault } = await failsAtOnce({ failure: 'html' }, 'model/broken-reply');
    assert.equal(fault.detail, 'it is a web page');
    assertFree(bench);
  });

  it('that is neither JSON nor a stream is broken', async () => {
    await failsAtOnce({ status: 200, body: 'welcome!' }, 'model/broken-reply');
    await failsAtOnce({ status: 200, body: '' }, 'model/broken-reply');
  });

  it('that is not valid JSON is broken and may have been charged', async () => {
    assertWorstCase((await failsAtOnce({ status: 200, body: '{"choices": [' }, 'model/broken-reply')).bench);
    assertWorstCase((await failsAtOnce({ status: 200, body: 'data: {"choices"\n\n' }, 'model/broken-reply')).bench);
  });

  for (const body of [{}, [], { choices: [] }, { choices: 'none' }, { output: [] }, [1, 2]]) {
    it(`without content is broken: ${JSON.stringify(body)}`, async () => {
      const { fault } = await failsAtOnce({ status: 200, body }, 'model/broken-reply');
      assert.equal(fault.detail, 'it has no content');
    });
  }

  it('that is longer than any reply is broken, and not read to its end', async () => {
    const bench = createBench((await serve({ failure: 'endless' })).url, {
      timers: { firstByte: 5, idle: 5, total: 8 },
    });
    const fault = await faultFrom(call(bench), 'model/broken-reply');
    assert.equal(fault.detail, 'it is longer than 32 MiB');
    assertWorstCase(bench);
  });

  for (const api of apis) {
    describe(`over ${api}`, () => {
      it('that ends without saying so is broken, and tried again', async () => {
        const server = await serve({ text: 'half a patch', finish: null, times: 1 }, { text: 'whole' });
        const bench = benchFor(server.url, api);
        assert.equal((await call(bench)).text, 'whole');
        const [retry] = bench.of('call-retry');
        assert.equal(retry?.fault.code, 'model/broken-reply');
        assertWorstCase(bench);
      });

      it('whose connection breaks in the middle is tried again', async () => {
        const server = await serve({ text: 'half a patch', failure: 'cut', times: 1 }, { text: 'whole' });
        const bench = benchFor(server.url, api);
        assert.equal((await call(bench)).text, 'whole');
        assert.equal(bench.of('call-retry').length, 1);
        assertWorstCase(bench);
      });

      it('that is cut off by length is not returned, but settled as reported', async () => {
        const usage = { input: 100, output: 50 };
        const { bench, fault } = await failsAtOnce({ text: 'half', finish: 'length', usage }, 'model/truncated', api);
        assert.equal(fault.outputLimit, 4000);
        assert.equal(bench.budget.spent.tokens, 150);
        assert.deepEqual(bench.of('call-end')[0]?.cost, { micros: 200, label: 'computed', ...ownPrice });
      });

      it('that is filtered or declined is not returned, but settled as reported', async () => {
        const usage = { input: 100, output: 5 };
        const filtered = await failsAtOnce({ text: 'half', finish: 'content_filter', usage }, 'model/refused', api);
        assert.equal(filtered.bench.budget.spent.tokens, 105);
        const declined = await failsAtOnce({ refusal: 'I cannot help with that.', usage }, 'model/refused', api);
        assert.equal(declined.fault.detail, 'I cannot help with that.');
        assert.equal(declined.bench.budget.spent.tokens, 105);
      });
    });
  }

  it('with an end that nobody knows is broken', async () => {
    const choices = [{ index: 0, message: { content: 'text' }, finish_reason: 'handed_over' }];
    const { fault } = await failsAtOnce({ status: 200, body: { choices } }, 'model/broken-reply');
    assert.equal(fault.detail, 'it ended with the unknown reason "handed_over"');
  });

  it('that waits for tools which it does not name is broken', async () => {
    const choices = [{ index: 0, message: { content: 'text' }, finish_reason: 'tool_calls' }];
    const { fault } = await failsAtOnce({ status: 200, body: { choices } }, 'model/broken-reply');
    assert.equal(fault.detail, 'it waits for the results of tools that it does not name');
  });

  it('that is whole stays whole when the connection breaks behind its end', async () => {
    const chunk = { choices: [{ index: 0, delta: { content: 'whole' }, finish_reason: 'stop' }] };
    const server = await serve({ status: 200, body: `data: ${JSON.stringify(chunk)}\n\ndata: {"cut` });
    const bench = benchFor(server.url);
    assert.equal((await call(bench)).text, 'whole');
    assert.equal(bench.of('call-end')[0]?.cost.label, 'estimated');
  });
});

describe('an error that comes with status 200', () => {
  it('as a body is read as what it says', async () => {
    const { bench } = await failsAtOnce({ status: 200, body: quota }, 'model/quota-exhausted');
    assertFree(bench);
    const body = { error: { code: 401, message: 'No auth credentials found' } };
    await failsAtOnce({ status: 200, body }, 'model/unauthorized');
  });

  it('in a stream is not taken for a reply', async () => {
    const begun = 'data: {"choices":[{"index":0,"delta":{"content":"half"}}]}\n\n';
    const error = 'data: {"error":{"code":502,"message":"upstream lost"}}\n\n';
    const { bench } = await failsThenWorks({ status: 200, body: begun + error }, 'model/server-error');
    assertWorstCase(bench);
  });

  it('in a stream of Responses is not taken for a reply', async () => {
    const failed = {
      type: 'response.failed',
      response: { status: 'failed', error: { code: 'server_error', message: 'x' } },
    };
    const error = { type: 'error', code: 'rate_limit_exceeded', message: 'slow down' };
    for (const [event, code] of [
      [failed, 'model/server-error'],
      [error, 'model/rate-limited'],
    ] as const) {
      const server = await serve({ status: 200, body: `data: ${JSON.stringify(event)}\n\n`, times: 1 }, { text: 'ok' });
      const bench = benchFor(server.url, 'responses');
      assert.equal((await call(bench)).text, 'ok');
      assert.equal(bench.of('call-retry')[0]?.fault.code, code);
    }
  });
});

describe('a server that lacks a feature', () => {
  const refuse = (message: string): ScriptedReply => ({ status: 400, body: { error: { message } }, times: 1 });

  it('is asked for JSON in simpler ways, and the simplest is remembered', async () => {
    const server = await serve(
      refuse("'response_format.type' json_schema is not supported"),
      refuse("'response_format.type' must be 'text'"),
      { text: '{"summary":"fine"}' },
    );
    const bench = benchFor(server.url);
    await call(bench, { schema: findingsSchema });
    await call(bench, { schema: findingsSchema });
    const formats = server.requests.map(({ body }) => (body.response_format as { type: string } | undefined)?.type);
    assert.deepEqual(formats, ['json_schema', 'json_object', undefined, undefined]);
    assert.ok(!server.requests[0]?.system.includes('JSON Schema'));
    assert.match(server.requests[3]?.system ?? '', /one JSON object[\s\S]*"additionalProperties":false/);
    assert.equal(bench.of('call-start').length, 2, 'refused terms are no calls');
  });

  for (const [message, field, other] of [
    [
      "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.",
      'max_tokens',
      'max_completion_tokens',
    ],
    ["Unsupported value: 'temperature' does not support 0.2 with this model.", 'temperature', null],
    ['Unrecognized request argument supplied: stream_options', 'stream_options', null],
    ['Streaming is not supported for this model', 'stream', null],
  ] as const) {
    it(`is asked without \`${field}\` once it refused it`, async () => {
      const server = await serve(refuse(message), { text: 'ok' });
      const reply = await call(benchFor(server.url), { temperature: 0.2 });
      assert.equal(reply.text, 'ok');
      assert.ok(field in (server.requests[0]?.body ?? {}));
      assert.ok(!(field in (server.requests[1]?.body ?? {})));
      if (other) assert.equal(server.requests[1]?.body[other], 4000);
    });
  }

  it('is not asked for ever', async () => {
    const server = await serve({
      status: 400,
      body: { error: { message: 'max_tokens and max_completion_tokens: unknown' } },
    });
    await faultFrom(call(benchFor(server.url)), 'model/rejected');
    assert.ok(server.requests.length <= 3);
  });
});
