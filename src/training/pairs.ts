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
}

/** Scores nearer than this say nothing. */
const leastGap = 0.15;

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
 * prompt, or gave the same reply, make no pair.
 */
export function pairsOf(group: readonly Trajectory[]): readonly PreferencePair[] {
  const scored = group
    .map((trajectory) => ({ trajectory, score: scoreOf(trajectory).total }))
    .sort((a, b) => b.score - a.score || (a.trajectory.id < b.trajectory.id ? -1 : 1));
  return scored.flatMap(({ trajectory: rejected, score }) => {
    for (const better of scored) {
      const gap = better.score - score;
      // Sums of weights in binary floats: .15 exactly must count as .15.
      if (gap < leastGap - 1e-9) return [];
      const pair = pairOf(better.trajectory, rejected, gap);
      if (pair) return [pair];
    }
    return [];
  });
}

function pairOf(chosen: Trajectory, rejected: Trajectory, gap: number): PreferencePair | null {
  if (chosen.scenario !== rejected.scenario || responseOf(chosen) === responseOf(rejected)) return null;
  const prompt = commonPrompt(chosen, rejected);
  return prompt && { scenario: chosen.scenario, chosen, rejected, prompt, gap };
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
