import { z } from 'zod';
import { isProven, scoreOf } from '../score.ts';
import type { Trajectory } from '../trajectory.ts';
import { conversationOf, messagesSchema, wireTools } from './conversation.ts';
import type { ExportFormat } from './format.ts';

const source = 'OpenPipe ART, `art.Trajectory` and `art.TrajectoryGroup`';

/** A reply that may be trained on; every other message is context. */
const choiceSchema = z.strictObject({
  finish_reason: z.literal('stop'),
  index: z.literal(0),
  logprobs: z.null(),
  message: z.strictObject({
    role: z.literal('assistant'),
    content: z.string(),
    tool_calls: z.array(z.unknown()).optional(),
  }),
});

const number = z.number();
export const artTrajectorySchema = z.strictObject({
  messages_and_choices: z.array(z.unknown()).min(2).superRefine(checkMessages),
  tools: z.array(z.unknown()).nullable(),
  reward: number.min(0).max(1),
  metrics: z.record(z.string(), z.union([number, z.boolean()])),
  metadata: z.record(z.string(), z.union([z.string(), number, z.boolean(), z.null()])),
  logs: z.array(z.string()),
});

function checkMessages(entries: readonly unknown[], context: z.RefinementCtx): void {
  const last = choiceSchema.safeParse(entries.at(-1));
  if (!last.success) {
    const message = 'the last entry must be a choice, or nothing of it is trained on';
    context.addIssue({ code: 'custom', path: [entries.length - 1], message });
  }
  const before = messagesSchema('text').safeParse(entries.slice(0, -1));
  for (const issue of before.success ? [] : before.error.issues) {
    context.addIssue({ code: 'custom', path: issue.path, message: issue.message });
  }
}

/** Where a judge compared the attempts, the reward is the judge's, and `independent_reward` what was run and signed. */
export function artTrajectory(trajectory: Trajectory) {
  const judged = trajectory.judged?.ruler ?? null;
  const messages = conversationOf(trajectory, 'text');
  const tools = wireTools(trajectory);
  const reward = scoreOf(trajectory).total;
  return {
    messages_and_choices: [
      ...messages.slice(0, -1),
      { finish_reason: 'stop', index: 0, logprobs: null, message: messages.at(-1) },
    ],
    tools: tools.length === 0 ? null : tools,
    reward: judged ?? reward,
    metrics: {
      success: isProven(trajectory),
      attempt: trajectory.attempt,
      cost_usd: trajectory.costMicros / 1_000_000,
      ...(judged === null ? {} : { independent_reward: reward }),
    },
    metadata: {
      trajectory: trajectory.id,
      scenario: trajectory.scenario,
      category: trajectory.category,
      model: trajectory.steps[0].model,
    },
    logs: [],
  };
}

export const art: ExportFormat = {
  name: 'art',
  readBy: 'OpenPipe ART',
  source,
  provenOnly: false,
  leastRows: null,
  unit: 'trajectory',
  row: (trajectory) => artTrajectory(trajectory),
  schema: artTrajectorySchema,
};

/** Attempts at one phase spec together, for training by comparison. A group of one teaches nothing. */
export const artGroups: ExportFormat = {
  name: 'art-groups',
  readBy: 'OpenPipe ART',
  source,
  provenOnly: false,
  leastRows: null,
  unit: 'group',
  row: (group) => (group.length < 2 ? null : { trajectories: group.map((trajectory) => artTrajectory(trajectory)) }),
  schema: z.strictObject({ trajectories: z.array(artTrajectorySchema).min(2) }),
};
