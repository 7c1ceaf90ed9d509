import type {
  ChatCompletionContentPart,
  ChatCompletionCreateParams,
  ChatCompletionMessageParam,
} from 'openai/resources/chat/completions';
import type { ChatMessage, ChatRequest, Picture } from '../engine/ports/chat.ts';
import type { ClientCall, ClientReply, ModelClient } from './client.ts';
import type { Habits } from './endpoint.ts';
import { ask, type Exchange, frameFor, type Server } from './openai-server.ts';
import { dataUrlOf, hasPictures, picturesOf } from './pictures.ts';
import { failureOfStatedError, statedErrorOf } from './provider-error.ts';
import { concludeReply, type Finish, fieldsOf, type ReplySoFar, readPayloads, seenOf, stringOf } from './reply.ts';
import { leftBias, type TokenBias } from './token-bias.ts';
import type { ToolCallPiece } from './tool-calls.ts';
import type { Frame } from './wire.ts';

/** OpenAI's Chat Completions, as OpenAI and most other servers speak it. */
export function createChatClient(server: Server): ModelClient {
  return {
    id: server.id,
    recorded: false,
    async send(call, signal) {
      // Only the Builder's replies are what a model is trained on.
      const wishes = call.request.role === 'builder' ? server.wishes : null;
      const found = wishes ? await server.tokenBias() : null;
      const asked = {
        bodyOf: (habits: Habits) => ({ ...bodyOf(server.model, call, habits), ...biasOf(found, habits) }),
        sendsPictures: hasPictures(call.frame),
      };
      const exchange = await ask(server, 'chat/completions', asked, signal);
      const left = found && wishes ? leftBias(found, wishes, exchange.habits.logitBias) : undefined;
      const reply = await readChat(exchange, call);
      return left === undefined ? reply : { ...reply, leftBias: left };
    },
  };
}

function bodyOf(model: string, call: ClientCall, habits: Habits): ChatCompletionCreateParams {
  const { request, outputLimit } = call;
  const frame = frameFor(call, habits);
  return {
    model,
    messages: [{ role: 'system', content: frame.system }, ...frame.messages.map(messageOf)],
    ...toolsOf(frame, request.toolChoice),
    [habits.limitField]: outputLimit,
    ...(request.temperature !== undefined && habits.temperature ? { temperature: request.temperature } : {}),
    ...responseFormat(request.schema, habits),
    ...(habits.stream ? { stream: true } : {}),
    ...(habits.stream && habits.streamUsage ? { stream_options: { include_usage: true } } : {}),
  };
}

function biasOf(found: TokenBias | null, habits: Habits): Pick<ChatCompletionCreateParams, 'logit_bias'> {
  return found && habits.logitBias && Object.keys(found.bias).length > 0 ? { logit_bias: { ...found.bias } } : {};
}

function messageOf(message: ChatMessage): ChatCompletionMessageParam {
  if (message.role === 'tool') return { role: 'tool', tool_call_id: message.toolCallId, content: message.text };
  if (message.role === 'user') return { role: 'user', content: contentOf(message.text, picturesOf(message)) };
  if (!message.toolCalls?.length) return { role: 'assistant', content: message.text };
  const calls = message.toolCalls.map(({ id, name, arguments: input }) => ({
    id,
    type: 'function' as const,
    function: { name, arguments: input },
  }));
  return { role: 'assistant', content: message.text || null, tool_calls: calls };
}

/** In `high` detail, because that is what is counted on. */
function contentOf(text: string, pictures: readonly Picture[]): string | ChatCompletionContentPart[] {
  if (pictures.length === 0) return text;
  return [
    { type: 'text', text },
    ...pictures.map((picture) => ({
      type: 'image_url' as const,
      image_url: { url: dataUrlOf(picture), detail: 'high' as const },
    })),
  ];
}

function toolsOf(
  { tools }: Frame,
  choice: ChatRequest['toolChoice'],
): Pick<ChatCompletionCreateParams, 'tools' | 'tool_choice'> {
  if (tools.length === 0) return {};
  return {
    tools: tools.map(({ name, description, parameters }) => ({
      type: 'function',
      function: { name, description, parameters: { ...parameters } },
    })),
    // Left out where it is what every server does anyway: some know no such field.
    ...(choice === 'none' ? { tool_choice: 'none' } : {}),
  };
}

function responseFormat(
  schema: ClientCall['request']['schema'],
  { structured }: Habits,
): Pick<ChatCompletionCreateParams, 'response_format'> {
  if (!schema || structured === 'prompt') return {};
  if (structured === 'json_object') return { response_format: { type: 'json_object' } };
  return {
    response_format: {
      type: 'json_schema',
      json_schema: { name: schema.name, schema: { ...schema.schema }, strict: true },
    },
  };
}

async function readChat(exchange: Exchange, call: ClientCall): Promise<ClientReply> {
  const reply = await readPayloads(exchange, (soFar, payload) => {
    takeChunk(exchange, soFar, payload, call.request.onText);
  });
  return concludeReply(exchange, call, { ...reply, text: withoutThinking(reply.text) });
}

/** A chunk of a stream and a whole completion differ in one name only: `delta` and `message`. */
function takeChunk(
  { party }: Exchange,
  reply: ReplySoFar,
  payload: unknown,
  onText: ((delta: string) => void) | undefined,
): void {
  const chunk = fieldsOf(payload);
  const choices = Array.isArray(chunk.choices) ? chunk.choices.map(fieldsOf) : [];
  const choice = choices.find(({ index }) => (index ?? 0) === 0);
  const stated = statedErrorOf(payload) ?? (choice?.error ? statedErrorOf({ error: choice.error }) : null);
  if (stated) {
    throw failureOfStatedError(party, stated, { type: seenOf(reply) === '' ? 'none' : 'uncertain' });
  }
  reply.servedBy = stringOf(chunk.model) || reply.servedBy;
  reply.serviceTier = stringOf(chunk.service_tier) || reply.serviceTier;
  // Groq and Moonshot put the usage of a stream elsewhere.
  reply.usage = chunk.usage ?? fieldsOf(chunk.x_groq).usage ?? choice?.usage ?? reply.usage;
  if (!choice) return;
  reply.understood = true;
  const delta = fieldsOf(choice.delta ?? choice.message);
  const text = textOf(delta.content ?? choice.text);
  reply.text += text;
  reply.hidden += stringOf(delta.reasoning_content ?? delta.reasoning);
  reply.refusal += stringOf(delta.refusal);
  for (const piece of Array.isArray(delta.tool_calls) ? delta.tool_calls : []) reply.toolCalls.add(pieceOf(piece));
  reply.finish = finishOf(choice.finish_reason) ?? reply.finish;
  if (text) onText?.(text);
}

function pieceOf(value: unknown): ToolCallPiece {
  const piece = fieldsOf(value);
  const asked = fieldsOf(piece.function);
  return {
    index: typeof piece.index === 'number' ? piece.index : null,
    id: stringOf(piece.id),
    name: stringOf(asked.name),
    arguments: asked.arguments,
  };
}

/** Some servers send a list of parts, of which only those of type `text` are the reply. */
function textOf(content: unknown): string {
  if (!Array.isArray(content)) return stringOf(content);
  return content
    .map(fieldsOf)
    .filter(({ type }) => type === 'text')
    .map(({ text }) => stringOf(text))
    .join('');
}

const finishes: readonly (readonly [RegExp, Finish])[] = [
  [/^(?:stop|eos|eos_token|end_turn|stop_sequence|completed?)$/i, 'whole'],
  [/^(?:tool_calls?|tool_use|function_call)$/i, 'tools'],
  [/^(?:length|max_tokens|max_output_tokens|model_length)$/i, 'cut'],
  [/^(?:content_filter|safety|refusal|recitation|blocklist|prohibited_content|sensitive)$/i, 'refused'],
];

/** Null while none is given. A reason that is not known is no end we can trust. */
function finishOf(reason: unknown): Finish | null {
  if (typeof reason !== 'string' || reason === '') return null;
  return finishes.find(([pattern]) => pattern.test(reason))?.[1] ?? { unknown: reason };
}

/** Servers without a parser for a reasoning model leave its thoughts before the reply. */
function withoutThinking(text: string): string {
  return text.replace(/^\s*<think(?:ing)?>[\s\S]*?<\/think(?:ing)?>\s*/, '');
}
