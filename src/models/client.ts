import { EngineError } from '../domain/engine-error.ts';
import type { Fault } from '../domain/fault.ts';
import type { ChatRequest, SealedReasoning, ToolCall } from '../engine/ports/chat.ts';
import type { Frame } from './wire.ts';

/** Tokens of one call as its provider counts them. */
export interface Usage {
  /** All input tokens, those read from and written to the cache among them. */
  readonly input: number;
  readonly cached: number;
  readonly cacheWritten: number;
  /** All output tokens, hidden reasoning among them. */
  readonly output: number;
}

/** What is known of the charge for one request that was put on the wire. */
export type Charge =
  /** Certainly not charged: it was refused, or never arrived. */
  | { readonly type: 'none' }
  /** The provider's own figures; `billedMicros` where it also says what it charged. */
  | {
      readonly type: 'reported';
      readonly usage: Usage;
      readonly billedMicros: number | null;
      /** As the provider names the tier that served it; null where it does not. */
      readonly serviceTier: string | null;
    }
  /** A whole reply without usable usage. `output` is all that was seen: text, tool calls and reasoning. */
  | { readonly type: 'unreported'; readonly output: string }
  /** It may have been charged in full: cut off, timed out, cancelled. */
  | { readonly type: 'uncertain' };

export interface ClientReply {
  readonly text: string;
  readonly toolCalls: readonly ToolCall[];
  readonly reasoning?: SealedReasoning;
  /** False where the request offered tools and they had to be left out. */
  readonly tookTools: boolean;
  /** Set where the request had pictures and they had to be left out. */
  readonly leftPictures?: true;
  /** What of its profile's wishes for the next token was not sent; absent for nothing. */
  readonly leftBias?: string;
  readonly charge: Charge;
  /** Model name as the provider reported it. */
  readonly servedBy: string | null;
}

export interface ClientCall {
  readonly request: ChatRequest;
  /** The request as it goes on the wire. */
  readonly frame: Frame;
  /** Most output tokens, after the budget had its say. */
  readonly outputLimit: number;
}

/**
 * Puts one request on one wire, once. Throws `WireFailure`; anything else that it throws counts as a defect whose
 * charge is uncertain. Metering, retrying and recording are around it.
 */
export interface ModelClient {
  /** `PROVIDER/MODEL`. */
  readonly id: string;
  /** True where replies come from a cassette. */
  readonly recorded: boolean;
  send(call: ClientCall, signal: AbortSignal): Promise<ClientReply>;
}

interface FailureDetails {
  readonly charge?: Charge;
  readonly transient?: boolean;
  readonly afterSeconds?: number | null;
  readonly servedBy?: string | null;
  readonly cause?: unknown;
}

/** A request that brought no usable reply, with what metering and retrying need to know of it. */
export class WireFailure extends EngineError {
  readonly charge: Charge;
  /** Worth another try as it is. */
  readonly transient: boolean;
  /** How long the provider asks to wait; null where it does not say. */
  readonly afterSeconds: number | null;
  readonly servedBy: string | null;

  constructor(fault: Fault, details: FailureDetails = {}) {
    super(fault, details.cause);
    this.charge = details.charge ?? { type: 'none' };
    this.transient = details.transient ?? false;
    this.afterSeconds = details.afterSeconds ?? null;
    this.servedBy = details.servedBy ?? null;
  }
}

/** Aborted while it was on the wire. */
export function interruptedOnWire(cause: unknown): WireFailure {
  return new WireFailure({ code: 'interrupted' }, { charge: { type: 'uncertain' }, cause });
}
