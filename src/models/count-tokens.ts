import { countTokens, encode } from 'gpt-tokenizer/encoding/o200k_base';

/**
 * Whole texts take the tokenizer minutes when they are crafted for it (one letter, repeated); in pieces the time stays
 * linear and a count grows by less than one part in a hundred.
 */
const pieceLength = 1024;

/**
 * Tokens of a text, never fewer than the model will count: those of the o200k table where `exact`, else an upper bound.
 *
 * This module's table weighs two megabytes and takes some tens of milliseconds to build: it is only ever imported in a
 * thread of its own, or where that thread cannot start.
 */
export function tokensOf(text: string, exact: boolean): number {
  const counted = countInPieces(text);
  return exact ? counted : upperBound(text, counted);
}

/** The tokens of a short text, special ones among them, in the o200k table. */
export function tokenIdsOf(text: string): readonly number[] {
  return encode(text, { allowedSpecial: 'all' });
}

function countInPieces(text: string): number {
  let tokens = 0;
  for (let start = 0; start < text.length; ) {
    let end = Math.min(start + pieceLength, text.length);
    // Half a surrogate pair would count as three bytes of nothing.
    if (end < text.length && isHighSurrogate(text.charCodeAt(end - 1))) end -= 1;
    tokens += countTokens(text.slice(start, end), { disallowedSpecial: new Set() });
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
