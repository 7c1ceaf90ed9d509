import assert from 'node:assert/strict';
import { EngineError } from '../../../src/domain/engine-error.ts';
import { noTokens } from '../../../src/domain/money.ts';
import type { NotReplayable } from '../../../src/domain/replay.ts';
import type { KeptReply } from '../../../src/engine/ports/calls.ts';
import type { ChatModel, ChatRequest, Models } from '../../../src/engine/ports/chat.ts';
import { createKeptReplies } from '../../../src/models/kept-replies.ts';
import { frameOf } from '../../../src/models/wire.ts';

const redact = (text: string) => text.replaceAll('s3cret', '[redacted:secret]');
const replies = createKeptReplies({ redact, formats: {}, vision: {} });
const { signal } = new AbortController();

const request = (text = 'Do it.', attempt = 1, component: string | null = null): ChatRequest => ({
  scope: { runId: 'r', tierId: 't', phaseId: 'one', attempt },
  role: component === null ? 'builder' : 'auditor',
  component,
  system: 'You build.',
  messages: [{ role: 'user', text }],
  outputLimit: 100,
  schema: null,
});

function kept(asked: ChatRequest, reply: string | null, more: Partial<KeptReply> = {}): KeptReply {
  const { system, messages } = frameOf(asked);
  return {
    callId: `${Math.random()}`,
    scope: asked.scope,
    role: asked.role,
    component: asked.component ?? asked.role,
    model: 'lab/builder',
    servedBy: null,
    startedAt: '',
    seconds: 1,
    tokens: noTokens,
    cost: { micros: 5, label: 'computed' },
    retries: 0,
    fault: null,
    system: redact(system),
    messages: messages.map((message) => ({ ...message, text: redact(message.text) })),
    toolCalls: [],
    reply,
    replayable: reply !== null,
    ...more,
  };
}

describe('kept replies', () => {
  const asked: string[] = [];
  const live: ChatModel = {
    id: 'lab/builder',
    recorded: false,
    format: 'diff',
    standIns: ['lab/second'],
    async complete({ messages }) {
      asked.push(messages.at(-1)?.text ?? '');
      const none = { toolCalls: [], tookTools: true, tokens: null, billedMicros: null, servedBy: null };
      return { text: 'live', model: 'lab/builder', ...none };
    },
  };
  const models: Models = { for: () => live, worstCost: async () => null };
  beforeEach(() => asked.splice(0));

  describe('when a run goes on', () => {
    const remembering = (known: readonly KeptReply[], used: KeptReply[] = []) =>
      replies.remembering(models, known, (reply) => used.push(reply)).for('builder');

    it('answer the same request once for each time it was answered, and no other', async () => {
      const used: KeptReply[] = [];
      const model = remembering([kept(request(), 'first'), kept(request(), 'second')], used);
      assert.equal((await model.complete(request(), signal)).text, 'first');
      assert.equal((await model.complete(request(), signal)).text, 'second');
      assert.equal((await model.complete(request(), signal)).text, 'live');
      assert.equal((await model.complete(request('Do more.'), signal)).text, 'live');
      assert.equal((await model.complete(request('Do it.', 2), signal)).text, 'live');
      assert.deepEqual([used.length, asked.length], [2, 3]);
    });

    it('know a request whose secrets were taken out when it was kept', async () => {
      const model = remembering([kept(request('Use s3cret.'), 'kept')]);
      assert.equal((await model.complete(request('Use s3cret.'), signal)).text, 'kept');
    });

    it('leave out what was redacted, cut off, or came from a model that is not asked now', async () => {
      const spoilt = [
        kept(request(), 'x', { replayable: false }),
        kept(request(), null, { fault: { code: 'interrupted' }, replayable: false }),
        kept(request(), 'x', { model: 'lab/another' }),
        kept(request(), 'x', { messages: null }),
      ];
      assert.equal((await remembering(spoilt).complete(request(), signal)).text, 'live');
    });

    it('take the word of a model that stood in', async () => {
      const model = remembering([kept(request(), 'stand-in', { model: 'lab/second' })]);
      assert.equal((await model.complete(request(), signal)).text, 'stand-in');
    });

    it('fail again where a reply that was paid for was cut off by its length', async () => {
      const fault = { code: 'model/truncated', provider: 'lab', outputLimit: 5 } as const;
      const model = remembering([kept(request(), null, { fault, replayable: false })]);
      await assert.rejects(model.complete(request(), signal), { fault });
      assert.deepEqual(asked, []);
    });
  });

  describe('when a run is replayed', () => {
    function replaying(known: readonly KeptReply[]) {
      const prompts: string[][] = [];
      const gaps: NotReplayable[] = [];
      let played = 0;
      const watch = {
        onPrompt: (_: unknown, about: string, was: string, is: string) => prompts.push([about, was, is]),
        onGap: (gap: NotReplayable) => gaps.push(gap),
        onReply: () => {
          played += 1;
        },
      };
      const model = replies.replaying(known, watch, { builder: 'lab/builder' }).for('builder');
      return { model, prompts, gaps, played: () => played };
    }

    it('play back in order, by role, component and attempt', async () => {
      const review = request('Review.', 1, 'security');
      const { model, prompts, played } = replaying([
        kept(request(), 'one'),
        kept(review, 'review'),
        kept(request(), 'two'),
      ]);
      assert.equal((await model.complete(review, signal)).text, 'review');
      assert.equal((await model.complete(request(), signal)).text, 'one');
      assert.equal((await model.complete(request(), signal)).text, 'two');
      assert.deepEqual([prompts, played()], [[], 3]);
    });

    it('prefer the reply to this very prompt, and tell where a prompt differs', async () => {
      const { model, prompts } = replaying([kept(request('A.'), 'a'), kept(request('B.'), 'b')]);
      assert.equal((await model.complete(request('B.'), signal)).text, 'b');
      assert.equal((await model.complete(request('C.'), signal)).text, 'a');
      assert.equal(prompts.length, 1);
      assert.match(prompts[0]?.[1] ?? '', /A\./);
      assert.match(prompts[0]?.[2] ?? '', /C\./);
    });

    it('pass over tries that failed in passing, and fail as it failed then', async () => {
      const down = { code: 'model/unreachable', provider: 'lab', address: '', detail: '' } as const;
      const first = replaying([kept(request(), null, { fault: down, retries: 1 }), kept(request(), 'late')]);
      assert.equal((await first.model.complete(request(), signal)).text, 'late');
      const second = replaying([kept(request(), null, { fault: down })]);
      await assert.rejects(second.model.complete(request(), signal), { fault: down });
    });

    for (const [why, known] of [
      ['no-reply', []],
      ['no-reply', [kept(request(), null, { fault: { code: 'interrupted' } })]],
      ['not-kept', [kept(request(), null)]],
      ['redacted', [kept(request(), 'x', { replayable: false })]],
    ] as const) {
      it(`stop where there is ${why} to play back`, async () => {
        const { model, gaps } = replaying(known);
        await assert.rejects(model.complete(request(), signal), EngineError);
        assert.deepEqual(gaps, [{ phaseId: 'one', attempt: 1, about: 'builder', why }]);
      });
    }
  });
});
