import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ChatReply, ChatRequest } from '../engine/ports.ts';
import { formatCassette, parseCassette, type RecordedReply } from './cassette.ts';
import type { Send } from './retry.ts';
import { frameOf, roleName } from './wire.ts';

/** Adds replies to a cassette, one after the other; what the file holds already stays. */
export interface CassetteWriter {
  add(request: ChatRequest, reply: ChatReply): Promise<void>;
}

interface Recorded {
  readonly entry: RecordedReply;
  /** The request's lines; null for an entry that the file held before. */
  readonly lines: ReadonlySet<string> | null;
}

/** Passes every reply on and puts the whole ones on the cassette. */
export function recording(send: Send, writer: CassetteWriter): Send {
  return async (request, callId, signal) => {
    const reply = await send(request, callId, signal);
    await writer.add(request, reply);
    return reply;
  };
}

export function createCassetteWriter(file: string): CassetteWriter {
  let known: Recorded[] | null = null;
  let tail: Promise<void> = Promise.resolve();

  async function write(request: ChatRequest, reply: ChatReply): Promise<void> {
    known ??= (await entriesOf(file)).map((entry) => ({ entry, lines: null }));
    known = withReply(known, request, reply);
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
function withReply(known: readonly Recorded[], request: ChatRequest, reply: ChatReply): Recorded[] {
  const frame = frameOf(request);
  const { phaseId, attempt } = request.scope;
  const text = [frame.system, ...frame.messages.map((message) => message.text)].join('\n');
  const lines = new Set(text.split('\n').map((line) => line.trim()));
  const entry: RecordedReply = {
    role: roleName(request),
    phase: phaseId,
    attempt,
    contains: [],
    lacks: [],
    reply: reply.text,
    ...(reply.tokens ? { usage: reply.tokens } : {}),
  };
  const isSibling = (other: Recorded) =>
    other.entry.role === entry.role && other.entry.phase === phaseId && other.entry.attempt === attempt;
  const siblings = known.filter((other) => isSibling(other) && other.lines && differs(other.lines, lines));
  const others = known.filter((other) => !isSibling(other));
  const family = [...siblings, { entry, lines }];
  return [...others, ...family.map((one) => toldApart(one, family))];
}

function differs(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  return markOf(one, other) !== null || markOf(other, one) !== null;
}

function toldApart(one: Recorded, family: readonly Recorded[]): Recorded {
  const contains = new Set<string>();
  const lacks = new Set<string>();
  for (const other of family) {
    if (other === one || !one.lines || !other.lines) continue;
    const own = markOf(one.lines, other.lines);
    // A longer conversation holds every line of the one it began with.
    if (own === null) lacks.add(markOf(other.lines, one.lines) as string);
    else contains.add(own);
  }
  return { ...one, entry: { ...one.entry, contains: [...contains], lacks: [...lacks] } };
}

/** The longest line that the other has not. */
function markOf(lines: ReadonlySet<string>, other: ReadonlySet<string>): string | null {
  const own = [...lines].filter((line) => line !== '' && !other.has(line));
  return own.reduce<string | null>((best, line) => (line.length > (best?.length ?? 0) ? line : best), null);
}
