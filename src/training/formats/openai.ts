import { z } from 'zod';
import type { PreferencePair } from '../pairs.ts';
import { promptOf, responseOf, type Trajectory } from '../trajectory.ts';
import {
  assistantMessage,
  conversationOf,
  endsWith,
  messagesSchema,
  replySchema,
  wireMessages,
  wireTools,
} from './conversation.ts';
import type { ExportFormat } from './format.ts';

const source = 'OpenAI API reference, "Fine-tuning": chat, preference and reinforcement input';
/** Fewer rows than this are refused when a job is made. */
const leastRows = 10;

const toolSchema = z.strictObject({
  type: z.literal('function'),
  function: z.strictObject({
    name: z.string().regex(/^[\w-]{1,64}$/),
    description: z.string(),
    parameters: z.record(z.string(), z.unknown()),
  }),
});

function withTools(trajectory: Trajectory): { readonly tools?: readonly unknown[] } {
  const tools = wireTools(trajectory);
  return tools.length === 0 ? {} : { tools };
}

/** Supervised fine-tuning. Tool arguments stand as JSON text. */
export const openaiSft: ExportFormat = {
  name: 'openai-sft',
  readBy: 'OpenAI fine-tuning (supervised) and servers of the same shape',
  source,
  provenOnly: true,
  leastRows,
  unit: 'trajectory',
  row: (trajectory) => ({ messages: conversationOf(trajectory, 'text'), ...withTools(trajectory) }),
  schema: z.strictObject({
    messages: messagesSchema('text').superRefine(endsWith('assistant')),
    tools: z.array(toolSchema).min(1).optional(),
  }),
};

/** Direct preference optimisation. */
export const openaiDpo: ExportFormat = {
  name: 'openai-dpo',
  readBy: 'OpenAI fine-tuning (preference)',
  source,
  provenOnly: false,
  leastRows,
  unit: 'pair',
  row: ({ prompt, chosen, rejected }: PreferencePair) => ({
    input: { messages: wireMessages(prompt.system, prompt.messages, 'text'), ...withTools(chosen) },
    preferred_output: [assistantMessage(responseOf(chosen), [])],
    non_preferred_output: [assistantMessage(responseOf(rejected), [])],
  }),
  schema: z.strictObject({
    input: z.strictObject({
      messages: messagesSchema('text').superRefine(endsWith('user')),
      tools: z.array(toolSchema).min(1).optional(),
    }),
    preferred_output: replySchema('text'),
    non_preferred_output: replySchema('text'),
  }),
};

/** Reinforcement fine-tuning: a prompt, and fields that a grader compares the reply with. */
export const openaiRft: ExportFormat = {
  name: 'openai-rft',
  readBy: 'OpenAI fine-tuning (reinforcement)',
  source,
  provenOnly: true,
  leastRows,
  unit: 'trajectory',
  row: (trajectory) => {
    const { system, messages } = promptOf(trajectory);
    return {
      messages: wireMessages(system, messages, 'text'),
      reference_patch: responseOf(trajectory),
      category: trajectory.category,
      scenario: trajectory.scenario,
    };
  },
  schema: z.strictObject({
    messages: messagesSchema('text').superRefine(endsWith('user')),
    reference_patch: z.string().min(1),
    category: z.string(),
    scenario: z.string().min(1),
  }),
};
