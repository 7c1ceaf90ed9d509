import { EngineError } from '../domain/engine-error.ts';
import type { Fault } from '../domain/fault.ts';
import { noTokens } from '../domain/money.ts';
import type { Budget, CallKeeper, ChatReply, Emit } from '../engine/ports.ts';
import { announceEnd, announceStart, type Call, keep, type Sent, type Settlement } from './call-log.ts';
import { type Charge, type ClientReply, type ModelClient, WireFailure } from './client.ts';
import type { Clock } from './clock.ts';
import type { Pricing } from './prices.ts';
import { type Reservation, reserve } from './reserve.ts';
import type { Send } from './retry.ts';
import { countInput, type TokenCounter } from './tokens.ts';
import { frameOf } from './wire.ts';

export interface MeterOptions {
  readonly budget: Budget;
  readonly keeper: CallKeeper;
  readonly emit: Emit;
  readonly clock: Clock;
  readonly counter: () => Promise<TokenCounter>;
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
  const { budget, clock } = options;
  return async (request, callId, signal) => {
    const frame = frameOf(request);
    const startedAt = clock.now();
    const [counter, pricing] = await Promise.all([options.counter(), options.pricing(startedAt)]);
    if (signal.aborted) throw new EngineError({ code: 'interrupted' }, signal.reason);
    const input = countInput(counter, frame, request.schema);
    const reservation = reserve(budget, { callId, request, model: client.id, input, pricing });
    const begun = { model: client.id, request, callId, frame, startedAt };
    try {
      await announceStart(begun, reservation.worstCase, options);
    } catch (error) {
      budget.release(callId);
      throw error;
    }
    const sent = await sendOnce(client, { request, frame, outputLimit: reservation.outputLimit }, signal);
    const settlement = settlementOf(sent.charge, reservation, pricing, counter);
    const { overrun, warnings } = settle(budget, callId, sent.charge, settlement);
    const call: Call = { ...begun, seconds: secondsSince(startedAt, clock), sent, settlement };
    await keep(call, options);
    await announceEnd(call, overrun, warnings, options);
    if (sent.failure) throw sent.failure;
    return replyOf(sent.reply, settlement);
  };
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

function replyOf({ text, charge, servedBy }: ClientReply, { tokens }: Settlement): ChatReply {
  const reported = charge.type === 'reported';
  return { text, tokens: reported ? tokens : null, billedMicros: reported ? charge.billedMicros : null, servedBy };
}

function secondsSince(startedAt: Date, clock: Clock): number {
  return Math.max(0, (clock.now().getTime() - startedAt.getTime()) / 1000);
}
