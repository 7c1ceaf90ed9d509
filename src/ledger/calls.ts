import { z } from 'zod';
import { type Role, roleSchema } from '../domain/config.ts';
import { type ArmName, armNameSchema } from '../domain/deployment.ts';
import { EngineError } from '../domain/engine-error.ts';
import { type Fault, faultSchema } from '../domain/fault.ts';
import { type Cost, costSchema, type Tokens, tokensSchema } from '../domain/money.ts';
import type { CallRecord } from '../engine/ports/calls.ts';
import type { ChatMessage, Tool, ToolCall } from '../engine/ports/chat.ts';
import type { AttemptScope } from '../engine/ports/run.ts';
import { authorities, introduceCall, setUsage, withAccounts } from './accounts.ts';
import { isoOf, msOf } from './clock.ts';
import type { Connection, Parameters, Row } from './connection.ts';
import type { Redactor } from './redact.ts';
import { parseRow, parseStored, type Texts } from './texts.ts';

/** A call as the ledger shows it. Texts are null where the phase opted out, retention took them, or none came. */
export interface KeptCall {
  readonly callId: string;
  readonly scope: AttemptScope;
  /** Null where only the reservation of the call is known. */
  readonly role: Role | null;
  readonly component: string | null;
  readonly model: string;
  readonly servedBy: string | null;
  /** Arm of a deployed version that it was served by; null where none has a say. */
  readonly arm: ArmName | null;
  readonly startedAt: string;
  /** Null while it runs, and where its process was killed. */
  readonly seconds: number | null;
  /** `presumed` is the worst case of a call whose process was killed. */
  readonly state: 'running' | 'ended' | 'presumed';
  readonly tokens: Tokens;
  readonly cost: Cost;
  readonly overrun: boolean;
  readonly retries: number;
  readonly fault: Fault | null;
  readonly system: string | null;
  readonly messages: readonly ChatMessage[] | null;
  /** Tools that were offered, and what the reply asked of them. */
  readonly tools: readonly Tool[] | null;
  readonly toolCalls: readonly ToolCall[] | null;
  readonly reply: string | null;
  /** Nothing was taken out of its reply, so that a replay can use it. */
  readonly replayable: boolean;
}

export interface CallFilter {
  readonly runId?: string;
  readonly phaseId?: string;
  readonly attempt?: number;
  readonly callId?: string;
  /** ISO 8601; calls that started at this moment or later. */
  readonly since?: string;
  readonly limit?: number;
  /** False leaves prompts and replies out, for lists. */
  readonly texts?: boolean;
}

export const toolsSchema = z.array(
  z.object({ name: z.string(), description: z.string(), parameters: z.record(z.string(), z.unknown()) }),
);
export const toolCallsSchema = z.array(z.object({ id: z.string(), name: z.string(), arguments: z.string() }));
export const messageSchema = z.discriminatedUnion('role', [
  z.object({ role: z.literal('user'), text: z.string() }),
  z.object({
    role: z.literal('assistant'),
    text: z.string(),
    toolCalls: z.exactOptional(toolCallsSchema),
    reasoning: z.exactOptional(
      z.object({ model: z.string(), tokens: z.number(), count: z.number(), sha256: z.string() }),
    ),
  }),
  z.object({ role: z.literal('tool'), toolCallId: z.string(), text: z.string() }),
]);
/** Each whole, or the key of a text of its own: turns of one conversation share all messages but the last. */
const messagesSchema = z.array(z.union([messageSchema, z.string()]));
/** Up to this many messages stand together: a text of its own each would be more rows and no fewer bytes. */
const mostTogether = 2;

export interface CallWriter {
  readonly connection: Connection;
  readonly texts: Texts;
  readonly redactor: Redactor;
  readonly nowMs: number;
}

/** True for a phase whose spec says `trajectory: totals`. */
export function keepsTotalsOnly(connection: Connection, runId: string, phaseId: string): boolean {
  const row = connection.get('SELECT trajectory FROM phases WHERE run_id = :runId AND id = :phaseId', {
    runId,
    phaseId,
  });
  return row?.trajectory === 'totals';
}

export function writeCall(to: CallWriter, call: CallRecord): void {
  const { connection, nowMs } = to;
  const { callId, scope, role, component, model } = call;
  connection.transaction(() => {
    withAccounts(connection, callId, () => {
      const startedMs = msOf(call.startedAt, nowMs);
      introduceCall(connection, { callId, ...scope, role, component, model, arm: call.arm ?? null, startedMs });
      setUsage(connection, callId, call, authorities.kept);
    });
    connection.run(
      `UPDATE calls SET served_by = :servedBy, seconds = :seconds, fault = :fault, system = :system,
         messages = :messages, tools = :tools, tool_calls = :toolCalls, reply = :reply, redactions = :redactions WHERE id = :callId`,
      { callId, servedBy: call.servedBy, seconds: call.seconds, ...textColumns(to, call) },
    );
  });
}

function textColumns({ connection, texts, redactor }: CallWriter, call: CallRecord): Parameters {
  const { runId } = call.scope;
  const fault = call.fault ? texts.pack(runId, JSON.stringify(redactor.value(call.fault))) : null;
  if (keepsTotalsOnly(connection, runId, call.scope.phaseId)) {
    return { fault, system: null, messages: null, tools: null, toolCalls: null, reply: null, redactions: 0 };
  }
  const reply = call.reply === null ? null : redactor.text(call.reply);
  const asked = call.toolCalls.map((use) => ({ use, input: redactor.text(use.arguments) }));
  const share = (value: unknown) => texts.share(runId, JSON.stringify(value));
  const messages = call.messages.map((message) => cleanMessage(message, redactor));
  return {
    fault,
    system: texts.share(runId, redactor.text(call.system).text),
    messages: share(messages.length <= mostTogether ? messages : messages.map(share)),
    tools: call.tools.length === 0 ? null : share(redactor.value(call.tools)),
    toolCalls: asked.length === 0 ? null : share(asked.map(({ use, input }) => ({ ...use, arguments: input.text }))),
    reply: reply ? texts.share(runId, reply.text) : null,
    redactions: (reply?.count ?? 0) + asked.reduce((sum, { input }) => sum + input.count, 0),
  };
}

function cleanMessage(message: ChatMessage, redactor: Redactor): ChatMessage {
  const text = redactor.text(message.text).text;
  if (message.role !== 'assistant' || !message.toolCalls) return { ...message, text };
  const clean = (use: ToolCall) => ({ ...use, arguments: redactor.text(use.arguments).text });
  return { ...message, text, toolCalls: message.toolCalls.map(clean) };
}

const callRow = z.object({
  id: z.string(),
  run_id: z.string(),
  tier_id: z.string().nullable(),
  phase_id: z.string(),
  attempt: z.int(),
  role: roleSchema.nullable(),
  component: z.string().nullable(),
  model: z.string(),
  served_by: z.string().nullable(),
  arm: armNameSchema.nullable(),
  started_ms: z.int(),
  seconds: z.number().nullable(),
  authority: z.int(),
  overrun: z.int(),
  retries: z.int(),
  fault: z.string().nullable(),
  system: z.string().nullable(),
  messages: z.string().nullable(),
  tools: z.string().nullable(),
  tool_calls: z.string().nullable(),
  reply: z.string().nullable(),
  redactions: z.int(),
  saved: z.int().nonnegative(),
  price_source: z.string().nullable(),
  price_date: z.string().nullable(),
});

type CallRow = z.infer<typeof callRow>;

/** Calls in the order they started. */
export function readCalls(connection: Connection, texts: Texts, filter: CallFilter): readonly KeptCall[] {
  const conditions: string[] = [];
  const parameters: Record<string, string | number> = { limit: filter.limit ?? -1 };
  const wants = (condition: string, name: string, value: string | number | undefined) => {
    if (value === undefined) return;
    conditions.push(condition);
    parameters[name] = value;
  };
  wants('run_id = :runId', 'runId', filter.runId);
  wants('phase_id = :phaseId', 'phaseId', filter.phaseId);
  wants('attempt = :attempt', 'attempt', filter.attempt);
  wants('id = :callId', 'callId', filter.callId);
  wants('started_ms >= :since', 'since', filter.since === undefined ? undefined : Date.parse(filter.since));
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
  const rows = connection.all(`SELECT * FROM calls ${where} ORDER BY started_ms, id LIMIT :limit`, parameters);
  return rows.map((row) => keptCallOf(connection.file, row, filter.texts === false ? null : texts, texts));
}

function keptCallOf(file: string, row: Row, shown: Texts | null, texts: Texts): KeptCall {
  const call = parseRow(file, callRow, row);
  const tokens = parseRow(file, tokensSchema, row);
  const cost = costOf(parseRow(file, costSchema, row), call);
  const text = (key: string | null) => (key === null || !shown ? null : shown.shared(call.run_id, key));
  const parsed = <Schema extends z.ZodType>(schema: Schema, key: string | null): z.infer<Schema> | null => {
    const stored = text(key);
    return stored === null ? null : parseStored(file, schema, stored);
  };
  const messages = call.messages === null || !shown ? null : readMessages(shown, call.run_id, call.messages);
  const none = shown && call.messages !== null ? [] : null;
  return {
    callId: call.id,
    scope: { runId: call.run_id, tierId: call.tier_id, phaseId: call.phase_id, attempt: call.attempt },
    role: call.role,
    component: call.component,
    model: call.model,
    servedBy: call.served_by,
    arm: call.arm,
    startedAt: isoOf(call.started_ms),
    seconds: call.seconds,
    state: stateOf(call),
    tokens,
    cost,
    overrun: call.overrun === 1,
    retries: call.retries,
    fault: call.fault === null ? null : parseStored(file, faultSchema, texts.unpack(call.fault)),
    system: text(call.system),
    messages,
    tools: parsed(toolsSchema, call.tools) ?? none,
    toolCalls: parsed(toolCallsSchema, call.tool_calls) ?? none,
    reply: text(call.reply),
    replayable: call.reply !== null && call.redactions === 0,
  };
}

/** A reply that was redacted before it came here reads like any other: it is marked, so that no replay uses it. */
export function markRedacted(connection: Connection, callId: string): void {
  connection.run('UPDATE calls SET redactions = max(redactions, 1) WHERE id = :callId', { callId });
}

/** A call's messages by the key of their column. Throws `store/damaged`. */
export function readMessages(texts: Texts, runId: string, key: string): readonly ChatMessage[] | null {
  const parse = <Schema extends z.ZodType>(schema: Schema, textKey: string) => {
    const stored = texts.shared(runId, textKey);
    return stored === null ? null : parseStored(texts.file, schema, stored);
  };
  const messages = parse(messagesSchema, key);
  if (!messages) return null;
  return messages.map((message) => {
    const whole = typeof message === 'string' ? parse(messageSchema, message) : message;
    if (!whole) throw new EngineError({ code: 'store/damaged', file: texts.file, setAside: null });
    return whole;
  });
}

/** A cost with what only some calls have: a saving, and a price whose origin was kept. */
function costOf({ micros, label }: Cost, { saved, price_source: source, price_date: date }: CallRow): Cost {
  return {
    micros,
    label,
    ...(saved === 0 ? {} : { savedMicros: saved }),
    ...(source === null ? {} : { price: { source, date } }),
  };
}

function stateOf({ authority, fault }: CallRow): KeptCall['state'] {
  if (authority === authorities.none) return fault === null ? 'running' : 'ended';
  return authority === authorities.presumed ? 'presumed' : 'ended';
}
