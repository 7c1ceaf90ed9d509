import { randomUUID } from 'node:crypto';
import { fail, ok, type Result } from '../domain/result.ts';
import type { Tool, ToolCall, ToolRequest } from '../engine/ports/chat.ts';

/** A piece of a tool call; what is left out was said before. */
export interface ToolCallPiece {
  /** Position among the calls of the reply, where the server says it. */
  readonly index: number | null;
  readonly id: string;
  readonly name: string;
  /** A part of the arguments' JSON, or, from some servers, all of it as an object. */
  readonly arguments: unknown;
}

/** Tool calls while they arrive. */
export interface ToolCallsSoFar {
  add(piece: ToolCallPiece): void;
  all(): readonly ToolCall[];
}

interface Entry {
  readonly index: number | null;
  id: string;
  name: string;
  arguments: string;
}

export function createToolCalls(): ToolCallsSoFar {
  const entries: Entry[] = [];

  function entryFor({ index, id }: ToolCallPiece): Entry {
    const known =
      index === null && id !== ''
        ? entries.find((entry) => entry.id === id)
        : entries.findLast((entry) => index === null || entry.index === index);
    // Some servers give every call the same position, and only its identifier tells that another one begins.
    if (known && (id === '' || known.id === '' || known.id === id)) return known;
    const entry = { index, id, name: '', arguments: '' };
    entries.push(entry);
    return entry;
  }

  return {
    add(piece) {
      const entry = entryFor(piece);
      entry.id ||= piece.id;
      entry.name ||= piece.name;
      entry.arguments += textOfArguments(piece.arguments);
    },
    all: () => entries.map(({ id, name, arguments: input }) => ({ id: id || newId(), name, arguments: input })),
  };
}

/** For servers that leave it out: results could not be told apart without one. */
export function newId(): string {
  return `call_${randomUUID().replaceAll('-', '').slice(0, 24)}`;
}

function textOfArguments(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === undefined || value === null ? '' : JSON.stringify(value);
}

/** Whether a refusal is of tools as such; one of a tool's schema is a mistake of ours, which must be heard. */
export function refusesTools(message: string): boolean {
  return /\btools?\b|tool[_ ]choice|function call/i.test(message) && takesNone.test(message);
}

const takesNone =
  /^(?!.*\bschema\b).*(?:support|unknown|unrecognized|unexpected|extra|permitted|requires?\b|enable|not (?:allowed|available))/is;

/** Tool calls as the caller gets them: what cannot be carried out says what to answer the model with. */
export function readToolCalls(calls: readonly ToolCall[], tools: readonly Tool[]): readonly ToolRequest[] {
  return calls.map((call) => ({ ...call, input: inputOf(call, tools) }));
}

function inputOf(call: ToolCall, tools: readonly Tool[]): ToolRequest['input'] {
  if (!tools.some(({ name }) => name === call.name)) {
    const names = tools.map(({ name }) => name).join(', ') || 'none';
    return fail(`There is no tool ${JSON.stringify(call.name)}. The tools are: ${names}.`);
  }
  const read = readArguments(call.arguments);
  if (read.ok) return read;
  return fail(
    `The arguments of ${call.name} are ${read.fault}. Call it again with one JSON object that fits its schema.`,
  );
}

/** A tool without parameters is often called with nothing at all. */
function readArguments(text: string): Result<Readonly<Record<string, unknown>>, string> {
  if (text.trim() === '') return ok({});
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return fail(`not valid JSON (${error instanceof Error ? error.message : String(error)})`);
  }
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? ok(value as Record<string, unknown>) : fail('not a JSON object');
}
