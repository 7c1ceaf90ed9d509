import type {
  ResponseCreateParams,
  ResponseInputItem,
  ResponseInputMessageContentList,
  ResponseReasoningItem,
} from 'openai/resources/responses/responses';
import type { ChatMessage, ChatRequest, Picture, SealedItem, SealedReasoning } from '../engine/ports/chat.ts';
import type { ClientCall, ClientReply, ModelClient } from './client.ts';
import type { Habits } from './endpoint.ts';
import { ask, type Exchange, frameFor, type Server } from './openai-server.ts';
import { dataUrlOf, hasPictures, picturesOf } from './pictures.ts';
import { failureOfStatedError, statedErrorOf } from './provider-error.ts';
import { ownReasoning, sealedReasoningOf } from './reasoning.ts';
import { concludeReply, type Finish, fieldsOf, type ReplySoFar, readPayloads, seenOf, stringOf } from './reply.ts';
import { leftBias } from './token-bias.ts';
import { createToolCalls } from './tool-calls.ts';
import type { Frame } from './wire.ts';

/** OpenAI's Responses. Nothing is kept on the server: each request carries all it needs. */
export function createResponsesClient(server: Server): ModelClient {
  return {
    id: server.id,
    recorded: false,
    async send(call, signal) {
      const asked = {
        bodyOf: (habits: Habits) => bodyOf(server, call, habits),
        sendsPictures: hasPictures(call.frame),
      };
      const exchange = await ask(server, 'responses', asked, signal);
      const reply = await readPayloads(exchange, (soFar, payload) => {
        takeEvent(exchange, soFar, payload, call.request.onText);
      });
      const whole = { ...concludeReply(exchange, call, reply), ...biasLeft(server, call) };
      if (whole.toolCalls.length === 0) return whole;
      const reasoning = sealedReasoningOf(server.id, reply.items, whole.charge);
      return reasoning ? { ...whole, reasoning } : whole;
    },
  };
}

/** This wire has no `logit_bias`. */
function biasLeft({ wishes }: Server, { request }: ClientCall): Pick<ClientReply, 'leftBias'> {
  const left = wishes && request.role === 'builder' ? leftBias({ bias: {}, left: [] }, wishes, false) : undefined;
  return left === undefined ? {} : { leftBias: left };
}

function bodyOf({ id, model }: Pick<Server, 'id' | 'model'>, call: ClientCall, habits: Habits): ResponseCreateParams {
  const { request, outputLimit } = call;
  const frame = frameFor(call, habits);
  // Only between the turns of a conversation with tools is there anything to think on.
  const thinksOn = habits.reasoning && frame.tools.length > 0;
  const itemsOf = (message: ChatMessage) => itemsOfMessage(message, thinksOn ? ownReasoning(message, id) : null);
  return {
    model,
    input: [{ role: 'system', content: frame.system }, ...frame.messages.flatMap(itemsOf)],
    ...toolsOf(frame, request.toolChoice),
    max_output_tokens: outputLimit,
    store: false,
    ...(thinksOn ? { include: ['reasoning.encrypted_content'] } : {}),
    ...(request.temperature !== undefined && habits.temperature ? { temperature: request.temperature } : {}),
    ...textFormat(request.schema, habits),
    ...(habits.stream ? { stream: true } : {}),
  };
}

/** A function call carries no identifier of its own as an item: a server that knows one asks for the reasoning before it. */
function itemsOfMessage(message: ChatMessage, reasoning: SealedReasoning | null): ResponseInputItem[] {
  if (message.role === 'tool') {
    return [{ type: 'function_call_output', call_id: message.toolCallId, output: message.text }];
  }
  if (message.role === 'user') return [{ role: 'user', content: contentOf(message.text, picturesOf(message)) }];
  const said = { role: message.role, content: message.text };
  if (!message.toolCalls?.length) return [said];
  const calls = message.toolCalls.flatMap(({ id, name, arguments: input }, index) => [
    ...thoughtsBefore(index, reasoning),
    { type: 'function_call' as const, call_id: id, name, arguments: input },
  ]);
  return [...thoughtsBefore('text', reasoning), ...(message.text === '' ? [] : [said]), ...calls];
}

function thoughtsBefore(place: SealedItem['before'], reasoning: SealedReasoning | null): ResponseReasoningItem[] {
  const items = reasoning?.items?.filter(({ before }) => before === place) ?? [];
  return items.map(({ id, sealed, summary }) => ({
    type: 'reasoning',
    id,
    summary: summary.map((text) => ({ type: 'summary_text', text })),
    encrypted_content: sealed,
  }));
}

/** In `high` detail, because that is what is counted on. */
function contentOf(text: string, pictures: readonly Picture[]): string | ResponseInputMessageContentList {
  if (pictures.length === 0) return text;
  return [
    { type: 'input_text', text },
    ...pictures.map((picture) => ({
      type: 'input_image' as const,
      image_url: dataUrlOf(picture),
      detail: 'high' as const,
    })),
  ];
}

function toolsOf(
  { tools }: Frame,
  choice: ChatRequest['toolChoice'],
): Pick<ResponseCreateParams, 'tools' | 'tool_choice'> {
  if (tools.length === 0) return {};
  return {
    tools: tools.map(({ name, description, parameters }) => ({
      type: 'function',
      name,
      description,
      parameters: { ...parameters },
      // Strict by default on this wire, which asks more of a schema than a tool may promise.
      strict: false,
    })),
    ...(choice === 'none' ? { tool_choice: 'none' } : {}),
  };
}

function textFormat(
  schema: ClientCall['request']['schema'],
  { structured }: Habits,
): Pick<ResponseCreateParams, 'text'> {
  if (!schema || structured === 'prompt') return {};
  if (structured === 'json_object') return { text: { format: { type: 'json_object' } } };
  return { text: { format: { type: 'json_schema', name: schema.name, schema: { ...schema.schema }, strict: true } } };
}

function takeEvent(
  { party }: Exchange,
  reply: ReplySoFar,
  payload: unknown,
  onText: ((delta: string) => void) | undefined,
): void {
  const event = fieldsOf(payload);
  const type = stringOf(event.type);
  if (type === 'response.output_text.delta') {
    reply.understood = true;
    const delta = stringOf(event.delta);
    reply.text += delta;
    if (delta) onText?.(delta);
  } else if (type === 'response.refusal.delta') {
    reply.refusal += stringOf(event.delta);
  } else if (/^response\.reasoning\w*\.delta$/.test(type)) {
    reply.hidden += stringOf(event.delta);
  } else if (type === 'error') {
    throw failureOfStatedError(party, statedErrorOf({ error: event.error ?? event }) ?? unstated, {
      type: seenOf(reply) === '' ? 'none' : 'uncertain',
    });
  } else if (type === 'response.output_item.added' || type === 'response.function_call_arguments.delta') {
    reply.understood = true;
    takeCallPiece(reply, event);
  } else if (type === 'response.output_item.done') {
    reply.understood = true;
    reply.items = [...reply.items, fieldsOf(event.item)];
  } else if (/^response\.(?:completed|incomplete|failed|cancelled)$/.test(type)) {
    takeResponse(party, reply, fieldsOf(event.response));
  } else if (event.object === 'response' || type === '') {
    takeResponse(party, reply, event);
    if (reply.text) onText?.(reply.text);
  } else {
    reply.understood = true;
  }
}

/** The beginning of a tool call, or a part of its arguments. The whole response at the end holds over them. */
function takeCallPiece(reply: ReplySoFar, event: Readonly<Record<string, unknown>>): void {
  const index = typeof event.output_index === 'number' ? event.output_index : null;
  const item = fieldsOf(event.item);
  if (event.item === undefined) reply.toolCalls.add({ index, id: '', name: '', arguments: event.delta });
  else if (item.type === 'function_call') reply.toolCalls.add({ index, ...callOf(item) });
}

function callOf(item: Readonly<Record<string, unknown>>) {
  return { id: stringOf(item.call_id), name: stringOf(item.name), arguments: item.arguments };
}

const unstated = { code: '', message: '', field: '' };

/** The whole response, as the last event of a stream or as a body of its own. Its text holds over the deltas. */
function takeResponse(party: Exchange['party'], reply: ReplySoFar, response: Readonly<Record<string, unknown>>): void {
  const status = stringOf(response.status);
  const failed = status === 'failed' || status === '';
  const stated = failed ? statedErrorOf(response) : null;
  reply.usage = response.usage ?? reply.usage;
  if (stated) {
    const charge = seenOf(reply) === '' && !reply.usage ? 'none' : 'uncertain';
    throw failureOfStatedError(party, stated, { type: charge });
  }
  reply.understood ||= status !== '';
  reply.servedBy = stringOf(response.model) || reply.servedBy;
  reply.serviceTier = stringOf(response.service_tier) || reply.serviceTier;
  const items = (Array.isArray(response.output) ? response.output : []).map(fieldsOf);
  // An item that a stream finished is whole; what repeats it at the end may be shortened.
  if (reply.items.length === 0) reply.items = items;
  const calls = items.filter((item) => item.type === 'function_call');
  if (calls.length > 0) {
    reply.toolCalls = createToolCalls();
    for (const [index, item] of calls.entries()) reply.toolCalls.add({ index, ...callOf(item) });
  }
  const parts = items
    .filter(({ type }) => type === 'message')
    .flatMap(({ content }) => (Array.isArray(content) ? content.map(fieldsOf) : []));
  const join = (type: string, field: string) =>
    parts
      .filter((part) => part.type === type)
      .map((part) => stringOf(part[field]))
      .join('');
  reply.text = join('output_text', 'text') || reply.text;
  reply.refusal = join('refusal', 'refusal') || reply.refusal;
  reply.finish = finishOf(status, stringOf(fieldsOf(response.incomplete_details).reason));
}

function finishOf(status: string, reason: string): Finish | null {
  if (status === 'completed') return 'whole';
  if (status === 'incomplete') {
    if (reason === 'max_output_tokens') return 'cut';
    return reason === 'content_filter' ? 'refused' : { unknown: reason || status };
  }
  return status === '' ? null : { unknown: status };
}
