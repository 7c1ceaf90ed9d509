import { hashSeeds, type Vocabulary } from './vocabulary.ts';

/** The names in one file: how often each occurs, and whether the file declares it. */
export interface Scanned {
  readonly names: Uint32Array;
  /** Occurrences, at most 32,767; the top bit says that the name is declared here. */
  readonly counts: Uint16Array;
}

export const declaredBit = 0x8000;
const mostNames = 4_000;
const longestName = 64;

/** 1 for letters, `_`, `$` and every byte of a character beyond ASCII; 2 for digits. */
const kindOfByte = new Uint8Array(256).map((_, byte) => {
  if ((byte >= 65 && byte <= 90) || (byte >= 97 && byte <= 122) || byte === 95 || byte === 36 || byte >= 128) return 1;
  return byte >= 48 && byte <= 57 ? 2 : 0;
});

const newline = 10;
const bracket = 40;
const brace = 123;

/** Reads names out of files of any common language, without a grammar. One at a time: its scratch space is its own. */
export function createScanner(vocabulary: Vocabulary): (bytes: Buffer, isCode: boolean) => Scanned {
  let counts = new Uint32Array(1 << 16);
  return (bytes, isCode) => {
    const seen: number[] = [];
    const note = (name: number) => {
      if (name >= counts.length) {
        const larger = new Uint32Array(Math.max(name + 1, counts.length * 2));
        larger.set(counts);
        counts = larger;
      }
      const count = counts[name] as number;
      if (count === 0) {
        if (seen.length >= mostNames) return;
        seen.push(name);
      }
      if ((count & 0x7fff) < 0x7fff) counts[name] = count + 1;
    };
    eachName(vocabulary, bytes, isCode, note, (name) => {
      if ((counts[name] as number) > 0) counts[name] = (counts[name] as number) | declaredBit;
    });
    const names = Uint32Array.from(seen);
    const result = { names, counts: Uint16Array.from(names, (name) => counts[name] as number) };
    for (const name of seen) counts[name] = 0;
    return result;
  };
}

function eachName(
  vocabulary: Vocabulary,
  bytes: Buffer,
  isCode: boolean,
  note: (name: number) => void,
  declare: (name: number) => void,
): void {
  const { length } = bytes;
  let lineStart = 0;
  let bracketsInLine = 0;
  let expecting = false;
  let controlled = false;
  let modifiedFrom = 0;
  for (let at = 0; at < length; ) {
    const byte = bytes[at] as number;
    const kind = kindOfByte[byte] as number;
    if (kind === 0) {
      if (byte === newline) {
        lineStart = at + 1;
        modifiedFrom = lineStart;
        bracketsInLine = 0;
        expecting = false;
        controlled = false;
      } else if (byte === bracket) {
        // `func (receiver) Name(`: what is declared comes after the receiver.
        if (expecting) at = Math.max(at, skipBrackets(bytes, at));
        else bracketsInLine += 1;
      } else if (expecting && byte !== 32 && byte !== 9 && byte !== 42 && byte !== 38 && byte !== 33) expecting = false;
      at += 1;
      continue;
    }
    const start = at;
    let first: number = hashSeeds[0];
    let second: number = hashSeeds[1];
    for (; at < length; at += 1) {
      const next = bytes[at] as number;
      if (kindOfByte[next] === 0) break;
      first = Math.imul(first ^ next, 0x01000193);
      second = Math.imul(second, 0x5bd1e995) + next;
    }
    if (kind === 2 || at - start > longestName || at - start < 2) {
      expecting = false;
      continue;
    }
    const name = vocabulary.idOf(first >>> 0, second >>> 0, bytes, start, at);
    const keyword = isCode ? vocabulary.keywordKind(name) : undefined;
    if (keyword !== undefined) {
      if (keyword === 'modifying') {
        if (modifiedFrom === start) modifiedFrom = at + 1;
      } else if (keyword === 'controlling') {
        controlled = true;
        expecting = false;
      } else if (keyword === 'declaring') expecting = !controlled;
      else expecting = start === lineStart || (modifiedFrom === start && modifiedFrom > lineStart);
      continue;
    }
    note(name);
    if (!isCode) continue;
    if (expecting) {
      declare(name);
      expecting = false;
    } else if (start === lineStart && isAssigned(bytes, at)) declare(name);
    else if (
      bytes[at] === bracket &&
      bracketsInLine === 0 &&
      !controlled &&
      opensBody(bytes, at, start === lineStart)
    ) {
      declare(name);
    }
  }
}

function skipBrackets(bytes: Buffer, from: number): number {
  const most = Math.min(bytes.length, from + 200);
  for (let at = from + 1, depth = 1; at < most; at += 1) {
    const byte = bytes[at];
    if (byte === newline) return from;
    if (byte === bracket) depth += 1;
    else if (byte === 41 && --depth === 0) return at;
  }
  return from;
}

/** `NAME = …` or `name: type = …` at the beginning of a line. */
function isAssigned(bytes: Buffer, from: number): boolean {
  let at = from;
  while (bytes[at] === 32) at += 1;
  if (bytes[at] === 58) return bytes[at + 1] === 61 || bytes[at + 1] === 32;
  return bytes[at] === 61 && bytes[at + 1] !== 61;
}

/** The line that a bracket stands in ends by opening a body, so what stands before the bracket is declared by it. */
function opensBody(bytes: Buffer, from: number, atLineStart: boolean): boolean {
  let end = bytes.indexOf(newline, from);
  if (end === -1) end = bytes.length;
  let last = end - 1;
  while (last > from && (bytes[last] === 32 || bytes[last] === 13)) last -= 1;
  if (bytes[last] === brace) return true;
  // C and its kin put the brace on the next line.
  return !atLineStart && bytes[last] === 41 && bytes[end + 1] === brace;
}
