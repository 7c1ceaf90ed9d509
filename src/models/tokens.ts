import { setImmediate } from 'node:timers/promises';
import type { ChatRequest } from '../engine/ports.ts';
import { type Frame, schemaInWords } from './wire.ts';

/** Tokens of a text, never fewer than the model will count. */
export type TokenCounter = (text: string) => number;

/**
 * Whole texts take the tokenizer minutes when they are crafted for it (one letter, repeated); in pieces the time stays
 * linear and a count grows by less than one part in a hundred.
 */
const pieceLength = 1024;
/** What a chat template puts around each message, and what providers put before all of them. */
const perMessage = 8;
const perRequest = 64;

/** Names of models that count with this very table. */
const o200kFamily = /^(?:gpt-(?:4o|4\.[15]|5|oss)|o[134](?:-|$)|chatgpt-4o|codex-)/;

/** The counter for a model: exact for the families whose table is known, else an upper bound. */
export async function counterFor(model: string): Promise<TokenCounter> {
  // Read and built in two turns of the event loop: each takes some tens of milliseconds, and an editor waits.
  await import('gpt-tokenizer/bpeRanks/o200k_base');
  await setImmediate();
  const { countWithO200k } = await import('./o200k.ts');
  const exact = (text: string) => countInPieces(text, countWithO200k);
  const name = model.slice(model.lastIndexOf('/') + 1).toLowerCase();
  return o200kFamily.test(name) ? exact : (text) => upperBound(text, exact(text));
}

/** Input tokens of a request at most. */
export function countInput(counter: TokenCounter, frame: Frame, schema: ChatRequest['schema']): number {
  const messages = frame.messages.reduce((sum, message) => sum + counter(message.text) + perMessage, 0);
  const asked = schema ? Math.ceil(counter(schemaInWords(schema)) * 1.5) : 0;
  return counter(frame.system) + perMessage + messages + asked + perRequest;
}

function countInPieces(text: string, count: TokenCounter): number {
  let tokens = 0;
  for (let start = 0; start < text.length; ) {
    let end = Math.min(start + pieceLength, text.length);
    // Half a surrogate pair would count as three bytes of nothing.
    if (end < text.length && isHighSurrogate(text.charCodeAt(end - 1))) end -= 1;
    tokens += count(text.slice(start, end));
    start = end;
  }
  return tokens;
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}

/**
 * For tables that are not known. They split where o200k does not: most take digits one by one, few have as many words,
 * older ones take each space of an indentation apart, and what is not Latin may fall to single bytes.
 */
function upperBound(text: string, counted: number): number {
  let digits = 0;
  let bytesBeyondAscii = 0;
  let spacesInRuns = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code >= 48 && code <= 57) digits += 1;
    else if (code === 32 && text.charCodeAt(index + 1) === 32) spacesInRuns += 1;
    else if (code > 127) bytesBeyondAscii += code > 0x7ff && !isSurrogate(code) ? 3 : 2;
  }
  return Math.ceil(counted * 1.25) + digits + bytesBeyondAscii + Math.ceil(spacesInRuns / 4);
}

function isSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdfff;
}
