import assert from 'node:assert/strict';
import type { ChatMessage, ChatReply, Tool } from '../../../src/engine/ports/chat.ts';
import { readToolCalls } from '../../../src/models/tool-calls.ts';
import {
  type Script,
  type ScriptedModelServer,
  startScriptedModelServer,
} from '../../support/scripted-model-server.ts';
import { createBench, faultFrom, modelsConfig, never, requestOf } from './support.ts';

const servers: ScriptedModelServer[] = [];

async function serve(replies: Script['replies']): Promise<ScriptedModelServer> {
  const server = await startScriptedModelServer({ replies });
  servers.push(server);
  return server;
}

afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

const readFile: Tool = {
  name: 'read_file',
  description: 'Reads a file of the repository.',
  parameters: { type: 'object', properties: { path: { type: 'string' } }, required: ['path'] },
};
const search: Tool = { name: 'search', description: 'Searches.', parameters: { type: 'object', properties: {} } };
const tools = [readFile, search];

function benchOn(server: ScriptedModelServer, api: 'chat' | 'responses' = 'chat') {
  return createBench(server.url, {
    config: modelsConfig({
      providers: { lab: { baseUrl: server.url, apiKeyEnv: 'LAB_KEY', api } },
      roles: { builder: 'lab/small' },
      prices: { 'lab/small': { input: 1, output: 2, cachedInput: 0.1 } },
    }),
  });
}

/** What a reply asks for, without the read input. */
const asked = (reply: ChatReply) =>
  reply.toolCalls.map(({ id, name, arguments: input }) => ({ id, name, arguments: input }));

const conversation: readonly ChatMessage[] = [
  { role: 'user', text: 'Greet the user by name.' },
  {
    role: 'assistant',
    text: 'I look first.',
    toolCalls: [
      { id: 'call_1', name: 'read_file', arguments: '{"path":"src/greeting.ts"}' },
      { id: 'call_2', name: 'search', arguments: '{}' },
    ],
  },
  { role: 'tool', toolCallId: 'call_1', text: 'export const greeting = 1;' },
  { role: 'tool', toolCallId: 'call_2', text: 'nothing found' },
];

for (const api of ['chat', 'responses'] as const) {
  describe(`tools over ${api}`, () => {
    for (const plain of [false, true]) {
      it(`are asked for ${plain ? 'in a whole reply' : 'in pieces of a stream'}`, async () => {
        const server = await serve([
          {
            text: 'I look first.',
            toolCalls: [
              { id: 'call_1', name: 'read_file', arguments: { path: 'src/größe.ts' } },
              { id: 'call_2', name: 'search' },
            ],
            plain,
          },
        ]);
        const bench = benchOn(server, api);
        const reply = await bench.models.for('builder').complete(requestOf({ tools }), never);
        assert.equal(reply.text, 'I look first.');
        assert.equal(reply.tookTools, true);
        assert.deepEqual(reply.toolCalls, [
          {
            id: 'call_1',
            name: 'read_file',
            arguments: '{"path":"src/größe.ts"}',
            input: { ok: true, value: { path: 'src/größe.ts' } },
          },
          { id: 'call_2', name: 'search', arguments: '{}', input: { ok: true, value: {} } },
        ]);
        const [call] = bench.calls;
        assert.deepEqual(call?.toolCalls, asked(reply));
        assert.deepEqual(call?.tools, tools);
      });
    }

    it('may be all that a reply holds', async () => {
      const server = await serve([{ toolCalls: [{ id: 'call_1', name: 'search' }] }]);
      const reply = await benchOn(server, api).models.for('builder').complete(requestOf({ tools }), never);
      assert.equal(reply.text, '');
      assert.deepEqual(asked(reply), [{ id: 'call_1', name: 'search', arguments: '{}' }]);
    });

    it('are offered, and their results sent back, in the words of this wire', async () => {
      const server = await serve([{ text: 'A patch.' }]);
      await benchOn(server, api)
        .models.for('builder')
        .complete(requestOf({ tools, messages: conversation }), never);
      const [seen] = server.requests;
      assert.equal(seen?.attempt, 1, 'the last message names phase and attempt, though it is a tool’s result');
      const { name, description, parameters } = readFile;
      const offered = seen?.body.tools as readonly unknown[];
      if (api === 'chat') {
        assert.deepEqual(offered[0], { type: 'function', function: { name, description, parameters } });
        assert.deepEqual((seen?.body.messages as readonly unknown[]).slice(2), [
          {
            role: 'assistant',
            content: 'I look first.',
            tool_calls: [
              {
                id: 'call_1',
                type: 'function',
                function: { name: 'read_file', arguments: '{"path":"src/greeting.ts"}' },
              },
              { id: 'call_2', type: 'function', function: { name: 'search', arguments: '{}' } },
            ],
          },
          { role: 'tool', tool_call_id: 'call_1', content: 'export const greeting = 1;' },
          { role: 'tool', tool_call_id: 'call_2', content: 'nothing found\n\nPhase greeting, attempt 1' },
        ]);
      } else {
        assert.deepEqual(offered[0], { type: 'function', name, description, parameters, strict: false });
        assert.deepEqual((seen?.body.input as readonly unknown[]).slice(2), [
          { role: 'assistant', content: 'I look first.' },
          { type: 'function_call', call_id: 'call_1', name: 'read_file', arguments: '{"path":"src/greeting.ts"}' },
          { type: 'function_call', call_id: 'call_2', name: 'search', arguments: '{}' },
          { type: 'function_call_output', call_id: 'call_1', output: 'export const greeting = 1;' },
          { type: 'function_call_output', call_id: 'call_2', output: 'nothing found\n\nPhase greeting, attempt 1' },
        ]);
      }
      assert.equal(seen?.body.tool_choice, undefined);
    });

    it('stay offered where an answer is wanted now', async () => {
      const server = await serve([{ text: 'A patch.' }]);
      const request = requestOf({ tools, toolChoice: 'none' });
      await benchOn(server, api).models.for('builder').complete(request, never);
      assert.equal(server.requests[0]?.body.tool_choice, 'none');
      assert.equal((server.requests[0]?.body.tools as readonly unknown[]).length, 2);
    });

    it('are not mentioned where none are offered', async () => {
      const server = await serve([{ text: 'A patch.' }]);
      const reply = await benchOn(server, api).models.for('builder').complete(requestOf(), never);
      assert.deepEqual([reply.toolCalls, reply.tookTools], [[], true]);
      assert.equal('tools' in (server.requests[0]?.body ?? {}), false);
    });

    it('are never used from a reply that was cut off by length', async () => {
      const server = await serve([{ toolCalls: [{ name: 'search' }], finish: 'length' }]);
      const model = benchOn(server, api).models.for('builder');
      await faultFrom(model.complete(requestOf({ tools }), never), 'model/truncated');
    });

    it('are never used from a reply that ends in the middle of their arguments', async () => {
      const server = await serve([
        { toolCalls: [{ name: 'read_file', arguments: { path: 'a'.repeat(80) } }], failure: 'cut' },
      ]);
      const model = benchOn(server, api).models.for('builder');
      await faultFrom(model.complete(requestOf({ tools }), never), 'model/unreachable');
      assert.equal(server.requests.length, 4, 'tried again, as any reply that was cut');
    });

    it('count in what is set aside', async () => {
      const server = await serve([{ text: 'ok' }]);
      const bench = benchOn(server, api);
      const model = bench.models.for('builder');
      const long = { ...search, description: 'Searches the whole repository. '.repeat(200) };
      const input = `{"path":"${'deep/'.repeat(500)}"}`;
      const turn = (text: string): readonly ChatMessage[] => [
        { role: 'user', text: 'Greet.' },
        { role: 'assistant', text: '', toolCalls: [{ id: 'c', name: 'search', arguments: text }] },
        { role: 'tool', toolCallId: 'c', text: 'none' },
      ];
      await model.complete(requestOf({ messages: turn('{}') }), never);
      await model.complete(requestOf({ messages: turn('{}'), tools: [long] }), never);
      await model.complete(requestOf({ messages: turn(input), tools: [long] }), never);
      const [plain = 0, offered = 0, used = 0] = bench.of('call-start').map(({ reserved }) => reserved.tokens);
      assert.ok(offered > plain + 800, `${offered} after ${plain}`);
      assert.ok(used > offered + 800, `${used} after ${offered}`);
    });
  });
}

describe('a server that takes no tools', () => {
  const refusals = [
    [400, 'registry.ollama.ai/library/gemma:2b does not support tools'],
    [400, '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set'],
    [404, 'No endpoints found that support tool use. To learn more about provider routing, visit the docs.'],
    [500, 'tools param requires --jinja flag'],
    [422, 'Unrecognized request argument supplied: tools'],
  ] as const;
  for (const [status, message] of refusals) {
    it(`is asked without them, and never again with them: ${message.slice(0, 40)}`, async () => {
      const server = await serve([
        { status, body: { error: { message } }, times: 1 },
        { text: 'A patch.' },
        { text: 'Another.' },
      ]);
      const bench = benchOn(server);
      const model = bench.models.for('builder');
      const reply = await model.complete(requestOf({ tools }), never);
      assert.deepEqual([reply.text, reply.tookTools, reply.toolCalls], ['A patch.', false, []]);
      assert.equal((await model.complete(requestOf({ tools }), never)).tookTools, false);
      assert.deepEqual(
        server.requests.map(({ body }) => 'tools' in body),
        [true, false, false],
      );
      const notices = bench.of('notice').map((notice) => notice.message);
      assert.deepEqual(notices, ['lab/small takes no tools: it is asked without them.']);
      assert.equal(bench.budget.reserved.size, 0);
    });
  }

  it('is told earlier tool calls as conversation', async () => {
    const server = await serve([
      { status: 400, body: { error: { message: 'tools are not supported' } }, times: 1 },
      { text: 'A patch.' },
    ]);
    await benchOn(server)
      .models.for('builder')
      .complete(requestOf({ tools, messages: conversation }), never);
    const messages = server.requests[1]?.body.messages as readonly { role: string; content: string }[];
    assert.deepEqual(
      messages.map(({ role }) => role),
      ['system', 'user', 'assistant', 'user'],
    );
    assert.match(messages[2]?.content ?? '', /I look first\.\n.*read_file.*src\/greeting\.ts/);
    assert.match(
      messages[3]?.content ?? '',
      /export const greeting = 1;[\s\S]*nothing found\n\nPhase greeting, attempt 1$/,
    );
  });

  it('is not taken for one that dislikes a tool’s schema', async () => {
    const message = "Invalid schema for function 'read_file': keyword 'oneOf' is not permitted.";
    const server = await serve([{ status: 400, body: { error: { message, param: 'tools[0].function.parameters' } } }]);
    const fault = await faultFrom(
      benchOn(server).models.for('builder').complete(requestOf({ tools }), never),
      'model/rejected',
    );
    assert.match(fault.detail, /Invalid schema/);
    assert.equal(server.requests.length, 1);
  });
});

describe('tool calls as servers really send them', () => {
  const streamOf = (deltas: readonly object[], finish = 'tool_calls') =>
    [
      ...deltas.map((delta) => ({ choices: [{ index: 0, delta, finish_reason: null }] })),
      { choices: [{ index: 0, delta: {}, finish_reason: finish }] },
    ]
      .map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`)
      .join('');

  async function callsOf(deltas: readonly object[], finish?: string) {
    const server = await serve([{ body: streamOf(deltas, finish) }]);
    return asked(await benchOn(server).models.for('builder').complete(requestOf({ tools }), never));
  }

  it('may share one position and differ only by their identifiers', async () => {
    const call = (id: string, path: string) => ({
      tool_calls: [{ index: 0, id, function: { name: 'read_file', arguments: JSON.stringify({ path }) } }],
    });
    assert.deepEqual(await callsOf([call('a', 'x.ts'), call('b', 'y.ts')]), [
      { id: 'a', name: 'read_file', arguments: '{"path":"x.ts"}' },
      { id: 'b', name: 'read_file', arguments: '{"path":"y.ts"}' },
    ]);
  });

  it('may repeat name and identifier in every piece', async () => {
    const piece = (text: string) => ({
      tool_calls: [{ index: 0, id: 'a', function: { name: 'search', arguments: text } }],
    });
    assert.deepEqual(await callsOf([piece('{"q'), piece('":1}')]), [{ id: 'a', name: 'search', arguments: '{"q":1}' }]);
  });

  it('may be woven into one another', async () => {
    const piece = (index: number, fields: object) => ({ tool_calls: [{ index, ...fields }] });
    const calls = await callsOf([
      piece(0, { id: 'a', function: { name: 'search', arguments: '' } }),
      piece(1, { id: 'b', function: { name: 'read_file', arguments: '{"path"' } }),
      piece(0, { function: { arguments: '{"q":1}' } }),
      piece(1, { function: { arguments: ':"x"}' } }),
    ]);
    assert.deepEqual(
      calls.map((call) => call.arguments),
      ['{"q":1}', '{"path":"x"}'],
    );
  });

  it('may have no position, no identifier, an object for arguments and the finish `stop`', async () => {
    const [call] = await callsOf(
      [{ tool_calls: [{ function: { name: 'read_file', arguments: { path: 'x.ts' } } }] }],
      'stop',
    );
    assert.match(call?.id ?? '', /^call_\w+$/);
    assert.deepEqual([call?.name, call?.arguments], ['read_file', '{"path":"x.ts"}']);
  });
});

describe('what a model asks of a tool', () => {
  const problemOf = (name: string, input: string) => {
    const [request] = readToolCalls([{ id: 'c', name, arguments: input }], tools);
    return !request || request.input.ok ? null : request.input.fault;
  };

  it('is read, also where it is nothing', () => {
    assert.equal(problemOf('search', ''), null);
    assert.equal(problemOf('search', ' {} '), null);
  });

  it('is a mistake to be told where it is not JSON', () => {
    assert.match(
      problemOf('read_file', '{"path": "a') ?? '',
      /^The arguments of read_file are not valid JSON \(.+\)\. Call it again/,
    );
  });

  for (const text of ['[]', '"a"', 'null', '3']) {
    it(`is a mistake to be told where it is no object: ${text}`, () => {
      assert.match(problemOf('read_file', text) ?? '', /are not a JSON object/);
    });
  }

  it('is a mistake to be told where there is no such tool', () => {
    assert.equal(problemOf('rm', '{}'), 'There is no tool "rm". The tools are: read_file, search.');
    assert.match(problemOf('toString', '{}') ?? '', /There is no tool/);
  });
});
