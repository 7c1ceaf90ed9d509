/** How the scripted model server writes a reply on each wire. */
import type { ScriptedReply, ScriptedUsage, SeenRequest } from './scripted-model-server.ts';

const id = 'scripted-1';

function usageOf(reply: ScriptedReply, seen: SeenRequest): Required<ScriptedUsage> | null {
  if (reply.usage === null) return null;
  const counted = {
    input: Math.ceil((seen.system.length + seen.text.length) / 4),
    output: Math.ceil((reply.text ?? '').length / 4),
  };
  return { cached: 0, ...(reply.usage ?? counted) };
}

function chatUsage(reply: ScriptedReply, seen: SeenRequest): unknown {
  if (reply.rawUsage !== undefined) return reply.rawUsage;
  const usage = usageOf(reply, seen);
  return (
    usage && {
      prompt_tokens: usage.input,
      completion_tokens: usage.output,
      total_tokens: usage.input + usage.output,
      prompt_tokens_details: { cached_tokens: usage.cached },
    }
  );
}

function responsesUsage(reply: ScriptedReply, seen: SeenRequest): unknown {
  if (reply.rawUsage !== undefined) return reply.rawUsage;
  const usage = usageOf(reply, seen);
  return (
    usage && {
      input_tokens: usage.input,
      input_tokens_details: { cached_tokens: usage.cached },
      output_tokens: usage.output,
      total_tokens: usage.input + usage.output,
    }
  );
}

function finishOf({ finish, toolCalls }: ScriptedReply): string | null {
  return finish === undefined ? (toolCalls ? 'tool_calls' : 'stop') : finish;
}

function toolCallsOf({ toolCalls = [] }: ScriptedReply) {
  return toolCalls.map(({ id, name, arguments: input = {} }, index) => ({
    id: id ?? `call_scripted_${index}`,
    name,
    arguments: typeof input === 'string' ? input : JSON.stringify(input),
  }));
}

export function chatBody(reply: ScriptedReply, seen: SeenRequest): object {
  const calls = toolCallsOf(reply).map(({ id, ...asked }) => ({ id, type: 'function', function: asked }));
  const content = reply.text ?? (calls.length > 0 ? null : '');
  const message = {
    role: 'assistant',
    content,
    refusal: reply.refusal ?? null,
    ...(calls.length > 0 ? { tool_calls: calls } : {}),
  };
  const usage = chatUsage(reply, seen);
  return {
    id,
    object: 'chat.completion',
    model: seen.body.model,
    choices: [{ index: 0, message, finish_reason: finishOf(reply) }],
    ...(usage === null ? {} : { usage }),
  };
}

/** The pieces of a stream: the text in small parts, the reason it ended, the usage if it was asked for, the end. */
export function chatEvents(reply: ScriptedReply, seen: SeenRequest): string[] {
  const event = (payload: object) =>
    `data: ${JSON.stringify({ id, object: 'chat.completion.chunk', model: seen.body.model, ...payload })}\n\n`;
  const delta = (fields: object, finish: string | null = null) =>
    event({ choices: [{ index: 0, delta: fields, finish_reason: finish }] });
  const usage = chatUsage(reply, seen);
  const asked = (seen.body.stream_options as { include_usage?: boolean } | undefined)?.include_usage === true;
  const finish = finishOf(reply);
  return [
    ': comment\n\n',
    delta({ role: 'assistant', content: '' }),
    ...partsOf(reply.text ?? '').map((content) => delta({ content })),
    ...(reply.refusal ? [delta({ refusal: reply.refusal })] : []),
    ...toolCallsOf(reply).flatMap(({ id, name, arguments: input }, index) => [
      delta({ tool_calls: [{ index, id, type: 'function', function: { name, arguments: '' } }] }),
      ...partsOf(input).map((piece) => delta({ tool_calls: [{ index, function: { arguments: piece } }] })),
    ]),
    ...(finish === null ? [] : [delta({}, finish)]),
    ...(asked && usage !== null ? [event({ choices: [], usage })] : []),
    ...(finish === null ? [] : ['data: [DONE]\n\n']),
  ];
}

export function responsesBody(reply: ScriptedReply, seen: SeenRequest): Record<string, unknown> {
  const content = [
    ...(reply.text === undefined ? [] : [{ type: 'output_text', text: reply.text, annotations: [] }]),
    ...(reply.refusal === undefined ? [] : [{ type: 'refusal', refusal: reply.refusal }]),
  ];
  const stated = finishOf(reply);
  const finish = stated === 'tool_calls' ? 'stop' : stated;
  const reason = finish === 'length' ? 'max_output_tokens' : finish;
  return {
    id,
    object: 'response',
    model: seen.body.model,
    status: finish === 'stop' ? 'completed' : finish === null ? 'in_progress' : 'incomplete',
    incomplete_details: finish === 'stop' || finish === null ? null : { reason },
    error: null,
    output: [
      ...reasoningBefore('text', reply),
      ...(content.length > 0 || !reply.toolCalls ? [{ type: 'message', role: 'assistant', content }] : []),
      ...toolCallsOf(reply).flatMap((call, index) => [
        ...reasoningBefore(index, reply),
        functionCallOf(call, call.arguments),
      ]),
    ],
    usage: responsesUsage(reply, seen),
  };
}

function reasoningBefore(place: 'text' | number, { reasoning = [] }: ScriptedReply): object[] {
  return reasoning.filter(({ before }) => before === place).map(({ item }) => ({ type: 'reasoning', ...item }));
}

function functionCallOf({ id, name }: { id: string; name: string }, input: string) {
  return { type: 'function_call', id: `item_${id}`, call_id: id, name, arguments: input };
}

export function responsesEvents(reply: ScriptedReply, seen: SeenRequest): string[] {
  const event = (payload: { type: string } & Record<string, unknown>) =>
    `event: ${payload.type}\ndata: ${JSON.stringify(payload)}\n\n`;
  const response = responsesBody(reply, seen);
  return [
    event({ type: 'response.created', response: { ...response, status: 'in_progress', output: [], usage: null } }),
    ...partsOf(reply.text ?? '').map((delta) => event({ type: 'response.output_text.delta', delta })),
    ...toolCallsOf(reply).flatMap((call, index) => [
      event({ type: 'response.output_item.added', output_index: index + 1, item: functionCallOf(call, '') }),
      ...partsOf(call.arguments).map((delta) =>
        event({ type: 'response.function_call_arguments.delta', output_index: index + 1, delta }),
      ),
    ]),
    ...(reply.reasoning ? (response.output as object[]) : []).map((item, index) =>
      event({ type: 'response.output_item.done', output_index: index, item }),
    ),
    ...(reply.finish === null ? [] : [event({ type: `response.${response.status}`, response })]),
  ];
}

/** Parts of seven characters, so that words, lines and surrogate pairs are cut. */
function partsOf(text: string): string[] {
  return text.match(/[\s\S]{1,7}/g) ?? [];
}
