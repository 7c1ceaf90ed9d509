import { EngineError } from '../domain/engine-error.ts';
import type { Fault } from '../domain/fault.ts';
import { type Cost, noTokens } from '../domain/money.ts';
import type { Budget } from '../engine/ports/budget.ts';
import type { CallKeeper } from '../engine/ports/calls.ts';
import type { ChatReply, ChatRequest, Picture } from '../engine/ports/chat.ts';
import type { Emit } from '../engine/ports/run.ts';
import { announceEnd, announceStart, type BegunCall, type Call, keep, type Sent, type Settlement } from './call-log.ts';
import { type Charge, type ClientReply, type ModelClient, WireFailure } from './client.ts';
import type { Clock } from './clock.ts';
import { picturesOf } from './pictures.ts';
import type { Pricing } from './prices.ts';
import { ownReasoning } from './reasoning.ts';
import { type Reservation, reserve } from './reserve.ts';
import type { Send } from './retry.ts';
import { countInput, type TokenCounter } from './tokens.ts';
import { readToolCalls } from './tool-calls.ts';
import { frameOf, spelledOut } from './wire.ts';

export interface MeterOptions {
  /** `PROVIDER/MODEL`. */
  readonly model: string;
  readonly budget: Budget;
  readonly keeper: CallKeeper;
  readonly emit: Emit;
  readonly clock: Clock;
  readonly counter: TokenCounter;
  /** Input tokens of a picture at most. */
  readonly pictureTokens: (picture: Picture) => number;
  /** The price that holds at a time; null where it is unknown. */
  readonly pricing: (at: Date) => Promise<Pricing | null>;
}

/**
 * Puts one client behind the budget. Each request is reserved at its worst case before it is sent, and settled by what
 * the provider reported before anything in the reply is looked at. Where the charge is not certain it is settled
 * conservatively and says `estimated`: a whole reply without usage by our own count, anything cut off at all that was
 * set aside. Then it is kept, and only then returned.
 */
export function metered(client: ModelClient, options: MeterOptions): Send {
  const { budget, clock, counter } = options;
  return async (request, callId, signal) => {
    const frame = frameOf(request);
    const startedAt = clock.now();
    const { input, pricing } = await prospectOf(request, options);
    if (signal.aborted) throw new EngineError({ code: 'interrupted' }, signal.reason);
    const reservation = reserve(budget, { callId, request, model: client.id, input, pricing });
    const begun = { model: client.id, request, callId, frame, startedAt };
    try {
      await announceStart(begun, reservation.worstCase, options);
    } catch (error) {
      budget.release(callId);
      throw error;
    }
    const sent = await sendOnce(client, { request, frame, outputLimit: reservation.outputLimit }, signal);
    const settlement = await settlementOf(sent.charge, reservation, pricing, counter);
    const call: Call = { ...begun, seconds: secondsSince(startedAt, clock), sent, settlement };
    const { overrun, warnings } = await keptAndSettled(call, options);
    await announceEnd(call, overrun, warnings, options);
    if (sent.failure) throw sent.failure;
    return replyOf(sent.reply, settlement, begun);
  };
}

/** What is known of a request before it is sent. */
export interface Prospect {
  /** Tokens at most. */
  readonly input: number;
  readonly pricing: Pricing | null;
}

export async function prospectOf(
  request: ChatRequest,
  {
    model,
    counter,
    pictureTokens,
    pricing,
    clock,
  }: Pick<MeterOptions, 'model' | 'counter' | 'pictureTokens' | 'pricing' | 'clock'>,
): Promise<Prospect> {
  const counted = countInput(counter, spelledOut(frameOf(request)), request.schema);
  const [input, price] = await Promise.all([counted, pricing(clock.now())]);
  const seen = request.messages.flatMap(picturesOf).reduce((sum, picture) => sum + pictureTokens(picture), 0);
  const thought = request.messages.reduce((sum, message) => sum + (ownReasoning(message, model)?.tokens ?? 0), 0);
  return { input: input + seen + thought, pricing: price };
}

async function sendOnce(
  client: ModelClient,
  call: Parameters<ModelClient['send']>[0],
  signal: AbortSignal,
): Promise<Sent> {
  // The start was told in between; what was not sent is not charged.
  if (signal.aborted) return failureOf(new EngineError({ code: 'interrupted' }, signal.reason), signal);
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

async function settlementOf(
  charge: Charge,
  { input, outputLimit, worstCase }: Reservation,
  pricing: Pricing | null,
  counter: TokenCounter,
): Promise<Settlement> {
  switch (charge.type) {
    case 'none':
      return { tokens: noTokens, cost: { micros: 0, label: 'billed' } };
    case 'reported': {
      const { input, cached, output } = charge.usage;
      const tokens = { input, cached, output };
      if (charge.billedMicros !== null) return { tokens, cost: { micros: charge.billedMicros, label: 'billed' } };
      return { tokens, cost: pricing ? computedCost(pricing, charge) : unknownCost };
    }
    case 'unreported': {
      const [output = outputLimit] = await counter([charge.output]);
      const tokens = { input, cached: 0, output };
      if (!pricing) return { tokens, cost: unknownCost };
      return { tokens, cost: { micros: pricing.worstCost(input, output), label: 'estimated', ...originOf(pricing) } };
    }
    case 'uncertain': {
      const tokens = { input, cached: 0, output: outputLimit };
      if (!pricing || worstCase.micros === null) return { tokens, cost: unknownCost };
      return { tokens, cost: { micros: worstCase.micros, label: 'estimated', ...originOf(pricing) } };
    }
  }
}

const unknownCost: Cost = { micros: 0, label: 'unknown' };

/** With what the provider's cache saved against the full price of the same input. */
function computedCost(pricing: Pricing, { usage, serviceTier }: Extract<Charge, { type: 'reported' }>): Cost {
  const micros = pricing.costOf(usage, serviceTier);
  const savedMicros = usage.cached === 0 ? 0 : pricing.costOf({ ...usage, cached: 0 }, serviceTier) - micros;
  return {
    micros,
    label: pricing.knows(serviceTier) ? 'computed' : 'estimated',
    ...(savedMicros > 0 ? { savedMicros } : {}),
    ...originOf(pricing),
  };
}

function originOf({ origin }: Pricing): Pick<Cost, 'price'> {
  return origin ? { price: origin } : {};
}

/** The reply first: a process that is killed in between leaves a call that is known, and need not be paid for again. */
async function keptAndSettled(call: Call, options: MeterOptions): Promise<ReturnType<Budget['settle']>> {
  const entered = () => settle(options.budget, call.callId, call.sent.charge, call.settlement);
  try {
    await keep(call, options);
  } catch (error) {
    entered();
    throw error;
  }
  return entered();
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

function replyOf(reply: ClientReply, { tokens }: Settlement, { model, frame: { tools } }: BegunCall): ChatReply {
  const { text, charge, servedBy } = reply;
  const reported = charge.type === 'reported';
  return {
    text,
    toolCalls: readToolCalls(reply.toolCalls, tools),
    tookTools: tools.length === 0 || reply.tookTools,
    ...(reply.reasoning ? { reasoning: reply.reasoning } : {}),
    ...(reply.leftPictures ? { leftPictures: true } : {}),
    ...(reply.leftBias === undefined ? {} : { leftBias: reply.leftBias }),
    tokens: reported ? tokens : null,
    billedMicros: reported ? charge.billedMicros : null,
    model,
    servedBy,
  };
}

function secondsSince(startedAt: Date, clock: Clock): number {
  return Math.max(0, (clock.now().getTime() - startedAt.getTime()) / 1000);
}
