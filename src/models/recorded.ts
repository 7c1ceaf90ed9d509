import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { EngineError } from '../domain/engine-error.ts';
import type { ToolCall } from '../engine/ports/chat.ts';
import { type CassetteEntry, parseCassette } from './cassette.ts';
import { type ClientCall, type ModelClient, WireFailure } from './client.ts';
import { chargeOf } from './usage.ts';
import { roleName, textOfFrame } from './wire.ts';

/**
 * Answers from a cassette. Exactly one entry must fit a request: its role, phase and attempt, every text it asks for
 * and none that it excludes. None or several are `model/no-recorded-reply`, which names the request and what came near.
 */
export function createRecordedClient(id: string, file: string): ModelClient {
  let entries: Promise<readonly CassetteEntry[]> | null = null;
  const cassette = path.basename(file);
  return {
    id,
    recorded: true,
    async send(call) {
      entries ??= readCassette(file);
      const entry = find(await entries, call, cassette);
      call.request.onText?.(entry.reply);
      const { input = 0, cached = 0, output = 0 } = entry.usage ?? {};
      const usage = { input_tokens: input, output_tokens: output, input_tokens_details: { cached_tokens: cached } };
      const toolCalls = toolCallsOf(entry);
      const seen = entry.reply + toolCalls.map((use) => use.arguments).join('');
      const charge = chargeOf(entry.usage && usage, seen);
      return { text: entry.reply, toolCalls, tookTools: true, servedBy: null, charge };
    },
  };
}

async function readCassette(file: string): Promise<readonly CassetteEntry[]> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const at = { file, line: null, column: null };
    throw new EngineError({ code: 'config/invalid', problem: 'the cassette cannot be read', at }, error);
  }
  return parseCassette(text, file);
}

function find(entries: readonly CassetteEntry[], { request, frame }: ClientCall, cassette: string): CassetteEntry {
  const { phaseId, attempt } = request.scope;
  const role = roleName(request);
  const candidates = entries.filter(
    (entry) => (entry.role === role || entry.role === request.role) && entry.phase === phaseId,
  );
  const text = textOfFrame(frame);
  const fitting = candidates.filter(
    (entry) => (entry.attempt ?? attempt) === attempt && objectionsOf(text, entry).length === 0,
  );
  const [only] = fitting;
  if (only && fitting.length === 1) return only;
  const asked = `${role}, phase ${phaseId}, attempt ${attempt}`;
  const near = fitting.length > 1 ? fitting.map(({ line }) => `line ${line}`) : candidates.map(missOf(attempt, text));
  throw new WireFailure({
    code: 'model/no-recorded-reply',
    cassette,
    request: near.length > 0 ? `${asked} (${near.join('; ')})` : asked,
    matches: fitting.length,
  });
}

/** The same identifiers at each playing, so that an entry may ask for them. */
function toolCallsOf({ line, toolCalls = [] }: CassetteEntry): readonly ToolCall[] {
  return toolCalls.map(({ id, name, arguments: input }, index) => ({
    id: id ?? `call_${line}_${index + 1}`,
    name,
    arguments: typeof input === 'string' ? input : JSON.stringify(input),
  }));
}

/** Why an entry does not fit a request. */
function objectionsOf(text: string, { contains, lacks }: CassetteEntry): readonly string[] {
  return [
    ...contains.filter((wanted) => !text.includes(wanted)).map((wanted) => `asks for ${JSON.stringify(wanted)}`),
    ...lacks.filter((unwanted) => text.includes(unwanted)).map((unwanted) => `excludes ${JSON.stringify(unwanted)}`),
  ];
}

function missOf(attempt: number, text: string): (entry: CassetteEntry) => string {
  return (entry) => {
    if ((entry.attempt ?? attempt) !== attempt) return `line ${entry.line} is for attempt ${entry.attempt}`;
    return `line ${entry.line} ${objectionsOf(text, entry).join(' and ')}`;
  };
}
