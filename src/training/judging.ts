import { faultOf } from '../domain/engine-error.ts';
import type { FaultCode } from '../domain/fault.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import { markQuestion, type Question, readJudgement } from './judge.ts';
import type { Judgements } from './judgements.ts';
import type { LeftOut } from './left-out.ts';
import { groupQuestion, readRewards } from './ruler.ts';
import { type Judged, responseOf, type Trajectory } from './trajectory.ts';

export const judgeKinds = ['self', 'ruler', 'both'] as const;
/** `self`: three marks for each attempt alone. `ruler`: the attempts at one phase spec compared. */
export type JudgeKind = (typeof judgeKinds)[number];

/** What the judge step came to. */
export interface JudgeCounts {
  /** Calls that were made. */
  asked: number;
  /** Answers that were there from before. */
  kept: number;
  judged: number;
  unreadable: number;
  /** Groups that were not judged, since the budget was spent. */
  unpaid: number;
}

export interface Judging {
  readonly kind: JudgeKind;
  /** `PROVIDER/MODEL` of the judge. */
  readonly model: string;
  readonly judgements: Judgements;
  /** Sends a question; throws what a metered model throws. */
  readonly ask: (question: Question) => Promise<string>;
  readonly leftOut: LeftOut;
  readonly signal: AbortSignal;
}

/** A group says something only where its attempts differ. */
export function isJudgeable(group: readonly Trajectory[]): boolean {
  return new Set(group.map(responseOf)).size > 1;
}

/**
 * Judges group after group until they end or the budget does; what cannot be read is counted and scores nothing.
 * Everything that was answered is kept, so a step that was cut off goes on without paying twice. Throws what the model
 * throws over more than one question, but for `budget/exceeded`.
 */
export async function judgeGroups(
  groups: AsyncIterable<readonly Trajectory[]>,
  judging: Judging,
): Promise<{ readonly judged: ReadonlyMap<string, Judged>; readonly counts: JudgeCounts }> {
  const judged = new Map<string, Judged>();
  const counts: JudgeCounts = { asked: 0, kept: 0, judged: 0, unreadable: 0, unpaid: 0 };
  let spent = false;
  const answerTo: Answer = async (question) => {
    const before = judging.judgements.answer(judging.model, question);
    if (before !== null) {
      counts.kept += 1;
      return ok(before);
    }
    if (spent) return null;
    try {
      const text = await judging.ask(question);
      counts.asked += 1;
      await judging.judgements.keep(judging.model, question, text);
      return ok(text);
    } catch (error) {
      const { code } = faultOf(error);
      if (ofOneQuestion.has(code)) return fail(code);
      if (code !== 'budget/exceeded') throw error;
      spent = true;
      return null;
    }
  };
  for await (const group of groups) {
    judging.signal.throwIfAborted();
    const result = await judgeOne(group, judging, counts, answerTo);
    if (result === null) counts.unpaid += 1;
    for (const [id, given] of result ?? []) judged.set(id, given);
  }
  counts.judged = judged.size;
  if (counts.unpaid > 0) judging.leftOut.count("not judged: the judge's budget was spent", counts.unpaid);
  return { judged, counts };
}

/** Fails with why there is no answer to this one question; null where the budget is spent. */
type Answer = (question: Question) => Promise<Result<string, string> | null>;

/** What a model fails with over one question, such as a group that is too long for it; others may have answers. */
const ofOneQuestion: ReadonlySet<FaultCode> = new Set(['model/truncated', 'model/refused', 'model/rejected']);

/** Null where an answer was not to be had. */
async function judgeOne(
  group: readonly Trajectory[],
  { kind, leftOut }: Judging,
  counts: JudgeCounts,
  answerTo: Answer,
): Promise<ReadonlyMap<string, Judged> | null> {
  const rewards = new Map<string, Judged>();
  const read = <Value>(result: Result<Value, string>): Value | null => {
    if (result.ok) return result.value;
    counts.unreadable += 1;
    leftOut.count(`not judged: the judge gave no answer that can be read: ${result.fault}`);
    return null;
  };
  const give = (id: string, more: Partial<Judged>) =>
    rewards.set(id, { self: null, ruler: null, ...rewards.get(id), ...more });
  if (kind !== 'self') {
    const answer = await answerTo(groupQuestion(group));
    if (answer === null) return null;
    const given = read(answer.ok ? readRewards(answer.value, group) : answer);
    for (const { trajectory, reward } of given ?? []) give(trajectory.id, { ruler: reward });
  }
  if (kind === 'ruler') return rewards;
  for (const trajectory of group) {
    const answer = await answerTo(markQuestion(trajectory));
    if (answer === null) return rewards.size > 0 ? rewards : null;
    const judgement = read(answer.ok ? readJudgement(answer.value) : answer);
    if (judgement) give(trajectory.id, { self: judgement.reward });
  }
  return rewards;
}
