import { z } from 'zod';
import { type Role, roleSchema } from '../domain/config.ts';
import { type Fault, faultSchema } from '../domain/fault.ts';
import { type Cost, costSchema, type Tokens, tokensSchema } from '../domain/money.ts';
import type { AttemptScope, CallRecord, ChatMessage } from '../engine/ports.ts';
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

const messagesSchema = z.array(z.object({ role: z.enum(['user', 'assistant']), text: z.string() }));

export interface CallWriter {
  readonly connection: Connection;
  readonly texts: Texts;
  readonly redactor: Redactor;
  /** False for a phase that opted out: only its totals are kept. */
  readonly keepsTexts: (scope: AttemptScope) => boolean;
  readonly nowMs: number;
}

export function writeCall(to: CallWriter, call: CallRecord): void {
  const { connection, nowMs } = to;
  const { callId, scope, role, component, model } = call;
  connection.transaction(() => {
    withAccounts(connection, callId, () => {
      introduceCall(connection, { callId, ...scope, role, component, model, startedMs: msOf(call.startedAt, nowMs) });
      setUsage(connection, callId, call, authorities.kept);
    });
    connection.run(
      `UPDATE calls SET served_by = :servedBy, seconds = :seconds, fault = :fault, system = :system,
         messages = :messages, reply = :reply, redactions = :redactions WHERE id = :callId`,
      { callId, servedBy: call.servedBy, seconds: call.seconds, ...textColumns(to, call) },
    );
  });
}

function textColumns({ texts, redactor, keepsTexts }: CallWriter, call: CallRecord): Parameters {
  const { runId } = call.scope;
  const fault = call.fault ? texts.pack(runId, JSON.stringify(redactor.value(call.fault))) : null;
  if (!keepsTexts(call.scope)) return { fault, system: null, messages: null, reply: null, redactions: 0 };
  const reply = call.reply === null ? null : redactor.text(call.reply);
  const messages = call.messages.map((message) => ({ role: message.role, text: redactor.text(message.text).text }));
  return {
    fault,
    system: texts.share(runId, redactor.text(call.system).text),
    messages: texts.share(runId, JSON.stringify(messages)),
    reply: reply ? texts.share(runId, reply.text) : null,
    redactions: reply?.count ?? 0,
  };
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
  started_ms: z.int(),
  seconds: z.number().nullable(),
  authority: z.int(),
  overrun: z.int(),
  retries: z.int(),
  fault: z.string().nullable(),
  system: z.string().nullable(),
  messages: z.string().nullable(),
  reply: z.string().nullable(),
  redactions: z.int(),
});

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
  const cost = parseRow(file, costSchema, row);
  const text = (key: string | null) => (key === null || !shown ? null : shown.shared(call.run_id, key));
  const messages = text(call.messages);
  return {
    callId: call.id,
    scope: { runId: call.run_id, tierId: call.tier_id, phaseId: call.phase_id, attempt: call.attempt },
    role: call.role,
    component: call.component,
    model: call.model,
    servedBy: call.served_by,
    startedAt: isoOf(call.started_ms),
    seconds: call.seconds,
    state: stateOf(call.authority),
    tokens,
    cost,
    overrun: call.overrun === 1,
    retries: call.retries,
    fault: call.fault === null ? null : parseStored(file, faultSchema, texts.unpack(call.fault)),
    system: text(call.system),
    messages: messages === null ? null : parseStored(file, messagesSchema, messages),
    reply: text(call.reply),
    replayable: call.reply !== null && call.redactions === 0,
  };
}

function stateOf(authority: number): KeptCall['state'] {
  if (authority === authorities.none) return 'running';
  return authority === authorities.presumed ? 'presumed' : 'ended';
}
