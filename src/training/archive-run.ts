import { z } from 'zod';
import { roleSchema } from '../domain/config.ts';
import { armNameSchema } from '../domain/deployment.ts';
import { engineEventSchema } from '../domain/event.ts';
import { faultSchema } from '../domain/fault.ts';
import { costSchema, tokensSchema } from '../domain/money.ts';
import type { ChatMessage } from '../engine/ports/chat.ts';
import { type KeptCall, messageSchema, toolCallsSchema, toolsSchema } from '../ledger/calls.ts';

const callSchema = z.strictObject({
  callId: z.string(),
  scope: z.strictObject({
    runId: z.string(),
    tierId: z.string().nullable(),
    phaseId: z.string(),
    attempt: z.int().positive(),
  }),
  role: roleSchema,
  component: z.string().nullable(),
  model: z.string(),
  servedBy: z.string().nullable(),
  arm: z.exactOptional(armNameSchema),
  startedAt: z.string(),
  seconds: z.number(),
  system: z.string(),
  messages: z.array(messageSchema),
  tools: toolsSchema,
  toolCalls: toolCallsSchema,
  reply: z.string().nullable(),
  tokens: tokensSchema,
  cost: costSchema,
  fault: faultSchema.nullable(),
  replayable: z.boolean(),
});
type ArchivedCall = Omit<z.infer<typeof callSchema>, 'messages'> & { readonly messages: readonly ChatMessage[] };

/** Everything that a ledger holds of one run: a line of `runs.jsonl`. */
export const archivedRunSchema = z.strictObject({
  run: z.string().min(1),
  /** Caps of its phases in money, which scores are measured against. */
  caps: z.array(z.strictObject({ phase: z.string(), micros: z.int().nonnegative() })),
  events: z.array(engineEventSchema).min(1),
  calls: z.array(callSchema),
});
export type ArchivedRun = Omit<z.infer<typeof archivedRunSchema>, 'calls'> & {
  readonly calls: readonly ArchivedCall[];
};

/** A call as it goes into an archive; null where only its reservation was known. */
export function archivedCallOf(call: KeptCall): ArchivedCall | null {
  const { callId, scope, role, component, model, servedBy, arm, startedAt, seconds } = call;
  if (role === null) return null;
  const { system, messages, tools, toolCalls, reply, tokens, cost, fault, replayable } = call;
  return {
    callId,
    scope: { ...scope },
    role,
    component,
    model,
    servedBy,
    ...(arm === null ? {} : { arm }),
    startedAt,
    seconds: seconds ?? 0,
    system: system ?? '',
    messages: messages ?? [],
    tools: [...(tools ?? [])],
    toolCalls: [...(toolCalls ?? [])],
    reply,
    tokens,
    cost,
    fault,
    replayable: replayable || reply === null,
  };
}

/** What does not hold together in a run, in words; null where it all does. */
export function doubtOfRun({ run, events, calls }: ArchivedRun): string | null {
  if (events.some(({ runId }) => runId !== run)) return `an event of run ${run} names another run`;
  if (calls.some(({ scope }) => scope.runId !== run)) return `a call of run ${run} names another run`;
  if (events[0]?.type !== 'run-start') return `run ${run} has no beginning`;
  if (!events.some(({ type }) => type === 'run-end')) return `run ${run} has no end`;
  return null;
}
