import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ChatMessage, Picture } from '../../../src/engine/ports/chat.ts';
import { pictureTokens, refusesPictures, seesPictures } from '../../../src/models/pictures.ts';
import { pngOf } from '../../support/pictures.ts';
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

const picture: Picture = {
  mediaType: 'image/png',
  base64: pngOf(64, 48).toString('base64'),
  width: 64,
  height: 48,
};

const conversation: readonly ChatMessage[] = [
  { role: 'user', text: 'Match the mock-up.' },
  { role: 'assistant', text: '', toolCalls: [{ id: 'call_1', name: 'view_image', arguments: '{"source":"a.png"}' }] },
  { role: 'tool', toolCallId: 'call_1', text: 'PNG. The picture follows.' },
  { role: 'user', text: '1. a.png, SHA-256 abc', pictures: [picture] },
];
const viewImage = { name: 'view_image', description: 'Looks.', parameters: { type: 'object', properties: {} } };

function benchOn(server: ScriptedModelServer, api: 'chat' | 'responses', vision: object = { 'lab/small': true }) {
  return createBench(server.url, {
    config: modelsConfig({
      providers: { lab: { baseUrl: server.url, apiKeyEnv: 'LAB_KEY', api } },
      roles: { builder: 'lab/small' },
      prices: { 'lab/small': { input: 1, output: 2, cachedInput: 0.1 } },
      vision,
    }),
  });
}

const request = requestOf({ messages: conversation, tools: [viewImage] });
const dataUrl = `data:image/png;base64,${picture.base64}`;

for (const api of ['chat', 'responses'] as const) {
  describe(`pictures over ${api}`, () => {
    it('stand behind the answers of tools, in the words of this wire', async () => {
      const server = await serve([{ text: 'A patch.' }]);
      const bench = benchOn(server, api);
      const model = bench.models.for('builder');
      assert.equal(model.seesPictures, true);
      const reply = await model.complete(request, never);
      assert.equal(reply.leftPictures, undefined);
      const text = '1. a.png, SHA-256 abc\n\nPhase greeting, attempt 1';
      const [seen] = server.requests;
      const sent = (seen?.body.messages ?? seen?.body.input) as readonly unknown[];
      assert.deepEqual(
        sent.at(-1),
        api === 'chat'
          ? {
              role: 'user',
              content: [
                { type: 'text', text },
                { type: 'image_url', image_url: { url: dataUrl, detail: 'high' } },
              ],
            }
          : {
              role: 'user',
              content: [
                { type: 'input_text', text },
                { type: 'input_image', image_url: dataUrl, detail: 'high' },
              ],
            },
      );
    });

    it('are left out for a model that does not see, which is told so, and so is the user', async () => {
      const server = await serve([{ text: 'A patch.' }]);
      const bench = benchOn(server, api, {});
      const model = bench.models.for('builder');
      assert.ok(!model.seesPictures);
      const reply = await model.complete(request, never);
      assert.equal(reply.leftPictures, true);
      const [seen] = server.requests;
      assert.match(seen?.text ?? '', /a\.png, SHA-256 abc[\s\S]*this model cannot be sent pictures/);
      assert.ok(!JSON.stringify(seen?.body).includes(picture.base64));
      assert.match(bench.of('notice')[0]?.message ?? '', /lab\/small takes no pictures/);
    });

    it('are left out where the server refuses them, then and from then on', async () => {
      const server = await serve([
        { times: 1, status: 400, body: { error: { message: 'image_url is only supported by certain models.' } } },
        { text: 'A patch.' },
      ]);
      const bench = benchOn(server, api);
      const model = bench.models.for('builder');
      assert.equal((await model.complete(request, never)).leftPictures, true);
      assert.equal((await model.complete(request, never)).leftPictures, true);
      assert.equal(server.requests.length, 3);
      assert.deepEqual(
        server.requests.map(({ body }) => JSON.stringify(body).includes(picture.base64)),
        [true, false, false],
      );
      assert.equal(bench.of('notice').length, 1, 'said once');
    });

    it('are not taken for the reason of another refusal', async () => {
      const server = await serve([{ status: 400, body: { error: { message: 'The prompt is too long.' } } }]);
      const model = benchOn(server, api).models.for('builder');
      await faultFrom(model.complete(request, never), 'model/rejected');
      assert.equal(server.requests.length, 1);
    });

    it('are told with the results of tools where the model takes no tools', async () => {
      const server = await serve([
        { times: 1, status: 400, body: { error: { message: 'small does not support tools' } } },
        { text: 'A patch.' },
      ]);
      await benchOn(server, api).models.for('builder').complete(request, never);
      const sent = (server.requests[1]?.body.messages ?? server.requests[1]?.body.input) as readonly object[];
      assert.equal(sent.length, 4);
      assert.match(JSON.stringify(sent.at(-1)), /Result of call_1/);
      assert.ok(JSON.stringify(sent.at(-1)).includes(picture.base64));
    });

    it('count in what is set aside, and are kept by their hash alone', async () => {
      const server = await serve([{ text: 'ok' }]);
      const bench = benchOn(server, api);
      const model = bench.models.for('builder');
      const blind = conversation.map((message) => ({ ...message, pictures: [] }));
      await model.complete(requestOf({ messages: blind, tools: [viewImage] }), never);
      await model.complete(request, never);
      const [without = 0, within = 0] = bench.of('call-start').map(({ reserved }) => reserved.tokens);
      assert.equal(within - without, pictureTokens('small', picture));
      const kept = JSON.stringify(bench.calls[1]?.messages);
      assert.ok(kept.includes('SHA-256 abc') && !kept.includes(picture.base64));
    });
  });
}

describe('what a picture may cost', () => {
  const sized = (width: number, height: number): Picture => ({ ...picture, width, height });

  it('follows the formula of models that count tiles', () => {
    assert.equal(pictureTokens('gpt-4o', sized(512, 512)), 85 + 170);
    assert.equal(pictureTokens('gpt-4o', sized(1024, 1024)), 85 + 4 * 170);
    assert.equal(pictureTokens('gpt-4o', sized(2048, 4096)), 85 + 6 * 170);
    assert.equal(pictureTokens('gpt-4o-mini', sized(1024, 1024)), 2833 + 4 * 5667);
  });

  it('is never less than what a model that counts patches makes of it', () => {
    const side = fc.integer({ min: 1, max: 8_000 });
    fc.assert(
      fc.property(side, side, (width, height) => {
        const patches = Math.min(1_536, Math.ceil(width / 32) * Math.ceil(height / 32));
        for (const [model, each] of [
          ['gpt-4.1-mini', 1.62],
          ['gpt-4.1-nano', 2.46],
          ['gpt-5-mini', 1.62],
        ] as const) {
          assert.ok(pictureTokens(model, sized(width, height)) >= Math.floor(patches * each), model);
        }
      }),
    );
  });

  it('is a bound for a model of which nothing is known', () => {
    assert.equal(pictureTokens('some-model', sized(1, 1)), 4_000);
    // One maker divides the pixels by 750, with no more than some thousand tokens in all.
    assert.ok(pictureTokens('claude-x', sized(1_568, 1_568)) >= (1_568 * 1_568) / 750);
    assert.ok(pictureTokens('qwen-vl', sized(8_000, 8_000)) >= 16_384);
  });
});

describe('models that see', () => {
  for (const model of [
    'gpt-4o',
    'gpt-5.6-terra',
    'gpt-6-sol',
    'openai/gpt-4.1-mini',
    'o3',
    'claude-opus-4',
    'gemini-3-pro',
    'qwen3-vl-8b',
    'llama-3.2-11b-vision-instruct',
  ]) {
    it(`include ${model}`, () => assert.equal(seesPictures(model), true));
  }
  for (const model of [
    'gpt-3.5-turbo',
    'gpt-oss-20b',
    'o1-mini',
    'o3-mini',
    'claude-2.1',
    'deepseek-v3',
    'qwen3-coder',
    'small',
    'solver-1',
  ]) {
    it(`do not include ${model}`, () => assert.equal(seesPictures(model), false));
  }

  it('are as the configuration says, whatever their name', async () => {
    const server = await serve([{ text: 'ok' }]);
    const bench = createBench(server.url, {
      config: modelsConfig({
        providers: { lab: { baseUrl: server.url } },
        roles: { builder: 'lab/gpt-4o' },
        vision: { 'lab/gpt-4o': false },
      }),
    });
    assert.ok(!bench.models.for('builder').seesPictures);
  });

  it('refuse in words that are about pictures', () => {
    for (const words of [
      'image_url is only supported by certain models',
      'No endpoints found that support image input',
      'image input is not supported - hint: if this is unexpected, you may need to provide the mmproj',
      'This model does not support vision.',
    ]) {
      assert.equal(refusesPictures(words), true, words);
    }
    for (const words of ['does not support tools', 'The division failed', 'imagine that']) {
      assert.equal(refusesPictures(words), false, words);
    }
  });
});
