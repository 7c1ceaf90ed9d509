import type { ResponseCreateParams } from 'openai/resources/responses/responses';
import type { ClientCall, ModelClient } from './client.ts';
import type { Habits } from './endpoint.ts';
import { ask, type Exchange, type Server, systemFor } from './openai-server.ts';
import { failureOfStatedError, statedErrorOf } from './provider-error.ts';
import { concludeReply, type Finish, fieldsOf, type ReplySoFar, readPayloads, stringOf } from './reply.ts';

/** OpenAI's Responses. Nothing is kept on the server: each request carries all it needs. */
export function createResponsesClient(server: Server): ModelClient {
  return {
    id: server.id,
    recorded: false,
    async send(call, signal) {
      const exchange = await ask(server, 'responses', (habits) => bodyOf(server.model, call, habits), signal);
      const reply = await readPayloads(exchange, (soFar, payload) => {
        takeEvent(exchange, soFar, payload, call.request.onText);
      });
      return concludeReply(exchange.party.provider, call.outputLimit, reply);
    },
  };
}

function bodyOf(model: string, call: ClientCall, habits: Habits): ResponseCreateParams {
  const { request, frame, outputLimit } = call;
  return {
    model,
    input: [
      { role: 'system', content: systemFor(call, habits) },
      ...frame.messages.map(({ role, text }) => ({ role, content: text })),
    ],
    max_output_tokens: outputLimit,
    store: false,
    ...(request.temperature !== undefined && habits.temperature ? { temperature: request.temperature } : {}),
    ...textFormat(request.schema, habits),
    ...(habits.stream ? { stream: true } : {}),
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
      type: reply.text === '' ? 'none' : 'uncertain',
    });
  } else if (/^response\.(?:completed|incomplete|failed|cancelled)$/.test(type)) {
    takeResponse(party, reply, fieldsOf(event.response));
  } else if (event.object === 'response' || type === '') {
    takeResponse(party, reply, event);
    if (reply.text) onText?.(reply.text);
  } else {
    reply.understood = true;
  }
}

const unstated = { code: '', message: '', field: '' };

/** The whole response, as the last event of a stream or as a body of its own. Its text holds over the deltas. */
function takeResponse(party: Exchange['party'], reply: ReplySoFar, response: Readonly<Record<string, unknown>>): void {
  const status = stringOf(response.status);
  const failed = status === 'failed' || status === '';
  const stated = failed ? statedErrorOf(response) : null;
  reply.usage = response.usage ?? reply.usage;
  if (stated) {
    const charge = reply.text === '' && !reply.usage ? 'none' : 'uncertain';
    throw failureOfStatedError(party, stated, { type: charge });
  }
  reply.understood ||= status !== '';
  reply.servedBy = stringOf(response.model) || reply.servedBy;
  const parts = (Array.isArray(response.output) ? response.output : [])
    .map(fieldsOf)
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
