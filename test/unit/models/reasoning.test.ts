import assert from 'node:assert/strict';
import type { ChatMessage, ChatReply, Tool } from '../../../src/engine/ports/chat.ts';
import { refusesReasoning, sealedReasoningOf, withoutSeals } from '../../../src/models/reasoning.ts';
import {
  type ScriptedModelServer,
  type ScriptedReply,
  startScriptedModelServer,
} from '../../support/scripted-model-server.ts';
import { type Bench, createBench, modelsConfig, never, requestOf } from './support.ts';

type Items = readonly Record<string, unknown>[];

const search: Tool = { name: 'search', description: 'Searches.', parameters: { type: 'object', properties: {} } };
const tools = [search];
const thought = (id: string, more: object = {}) => ({ id, summary: [], encrypted_content: `sealed-${id}`, ...more });
const thinking: ScriptedReply = {
  text: 'I look first.',
  toolCalls: [
    { id: 'call_1', name: 'search' },
    { id: 'call_2', name: 'search' },
  ],
  reasoning: [
    { before: 'text', item: thought('rs_1', { summary: [{ type: 'summary_text', text: 'Two places.' }] }) },
    { before: 1, item: thought('rs_2') },
  ],
  usage: { input: 100, output: 700 },
  times: 1,
};

describe('sealed reasoning on Responses', () => {
  const servers: ScriptedModelServer[] = [];
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.close();
  });

  async function serve(...replies: readonly ScriptedReply[]) {
    const server = await startScriptedModelServer({ replies });
    servers.push(server);
    return server;
  }

  function benchOn(server: ScriptedModelServer, api: 'chat' | 'responses' = 'responses'): Bench {
    const at = { baseUrl: server.url, apiKeyEnv: 'LAB_KEY' };
    return createBench(server.url, {
      config: modelsConfig({
        providers: { lab: { ...at, api } },
        roles: { builder: 'lab/small', auditor: 'lab/other' },
      }),
    });
  }

  const turns = (reply: ChatReply): readonly ChatMessage[] => [
    { role: 'user', text: 'Greet.' },
    {
      role: 'assistant',
      text: reply.text,
      toolCalls: reply.toolCalls,
      ...(reply.reasoning ? { reasoning: reply.reasoning } : {}),
    },
    ...reply.toolCalls.map(({ id }) => ({ role: 'tool', toolCallId: id, text: 'none' }) as const),
  ];

  async function twoTurns(bench: Bench): Promise<ChatReply> {
    const model = bench.models.for('builder');
    const first = await model.complete(requestOf({ tools }), never);
    await model.complete(requestOf({ tools, messages: turns(first) }), never);
    return first;
  }

  const inputOf = (server: ScriptedModelServer, at: number) => (server.requests[at]?.body.input ?? []) as Items;

  for (const plain of [false, true]) {
    it(`goes back before what it led to, as it came in a ${plain ? 'whole reply' : 'stream'}`, async () => {
      const server = await serve({ ...thinking, plain }, { text: 'A patch.' });
      const first = await twoTurns(benchOn(server));
      assert.deepEqual(server.requests[0]?.body.include, ['reasoning.encrypted_content']);
      assert.equal(server.requests[0]?.body.store, false);
      assert.equal(first.reasoning?.count, 2);
      assert.match(first.reasoning?.sha256 ?? '', /^[\da-f]{64}$/);
      const call = (id: string) => ({ type: 'function_call', call_id: id, name: 'search', arguments: '{}' });
      assert.deepEqual(inputOf(server, 1).slice(2, 7), [
        {
          type: 'reasoning',
          id: 'rs_1',
          summary: [{ type: 'summary_text', text: 'Two places.' }],
          encrypted_content: 'sealed-rs_1',
        },
        { role: 'assistant', content: 'I look first.' },
        call('call_1'),
        { type: 'reasoning', id: 'rs_2', summary: [], encrypted_content: 'sealed-rs_2' },
        call('call_2'),
      ]);
    });
  }

  it('is kept as its count and hash alone, and told in no event', async () => {
    const server = await serve(thinking, { text: 'A patch.' });
    const bench = benchOn(server);
    const { reasoning } = await twoTurns(bench);
    const { items: _, ...stated } = reasoning ?? {};
    const message = bench.calls[1]?.messages[1];
    assert.deepEqual(message?.role === 'assistant' && message.reasoning, stated);
    const written = JSON.stringify([bench.calls, bench.events]);
    for (const word of ['sealed-', 'rs_1', 'Two places.']) assert.ok(!written.includes(word), word);
  });

  it('is set aside for with the tokens that its reply was counted with', async () => {
    const server = await serve(thinking, { text: 'A patch.' }, { text: 'A patch.' });
    const bench = benchOn(server);
    const first = await twoTurns(bench);
    const bare = turns(first).map((message) => {
      if (message.role !== 'assistant') return message;
      return { role: message.role, text: message.text, toolCalls: message.toolCalls ?? [] };
    });
    await bench.models.for('builder').complete(requestOf({ tools, messages: bare }), never);
    const [, withIt = 0, without = 0] = bench.of('call-start').map(({ reserved }) => reserved.tokens);
    assert.equal(withIt - without, 700);
  });

  it('is sent to no other model, on no other wire, and not where tools are not offered', async () => {
    const server = await serve(thinking, { text: 'A patch.' });
    const bench = benchOn(server);
    const messages = turns(await bench.models.for('builder').complete(requestOf({ tools }), never));
    await bench.models.for('auditor').complete(requestOf({ role: 'auditor', tools, messages }), never);
    await bench.models.for('builder').complete(requestOf({ messages }), never);
    await benchOn(server, 'chat').models.for('builder').complete(requestOf({ tools, messages }), never);
    assert.equal(server.requests.length, 4);
    for (const { body } of server.requests.slice(1)) assert.ok(!JSON.stringify(body).includes('sealed-'));
    assert.equal(server.requests[2]?.body.include, undefined);
    assert.equal(server.requests[3]?.body.include, undefined);
  });

  const refusals = [
    [400, { error: { message: 'Encrypted content is not supported with this model.', param: 'include' } }],
    [400, { error: { message: "Unknown parameter: 'include'." } }],
    [422, { detail: [{ type: 'extra_forbidden', loc: ['body', 'include'], msg: 'Extra inputs are not permitted' }] }],
    [400, { error: { message: 'Unrecognized request argument supplied: include' } }],
  ] as const;
  for (const [status, body] of refusals) {
    it(`is not asked for again where it was refused: ${JSON.stringify(body).slice(0, 60)}`, async () => {
      const server = await serve(
        { status, body, times: 1 },
        { toolCalls: [{ id: 'c', name: 'search' }], times: 1 },
        { text: 'A patch.' },
      );
      const bench = benchOn(server);
      const first = await twoTurns(bench);
      assert.equal(first.reasoning, undefined);
      assert.deepEqual(
        server.requests.map((request) => 'include' in request.body),
        [true, false, false],
      );
      assert.deepEqual(
        server.requests.map((request) => 'tools' in request.body),
        [true, true, true],
      );
      assert.equal(bench.budget.reserved.size, 0);
    });
  }

  it('is left out where the server cannot read its own any more, and the answer still comes', async () => {
    const message = 'The encrypted content for item rs_1 could not be verified.';
    const refused = { status: 400, body: { error: { message, code: 'invalid_encrypted_content' } }, times: 1 };
    const server = await serve(thinking, refused, { text: 'A patch.' });
    const bench = benchOn(server);
    const model = bench.models.for('builder');
    const first = await model.complete(requestOf({ tools }), never);
    assert.equal((await model.complete(requestOf({ tools, messages: turns(first) }), never)).text, 'A patch.');
    assert.ok(JSON.stringify(server.requests[1]?.body).includes('sealed-rs_1'));
    assert.ok(!JSON.stringify(server.requests[2]?.body).includes('sealed-'));
  });

  it('is nothing where the server seals none', async () => {
    const open = { before: 0, item: { id: 'rs_1', summary: [], content: [{ type: 'reasoning_text', text: 'Hm.' }] } };
    const server = await serve({ ...thinking, reasoning: [open] }, { text: 'A patch.' });
    const first = await twoTurns(benchOn(server));
    assert.equal(first.reasoning, undefined);
    assert.ok(!inputOf(server, 1).some(({ type }) => type === 'reasoning'));
  });
});

describe('sealed reasoning among output items', () => {
  const item = (id: unknown, sealed: unknown) => ({ type: 'reasoning', id, encrypted_content: sealed, summary: 7 });
  const call = { type: 'function_call', call_id: 'c' };
  const none = { type: 'unreported', output: '' } as const;
  const read = (output: Items) => sealedReasoningOf('lab/small', output, none);

  it('needs an identifier, a seal, and something that it led to', () => {
    for (const bad of [item('', 'x'), item('a', ''), item(1, 'x'), item('a', null), item('a', {})]) {
      assert.equal(read([bad, call]), null, JSON.stringify(bad));
    }
    assert.equal(read([call, item('a', 'x')]), null);
    assert.equal(read([]), null);
    const [own] = read([call, item('a', 'x'), item('b', 'y'), call])?.items ?? [];
    assert.deepEqual(own, { id: 'a', sealed: 'x', summary: [], before: 1 });
  });

  it('counts by its size where the provider counts nothing', () => {
    const small = read([item('a', 'x'.repeat(100)), call])?.tokens ?? 0;
    const large = read([item('a', 'x'.repeat(4_100)), call])?.tokens ?? 0;
    assert.equal(large - small, 3_000);
  });

  it('leaves messages without it as they are', () => {
    const messages: readonly ChatMessage[] = [
      { role: 'user', text: 'a' },
      { role: 'assistant', text: 'b' },
    ];
    assert.deepEqual(withoutSeals(messages), messages);
  });

  for (const message of ['messages must include the word json', 'Unknown parameter: temperature', 'tools are not on']) {
    it(`is not what a server means by: ${message}`, () => assert.equal(refusesReasoning(message), false));
  }
});
