import type { ArmName } from '../domain/deployment.ts';
import { EngineError } from '../domain/engine-error.ts';
import type { Fault } from '../domain/fault.ts';
import type { Cost, Tokens } from '../domain/money.ts';
import type { BudgetWarning, WorstCase } from '../engine/ports/budget.ts';
import type { CallKeeper } from '../engine/ports/calls.ts';
import type { ChatRequest } from '../engine/ports/chat.ts';
import type { Emit } from '../engine/ports/run.ts';
import type { Charge, ClientReply } from './client.ts';
import { withoutBytes } from './pictures.ts';
import { withoutSeals } from './reasoning.ts';
import type { Frame } from './wire.ts';

/** What came of one request: its charge, and either a reply or a failure. */
export type Sent =
  | { readonly charge: Charge; readonly servedBy: string | null; readonly reply: ClientReply; readonly failure: null }
  | { readonly charge: Charge; readonly servedBy: string | null; readonly reply: null; readonly failure: Error };

/** What a call is entered in the books with. */
export interface Settlement {
  readonly tokens: Tokens;
  readonly cost: Cost;
}

/** A call that is about to be sent. */
export interface BegunCall {
  /** `PROVIDER/MODEL`. */
  readonly model: string;
  readonly request: ChatRequest;
  readonly callId: string;
  readonly frame: Frame;
  readonly startedAt: Date;
}

export interface Call extends BegunCall {
  readonly seconds: number;
  readonly sent: Sent;
  readonly settlement: Settlement;
}

interface Log {
  readonly keeper: CallKeeper;
  readonly emit: Emit;
}

export async function announceStart(
  { model, request, callId }: BegunCall,
  { tokens, micros }: WorstCase,
  { emit }: Log,
): Promise<void> {
  const reserved = { tokens, micros };
  await emit({
    ...placeOf(request),
    type: 'call-start',
    stage: 'DISPATCH',
    callId,
    role: request.role,
    model,
    reserved,
    ...armOf(request, model),
  });
}

/** Keeps a call as a step of the trajectory. */
export async function keep(call: Call, { keeper }: Log): Promise<void> {
  const { request, frame, sent } = call;
  await keeper.keepCall({
    callId: call.callId,
    scope: request.scope,
    role: request.role,
    component: request.component,
    model: call.model,
    servedBy: sent.servedBy,
    ...armOf(request, call.model),
    startedAt: call.startedAt.toISOString(),
    seconds: call.seconds,
    system: frame.system,
    messages: withoutSeals(withoutBytes(frame.messages)),
    tools: frame.tools,
    toolCalls: sent.reply?.toolCalls ?? [],
    reply: sent.reply?.text ?? null,
    ...call.settlement,
    fault: faultOfFailure(sent),
  });
}

export async function announceEnd(
  { request, callId, model, seconds, sent, settlement }: Call,
  overrun: boolean,
  warnings: readonly BudgetWarning[],
  { emit }: Log,
): Promise<void> {
  const place = placeOf(request);
  const fault = faultOfFailure(sent);
  const stage = fault ? 'ERROR' : 'COMPLETE';
  const { role } = request;
  const facts = { callId, role, model, ...settlement, seconds, overrun, fault, ...armOf(request, model) };
  await emit({ ...place, type: 'call-end', stage, ...facts });
  for (const warning of warnings) {
    const { level, percent } = warning;
    await emit({ ...place, type: 'budget-warning', stage: 'ACK', level, percent, message: wordsOf(warning) });
  }
}

/** Who stands in for the arm's own model, and who only looks at its work, is no part of the arm. */
function armOf({ scope, role }: ChatRequest, model: string): { readonly arm?: ArmName } {
  const isOwn = (role === 'builder' || role === 'reflector') && scope.arm?.model === model;
  return isOwn && scope.arm ? { arm: scope.arm.arm } : {};
}

function faultOfFailure({ failure }: Sent): Fault | null {
  return failure instanceof EngineError ? failure.fault : null;
}

function placeOf({ scope, component, role }: ChatRequest) {
  return { phaseId: scope.phaseId, attempt: scope.attempt, component: component ?? role };
}

function wordsOf({ level, percent, spentMicros, capMicros, spentTokens, capTokens }: BudgetWarning): string {
  const money = capMicros !== null && spentMicros * 100 >= capMicros * percent;
  const spent = money
    ? `$${(spentMicros / 1_000_000).toFixed(2)} of $${(capMicros / 1_000_000).toFixed(2)}`
    : `${spentTokens} of ${capTokens ?? 0} tokens`;
  const where = level === 'day' || level === 'month' ? ', over all folders,' : '';
  return `${percent} % of the budget of this ${level}${where} is used: ${spent}.`;
}
