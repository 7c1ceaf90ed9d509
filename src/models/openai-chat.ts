import type { ChatCompletionCreateParams } from 'openai/resources/chat/completions';
import type { ClientCall, ClientReply, ModelClient } from './client.ts';
import type { Habits } from './endpoint.ts';
import { ask, type Exchange, type Server, systemFor } from './openai-server.ts';
import { failureOfStatedError, statedErrorOf } from './provider-error.ts';
import { concludeReply, type Finish, fieldsOf, type ReplySoFar, readPayloads, stringOf } from './reply.ts';

/** OpenAI's Chat Completions, as OpenAI and most other servers speak it. */
export function createChatClient(server: Server): ModelClient {
  return {
    id: server.id,
    recorded: false,
    async send(call, signal) {
      const exchange = await ask(server, 'chat/completions', (habits) => bodyOf(server.model, call, habits), signal);
      return readChat(exchange, call);
    },
  };
}

function bodyOf(model: string, call: ClientCall, habits: Habits): ChatCompletionCreateParams {
  const { request, frame, outputLimit } = call;
  return {
    model,
    messages: [
      { role: 'system', content: systemFor(call, habits) },
      ...frame.messages.map(({ role, text }) => ({ role, content: text })),
    ],
    [habits.limitField]: outputLimit,
    ...(request.temperature !== undefined && habits.temperature ? { temperature: request.temperature } : {}),
    ...responseFormat(request.schema, habits),
    ...(habits.stream ? { stream: true } : {}),
    ...(habits.stream && habits.streamUsage ? { stream_options: { include_usage: true } } : {}),
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
  const { party } = exchange;
  const reply = await readPayloads(exchange, (soFar, payload) => {
    takeChunk(exchange, soFar, payload, call.request.onText);
  });
  return concludeReply(party.provider, call.outputLimit, { ...reply, text: withoutThinking(reply.text) });
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
    const begun = reply.text !== '' || reply.hidden !== '';
    throw failureOfStatedError(party, stated, { type: begun ? 'uncertain' : 'none' });
  }
  reply.servedBy = stringOf(chunk.model) || reply.servedBy;
  // Groq and Moonshot put the usage of a stream elsewhere.
  reply.usage = chunk.usage ?? fieldsOf(chunk.x_groq).usage ?? choice?.usage ?? reply.usage;
  if (!choice) return;
  reply.understood = true;
  const delta = fieldsOf(choice.delta ?? choice.message);
  const text = textOf(delta.content ?? choice.text);
  reply.text += text;
  reply.hidden += stringOf(delta.reasoning_content ?? delta.reasoning);
  reply.refusal += stringOf(delta.refusal);
  reply.finish = finishOf(choice.finish_reason) ?? reply.finish;
  if (text) onText?.(text);
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
