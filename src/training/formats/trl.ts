import { z } from 'zod';
import type { PreferencePair } from '../pairs.ts';
import { isProven, scoreOf } from '../score.ts';
import { promptOf, responseOf, type Trajectory } from '../trajectory.ts';
import {
  assistantMessage,
  conversationOf,
  endsWith,
  messagesSchema,
  promptSchema,
  replySchema,
  wireMessages,
} from './conversation.ts';
import type { ExportFormat } from './format.ts';

const source = 'TRL documentation, "Dataset formats and types"';

function promptRow(trajectory: Trajectory) {
  const { system, messages } = promptOf(trajectory);
  return wireMessages(system, messages, 'value');
}

/** Supervised fine-tuning: whole conversations. */
export const trlSft: ExportFormat = {
  name: 'trl-sft',
  readBy: 'TRL SFTTrainer',
  source,
  provenOnly: true,
  leastRows: null,
  unit: 'trajectory',
  row: (trajectory) => ({ messages: conversationOf(trajectory, 'value') }),
  schema: z.strictObject({ messages: messagesSchema('value').superRefine(endsWith('assistant')) }),
};

/** Direct preference optimisation with an explicit prompt. */
export const trlDpo: ExportFormat = {
  name: 'trl-dpo',
  readBy: 'TRL DPOTrainer',
  source,
  provenOnly: false,
  leastRows: null,
  unit: 'pair',
  row: ({ prompt, chosen, rejected }: PreferencePair) => ({
    prompt: wireMessages(prompt.system, prompt.messages, 'value'),
    chosen: [assistantMessage(responseOf(chosen), [])],
    rejected: [assistantMessage(responseOf(rejected), [])],
  }),
  schema: z
    .strictObject({ prompt: promptSchema, chosen: replySchema(), rejected: replySchema() })
    .refine(({ chosen, rejected }) => JSON.stringify(chosen) !== JSON.stringify(rejected), {
      path: ['rejected'],
      message: 'is the same reply as `chosen`',
    }),
};

/** Kahneman-Tversky optimisation: single replies, each called good or not. */
export const trlKto: ExportFormat = {
  name: 'trl-kto',
  readBy: 'TRL KTOTrainer',
  source,
  provenOnly: false,
  leastRows: null,
  unit: 'trajectory',
  row: (trajectory) => ({
    prompt: promptRow(trajectory),
    completion: [assistantMessage(responseOf(trajectory), [])],
    label: isProven(trajectory),
  }),
  schema: z.strictObject({ prompt: promptSchema, completion: replySchema(), label: z.boolean() }),
};

const rewardSchema = z.number().min(0).max(1);

/** Group relative policy optimisation: prompts, with what a reward function may want to know. */
export const trlGrpo: ExportFormat = {
  name: 'trl-grpo',
  readBy: 'TRL GRPOTrainer',
  source,
  provenOnly: false,
  leastRows: null,
  unit: 'group',
  row: (group: readonly Trajectory[]) => {
    const [first] = group as readonly [Trajectory, ...Trajectory[]];
    return {
      prompt: promptRow(first),
      scenario: first.scenario,
      category: first.category,
      ...rewardsOf(group),
    };
  },
  schema: z.strictObject({
    prompt: promptSchema,
    scenario: z.string().min(1),
    category: z.string(),
    rewards: z.array(rewardSchema).min(1),
    independent_rewards: z.array(rewardSchema).min(1).optional(),
  }),
};

/** Of attempts that a judge compared, the judge's rewards, beside what was run and signed. */
function rewardsOf(group: readonly Trajectory[]) {
  const scores = group.map((trajectory) => scoreOf(trajectory).total);
  const judged = group.flatMap(({ judged: given }) => given?.ruler ?? []);
  return judged.length < group.length ? { rewards: scores } : { rewards: judged, independent_rewards: scores };
}

/** Self-play fine-tuning: what landed against what the model itself had made of it. */
export const trlSpin: ExportFormat = {
  name: 'spin',
  readBy: 'SPIN',
  source: 'uclaml/SPIN, README, "Data"',
  provenOnly: false,
  leastRows: null,
  unit: 'pair',
  row: ({ prompt, chosen, rejected }: PreferencePair) => {
    const asked = wireMessages(prompt.system, prompt.messages, 'value');
    return {
      real: [...asked, assistantMessage(responseOf(chosen), [])],
      generated: [...asked, assistantMessage(responseOf(rejected), [])],
    };
  },
  schema: z
    .strictObject({
      real: messagesSchema('value').superRefine(endsWith('assistant')),
      generated: messagesSchema('value').superRefine(endsWith('assistant')),
    })
    .refine(({ real, generated }) => JSON.stringify(real.slice(0, -1)) === JSON.stringify(generated.slice(0, -1)), {
      path: ['generated'],
      message: 'does not answer the same prompt as `real`',
    }),
};
