import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ChatReply, ChatRequest, ToolCall } from '../engine/ports/chat.ts';
import { formatCassette, parseCassette, type RecordedReply } from './cassette.ts';
import type { Send } from './retry.ts';
import { frameOf, roleName, textOfFrame } from './wire.ts';

/** Adds replies to a cassette, one after the other; what the file holds already stays. */
export interface CassetteWriter {
  add(request: ChatRequest, reply: ChatReply): Promise<void>;
}

interface Recorded {
  readonly entry: RecordedReply;
  /** All of the request; null for an entry that the file held before. */
  readonly text: string | null;
}

/** Passes every reply on and puts the whole ones on the cassette. */
export function recording(send: Send, writer: CassetteWriter): Send {
  return async (request, callId, signal) => {
    const reply = await send(request, callId, signal);
    await writer.add(request, reply);
    return reply;
  };
}

/** `redact` takes secrets out of what is written; a mark is never one of the lines that it changes. */
export function createCassetteWriter(file: string, redact: (text: string) => string): CassetteWriter {
  let known: Recorded[] | null = null;
  let tail: Promise<void> = Promise.resolve();

  async function write(request: ChatRequest, reply: ChatReply): Promise<void> {
    known ??= (await entriesOf(file)).map((entry) => ({ entry, text: null }));
    known = withReply(known, request, reply, redact);
    const temporary = `${file}.${randomUUID()}`;
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(temporary, formatCassette(known.map(({ entry }) => entry)), { mode: 0o600 });
    await rename(temporary, file);
  }

  return {
    add(request, reply) {
      const written = tail.then(() => write(request, reply));
      tail = written.catch(() => {});
      return written;
    },
  };
}

async function entriesOf(file: string): Promise<RecordedReply[]> {
  try {
    const entries = parseCassette(await readFile(file, 'utf8'), file);
    return entries.map(({ line: _, ...entry }) => entry);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/**
 * The entries with one more. Entries for the same role, phase and attempt are told apart by lines that the one request
 * has and the other has not. The same request again replaces its entry.
 */
function withReply(
  known: readonly Recorded[],
  request: ChatRequest,
  reply: ChatReply,
  redact: (text: string) => string,
): Recorded[] {
  const { phaseId, attempt } = request.scope;
  const text = withoutSecretLines(textOfFrame(frameOf(request)), redact);
  const entry: RecordedReply = {
    role: roleName(request),
    phase: phaseId,
    attempt,
    contains: [],
    lacks: [],
    reply: redact(reply.text),
    ...(reply.toolCalls.length > 0 ? { toolCalls: reply.toolCalls.map((use) => toolCallOf(use, redact)) } : {}),
    ...(reply.tokens ? { usage: reply.tokens } : {}),
  };
  const isSibling = (other: Recorded) =>
    other.entry.role === entry.role && other.entry.phase === phaseId && other.entry.attempt === attempt;
  const siblings = known.filter((other) => isSibling(other) && other.text && differs(other.text, text));
  const others = known.filter((other) => !isSibling(other));
  const family = [...siblings, { entry, text }];
  return [...others, ...family.map((one) => toldApart(one, family))];
}

function toolCallOf({ id, name, arguments: input }: ToolCall, redact: (text: string) => string) {
  return { id, name, arguments: redact(input) };
}

/** A request plays the cassette back with its real lines, so a mark must be one that redaction leaves alone. */
function withoutSecretLines(text: string, redact: (text: string) => string): string {
  if (redact(text) === text) return text;
  // A secret may span lines: what is left of the redacted text is what no secret touches.
  const kept = new Set(redact(text).split('\n'));
  return text
    .split('\n')
    .filter((line) => kept.has(line) && redact(line) === line)
    .join('\n');
}

function differs(one: string, other: string): boolean {
  return markOf(one, other) !== null || markOf(other, one) !== null;
}

function toldApart(one: Recorded, family: readonly Recorded[]): Recorded {
  const contains = new Set<string>();
  const lacks = new Set<string>();
  for (const other of family) {
    if (other === one || !one.text || !other.text) continue;
    const own = markOf(one.text, other.text);
    // A longer conversation holds every line of the one it began with.
    if (own === null) lacks.add(markOf(other.text, one.text) as string);
    else contains.add(own);
  }
  return { ...one, entry: { ...one.entry, contains: [...contains], lacks: [...lacks] } };
}

/** The longest line that stands nowhere in the other. */
function markOf(text: string, other: string): string | null {
  const own = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => !other.includes(line));
  return own.reduce<string | null>((best, line) => (line.length > (best?.length ?? 0) ? line : best), null);
}
