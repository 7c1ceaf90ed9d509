import assert from 'node:assert/strict';
import type { ChatModel, ChatReply, ChatRequest } from '../../../src/engine/ports/chat.ts';
import { judge, readJudgement } from '../../../src/training/judge.ts';
import { judgeGroup, readScores, sharedBeginning } from '../../../src/training/ruler.ts';
import { lostOutcome, step, trajectory } from './fixtures.ts';

const scope = { runId: 'r', tierId: null, phaseId: 'train', attempt: 1 };
const { signal } = new AbortController();

function modelSaying(text: string): { readonly model: ChatModel; readonly asked: ChatRequest[] } {
  const asked: ChatRequest[] = [];
  const complete = async (request: ChatRequest): Promise<ChatReply> => {
    asked.push(request);
    return { text, toolCalls: [], tookTools: true, tokens: null, billedMicros: null, servedBy: null, model: 'lab/any' };
  };
  return { model: { id: 'lab/judge', recorded: false, format: 'diff', complete } as unknown as ChatModel, asked };
}

describe('judge', () => {
  const marks = (accuracy: number, completeness: number, efficiency: number) =>
    JSON.stringify({ accuracy, completeness, efficiency, reason: 'because' });

  it('makes (sum − 3) / 12 of three marks', async () => {
    for (const [given, reward] of [
      [marks(1, 1, 1), 0],
      [marks(5, 5, 5), 1],
      [marks(3, 4, 2), 0.5],
    ] as const) {
      const judged = await judge(modelSaying(given).model, scope, trajectory(), signal);
      assert.equal(judged.ok && judged.value.reward, reward);
    }
  });

  it('has no mark for what it cannot read', () => {
    const half = JSON.stringify({ accuracy: 3, completeness: 3, reason: '' });
    for (const text of ['', 'Three out of five.', marks(0, 3, 3), marks(3, 3.5, 3), half, marks(3, 3, 3).repeat(2)]) {
      assert.equal(readJudgement(text).ok, false, text);
    }
  });
});

describe('judgeGroup', () => {
  const good = trajectory();
  const lost = trajectory({ attempt: 2, outcome: lostOutcome, steps: [step({ reply: 'worse' })] });
  const twin = trajectory({ runId: 'run-2' });
  const scores = (...entries: readonly (readonly [string, number])[]) =>
    JSON.stringify({ scores: entries.map(([id, score]) => ({ id, score, explanation: 'so' })) });

  it('judges the same reply once, in one call, and keeps the reward from what was run', async () => {
    const { model, asked } = modelSaying(scores(['2', 0.1], ['1', 0.9]));
    const judged = await judgeGroup(model, scope, [good, lost, twin], signal);
    assert.ok(judged.ok);
    assert.deepEqual(
      judged.value.map(({ reward }) => reward),
      [0.9, 0.1, 0.9],
    );
    assert.ok(judged.value.every(({ independentReward, reward }) => independentReward !== reward));
    assert.equal(asked.length, 1);
    assert.equal(asked[0]?.messages[0]?.text.match(/Add a limit\./g)?.length, 1);
  });

  it('scores nothing where ids, their number or a score do not fit', () => {
    for (const [text, reason] of [
      [scores(['1', 0.5]), /scores 1 attempts of 2/],
      [scores(['1', 0.5], ['3', 0.5]), /does not score attempt 2/],
      [scores(['1', 0.5], ['1', 0.6]), /does not score attempt 2/],
      [scores(['1', 0.5], ['2', 1.2]), /score/],
      ['none', /0 JSON objects/],
    ] as const) {
      const read = readScores(text, ['1', '2']);
      assert.equal(read.ok, false);
      assert.match(read.ok ? '' : read.fault, reason);
    }
  });

  it('finds what conversations begin with', () => {
    const [a, b, c] = ['a', 'b', 'c'].map((text) => ({ role: 'user' as const, text }));
    assert.ok(a && b && c);
    assert.equal(sharedBeginning([[a, b], [a, c], [a]]), 1);
    assert.equal(
      sharedBeginning([
        [a, b],
        [a, b],
      ]),
      2,
    );
    assert.equal(sharedBeginning([]), 0);
  });
});
