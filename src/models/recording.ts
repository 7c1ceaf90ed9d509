import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { formatCassette, parseCassette, type RecordedReply } from './cassette.ts';
import type { ClientCall, ClientReply, ModelClient } from './client.ts';
import { roleName } from './wire.ts';

/** Adds replies to a cassette, one after the other; what the file holds already stays. */
export interface CassetteWriter {
  add(call: ClientCall, reply: ClientReply): Promise<void>;
}

interface Recorded {
  readonly entry: RecordedReply;
  /** The request's lines; null for an entry that the file held before. */
  readonly lines: ReadonlySet<string> | null;
}

/** Passes every reply on and puts the whole ones on the cassette. */
export function recording(client: ModelClient, writer: CassetteWriter): ModelClient {
  return {
    id: client.id,
    recorded: client.recorded,
    async send(call, signal) {
      const reply = await client.send(call, signal);
      await writer.add(call, reply);
      return reply;
    },
  };
}

export function createCassetteWriter(file: string): CassetteWriter {
  let known: Recorded[] | null = null;
  let tail: Promise<void> = Promise.resolve();

  async function write(call: ClientCall, reply: ClientReply): Promise<void> {
    known ??= (await entriesOf(file)).map((entry) => ({ entry, lines: null }));
    known = withReply(known, call, reply);
    const temporary = `${file}.${randomUUID()}`;
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(temporary, formatCassette(known.map(({ entry }) => entry)), { mode: 0o600 });
    await rename(temporary, file);
  }

  return {
    add(call, reply) {
      const written = tail.then(() => write(call, reply));
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
 * The entries with one more. Entries for the same role, phase and attempt are told apart by a line that only the one
 * request has; the same request again replaces its entry, and so does one that nothing tells apart.
 */
function withReply(known: readonly Recorded[], call: ClientCall, reply: ClientReply): Recorded[] {
  const { request, frame } = call;
  const { phaseId, attempt } = request.scope;
  const { charge } = reply;
  const text = [frame.system, ...frame.messages.map((message) => message.text)].join('\n');
  const lines = new Set(text.split('\n').map((line) => line.trim()));
  const entry: RecordedReply = {
    role: roleName(request),
    phase: phaseId,
    attempt,
    contains: [],
    reply: reply.text,
    ...(charge.type === 'reported' ? { usage: tokensOf(charge.usage) } : {}),
  };
  const isSibling = (other: Recorded) =>
    other.entry.role === entry.role && other.entry.phase === phaseId && other.entry.attempt === attempt;
  const siblings = known.filter((other) => isSibling(other) && other.lines && markOf(other.lines, [lines]) !== null);
  const others = known.filter((other) => !isSibling(other));
  const family = [...siblings, { entry, lines }];
  return [...others, ...family.map((one) => toldApart(one, family))];
}

function tokensOf({ input, cached, output }: { input: number; cached: number; output: number }) {
  return { input, cached, output };
}

function toldApart(one: Recorded, family: readonly Recorded[]): Recorded {
  const others = family.filter((other) => other !== one).flatMap(({ lines }) => (lines ? [lines] : []));
  const mark = others.length > 0 && one.lines ? markOf(one.lines, others) : null;
  return mark === null ? one : { ...one, entry: { ...one.entry, contains: [mark] } };
}

/** The longest line that is in none of the others. */
function markOf(lines: ReadonlySet<string>, others: readonly ReadonlySet<string>[]): string | null {
  const own = [...lines].filter((line) => line !== '' && !others.some((other) => other.has(line)));
  return own.reduce<string | null>((best, line) => (line.length > (best?.length ?? 0) ? line : best), null);
}
