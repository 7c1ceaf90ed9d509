import type { ChatMessage, ChatRequest } from '../engine/ports.ts';

/** A request as every model sees it, whatever the wire. */
export interface Frame {
  /** Starts with the line `Countersign role: ROLE[:COMPONENT]`. */
  readonly system: string;
  /** The last one ends with the line `Phase ID, attempt N`: what changes comes last, for the provider's cache. */
  readonly messages: readonly ChatMessage[];
}

/** `ROLE` or `ROLE:COMPONENT`, as the wire and the cassettes write it. */
export function roleName(request: Pick<ChatRequest, 'role' | 'component'>): string {
  return request.component === null ? request.role : `${request.role}:${request.component}`;
}

export function frameOf(request: ChatRequest): Frame {
  const last = request.messages.at(-1);
  if (last?.role !== 'user') throw new Error('A request must end with a user message.');
  const { phaseId, attempt } = request.scope;
  return {
    system: `Countersign role: ${roleName(request)}\n${request.system}`,
    messages: [
      ...request.messages.slice(0, -1),
      { role: 'user', text: `${last.text.trimEnd()}\n\nPhase ${phaseId}, attempt ${attempt}` },
    ],
  };
}

/** What a server that knows no JSON mode, or one without a schema, is told in words. */
export function schemaInWords(schema: NonNullable<ChatRequest['schema']>): string {
  return [
    'Answer with one JSON object and nothing else. It must fit this JSON Schema:',
    JSON.stringify(schema.schema),
  ].join('\n');
}
