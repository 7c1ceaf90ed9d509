import { z } from 'zod';
import type { ChatMessage, ToolCall } from '../../engine/ports/chat.ts';
import type { Trajectory } from '../trajectory.ts';
import { argumentsOf } from './conversation.ts';
import type { ExportFormat } from './format.ts';

interface Turn {
  readonly from: 'human' | 'gpt' | 'function_call' | 'observation';
  readonly value: string;
}

/** Turns of who asks and turns of who answers take each other's place. */
const asking: readonly string[] = ['human', 'observation'];

const turnSchema = z.strictObject({
  from: z.enum(['human', 'gpt', 'function_call', 'observation']),
  value: z.string(),
});

export const sharegpt: ExportFormat = {
  name: 'sharegpt',
  readBy: 'LLaMA-Factory, Axolotl and others that read ShareGPT files',
  source: 'LLaMA-Factory, data/README.md, "Sharegpt Format"',
  provenOnly: true,
  leastRows: null,
  unit: 'trajectory',
  row: (trajectory) => ({ conversations: turnsOf(trajectory), system: trajectory.steps[0].system }),
  schema: z.strictObject({
    conversations: z.array(turnSchema).min(2).superRefine(checkTurns),
    system: z.string(),
  }),
};

function turnsOf({ steps }: Trajectory): readonly Turn[] {
  const last = steps.at(-1) ?? steps[0];
  const turns: Turn[] = [];
  for (const turn of [...last.messages.flatMap(turnOf), ...replyTurns(last.reply, last.toolCalls)]) {
    const before = turns.at(-1);
    // The format has no two turns of one side in a row: what belongs together stands together.
    if (before?.from === turn.from) turns[turns.length - 1] = { ...before, value: `${before.value}\n${turn.value}` };
    else turns.push(turn);
  }
  return turns;
}

function turnOf(message: ChatMessage): readonly Turn[] {
  switch (message.role) {
    case 'user':
      return [{ from: 'human', value: message.text }];
    case 'tool':
      return [{ from: 'observation', value: message.text }];
    case 'assistant':
      return replyTurns(message.text, message.toolCalls ?? []);
  }
}

function replyTurns(text: string, toolCalls: readonly ToolCall[]): readonly Turn[] {
  if (toolCalls.length === 0) return [{ from: 'gpt', value: text }];
  const calls = toolCalls.map(({ name, arguments: input }) => ({ name, arguments: argumentsOf(input) }));
  return [{ from: 'function_call', value: JSON.stringify(calls.length === 1 ? calls[0] : calls) }];
}

function checkTurns(turns: readonly { readonly from: string }[], context: z.RefinementCtx): void {
  for (const [index, turn] of turns.entries()) {
    if (asking.includes(turn.from) === (index % 2 === 0)) continue;
    const wanted = index % 2 === 0 ? 'human or observation' : 'gpt or function_call';
    context.addIssue({ code: 'custom', path: [index, 'from'], message: `must be ${wanted} in turn ${index + 1}` });
  }
  if (turns.length % 2 === 1) {
    context.addIssue({ code: 'custom', path: [turns.length - 1, 'from'], message: 'the last turn must be an answer' });
  }
}
