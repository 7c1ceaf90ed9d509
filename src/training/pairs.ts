import type { ChatMessage } from '../engine/ports/chat.ts';
import { scoreOf } from './score.ts';
import { promptOf, responseOf, type Trajectory } from './trajectory.ts';

/** Two real replies to the same work, the better one first. */
export interface PreferencePair {
  readonly scenario: string;
  readonly chosen: Trajectory;
  readonly rejected: Trajectory;
  /** What both were asked: the messages their prompts have in common. */
  readonly prompt: { readonly system: string; readonly messages: readonly ChatMessage[] };
  readonly gap: number;
  /** What sets them apart: what was run and signed, or, where that says nothing, a judge's marks. */
  readonly by: 'score' | 'judge';
}

/** Scores nearer than this say nothing. */
const leastGap = 0.15;
/** Nor do marks of a judge that are nearer than this. */
const leastJudgedGap = 0.2;
/** Sums of weights in binary floats: .15 exactly must count as .15. */
const rounding = 1e-9;

/** Trajectories of one phase spec each, in the order their first one came. */
export function groupByScenario(trajectories: Iterable<Trajectory>): readonly (readonly Trajectory[])[] {
  const groups = new Map<string, Trajectory[]>();
  for (const trajectory of trajectories) {
    const group = groups.get(trajectory.scenario);
    if (group) group.push(trajectory);
    else groups.set(trajectory.scenario, [trajectory]);
  }
  return [...groups.values()];
}

/**
 * Pairs within one group: each trajectory with the best of those that beat it by the least gap. Attempts that share no
 * prompt, or gave the same reply, make no pair. One that no score sets apart is paired by a judge's marks where there
 * are any, but never with one that scored lower: a judge does not outweigh what was run.
 */
export function pairsOf(group: readonly Trajectory[]): readonly PreferencePair[] {
  const rated = group
    .map((trajectory) => ({
      trajectory,
      score: scoreOf(trajectory).total,
      mark: trajectory.judged?.self ?? null,
    }))
    .sort((a, b) => b.score - a.score || (a.trajectory.id < b.trajectory.id ? -1 : 1));
  return rated.flatMap((rejected) => {
    const pair = pairByScore(rated, rejected) ?? pairByMark(rated, rejected);
    return pair ? [pair] : [];
  });
}

interface Rated {
  readonly trajectory: Trajectory;
  readonly score: number;
  readonly mark: number | null;
}

function pairByScore(rated: readonly Rated[], { trajectory: rejected, score }: Rated): PreferencePair | null {
  for (const better of rated) {
    const gap = better.score - score;
    if (gap < leastGap - rounding) return null;
    const pair = pairOf(better.trajectory, rejected, { gap, by: 'score' });
    if (pair) return pair;
  }
  return null;
}

function pairByMark(rated: readonly Rated[], { trajectory: rejected, score, mark }: Rated): PreferencePair | null {
  if (mark === null) return null;
  const better = rated
    .flatMap((each) =>
      each.mark === null || each.score < score - rounding ? [] : [{ ...each, gap: each.mark - mark }],
    )
    .filter(({ gap }) => gap >= leastJudgedGap - rounding)
    .sort((a, b) => b.gap - a.gap);
  for (const { trajectory, gap } of better) {
    const pair = pairOf(trajectory, rejected, { gap, by: 'judge' });
    if (pair) return pair;
  }
  return null;
}

function pairOf(
  chosen: Trajectory,
  rejected: Trajectory,
  why: Pick<PreferencePair, 'gap' | 'by'>,
): PreferencePair | null {
  if (chosen.scenario !== rejected.scenario || responseOf(chosen) === responseOf(rejected)) return null;
  const prompt = commonPrompt(chosen, rejected);
  return prompt && { scenario: chosen.scenario, chosen, rejected, prompt, ...why };
}

/** The longest beginning that both prompts share, if it ends with a question of the user's. */
function commonPrompt(a: Trajectory, b: Trajectory): PreferencePair['prompt'] | null {
  const [first, second] = [promptOf(a), promptOf(b)];
  if (first.system !== second.system) return null;
  const messages: ChatMessage[] = [];
  for (const [index, message] of first.messages.entries()) {
    if (!isSame(message, second.messages[index])) break;
    messages.push(message);
  }
  while (messages.length > 0 && messages.at(-1)?.role !== 'user') messages.pop();
  return messages.length === 0 ? null : { system: first.system, messages };
}

/** The last message of a request ends with which attempt it is: no difference in what was asked. */
const frame = /\s*\nPhase \S+, attempt \d+$/;

function isSame(a: ChatMessage, b: ChatMessage | undefined): boolean {
  if (b === undefined) return false;
  const [plainA, plainB] = [a, b].map((message) =>
    JSON.stringify({ ...message, text: message.text.replace(frame, '') }),
  );
  return plainA === plainB;
}
