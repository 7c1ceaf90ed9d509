import { createHash } from 'node:crypto';
import { describeFault } from '../domain/describe-fault.ts';
import { EngineError, faultOf } from '../domain/engine-error.ts';
import { exitCodeOf, exitCodes } from '../domain/exit-code.ts';
import type { Fault } from '../domain/fault.ts';
import { noSpend } from '../domain/money.ts';
import type { Proposal } from '../domain/proposal.ts';
import { assertNever } from '../domain/result.ts';
import type { FailureReason, PhaseState } from '../domain/run.ts';
import type { PhaseSpec } from '../domain/spec.ts';
import type { Because } from '../domain/verdict.ts';
import { examine } from './attempt.ts';
import { emitFor, type RunContext, throwIfAborted } from './context.ts';
import { becauseOfFault } from './failure.ts';
import { landStaged } from './land-staged.ts';
import type { Assignment, Feedback } from './ports.ts';
import { nextRoute, type PastAttempt, sameFailureTwice } from './routing.ts';
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
  /** Attempts made before, when a person asked for changes; they count against no new cap of attempts. */
  readonly earlier: { readonly attempts: number; readonly feedback: Feedback | null };
}

/**
 * Runs one phase to its end: exactly one `phase-start` and one `phase-end`, whatever happens. Never throws but for a
 * failing recorder.
 */
export async function runPhase(context: RunContext, input: PhaseInput, signal: AbortSignal): Promise<PhaseEnding> {
  const { spec, tierId } = input;
  const minutes = boundsOf(spec).minutes;
  const clock = AbortSignal.timeout(Math.min(minutes * 60_000, 2_147_483_647));
  const emit = emitFor(context, { phaseId: spec.id, attempt: 0 });
  let ending: PhaseEnding;
  try {
    throwIfAborted(signal);
    const base =
      (await context.parts.repository.resolve(context.plan.landsOn)) ?? (await context.parts.repository.head()).commit;
    await emit({ type: 'phase-start', stage: 'ACK', spec, tierId, base });
    for (const message of notYet(spec)) await emit({ type: 'notice', stage: 'ACK', level: 'warning', message });
    context.parts.budget.setCap('phase', `${context.runId}/${spec.id}`, phaseCap(spec));
    ending = await attempts(context, input, AbortSignal.any([signal, clock]));
  } catch (error) {
    const timeUp = clock.aborted && !signal.aborted;
    ending = endingOf(timeUp ? { code: 'budget/time-exceeded', minutes } : faultOf(error));
  }
  const record = context.parts.store.phase(context.runId, spec.id);
  await emit({
    type: 'phase-end',
    stage: ending.fault ? 'ERROR' : 'COMPLETE',
    ...ending,
    attempts: record?.attempts ?? 0,
    spend: record?.spend ?? noSpend,
  });
  return ending;
}

/** What a spec may say and this version does not do: said, never passed over in silence. */
function notYet({ builder, auditor }: PhaseSpec): readonly string[] {
  const messages: string[] = [];
  if (builder.candidates > 1)
    messages.push(`One proposal is made: \`builder.candidates: ${builder.candidates}\` is not supported yet.`);
  if (auditor.panel) messages.push('One reviewer, correctness, is asked: `auditor.panel` is not supported yet.');
  return messages;
}

async function attempts(context: RunContext, input: PhaseInput, signal: AbortSignal): Promise<PhaseEnding> {
  const { spec, earlier } = input;
  const { parts, runId } = context;
  const bounds = boundsOf(spec);
  const history: PastAttempt[] = [];
  let feedback = earlier.feedback;

  for (;;) {
    throwIfAborted(signal);
    const route = nextRoute(spec, bounds, history);
    if (!route) return givenUp(history);
    const scope = { runId, tierId: input.tierId, phaseId: spec.id, attempt: earlier.attempts + route.attempt };
    const emit = emitFor(context, scope);
    const model = context.models.for('builder', route.model);
    const base = (await parts.repository.resolve(context.plan.landsOn)) ?? (await parts.repository.head()).commit;
    const assignment: Assignment = { scope, spec, base, model };
    const fails = async (because: Because, fingerprint: string, proposal: Proposal | null) => {
      history.push({ because, fingerprint });
      const more = nextRoute(spec, bounds, history) !== null;
      feedback = more ? await reflectOn(context, assignment, proposal, because, signal) : null;
    };

    await emit({ type: 'attempt-start', stage: 'DISPATCH', model: model.id, reason: route.reason });
    await emit({ type: 'phase-progress', stage: 'DISPATCH', state: 'building' });
    const proposal = await parts.builder.propose(assignment, feedback, signal);
    if (!proposal.ok) {
      await fails(becauseOfFault(proposal.fault), proposal.fault.code, null);
      continue;
    }
    const staged = await parts.repository.stage({ scope, spec, reply: proposal.value.reply, base });
    if (!staged.ok) {
      await emit({ type: 'patch-refused', stage: 'ERROR', fault: staged.fault });
      await fails(becauseOfFault(staged.fault), hashOf(proposal.value.reply), proposal.value);
      continue;
    }
    await emit({ type: 'patch-staged', stage: 'COMPLETE', staged: staged.value, summary: proposal.value.summary });
    const examined = await examine(context, assignment, staged.value, { signed: false, audit: null }, signal);
    const { verdict } = examined;
    switch (verdict.type) {
      case 'land': {
        const landed = await landStaged(context, assignment, { staged: staged.value, examined }, false, signal);
        if (landed.ok) return landedAt(landed.value.commit);
        if (landed.fault.type === 'fault') return endingOf(landed.fault.fault);
        if (landed.fault.type === 'review') return awaitReview(context, scope, landed.fault.reasons);
        await fails(landed.fault.because, staged.value.tree, proposal.value);
        break;
      }
      case 'review':
        return awaitReview(context, scope, verdict.reasons);
      case 'revise':
        await fails(verdict.because, staged.value.tree, proposal.value);
        break;
      case 'stop':
        if (verdict.fault) return endingOf(verdict.fault);
        return { state: 'rejected', failure: null, reason: verdict.because.summary, fault: null, commit: null };
      default:
        assertNever(verdict);
    }
  }
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
    const model = context.models.for('reflector');
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

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
