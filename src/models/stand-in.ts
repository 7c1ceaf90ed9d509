import { describeFault } from '../domain/describe-fault.ts';
import { EngineError } from '../domain/engine-error.ts';
import type { Fault } from '../domain/fault.ts';
import type { ChatModel, ChatReply, ChatRequest } from '../engine/ports/chat.ts';
import type { Emit } from '../engine/ports/run.ts';
import { type Breaker, isOutage, isProviderWide } from './breaker.ts';
import type { Clock } from './clock.ts';

/** One model with what decides whether it is asked. */
export interface Candidate {
  readonly id: string;
  readonly breaker: Breaker;
  readonly complete: ChatModel['complete'];
  /** Whether the worst case of this very request, with all the output it wants, fits what is left of the budget. */
  readonly fits: (request: ChatRequest) => Promise<boolean>;
}

export interface StandInOptions {
  readonly first: Candidate;
  /** Best first; asked where the worst case of the ones before does not fit the budget. */
  readonly cheaper: readonly Candidate[];
  /** In the user's order; asked where the provider of the ones before is down. Null for one that cannot be had. */
  readonly fallback: readonly (() => Candidate | null)[];
  readonly emit: Emit;
  readonly clock: Clock;
}

type Change =
  | { readonly why: 'outage'; readonly fault: Fault; readonly asked: boolean }
  | { readonly why: 'budget'; readonly fault: Fault | null };

/**
 * Asks the first model, and another only as the user said: a cheaper one where it does not fit the budget, and, where
 * its provider cannot serve, the next of the fallback order. Each change is told before the other model is asked.
 */
export function standingIn(options: StandInOptions): ChatModel['complete'] {
  return async (request, signal) => {
    let candidate = await affordable(options, request);
    const tried = new Set<Candidate>();
    for (;;) {
      tried.add(candidate);
      const change = await ask(candidate, isGuarded(candidate, tried, options), options, request, signal);
      if (change.type === 'reply') return change.reply;
      const next = nextOf(change, candidate, tried, options);
      if (!next) return lastResort(change, candidate, request, signal);
      await tell(candidate, next, change, options, request);
      candidate = next;
    }
  };
}

/** Where there is nobody else, a provider is asked whatever is known of it; so is another model of one that answers. */
function isGuarded(candidate: Candidate, tried: ReadonlySet<Candidate>, { fallback }: StandInOptions): boolean {
  const before = [...tried].filter((other) => other !== candidate);
  return fallback.length > 0 && !before.some(({ breaker }) => breaker === candidate.breaker);
}

type Asked =
  | { readonly type: 'reply'; readonly reply: ChatReply }
  | (Change & { readonly type: 'change'; readonly error: unknown });

async function affordable(options: StandInOptions, request: ChatRequest): Promise<Candidate> {
  const { first, cheaper } = options;
  if (cheaper.length === 0 || (await first.fits(request))) return first;
  for (const candidate of cheaper) {
    if (!(await candidate.fits(request))) continue;
    await tell(first, candidate, { why: 'budget', fault: null }, options, request);
    return candidate;
  }
  return first;
}

async function ask(
  { breaker, complete }: Candidate,
  guarded: boolean,
  { clock }: StandInOptions,
  request: ChatRequest,
  signal: AbortSignal,
): Promise<Asked> {
  const admission = guarded ? breaker.admit(clock.now()) : { admitted: true as const };
  if (!admission.admitted) {
    return {
      type: 'change',
      why: 'outage',
      fault: admission.fault,
      asked: false,
      error: new EngineError(admission.fault),
    };
  }
  try {
    const reply = await complete(request, signal);
    breaker.succeeded();
    return { type: 'reply', reply };
  } catch (error) {
    const fault = error instanceof EngineError ? error.fault : null;
    if (fault && isOutage(fault)) {
      breaker.failed(fault, clock.now());
      return { type: 'change', why: 'outage', fault, asked: true, error };
    }
    breaker.abandoned();
    if (fault?.code === 'budget/exceeded') return { type: 'change', why: 'budget', fault, error };
    throw error;
  }
}

function nextOf(
  change: Change,
  candidate: Candidate,
  tried: ReadonlySet<Candidate>,
  { first, cheaper, fallback, clock }: StandInOptions,
): Candidate | null {
  if (change.why === 'budget') {
    const below = [first, ...cheaper];
    return below.slice(below.indexOf(candidate) + 1).find((other) => !tried.has(other)) ?? null;
  }
  const known = [...tried].map(({ id }) => id);
  for (const find of fallback) {
    const other = find();
    if (!other || known.includes(other.id)) continue;
    const sameProvider = other.breaker === candidate.breaker;
    if (sameProvider ? !isProviderWide(change.fault) : !other.breaker.blocks(clock.now())) return other;
  }
  return null;
}

/** Where everyone is down, a provider that was only left alone is asked after all: without it there is no answer. */
async function lastResort(
  change: Extract<Asked, { type: 'change' }>,
  { complete }: Candidate,
  request: ChatRequest,
  signal: AbortSignal,
): Promise<ChatReply> {
  if (change.why === 'outage' && !change.asked) return complete(request, signal);
  throw change.error;
}

async function tell(
  from: Candidate,
  to: Candidate,
  change: Change,
  { emit }: StandInOptions,
  { scope, role, component }: ChatRequest,
): Promise<void> {
  await emit({
    type: 'model-fallback',
    stage: 'DISPATCH',
    phaseId: scope.phaseId,
    attempt: scope.attempt,
    component: component ?? role,
    role,
    from: from.id,
    to: to.id,
    why: change.why,
    reason: wordsOf(from.id, to.id, change),
    fault: change.fault,
  });
}

function wordsOf(from: string, to: string, change: Change): string {
  if (change.why === 'budget')
    return `${to} is asked instead of ${from}, whose worst case does not fit what is left of the budget.`;
  const { message } = describeFault(change.fault);
  const since = change.asked ? '' : ' a short while ago';
  return `${to} is asked instead of ${from}, which failed${since}: ${message}`;
}
