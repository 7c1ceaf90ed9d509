import { z } from 'zod';
import type { ChatMessage, Tool, ToolCall } from '../../engine/ports/chat.ts';
import type { Trajectory } from '../trajectory.ts';

/** How a tool call's arguments stand: as JSON text (OpenAI) or as the value itself (chat templates). */
export type ArgumentsAs = 'text' | 'value';

export interface WireCall {
  readonly id: string;
  readonly type: 'function';
  readonly function: { readonly name: string; readonly arguments: unknown };
}

/** A message as Chat Completions writes it. */
export interface WireMessage {
  readonly role: 'system' | 'user' | 'assistant' | 'tool';
  readonly content: string;
  readonly tool_calls?: readonly WireCall[];
  readonly tool_call_id?: string;
}

export function wireMessages(
  system: string,
  messages: readonly ChatMessage[],
  argumentsAs: ArgumentsAs,
): readonly WireMessage[] {
  const head: readonly WireMessage[] = system === '' ? [] : [{ role: 'system', content: system }];
  return [...head, ...messages.map((message) => wireMessage(message, argumentsAs))];
}

function wireMessage(message: ChatMessage, argumentsAs: ArgumentsAs): WireMessage {
  switch (message.role) {
    case 'tool':
      return { role: 'tool', tool_call_id: message.toolCallId, content: message.text };
    case 'assistant':
      return assistantMessage(message.text, message.toolCalls ?? [], argumentsAs);
    case 'user':
      return { role: 'user', content: message.text };
  }
}

export function assistantMessage(
  text: string,
  toolCalls: readonly ToolCall[],
  argumentsAs: ArgumentsAs = 'value',
): WireMessage {
  if (toolCalls.length === 0) return { role: 'assistant', content: text };
  return { role: 'assistant', content: text, tool_calls: toolCalls.map((call) => wireCall(call, argumentsAs)) };
}

function wireCall({ id, name, arguments: text }: ToolCall, argumentsAs: ArgumentsAs): WireCall {
  return { id, type: 'function', function: { name, arguments: argumentsAs === 'text' ? text : argumentsOf(text) } };
}

/** Arguments that are no JSON object are kept as text under one key, so that nothing is lost. */
export function argumentsOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // Kept below, as it was written.
  }
  return { text };
}

/** The whole conversation of an attempt: what was asked, the tools used on the way, and the final reply. */
export function conversationOf({ steps }: Trajectory, argumentsAs: ArgumentsAs): readonly WireMessage[] {
  const last = steps.at(-1) ?? steps[0];
  return [
    ...wireMessages(last.system, last.messages, argumentsAs),
    assistantMessage(last.reply, last.toolCalls, argumentsAs),
  ];
}

export function wireTools({ steps }: Trajectory): readonly unknown[] {
  return steps[0].tools.map(({ name, description, parameters }: Tool) => ({
    type: 'function',
    function: { name, description, parameters },
  }));
}

const callSchema = (argumentsAs: ArgumentsAs) =>
  z.strictObject({
    id: z.string().min(1),
    type: z.literal('function'),
    function: z.strictObject({
      name: z.string().min(1),
      arguments: argumentsAs === 'text' ? z.string() : z.record(z.string(), z.unknown()),
    }),
  });

/** Messages of a conversation, each role with the keys it may have. */
export function messagesSchema(argumentsAs: ArgumentsAs) {
  const content = z.string();
  const message = z.discriminatedUnion('role', [
    z.strictObject({ role: z.literal('system'), content }),
    z.strictObject({ role: z.literal('user'), content }),
    z.strictObject({
      role: z.literal('assistant'),
      content,
      tool_calls: z.array(callSchema(argumentsAs)).min(1).optional(),
    }),
    z.strictObject({ role: z.literal('tool'), tool_call_id: z.string().min(1), content }),
  ]);
  return z.array(message).min(1).superRefine(checkToolOrder);
}

interface Judged {
  readonly role: string;
  readonly tool_calls?: readonly { readonly id: string }[] | undefined;
  readonly tool_call_id?: string;
}

/** Each tool result answers a call of the assistant message before it, and each call gets one. */
function checkToolOrder(messages: readonly Judged[], context: z.RefinementCtx): void {
  let open = new Set<string>();
  for (const [index, message] of messages.entries()) {
    if (message.role === 'tool') {
      if (!open.delete(message.tool_call_id ?? '')) {
        context.addIssue({ code: 'custom', path: [index, 'tool_call_id'], message: 'answers no open tool call' });
      }
      continue;
    }
    if (open.size > 0) {
      context.addIssue({ code: 'custom', path: [index], message: `the tool call ${[...open][0]} has no result` });
    }
    open = new Set(message.tool_calls?.map((call) => call.id) ?? []);
  }
}

export function endsWith(role: 'user' | 'assistant') {
  return (messages: readonly Judged[], context: z.RefinementCtx): void => {
    const last = messages.at(-1)?.role;
    const isAsked = role === 'user' && (last === 'user' || last === 'tool');
    if (last !== role && !isAsked) {
      const path = [Math.max(0, messages.length - 1), 'role'];
      context.addIssue({ code: 'custom', path, message: `the last message must be the ${role}'s` });
    }
  };
}

export const promptSchema = messagesSchema('value').superRefine(endsWith('user'));

/** One reply that stands for itself. */
export function replySchema(argumentsAs: ArgumentsAs = 'value') {
  return z
    .array(
      z.strictObject({
        role: z.literal('assistant'),
        content: z.string().min(1, 'the reply is empty'),
        tool_calls: z.array(callSchema(argumentsAs)).min(1).optional(),
      }),
    )
    .length(1);
}
