import type { ChatMessage, ChatRequest, Tool, ToolCall } from '../engine/ports/chat.ts';
import { picturesOf } from './pictures.ts';

/** A request as every model sees it, whatever the wire. */
export interface Frame {
  /** Starts with the line `Countersign role: ROLE[:COMPONENT]`. */
  readonly system: string;
  /** The last one ends with the line `Phase ID, attempt N`: what changes comes last, for the provider's cache. */
  readonly messages: readonly ChatMessage[];
  readonly tools: readonly Tool[];
}

/** `ROLE` or `ROLE:COMPONENT`, as the wire and the cassettes write it. */
export function roleName(request: Pick<ChatRequest, 'role' | 'component'>): string {
  return request.component === null ? request.role : `${request.role}:${request.component}`;
}

export function frameOf(request: ChatRequest): Frame {
  const last = request.messages.at(-1);
  if (!last || last.role === 'assistant') throw new Error('A request must end with a user message or a tool result.');
  const { phaseId, attempt } = request.scope;
  return {
    system: `Countersign role: ${roleName(request)}\n${request.system}`,
    messages: [
      ...request.messages.slice(0, -1),
      { ...last, text: `${last.text.trimEnd()}\n\nPhase ${phaseId}, attempt ${attempt}` },
    ],
    tools: request.tools ?? [],
  };
}

/** All text of a frame, one message after the other, with what was asked of tools. */
export function textOfFrame({ system, messages }: Frame): string {
  return [system, ...messages.map(textOfMessage)].join('\n');
}

/** The frame with its tools and tool calls as text, as templates of models write them: what there is to count. */
export function spelledOut(frame: Frame): Frame {
  const tools = frame.tools.map((tool) => `\n${JSON.stringify({ type: 'function', function: tool })}`);
  return {
    system: frame.system + tools.join(''),
    messages: frame.messages.map((message) => ({ role: 'user', text: textOfMessage(message) })),
    tools: [],
  };
}

/**
 * The frame for a model that takes no tools: earlier calls and results are told as conversation, results of one turn in
 * one message, because many templates want the speakers to alternate.
 */
export function withoutTools({ system, messages }: Frame): Frame {
  const told: ChatMessage[] = [];
  for (const message of messages) {
    const last = told.at(-1);
    const text = textOfMessage(message);
    if (message.role === 'assistant') told.push({ role: 'assistant', text });
    else if (last?.role === 'user') told.splice(-1, 1, userMessage(`${last.text}\n\n${text}`, [last, message]));
    else told.push(userMessage(text, [message]));
  }
  return { system, messages: told, tools: [] };
}

function userMessage(text: string, from: readonly ChatMessage[]): ChatMessage {
  const pictures = from.flatMap(picturesOf);
  return { role: 'user', text, ...(pictures.length > 0 ? { pictures } : {}) };
}

function textOfMessage(message: ChatMessage): string {
  if (message.role === 'tool') return `Result of ${message.toolCallId}:\n${message.text}`;
  if (message.role === 'user' || !message.toolCalls?.length) return message.text;
  return [message.text, ...message.toolCalls.map(textOfToolCall)].join('\n');
}

/** A call to a tool as one line of text. */
function textOfToolCall({ id, name, arguments: input }: ToolCall): string {
  return `Asks for ${name} as ${id}: ${input}`;
}

/** What a server that knows no JSON mode, or one without a schema, is told in words. */
export function schemaInWords(schema: NonNullable<ChatRequest['schema']>): string {
  return [
    'Answer with one JSON object and nothing else. It must fit this JSON Schema:',
    JSON.stringify(schema.schema),
  ].join('\n');
}
