import type { ModelTier } from '../domain/config.ts';
import { describeFault } from '../domain/describe-fault.ts';
import { EngineError, faultOf } from '../domain/engine-error.ts';
import { exitCodeOf, exitCodes } from '../domain/exit-code.ts';
import type { Fault } from '../domain/fault.ts';
import { noSpend } from '../domain/money.ts';
import type { Proposal, Staged } from '../domain/proposal.ts';
import { assertNever } from '../domain/result.ts';
import type { RouteFacts } from '../domain/route.ts';
import type { FailureReason, PhaseState } from '../domain/run.ts';
import type { PhaseSpec } from '../domain/spec.ts';
import type { Because } from '../domain/verdict.ts';
import { tryCandidates } from './candidates.ts';
import { choiceFor } from './choice.ts';
import { emitFor, type LiveContext, type RunContext, throwIfAborted } from './context.ts';
import { landStaged } from './land-staged.ts';
import type { Assignment, Feedback } from './ports/builder.ts';
import type { AttemptScope } from './ports/run.ts';
import { nextRoute, type PastAttempt, routeAsBefore, sameFailureTwice } from './routing.ts';
import { boundsOf, phaseCap } from './strategy.ts';

/** How a phase ended, or that it waits. */
export interface PhaseEnding {
  readonly state: PhaseState;
  readonly failure: FailureReason | null;
  readonly reason: string | null;
  readonly fault: Fault | null;
  readonly commit: string | null;
}

export interface PhaseInput {
  readonly spec: PhaseSpec;
  readonly tierId: string;
  readonly earlier: Earlier;
}

/** What went before, when a phase is taken up again. */
export interface Earlier {
  /** Attempts that count against no new cap of attempts. */
  readonly attempts: number;
  readonly feedback: Feedback | null;
  /** Commits that attempts were begun on which are now gone through once more. */
  readonly bases: ReadonlyMap<number, string>;
  /** Tiers whose models answered in such attempts: they are gone through with the same ones, whatever the caps are now. */
  readonly tiers: ReadonlyMap<number, ModelTier>;
}

export const nothingEarlier: Earlier = { attempts: 0, feedback: null, bases: new Map(), tiers: new Map() };

/**
 * Runs one phase to its end: exactly one `phase-start` and one `phase-end`, whatever happens. Never throws but for a
 * failing recorder.
 */
export async function runPhase(context: LiveContext, input: PhaseInput): Promise<PhaseEnding> {
  const { spec } = input;
  const { minutes } = boundsOf(spec, context.strategy);
  const lease = context.control.enter(spec.id, minutes);
  let ending: PhaseEnding;
  try {
    throwIfAborted(lease.signal);
    await begin(context, input);
    ending = await attempts(context, input, lease.signal);
  } catch (error) {
    ending = endingOf(lease.isTimeUp() ? { code: 'budget/time-exceeded', minutes } : faultOf(error));
  }
  const cutOff = ending.fault?.code === 'interrupted' ? context.control.endOf(spec.id) : null;
  lease.end();
  if (cutOff) ending = { ...endingOf(cutOff.fault ?? { code: 'interrupted' }), ...cutOff };
  const record = context.parts.store.phase(context.runId, spec.id);
  await emitFor(context, { phaseId: spec.id, attempt: 0 })({
    type: 'phase-end',
    stage: ending.fault ? 'ERROR' : 'COMPLETE',
    ...ending,
    attempts: record?.attempts ?? 0,
    spend: record?.spend ?? noSpend,
  });
  return ending;
}

async function begin(context: LiveContext, { spec, tierId, earlier }: PhaseInput): Promise<void> {
  const emit = emitFor(context, { phaseId: spec.id, attempt: 0 });
  const base = await baseOf(context, earlier, earlier.attempts + 1);
  await emit({ type: 'phase-start', stage: 'ACK', spec, tierId, base });
  const scope = { runId: context.runId, tierId, phaseId: spec.id, attempt: earlier.attempts + 1 };
  const drift = await context.parts.builder.drift({ scope, spec, base });
  if (drift) await emit({ type: 'drift-found', stage: 'ACK', ...drift, paths: [...drift.paths] });
  context.parts.budget.setCap('phase', `${context.runId}/${spec.id}`, phaseCap(spec, context.strategy));
}

/** The branch as it is now, or, for an attempt that is gone through once more, as it was then. */
async function baseOf({ parts, plan }: RunContext, { bases }: Earlier, attempt: number): Promise<string> {
  const then = bases.get(attempt);
  const known = then === undefined ? null : await parts.repository.resolve(then);
  return known ?? (await parts.repository.resolve(plan.landsOn)) ?? (await parts.repository.head()).commit;
}

async function attempts(context: LiveContext, input: PhaseInput, signal: AbortSignal): Promise<PhaseEnding> {
  const { spec, earlier } = input;
  const { parts, runId } = context;
  const bounds = boundsOf(spec, context.strategy);
  const choice = await choiceFor(context, spec);
  const history: PastAttempt[] = [];
  let feedback = earlier.feedback;
  let lastStaged: Staged | null = null;

  for (;;) {
    await context.control.safePoint(signal);
    const planned = nextRoute(choice, bounds, history);
    if (!planned) return givenUp(history);
    const attempt = earlier.attempts + planned.attempt;
    const route = routeAsBefore(planned, choice, earlier.tiers.get(attempt) ?? null);
    const scope = { runId, tierId: input.tierId, phaseId: spec.id, attempt, ...armIn(route.facts) };
    const emit = emitFor(context, scope);
    const model = context.models.for('builder', route.model, route.cheaper);
    const base = await baseOf(context, earlier, scope.attempt);
    const aggregator = () => context.models.for('aggregator');
    const assignment: Assignment = { scope, spec, base, model, aggregator };
    const fails = async (because: Because, fingerprint: string, proposal: Proposal | null) => {
      history.push({ because, fingerprint, tier: route.facts.tier });
      const more = nextRoute(choice, bounds, history) !== null;
      feedback = more ? await reflectOn(context, assignment, proposal, because, signal) : null;
    };

    await emit({
      type: 'attempt-start',
      stage: 'DISPATCH',
      model: model.id,
      reason: route.reason,
      base,
      route: route.facts,
    });
    await emit({ type: 'phase-progress', stage: 'DISPATCH', state: 'building' });
    const onto = parts.config.builder.continueFrom === 'staged' && lastStaged?.base === base ? lastStaged : null;
    const tried = await tryCandidates(
      context,
      { assignment, feedback: onto ? onTop(feedback) : feedback, onto },
      signal,
    );
    if (tried.type === 'failed') {
      await fails(tried.because, tried.fingerprint, tried.proposal);
      continue;
    }
    const { proposal, staged, examined } = tried;
    const { verdict } = examined;
    lastStaged = staged;
    switch (verdict.type) {
      case 'land': {
        const landed = await landStaged(context, assignment, { staged, examined }, false, signal);
        if (landed.ok) return landedAt(landed.value.commit);
        if (landed.fault.type === 'fault') return endingOf(landed.fault.fault);
        if (landed.fault.type === 'review') return awaitReview(context, scope, landed.fault.reasons);
        await fails(landed.fault.because, staged.tree, proposal);
        break;
      }
      case 'review':
        return awaitReview(context, scope, verdict.reasons);
      case 'revise':
        await fails(verdict.because, staged.tree, proposal);
        break;
      case 'stop':
        if (verdict.fault) return endingOf(verdict.fault);
        return { state: 'rejected', failure: null, reason: verdict.because.summary, fault: null, commit: null };
      default:
        assertNever(verdict);
    }
  }
}

function armIn({ arm }: RouteFacts): Pick<AttemptScope, 'arm'> {
  return arm ? { arm } : {};
}

function onTop(feedback: Feedback | null): Feedback | null {
  return feedback && { ...feedback, continues: true };
}

/** A reflection helps the next attempt but is not needed for it: where the model fails, the evidence goes alone. */
async function reflectOn(
  context: RunContext,
  assignment: Assignment,
  proposal: Proposal | null,
  because: Because,
  signal: AbortSignal,
): Promise<Feedback> {
  const emit = emitFor(context, assignment.scope);
  const previous = proposal?.reply ?? null;
  try {
    // Without a model of its own for it, the one that made the attempt thinks about it: nothing goes to another place.
    const own = context.parts.config.models.roles.reflector;
    const model = context.models.for('reflector', own ?? assignment.model.id);
    const reflection = await context.parts.builder.reflect({ ...assignment, model }, proposal, because, signal);
    await emit({ type: 'reflection-made', stage: 'COMPLETE', because, reflection });
    return { because, reflection, previous };
  } catch (error) {
    const fault = faultOf(error);
    if (!(error instanceof EngineError) || fault.code === 'interrupted') throw error;
    await emit({
      type: 'notice',
      stage: 'ERROR',
      level: 'warning',
      message: `No reflection on the failure: ${describeFault(fault).message}`,
    });
    return { because, reflection: null, previous };
  }
}

async function awaitReview(
  context: RunContext,
  scope: Assignment['scope'],
  reasons: readonly string[],
): Promise<PhaseEnding> {
  await emitFor(context, scope)({ type: 'review-requested', stage: 'COMPLETE', reasons: [...reasons] });
  return { state: 'awaiting-review', failure: null, reason: reasons.join(' '), fault: null, commit: null };
}

export function landedAt(commit: string): PhaseEnding {
  return { state: 'landed', failure: null, reason: null, fault: null, commit };
}

function givenUp(history: readonly PastAttempt[]): PhaseEnding {
  const state = sameFailureTwice(history) ? 'stuck' : 'rejected';
  const reason = history.at(-1)?.because.summary ?? null;
  return { state, failure: null, reason, fault: null, commit: null };
}

/** A fault that stopped the phase, as its end. */
export function endingOf(fault: Fault): PhaseEnding {
  const reason = describeFault(fault).message;
  if (fault.code === 'interrupted') return { state: 'cancelled', failure: null, reason, fault, commit: null };
  return { state: 'failed', failure: failureOf(fault), reason, fault, commit: null };
}

function failureOf(fault: Fault): FailureReason {
  switch (exitCodeOf(fault)) {
    case exitCodes.budget:
      return 'budget';
    case exitCodes.environment:
      return 'environment';
    case exitCodes.rejected:
      return 'policy';
    default:
      return 'fault';
  }
}
