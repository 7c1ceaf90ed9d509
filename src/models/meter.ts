import { EngineError } from '../domain/engine-error.ts';
import type { Fault } from '../domain/fault.ts';
import { type Cost, noTokens, type Tokens } from '../domain/money.ts';
import type {
  Budget,
  BudgetWarning,
  CallKeeper,
  ChatReply,
  ChatRequest,
  Emit,
  Headroom,
  WorstCase,
} from '../engine/ports.ts';
import { type Charge, type ClientReply, type ModelClient, WireFailure } from './client.ts';
import type { Clock } from './clock.ts';
import type { Pricing } from './prices.ts';
import type { Send } from './retry.ts';
import { countInput, type TokenCounter } from './tokens.ts';
import { type Frame, frameOf } from './wire.ts';

/** Below this a reply would be cut off: rather than ask for less, the call is refused. */
export const leastOutput = 1024;

export interface MeterOptions {
  readonly budget: Budget;
  readonly keeper: CallKeeper;
  readonly emit: Emit;
  readonly clock: Clock;
  readonly counter: () => Promise<TokenCounter>;
  /** The price that holds at a time; null where it is unknown. */
  readonly pricing: (at: Date) => Promise<Pricing | null>;
}

/** What is set aside for a call before it is sent. */
interface Reservation {
  readonly outputLimit: number;
  readonly input: number;
  readonly worstCase: WorstCase;
}

interface Settlement {
  readonly tokens: Tokens;
  readonly cost: Cost;
}

/**
 * Puts one client behind the budget. Each request is reserved at its worst case before it is sent, and settled by what
 * the provider reported before anything in the reply is looked at. Where the charge is not certain it is settled
 * conservatively and says `estimated`: a whole reply without usage by our own count, anything cut off at all that was
 * set aside. Then it is kept, and only then returned.
 */
export function metered(client: ModelClient, options: MeterOptions): Send {
  const { budget, clock } = options;
  return async (request, callId, signal) => {
    const frame = frameOf(request);
    const startedAt = clock.now();
    const [counter, pricing] = await Promise.all([options.counter(), options.pricing(startedAt)]);
    if (signal.aborted) throw new EngineError({ code: 'interrupted' }, signal.reason);
    const input = countInput(counter, frame, request.schema);
    const reservation = reserve(budget, { callId, request, model: client.id, input, pricing });
    try {
      await options.emit(startOf(client.id, request, callId, reservation.worstCase));
    } catch (error) {
      budget.release(callId);
      throw error;
    }
    const sent = await sendOnce(client, { request, frame, outputLimit: reservation.outputLimit }, signal);
    const settlement = settlementOf(sent.charge, reservation, pricing, counter);
    const { overrun, warnings } = settle(budget, callId, sent.charge, settlement);
    const call = { client, request, callId, frame, startedAt, sent, settlement };
    await keep(call, options);
    await announce(call, overrun, warnings, options);
    if (sent.failure) throw sent.failure;
    return replyOf(sent.reply, settlement);
  };
}

interface ReserveInput {
  readonly callId: string;
  readonly request: ChatRequest;
  readonly model: string;
  readonly input: number;
  readonly pricing: Pricing | null;
}

/** Sets the worst case aside, with less output if need be. Throws `budget/*`. */
function reserve(budget: Budget, { callId, request, model, input, pricing }: ReserveInput): Reservation {
  const floor = Math.min(leastOutput, request.outputLimit);
  let fault: Fault;
  // Parallel calls may take what was free a moment ago: look again before giving up.
  for (let tries = 0; ; tries += 1) {
    const outputLimit = largestOutput(
      { floor, most: request.outputLimit, input, pricing },
      budget.headroom(request.scope),
    );
    const worstCase = worstCaseOf(input, outputLimit, pricing);
    const reserved = budget.reserve(callId, request.scope, model, worstCase);
    if (reserved.ok) return { outputLimit, input, worstCase };
    fault = reserved.fault;
    if (outputLimit === floor || tries === 3) break;
  }
  throw new EngineError(fault);
}

function worstCaseOf(input: number, outputLimit: number, pricing: Pricing | null): WorstCase {
  return { tokens: input + outputLimit, micros: pricing?.worstCost(input, outputLimit) ?? null };
}

interface OutputRange {
  readonly floor: number;
  readonly most: number;
  readonly input: number;
  readonly pricing: Pricing | null;
}

/** The largest output limit whose worst case fits; the floor where not even that does. */
function largestOutput({ floor, most, input, pricing }: OutputRange, left: Headroom): number {
  const fits = (output: number) => {
    const { tokens, micros } = worstCaseOf(input, output, pricing);
    return (left.tokens === null || tokens <= left.tokens) && (left.micros === null || (micros ?? 0) <= left.micros);
  };
  if (fits(most)) return most;
  let [low, high] = [floor, most];
  // A price may step with the length, so the limit is searched for and not computed.
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (fits(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}

type Sent =
  | { readonly charge: Charge; readonly servedBy: string | null; readonly reply: ClientReply; readonly failure: null }
  | { readonly charge: Charge; readonly servedBy: string | null; readonly reply: null; readonly failure: Error };

async function sendOnce(
  client: ModelClient,
  call: Parameters<ModelClient['send']>[0],
  signal: AbortSignal,
): Promise<Sent> {
  try {
    const reply = await client.send(call, signal);
    return { charge: reply.charge, servedBy: reply.servedBy, reply, failure: null };
  } catch (error) {
    return failureOf(error, signal);
  }
}

function failureOf(error: unknown, signal: AbortSignal): Sent & { reply: null } {
  if (error instanceof WireFailure) {
    return { charge: error.charge, servedBy: error.servedBy, reply: null, failure: error };
  }
  // Configuration and missing keys are found before anything is sent.
  if (error instanceof EngineError) return { charge: { type: 'none' }, servedBy: null, reply: null, failure: error };
  const fault: Fault = signal.aborted
    ? { code: 'interrupted' }
    : { code: 'internal/defect', detail: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  const failure = new EngineError(fault, error);
  return { charge: { type: 'uncertain' }, servedBy: null, reply: null, failure };
}

function settlementOf(
  charge: Charge,
  { input, outputLimit, worstCase }: Reservation,
  pricing: Pricing | null,
  counter: TokenCounter,
): Settlement {
  switch (charge.type) {
    case 'none':
      return { tokens: noTokens, cost: { micros: 0, label: 'billed' } };
    case 'reported': {
      const { input, cached, output } = charge.usage;
      const tokens = { input, cached, output };
      if (charge.billedMicros !== null) return { tokens, cost: { micros: charge.billedMicros, label: 'billed' } };
      if (!pricing) return { tokens, cost: { micros: 0, label: 'unknown' } };
      return { tokens, cost: { micros: pricing.costOf(charge.usage), label: 'computed' } };
    }
    case 'unreported': {
      const output = counter(charge.output);
      const tokens = { input, cached: 0, output };
      if (!pricing) return { tokens, cost: { micros: 0, label: 'unknown' } };
      return { tokens, cost: { micros: pricing.worstCost(input, output), label: 'estimated' } };
    }
    case 'uncertain': {
      const tokens = { input, cached: 0, output: outputLimit };
      if (worstCase.micros === null) return { tokens, cost: { micros: 0, label: 'unknown' } };
      return { tokens, cost: { micros: worstCase.micros, label: 'estimated' } };
    }
  }
}

function settle(
  budget: Budget,
  callId: string,
  charge: Charge,
  { tokens, cost }: Settlement,
): ReturnType<Budget['settle']> {
  if (charge.type !== 'none') return budget.settle(callId, tokens, cost);
  budget.release(callId);
  return { overrun: false, warnings: [] };
}

interface Call {
  readonly client: ModelClient;
  readonly request: ChatRequest;
  readonly callId: string;
  readonly frame: Frame;
  readonly startedAt: Date;
  readonly sent: Sent;
  readonly settlement: Settlement;
}

function faultOfFailure({ failure }: Sent): Fault | null {
  return failure instanceof EngineError ? failure.fault : null;
}

function secondsSince(startedAt: Date, clock: Clock): number {
  return Math.max(0, (clock.now().getTime() - startedAt.getTime()) / 1000);
}

async function keep(
  { client, request, callId, frame, startedAt, sent, settlement }: Call,
  options: MeterOptions,
): Promise<void> {
  await options.keeper.keepCall({
    callId,
    scope: request.scope,
    role: request.role,
    component: request.component,
    model: client.id,
    servedBy: sent.servedBy,
    startedAt: startedAt.toISOString(),
    seconds: secondsSince(startedAt, options.clock),
    system: frame.system,
    messages: frame.messages,
    reply: sent.reply?.text ?? null,
    ...settlement,
    fault: faultOfFailure(sent),
  });
}

function placeOf({ scope, component, role }: ChatRequest) {
  return { phaseId: scope.phaseId, attempt: scope.attempt, component: component ?? role };
}

function startOf(model: string, request: ChatRequest, callId: string, reserved: WorstCase) {
  return {
    ...placeOf(request),
    type: 'call-start',
    stage: 'DISPATCH',
    callId,
    role: request.role,
    model,
    reserved: { tokens: reserved.tokens, micros: reserved.micros },
  } as const;
}

async function announce(
  { client, request, callId, startedAt, sent, settlement }: Call,
  overrun: boolean,
  warnings: readonly BudgetWarning[],
  { emit, clock }: MeterOptions,
): Promise<void> {
  const fault = faultOfFailure(sent);
  await emit({
    ...placeOf(request),
    type: 'call-end',
    stage: fault ? 'ERROR' : 'COMPLETE',
    callId,
    role: request.role,
    model: client.id,
    ...settlement,
    seconds: secondsSince(startedAt, clock),
    overrun,
    fault,
  });
  for (const warning of warnings) {
    const { level, percent } = warning;
    await emit({
      ...placeOf(request),
      type: 'budget-warning',
      stage: 'ACK',
      level,
      percent,
      message: wordsOf(warning),
    });
  }
}

function wordsOf({ level, percent, spentMicros, capMicros, spentTokens, capTokens }: BudgetWarning): string {
  const money = capMicros !== null && spentMicros * 100 >= capMicros * percent;
  const spent = money
    ? `$${(spentMicros / 1_000_000).toFixed(2)} of $${(capMicros / 1_000_000).toFixed(2)}`
    : `${spentTokens} of ${capTokens ?? 0} tokens`;
  return `${percent} % of the budget of this ${level} is used: ${spent}.`;
}

function replyOf({ text, charge, servedBy }: ClientReply, { tokens }: Settlement): ChatReply {
  const reported = charge.type === 'reported';
  return { text, tokens: reported ? tokens : null, billedMicros: reported ? charge.billedMicros : null, servedBy };
}
