import type { Fault } from '../domain/fault.ts';
import type { ChatReply, ChatRequest } from '../engine/ports/chat.ts';
import { WireFailure } from './client.ts';
import type { Clock } from './clock.ts';
import type { Endpoint } from './endpoint.ts';
import { frameOf, spelledOut } from './wire.ts';

const mostRetries = 3;
const firstWaitSeconds = 0.5;
/** A provider that asks for more is not waited for: the caller has better things to do. */
const longestWaitSeconds = 900;

/** One metered request. The identifier ties its reservation, its events and its record together. */
export type Send = (request: ChatRequest, callId: string, signal: AbortSignal) => Promise<ChatReply>;

export interface RetryOptions {
  readonly clock: Clock;
  /** Shared with the other callers of this endpoint; null where there is nothing to share. */
  readonly endpoint: Endpoint | null;
  readonly newCallId: () => string;
  /** Told before the wait begins. */
  readonly onRetry: (request: ChatRequest, callId: string, afterSeconds: number, fault: Fault) => Promise<void>;
  /** Told before a wait for the user's own limits. */
  readonly onWait: (request: ChatRequest, seconds: number) => Promise<void>;
}

/**
 * Sends again what failed in passing, as often and as late as is fair: the provider's own word on when, else
 * exponential back-off with jitter. Each try is a call of its own, with its own reservation, and none is held while
 * waiting.
 */
export function retrying(
  send: Send,
  options: RetryOptions,
): (request: ChatRequest, signal: AbortSignal) => Promise<ChatReply> {
  const { clock, onRetry } = options;
  return async (request, signal) => {
    for (let retries = 0; ; retries += 1) {
      const callId = options.newCallId();
      try {
        return await sendInTurn(send, options, request, callId, signal);
      } catch (error) {
        if (!(error instanceof WireFailure) || !error.transient || retries === mostRetries) throw error;
        const afterSeconds = error.afterSeconds ?? backOff(retries, clock);
        if (afterSeconds > longestWaitSeconds) throw error;
        await onRetry(request, callId, afterSeconds, error.fault);
        await clock.sleep(afterSeconds, signal);
      }
    }
  };
}

/** From half to all of 0.5, 1 and 2 seconds. */
function backOff(retries: number, clock: Clock): number {
  return firstWaitSeconds * 2 ** retries * (0.5 + clock.random() / 2);
}

async function sendInTurn(
  send: Send,
  { endpoint, clock, onWait }: RetryOptions,
  request: ChatRequest,
  callId: string,
  signal: AbortSignal,
): Promise<ChatReply> {
  if (!endpoint) return send(request, callId, signal);
  const leave = await endpoint.enter(signal);
  try {
    const tokens = roughTokens(request);
    const pass = await endpoint.pace.pass(tokens, (seconds) => onWait(request, seconds), clock, signal);
    // Another caller was told to wait: asking now would only be refused.
    const rest = Math.min((endpoint.restUntil - clock.now().getTime()) / 1000, longestWaitSeconds);
    if (rest > 0) await clock.sleep(rest, signal);
    const reply = await send(request, callId, signal);
    if (reply.tokens) pass.used(reply.tokens.input + reply.tokens.output);
    return reply;
  } catch (error) {
    if (error instanceof WireFailure && error.afterSeconds !== null && error.transient) {
      endpoint.restUntil = Math.max(endpoint.restUntil, clock.now().getTime() + error.afterSeconds * 1000);
    }
    throw error;
  } finally {
    leave();
  }
}

/** For the user's limits a guess is enough until the provider has counted. */
function roughTokens(request: ChatRequest): number {
  const frame = spelledOut(frameOf(request));
  const characters = frame.messages.reduce((sum, { text }) => sum + text.length, frame.system.length);
  return Math.ceil(characters / 4) + request.outputLimit;
}
