import assert from 'node:assert/strict';
import { tokenWishesOf } from '../../../src/compose/training/token-wishes.ts';
import type { TokenWishes } from '../../../src/models/token-bias.ts';
import {
  type Script,
  type ScriptedModelServer,
  startScriptedModelServer,
} from '../../support/scripted-model-server.ts';
import { createBench, faultFrom, modelsConfig, never, requestOf } from './support.ts';

const wishes: TokenWishes = {
  profile: 'think-tag',
  texts: [
    { text: '<think>', bias: -100 },
    { text: '🛑', bias: 1 },
  ],
};

describe('what a profile asks of the next token', () => {
  let server: ScriptedModelServer;
  const tokenized: string[] = [];
  beforeEach(() => {
    tokenized.length = 0;
  });
  afterEach(() => server.close());

  /** A server that knows its own tokens as `known` has them; null for one that does not tell. */
  async function bench(
    replies: Script['replies'],
    known: Readonly<Record<string, readonly number[]>> | null,
    api: 'chat' | 'responses' = 'chat',
  ) {
    server = await startScriptedModelServer({ replies });
    const send: typeof fetch = async (where, init) => {
      if (!String(where).endsWith('/tokenize')) return fetch(where, init);
      tokenized.push(String(where));
      const { prompt } = JSON.parse(String(init?.body));
      return known ? Response.json({ tokens: known[prompt] ?? [1, 2, 3] }) : new Response('', { status: 404 });
    };
    return createBench(server.url, {
      config: modelsConfig({
        providers: { lab: { baseUrl: server.url, apiKeyEnv: 'LAB_KEY', api } },
        roles: { builder: 'lab/small', auditor: 'lab/small' },
        prices: { 'lab/small': { input: 1, output: 2 } },
      }),
      fetch: send,
      wishesOf: (id) => (id === 'lab/small' ? wishes : null),
    });
  }
  const noticesOf = (opened: Awaited<ReturnType<typeof bench>>) => opened.of('notice').map(({ message }) => message);

  it('is sent as logit_bias for texts that are one token, and what is left is said once', async () => {
    const opened = await bench([{ text: 'A patch.' }], { '<think>': [151667], '🛑': [9, 10] });
    const model = opened.models.for('builder');
    await model.complete(requestOf({ role: 'builder' }), never);
    await model.complete(requestOf({ role: 'builder' }), never);
    assert.deepEqual(
      server.requests.map(({ body }) => body.logit_bias),
      [{ 151667: -100 }, { 151667: -100 }],
    );
    assert.equal(tokenized.length, 2, 'each text is asked for once');
    assert.ok(tokenized.every((where) => where === `${server.url.replace(/\/v1$/, '')}/tokenize`));
    assert.deepEqual(noticesOf(opened), [
      'lab/small gets no logit_bias for 1 of 2 texts of its profile think-tag, which are no single token of it that is known: `🛑`.',
    ]);
  });

  it('is left out where the server refuses it, then and from then on', async () => {
    const refusal = {
      status: 400,
      body: { error: { message: 'Unsupported parameter: logit_bias', param: 'logit_bias' } },
    };
    const opened = await bench([{ ...refusal, times: 1 }, { text: 'A patch.' }], { '<think>': [7], '🛑': [9] });
    const model = opened.models.for('builder');
    await model.complete(requestOf({ role: 'builder' }), never);
    await model.complete(requestOf({ role: 'builder' }), never);
    assert.deepEqual(
      server.requests.map(({ body }) => body.logit_bias),
      [{ 7: -100, 9: 1 }, undefined, undefined],
    );
    assert.deepEqual(noticesOf(opened), [
      'lab/small takes no logit_bias: what its profile think-tag asks of the next token is not sent.',
    ]);
  });

  it('is not sent where nobody tells the tokens, nor over a wire that has no such field', async () => {
    const untold = await bench([{ text: 'A patch.' }], null);
    await untold.models.for('builder').complete(requestOf({ role: 'builder' }), never);
    assert.equal(server.requests[0]?.body.logit_bias, undefined);
    assert.match(noticesOf(untold)[0] ?? '', /no logit_bias for 2 of 2 texts/);
    await server.close();
    const other = await bench([{ text: 'A patch.' }], { '<think>': [7] }, 'responses');
    await other.models.for('builder').complete(requestOf({ role: 'builder' }), never);
    assert.equal(server.requests[0]?.body.logit_bias, undefined);
    assert.match(noticesOf(other)[0] ?? '', /takes no logit_bias/);
  });

  it('is asked of the Builder alone', async () => {
    const opened = await bench([{ text: '{}' }], { '<think>': [7], '🛑': [9] });
    await opened.models.for('auditor').complete(requestOf({ role: 'auditor' }), never);
    assert.equal(server.requests[0]?.body.logit_bias, undefined);
    assert.deepEqual([tokenized, noticesOf(opened)], [[], []]);
  });
});

describe('the profile of a model', () => {
  it('is one of the built-in ones, and of the model that is named', async () => {
    const profiles = { 'lab/tuned': 'think-tag', 'lab/plain': 'plain', 'lab/theirs': 'theirs' };
    assert.equal(tokenWishesOf(profiles, 'lab/other'), null);
    assert.equal(tokenWishesOf(profiles, 'toString'), null);
    assert.equal(tokenWishesOf(profiles, 'lab/plain'), null);
    assert.deepEqual(tokenWishesOf(profiles, 'lab/tuned')?.texts[0], { text: '<think>', bias: -100 });
    const { problem } = await faultFrom(() => tokenWishesOf(profiles, 'lab/theirs'), 'config/invalid');
    assert.match(problem, /think-tag/);
  });
});
