import assert from 'node:assert/strict';
import { type CallTexts, type StepContext, stepDetailOf, textsOf } from '../../../src/contract/trajectories-detail.ts';
import { stepDetailSchema } from '../../../src/contract/trajectories-phase.ts';
import { cutText } from '../../../src/contract/trajectories-text.ts';
import { createTimeline } from '../../../src/contract/trajectories-timeline.ts';
import { result, twoAttempts } from './trajectories-events.ts';

const kept: CallTexts = {
  callId: 'c1',
  model: 'lab/mini',
  servedBy: 'mini-2026',
  retries: 0,
  overrun: false,
  fault: null,
  system: 'Be brief.',
  messages: [{ role: 'user', text: 'Build it.' }],
  toolCalls: [],
  reply: '![x](https://example.invalid/x.png) <img src=x>',
  replayable: true,
};

function contextOf(change: Partial<StepContext> = {}): StepContext {
  const timeline = createTimeline();
  for (const event of twoAttempts) timeline.add(event);
  return {
    runId: 'r',
    phaseId: 'api',
    category: 'feature',
    complexity: 'medium',
    phaseState: 'awaiting-review',
    phaseReason: null,
    steps: timeline.steps(false),
    attempts: timeline.attempts(false),
    findings: timeline.findings(),
    verdicts: timeline.verdicts(),
    check: null,
    call: null,
    patch: null,
    told: [],
    ...change,
  };
}

function detailAt(index: number, change: Partial<StepContext> = {}) {
  const context = contextOf(change);
  const step = context.steps[index];
  assert.ok(step);
  return stepDetailSchema.parse(stepDetailOf(step, context));
}

const keys = (detail: ReturnType<typeof detailAt>) => detail.texts.map(({ key }) => key);

describe('What lies behind a step', () => {
  it('is reply, prompt and instructions of a call, to the letter', () => {
    const detail = detailAt(0, { call: kept });
    assert.deepEqual(keys(detail), ['reply', 'prompt', 'system']);
    assert.equal(detail.texts[0]?.text, kept.reply);
    assert.equal(detail.replayable, true);
  });

  it('tells turns apart, with the tools that were asked for', () => {
    const call: CallTexts = {
      ...kept,
      messages: [
        { role: 'user', text: 'Build it.' },
        { role: 'assistant', text: '', toolCalls: [{ name: 'read', arguments: '{"path":"a"}' }] },
        { role: 'tool', text: 'content' },
      ],
      toolCalls: [{ name: 'grep', arguments: '{"for":"b"}' }],
    };
    const { texts } = detailAt(0, { call });
    assert.equal(texts.find(({ key }) => key === 'tools')?.text, 'grep {"for":"b"}');
    assert.match(
      texts.find(({ key }) => key === 'prompt')?.text ?? '',
      /── Asked ──\nBuild it\.[\s\S]*read \{"path":"a"\}[\s\S]*── Tool gave ──\ncontent/,
    );
  });

  it('says of sealed reasoning how much there was, and that it is not kept', () => {
    const reasoning = { count: 2, tokens: 700, sha256: 'ab'.repeat(32) };
    const messages = [{ role: 'assistant', text: 'Well.', reasoning } as const];
    const { texts } = detailAt(0, { call: { ...kept, messages } });
    assert.match(
      texts.find(({ key }) => key === 'prompt')?.text ?? '',
      /^\(2 sealed items of reasoning .* 700 tokens, SHA-256 abababababab: they are not kept\.\)\nWell\.$/,
    );
  });

  it('says why there is nothing to read', () => {
    const nothing = { ...kept, system: null, messages: null, reply: null, replayable: false };
    assert.match(detailAt(0, { call: nothing }).without ?? '', /only the totals/);
    assert.match(detailAt(0).without ?? '', /Nothing is kept/);
  });

  it('says that an altered reply cannot be replayed', () => {
    const { facts, replayable } = detailAt(0, { call: { ...kept, replayable: false } });
    assert.equal(replayable, false);
    assert.ok(facts.some(([name, value]) => name === 'Replay' && value.startsWith('not replayable')));
  });

  it('is the output of a check, the patch of a change, the reasons of a verdict', () => {
    assert.deepEqual(keys(detailAt(2, { check: result })), ['output', 'command']);
    assert.deepEqual(keys(detailAt(1, { patch: 'diff' })), ['patch']);
    assert.equal(detailAt(3).texts[0]?.text, '1 failed');
  });

  it('tells what happened next', () => {
    assert.equal(detailAt(0).next, 'Then: Stage change, 1 file, +3 −1, 1 repair.');
    assert.equal(detailAt(3).next, 'Attempt 1 ended: npm test failed. Attempt 2 moved from mini to large.');
    assert.equal(detailAt(9).next, 'The phase waits for your signature.');
    assert.equal(
      detailAt(9, { phaseState: 'stuck', phaseReason: 'Same failure twice' }).next,
      'The phase stopped: the same failure twice. Same failure twice.',
    );
  });

  it('tells why this model, and where it came from', () => {
    assert.deepEqual(detailAt(4).why, [
      ['Category', 'feature'],
      ['Complexity', 'medium'],
      ['Model', 'mini → large'],
      ['Reason', 'tries again'],
    ]);
    assert.deepEqual(detailAt(2).why, []);
  });

  it('cuts a very long text in its middle and opens it whole', () => {
    const reply = `${'a'.repeat(300_000)}END`;
    const context = contextOf({ call: { ...kept, reply } });
    const [step] = context.steps;
    assert.ok(step);
    const [shown] = stepDetailOf(step, context).texts;
    assert.equal(shown?.cutFrom, reply.length);
    assert.ok(shown.text.length < 201_000 && shown.text.endsWith('END'));
    assert.equal(textsOf(step, context)[0]?.text, reply);
  });

  it('leaves a text alone that fits', () => {
    assert.deepEqual(cutText('short'), { text: 'short', cutFrom: null });
  });
});
