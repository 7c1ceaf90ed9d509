import { EngineError, faultOf } from '../domain/engine-error.ts';
import type { Fault } from '../domain/fault.ts';
import type { PhaseRecord, RunRecord } from '../domain/run.ts';
import { examine } from './attempt.ts';
import { emitFor, type RunContext } from './context.ts';
import { becauseOfPerson } from './failure.ts';
import { landStaged, type NotLanded } from './land-staged.ts';
import type { Task } from './ports.ts';
import { endingOf, landedAt, type PhaseEnding, runPhase } from './run-phase.ts';
import { type Endings, endingsOf, finishRun, type RunResult, runPlan } from './run-plan.ts';

export type Decision =
  | { readonly type: 'approve' }
  | { readonly type: 'reject'; readonly note: string | null }
  | { readonly type: 'revise'; readonly note: string };

/** A phase that a person can sign: it waits for that, or only the user's own files stood in its way. */
export function isSignable(phase: PhaseRecord): boolean {
  if (!phase.staged || !phase.audit || !phase.checks || !phase.risk || phase.landing) return false;
  if (phase.state === 'awaiting-review') return true;
  return phase.state === 'failed' && phase.failure === 'environment' && passed(phase);
}

function passed(phase: PhaseRecord): boolean {
  return phase.verdict?.type === 'land' || phase.verdict?.type === 'review';
}

/** How a recorded phase ended, or null while it is queued. A phase cut off by a crash counts as queued. */
function recordedEnding(phase: PhaseRecord | undefined): PhaseEnding | null {
  if (!phase || phase.endedAt === null || phase.state === 'queued') return null;
  const { state, failure, reason } = phase;
  return { state, failure, reason, fault: null, commit: phase.landing?.commit ?? null };
}

export function endingsOfRecord(run: RunRecord): Endings {
  return endingsOf(run.plan, (id) => recordedEnding(run.phases.find((phase) => phase.id === id)));
}

/** Carries out a person's decision on one phase that waits, and closes the run anew as it then stands. */
export async function decideReview(
  context: RunContext,
  run: RunRecord,
  phase: PhaseRecord,
  decision: Decision,
  signal: AbortSignal,
): Promise<RunResult> {
  if (!isSignable(phase)) {
    throw new EngineError({ code: 'review/nothing-pending', selector: `${run.id}/${phase.id}` });
  }
  const scope = scopeOf(phase);
  const emit = emitFor(context, scope);
  const note = decision.type === 'approve' ? null : decision.note;
  await emit({ type: 'review-decided', stage: 'ACK', decision: decision.type, note });
  const endings = new Map(endingsOfRecord(run));
  if (decision.type === 'revise') {
    const because = becauseOfPerson(decision.note);
    const previous = phase.staged?.patch ?? null;
    const earlier = { attempts: phase.attempts, feedback: { because, reflection: null, previous } };
    endings.set(phase.id, await runPhase(context, { spec: phase.spec, tierId: phase.tierId ?? '', earlier }, signal));
    return finishRun(context, endings);
  }
  const ending = decision.type === 'approve' ? await approve(context, phase, signal) : rejectedBy(decision.note);
  await emit({
    type: 'phase-end',
    stage: ending.fault ? 'ERROR' : 'COMPLETE',
    ...ending,
    attempts: phase.attempts,
    spend: context.parts.store.phase(run.id, phase.id)?.spend ?? phase.spend,
  });
  endings.set(phase.id, ending);
  return finishRun(context, endings);
}

/** Goes on with the phases of a run that have not ended. */
export async function resumeRun(context: RunContext, run: RunRecord, signal: AbortSignal): Promise<RunResult> {
  return runPlan(context, endingsOfRecord(run), signal);
}

function scopeOf(phase: PhaseRecord): Task['scope'] {
  return { runId: phase.runId, tierId: phase.tierId, phaseId: phase.id, attempt: Math.max(1, phase.attempts) };
}

function rejectedBy(note: string | null): PhaseEnding {
  const reason = note ? `Rejected by you: ${note}` : 'Rejected by you.';
  return { state: 'rejected', failure: null, reason, fault: null, commit: null };
}

/** Lands what waits. Checks that were withheld until a person signed run now, and must pass. */
async function approve(context: RunContext, phase: PhaseRecord, signal: AbortSignal): Promise<PhaseEnding> {
  const { staged, checks, audit, risk, verdict, spec } = phase;
  if (!staged || !checks || !audit || !risk || !verdict) return nothingPending(phase);
  const task: Task = { scope: scopeOf(phase), spec, base: staged.base };
  try {
    const scan = context.parts.auditor.scan(spec, staged);
    const examined =
      checks.withheld === null
        ? { scan, checks, audit, risk, verdict }
        : await examine(context, task, staged, { signed: true, audit }, signal);
    if (examined.verdict.type === 'revise' || examined.verdict.type === 'stop') {
      return notLanded({ type: 'revise', because: examined.verdict.because });
    }
    const landed = await landStaged(context, task, { staged, examined }, true, signal);
    return landed.ok ? landedAt(landed.value.commit) : notLanded(landed.fault);
  } catch (error) {
    return endingOf(faultOf(error));
  }
}

function nothingPending(phase: PhaseRecord): never {
  const fault: Fault = { code: 'review/nothing-pending', selector: `${phase.runId}/${phase.id}` };
  throw new EngineError(fault);
}

function notLanded(why: NotLanded): PhaseEnding {
  switch (why.type) {
    case 'fault':
      return endingOf(why.fault);
    case 'review':
      return { state: 'awaiting-review', failure: null, reason: why.reasons.join(' '), fault: null, commit: null };
    case 'revise':
      return { state: 'rejected', failure: null, reason: why.because.summary, fault: null, commit: null };
  }
}
