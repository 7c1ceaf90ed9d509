import { createHash } from 'node:crypto';
import type { ChatMessage, SealedItem, SealedReasoning } from '../engine/ports/chat.ts';
import type { Charge } from './client.ts';
import { fieldsOf, stringOf } from './reply.ts';

type Item = Readonly<Record<string, unknown>>;

/**
 * The sealed reasoning among the output items of a whole reply; null where there is none that could be sent back. An item
 * needs its identifier and its seal, and something that it stands before: servers refuse one that leads to nothing.
 */
export function sealedReasoningOf(model: string, output: readonly Item[], charge: Charge): SealedReasoning | null {
  const items = output.flatMap((item, index) => sealedItemOf(item, output, index) ?? []);
  if (items.length === 0) return null;
  const text = JSON.stringify(items);
  return {
    model,
    // What a model thought is part of its output, as its provider counts it; a seal is Base64 of no less than the text.
    tokens: charge.type === 'reported' ? charge.usage.output : Math.ceil((text.length * 3) / 4),
    count: items.length,
    sha256: createHash('sha256').update(text).digest('hex'),
    items,
  };
}

function sealedItemOf(item: Item, output: readonly Item[], index: number): SealedItem | null {
  const [id, sealed] = [stringOf(item.id), stringOf(item.encrypted_content)];
  if (item.type !== 'reasoning' || id === '' || sealed === '') return null;
  const next = output.slice(index + 1).find(({ type }) => type === 'function_call' || type === 'message');
  if (!next) return null;
  const callsBefore = output.slice(0, index).filter(({ type }) => type === 'function_call').length;
  return { id, sealed, summary: summaryOf(item.summary), before: next.type === 'message' ? 'text' : callsBefore };
}

function summaryOf(parts: unknown): readonly string[] {
  return Array.isArray(parts) ? parts.map((part) => stringOf(fieldsOf(part).text)).filter((text) => text !== '') : [];
}

/** What of a message's reasoning this model may be sent: its own, while it is still at hand. */
export function ownReasoning(message: ChatMessage, model: string): SealedReasoning | null {
  return message.role === 'assistant' && message.reasoning?.model === model ? message.reasoning : null;
}

/** Messages as they are kept: of sealed reasoning only its count and its hash. */
export function withoutSeals(messages: readonly ChatMessage[]): readonly ChatMessage[] {
  return messages.map((message) => {
    if (message.role !== 'assistant' || !message.reasoning) return message;
    const { items: _, ...stated } = message.reasoning;
    return { ...message, reasoning: stated };
  });
}

const knowsNoInclude = /(?:unknown|unrecogni|unsupported|unexpected|extra)[^.]*\binclude\b/i;

/** Whether a refusal is of sealed reasoning: of asking for it, or of what was sent back. */
export function refusesReasoning(message: string): boolean {
  return /^include\b|["'`]include\b|encrypted[_ ]?content|\breasoning\b/i.test(message) || knowsNoInclude.test(message);
}
