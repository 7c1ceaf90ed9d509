import { EngineError } from '../domain/engine-error.ts';
import type { Fault } from '../domain/fault.ts';
import type { Budget, Headroom, WorstCase } from '../engine/ports/budget.ts';
import type { ChatRequest } from '../engine/ports/chat.ts';
import type { Pricing } from './prices.ts';

/** Below this a reply would be cut off: rather than ask for less, the call is refused. */
export const leastOutput = 1024;

/** What is set aside for a call before it is sent. */
export interface Reservation {
  readonly outputLimit: number;
  readonly input: number;
  readonly worstCase: WorstCase;
}

interface ReserveInput {
  readonly callId: string;
  readonly request: ChatRequest;
  readonly model: string;
  readonly input: number;
  readonly pricing: Pricing | null;
}

/** Sets the worst case aside, with less output if need be. Throws `budget/*`. */
export function reserve(budget: Budget, { callId, request, model, input, pricing }: ReserveInput): Reservation {
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

/** Whether the worst case of a request, with all the output it wants, fits what is left of the budget. */
export function fitsWhole(
  budget: Budget,
  request: ChatRequest,
  { input, pricing }: Pick<ReserveInput, 'input' | 'pricing'>,
): boolean {
  return fitsIn(budget.headroom(request.scope), worstCaseOf(input, request.outputLimit, pricing));
}

function fitsIn(left: Headroom, { tokens, micros }: WorstCase): boolean {
  return (left.tokens === null || tokens <= left.tokens) && (left.micros === null || (micros ?? 0) <= left.micros);
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
  const fits = (output: number) => fitsIn(left, worstCaseOf(input, output, pricing));
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
