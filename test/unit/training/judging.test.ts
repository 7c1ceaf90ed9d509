import assert from 'node:assert/strict';
import { appendFile, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { EngineError } from '../../../src/domain/engine-error.ts';
import { artGroups } from '../../../src/training/formats/art.ts';
import { trlGrpo } from '../../../src/training/formats/trl.ts';
import type { Question } from '../../../src/training/judge.ts';
import { openJudgements } from '../../../src/training/judgements.ts';
import { isJudgeable, type JudgeKind, judgeGroups } from '../../../src/training/judging.ts';
import { createLeftOut } from '../../../src/training/left-out.ts';
import { pairsOf } from '../../../src/training/pairs.ts';
import type { Trajectory } from '../../../src/training/trajectory.ts';
import { lostOutcome, step, trajectory } from './fixtures.ts';

const good = trajectory();
const lost = trajectory({ attempt: 2, outcome: lostOutcome, steps: [step({ reply: 'worse' })] });
const scenario = (number: number): readonly Trajectory[] =>
  [good, lost].map((each) => ({
    ...each,
    id: `${each.id}-${number}`,
    scenario: `scenario-${number}`,
    steps: [step({ ...each.steps[0], messages: [{ role: 'user', text: `Task ${number}.` }] })],
  }));

const marks = (mark: number) => JSON.stringify({ accuracy: mark, completeness: mark, efficiency: mark, reason: 'so' });
const scores = JSON.stringify({
  scores: [
    { id: '1', explanation: 'good', score: 0.9 },
    { id: '2', explanation: 'bad', score: 0.2 },
  ],
});
const answer = ({ schema, messages }: Question) =>
  schema?.name === 'ruler' ? scores : marks(messages[0]?.text.includes('worse') ? 1 : 5);
const spent = new EngineError({
  code: 'budget/exceeded',
  level: 'phase',
  needMicros: 10,
  leftMicros: 1,
  needTokens: 10,
  leftTokens: null,
});

describe('judgeGroups', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'countersign-judge-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function judgeAll(
    groups: readonly (readonly Trajectory[])[],
    options: { readonly kind?: JudgeKind; readonly ask?: (question: Question) => string; readonly model?: string } = {},
  ) {
    const leftOut = createLeftOut();
    const asked: Question[] = [];
    async function* each() {
      yield* groups;
    }
    const result = await judgeGroups(each(), {
      kind: options.kind ?? 'both',
      model: options.model ?? 'lab/judge',
      judgements: await openJudgements(path.join(folder, 'judgements.jsonl')),
      ask: async (question) => {
        asked.push(question);
        return (options.ask ?? answer)(question);
      },
      leftOut,
      signal: new AbortController().signal,
    });
    return { ...result, asked, leftOut: leftOut.list() };
  }

  it('gives each attempt its marks, and its place among the others', async () => {
    const { judged, counts } = await judgeAll([[good, lost]]);
    assert.deepEqual(judged.get(good.id), { self: 1, ruler: 0.9 });
    assert.deepEqual(judged.get(lost.id), { self: 0, ruler: 0.2 });
    assert.deepEqual(counts, { asked: 3, kept: 0, judged: 2, unreadable: 0, unpaid: 0 });
  });

  it('asks only as it was told to', async () => {
    assert.equal((await judgeAll([scenario(1)], { kind: 'ruler' })).asked.length, 1);
    assert.equal((await judgeAll([scenario(2)], { kind: 'self' })).asked.length, 2);
  });

  it('pays for nothing twice, and goes on where it was cut off', async () => {
    await judgeAll([scenario(1)]);
    const again = await judgeAll([scenario(1), scenario(2)]);
    assert.deepEqual(again.counts, { asked: 3, kept: 3, judged: 4, unreadable: 0, unpaid: 0 });
    const other = await judgeAll([scenario(1)], { model: 'lab/other' });
    assert.equal(other.counts.asked, 3, 'another model has answers of its own');
  });

  it('stops asking when the budget is spent, keeps what it has, and counts the rest', async () => {
    let left = 4;
    const ask = (question: Question) => {
      if (left === 0) throw spent;
      left -= 1;
      return answer(question);
    };
    const cut = await judgeAll([scenario(1), scenario(2), scenario(3)], { ask });
    assert.deepEqual([cut.counts.asked, cut.counts.unpaid], [4, 1]);
    assert.match(cut.leftOut[0]?.reason ?? '', /budget was spent/);
    const rest = await judgeAll([scenario(1), scenario(2), scenario(3)]);
    assert.deepEqual([rest.counts.asked, rest.counts.kept, rest.counts.unpaid], [5, 4, 0]);
  });

  it('throws on whatever else the model throws', async () => {
    const down = () => {
      throw new EngineError({ code: 'model/quota-exhausted', provider: 'lab' });
    };
    await assert.rejects(judgeAll([scenario(1)], { ask: down }), /quota/i);
  });

  it('scores nothing by an answer that cannot be read, and says so', async () => {
    const { judged, counts, leftOut } = await judgeAll([[good, lost]], { ask: () => 'Both are fine.' });
    assert.deepEqual([judged.size, counts.unreadable], [0, 3]);
    assert.match(leftOut[0]?.reason ?? '', /no answer that can be read/);
  });

  it('goes on where one question is too much for the model', async () => {
    const ask = (question: Question) => {
      if (question.schema?.name === 'ruler') {
        throw new EngineError({ code: 'model/rejected', provider: 'lab', status: 400, detail: 'too long' });
      }
      return answer(question);
    };
    const { judged, counts, leftOut } = await judgeAll([[good, lost]], { ask });
    assert.deepEqual(judged.get(good.id), { self: 1, ruler: null });
    assert.deepEqual([counts.asked, counts.unreadable], [2, 1]);
    assert.match(leftOut[0]?.reason ?? '', /model\/rejected/);
  });

  it('judges kept answers anew, and passes over a line that was cut off', async () => {
    await judgeAll([scenario(1)]);
    const file = path.join(folder, 'judgements.jsonl');
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replaceAll('0.9', '9'));
    assert.equal((await judgeAll([scenario(1)])).counts.unreadable, 1);
    await writeFile(file, text);
    await appendFile(file, '{"key": "ab');
    assert.equal((await judgeAll([scenario(1), scenario(2)])).counts.kept, 3);
    assert.equal((await judgeAll([scenario(2)])).counts.kept, 3, 'what came after the cut line is whole');
  });

  it('reads and writes through no link', async () => {
    const elsewhere = path.join(folder, 'elsewhere');
    await writeFile(elsewhere, '');
    await symlink(elsewhere, path.join(folder, 'judgements.jsonl'));
    await assert.rejects(judgeAll([scenario(1)]), (error: unknown) => {
      return error instanceof EngineError && error.fault.code === 'store/damaged';
    });
    assert.equal(await readFile(elsewhere, 'utf8'), '');
  });

  it('knows which groups say something', () => {
    assert.equal(isJudgeable([good, lost]), true);
    assert.equal(isJudgeable([good, trajectory({ attempt: 2 })]), false);
    assert.equal(isJudgeable([good]), false);
  });
});

describe('what a judge said', () => {
  const judged = (each: Trajectory, self: number | null, ruler: number | null) => ({
    ...each,
    judged: { self, ruler },
  });
  // Two that did not land score nearly alike.
  const one = trajectory({ attempt: 2, outcome: lostOutcome, steps: [step({ reply: 'one' })] });
  const two = trajectory({ runId: 'run-2', attempt: 2, outcome: lostOutcome, steps: [step({ reply: 'two' })] });

  it('pairs what no score sets apart, at a gap of .2 or more', () => {
    assert.deepEqual(pairsOf([one, two]), []);
    const [pair, ...others] = pairsOf([judged(one, 0.5, null), judged(two, 0.7, null)]);
    assert.deepEqual([pair?.chosen.runId, pair?.by, others.length], ['run-2', 'judge', 0]);
    assert.deepEqual(pairsOf([judged(one, 0.5, null), judged(two, 0.69, null)]), []);
    assert.deepEqual(pairsOf([judged(one, 0.5, null), two]), []);
  });

  it('never outweighs what was run and signed', () => {
    const [pair, ...others] = pairsOf([judged(trajectory(), 0, null), judged(one, 1, null)]);
    assert.deepEqual([pair?.chosen.outcome.landed, pair?.by, others.length], [true, 'score', 0]);
  });

  it('is the reward of a group, beside the reward from what was run', () => {
    const group = [judged(trajectory(), null, 0.3), judged(one, null, 0.6)];
    assert.ok(artGroups.unit === 'group' && trlGrpo.unit === 'group');
    const { trajectories } = artGroups.row(group) as {
      trajectories: { reward: number; metrics: Record<string, number> }[];
    };
    assert.deepEqual(
      trajectories.map(({ reward }) => reward),
      [0.3, 0.6],
    );
    assert.ok((trajectories[0]?.metrics.independent_reward ?? 0) > (trajectories[1]?.metrics.independent_reward ?? 1));
    assert.deepEqual((trlGrpo.row(group) as { rewards: number[] }).rewards, [0.3, 0.6]);
    const half = trlGrpo.row([group[0] as Trajectory, one]) as Record<string, unknown>;
    assert.equal(half.independent_rewards, undefined, 'rewards of two kinds do not go into one list');
    for (const format of [artGroups, trlGrpo]) {
      const row = format.unit === 'group' ? format.row(group) : null;
      assert.equal(format.schema.safeParse(JSON.parse(JSON.stringify(row))).success, true);
    }
  });
});
