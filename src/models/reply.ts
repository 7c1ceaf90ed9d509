import { type ClientCall, type ClientReply, WireFailure } from './client.ts';
import type { Exchange } from './openai-server.ts';
import { hasPictures } from './pictures.ts';
import { plainText } from './plain-text.ts';
import { createToolCalls, type ToolCallsSoFar } from './tool-calls.ts';
import { chargeOf } from './usage.ts';

/** How a reply ended by its own word; `tools` means that it waits for their results. */
export type Finish = 'whole' | 'tools' | 'cut' | 'refused' | { readonly unknown: string };

/** A reply while it arrives. */
export interface ReplySoFar {
  text: string;
  toolCalls: ToolCallsSoFar;
  /** Output items that came whole, in order, from a wire that has such. */
  items: readonly Readonly<Record<string, unknown>>[];
  /** Reasoning that is not part of the reply but was paid for. */
  hidden: string;
  refusal: string;
  finish: Finish | null;
  /** The last usage object that was sent, unread. */
  usage: unknown;
  servedBy: string | null;
  serviceTier: string | null;
  /** At least one payload had the shape of this protocol. */
  understood: boolean;
}

/**
 * Takes every payload. Once the reply has said that it is finished, a connection that then breaks takes nothing away
 * from it.
 */
export async function readPayloads(
  { payloads }: Exchange,
  take: (reply: ReplySoFar, payload: unknown) => void,
): Promise<ReplySoFar> {
  const reply: ReplySoFar = {
    text: '',
    toolCalls: createToolCalls(),
    items: [],
    hidden: '',
    refusal: '',
    finish: null,
    usage: null,
    servedBy: null,
    serviceTier: null,
    understood: false,
  };
  try {
    for await (const payload of payloads) take(reply, payload);
  } catch (error) {
    if (reply.finish === null || !(error instanceof WireFailure) || error.fault.code === 'interrupted') throw error;
  }
  return reply;
}

/** The reply if it is whole; every other end is a failure, charged by what the provider reported. */
export function concludeReply({ party, habits }: Exchange, call: ClientCall, reply: ReplySoFar): ClientReply {
  const { outputLimit, frame } = call;
  const { text, refusal, finish, servedBy } = reply;
  const { provider } = party;
  const toolCalls = reply.toolCalls.all();
  const charge = chargeOf(reply.usage, seenOf(reply), reply.serviceTier);
  if (finish === null) {
    const detail = reply.understood ? 'it ended without saying that it is finished' : 'it has no content';
    // Usage that came before the end may count only what had come until then.
    const details = { charge: { type: 'uncertain' }, transient: reply.understood, servedBy } as const;
    throw new WireFailure({ code: 'model/broken-reply', provider, detail }, details);
  }
  if (typeof finish === 'object') {
    const detail = `it ended with the unknown reason "${plainText(finish.unknown)}"`;
    throw new WireFailure({ code: 'model/broken-reply', provider, detail }, { charge, servedBy });
  }
  if (finish === 'tools' && toolCalls.length === 0) {
    const detail = 'it waits for the results of tools that it does not name';
    throw new WireFailure({ code: 'model/broken-reply', provider, detail }, { charge, servedBy });
  }
  if (finish === 'cut') throw new WireFailure({ code: 'model/truncated', provider, outputLimit }, { charge, servedBy });
  if (finish === 'refused' || (refusal !== '' && text === '' && toolCalls.length === 0)) {
    const detail = plainText(refusal) || 'its content filter stopped the reply';
    throw new WireFailure({ code: 'model/refused', provider, detail }, { charge, servedBy });
  }
  const leftPictures = !habits.pictures && hasPictures(frame);
  return { text, toolCalls, tookTools: habits.tools, ...(leftPictures ? { leftPictures } : {}), charge, servedBy };
}

/** All output that was seen, for counting it. */
export function seenOf({ text, hidden, refusal, toolCalls }: ReplySoFar): string {
  return [text, hidden, refusal, ...toolCalls.all().map(({ name, arguments: input }) => name + input)].join('');
}

export function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

export function stringOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
