import { EngineError, faultOf } from '../domain/engine-error.ts';
import { type ExitCode, exitCodes } from '../domain/exit-code.ts';
import type { Fault } from '../domain/fault.ts';
import type { Staged } from '../domain/proposal.ts';
import type { Decision } from '../domain/review.ts';
import type { PhaseRecord, RunRecord } from '../domain/run.ts';
import { adoptLandings } from './adopt-landings.ts';
import { type Examined, examine } from './attempt.ts';
import { emitFor, type LiveContext, type RunContext } from './context.ts';
import { becauseOfPerson } from './failure.ts';
import { landStaged, type NotLanded } from './land-staged.ts';
import type { Task } from './ports/builder.ts';
import { endingsOfRecord } from './recorded-endings.ts';
import { endingOf, landedAt, nothingEarlier, type PhaseEnding, runPhase } from './run-phase.ts';
import { exitCodeOfEnding, finishRun, type RunResult } from './run-plan.ts';

/**
 * A phase that a person can sign: it waits for that, or only the user's own files stood in its way, or a killed process
 * left its landing undone.
 */
export function isSignable(phase: PhaseRecord): boolean {
  if (!phase.staged || !phase.audit || !phase.checks || !phase.risk || phase.landing) return false;
  if (phase.state === 'awaiting-review') return true;
  if (phase.state === 'landing') return passed(phase);
  return phase.state === 'failed' && phase.failure === 'environment' && passed(phase);
}

function passed(phase: PhaseRecord): boolean {
  return phase.verdict?.type === 'land' || phase.verdict?.type === 'review';
}

export interface ReviewResult {
  /** How the phase stands now. */
  readonly ending: PhaseEnding;
  /** Of this decision alone: 0 once it is carried out. */
  readonly exitCode: ExitCode;
  readonly run: RunResult;
}

/** Carries out a person's decision on one phase that waits, and closes the run anew as it then stands. */
export async function decideReview(
  context: LiveContext,
  record: RunRecord,
  { id }: PhaseRecord,
  decision: Decision,
  signal: AbortSignal,
): Promise<ReviewResult> {
  const run = await adoptLandings(context, record);
  const phase = run.phases.find((candidate) => candidate.id === id);
  if (!phase || !isSignable(phase)) {
    throw new EngineError({ code: 'review/nothing-pending', selector: `${run.id}/${id}` });
  }
  const scope = scopeOf(phase);
  const emit = emitFor(context, scope);
  const note = decision.type === 'approve' ? null : decision.note;
  await emit({ type: 'review-decided', stage: 'ACK', decision: decision.type, note });
  const ending = await carryOut(context, phase, decision, signal);
  const endings = new Map(endingsOfRecord(run)).set(phase.id, ending);
  const done = decision.type === 'reject' ? exitCodes.done : exitCodeOfEnding(ending);
  return { ending, exitCode: done, run: await finishRun(context, endings) };
}

async function carryOut(
  context: LiveContext,
  phase: PhaseRecord,
  decision: Decision,
  signal: AbortSignal,
): Promise<PhaseEnding> {
  if (decision.type === 'revise') {
    const because = becauseOfPerson(decision.note);
    const previous = phase.staged?.patch ?? null;
    const feedback = { because, reflection: null, previous };
    const earlier = { ...nothingEarlier, attempts: phase.attempts, feedback };
    return runPhase(context, { spec: phase.spec, tierId: phase.tierId ?? '', earlier });
  }
  const ending =
    decision.type === 'approve' ? await approve(context, phase, decision.hunks, signal) : rejectedBy(decision.note);
  await emitFor(context, { phaseId: phase.id, attempt: 0 })({
    type: 'phase-end',
    stage: ending.fault ? 'ERROR' : 'COMPLETE',
    ...ending,
    attempts: phase.attempts,
    spend: context.parts.store.phase(phase.runId, phase.id)?.spend ?? phase.spend,
  });
  return ending;
}

function scopeOf(phase: PhaseRecord): Task['scope'] {
  return { runId: phase.runId, tierId: phase.tierId, phaseId: phase.id, attempt: Math.max(1, phase.attempts) };
}

function rejectedBy(note: string | null): PhaseEnding {
  const reason = note ? `Rejected by you: ${note}` : 'Rejected by you.';
  return { state: 'rejected', failure: null, reason, fault: null, commit: null };
}

/** Lands what waits. Checks that were withheld until a person signed run now, and must pass. */
async function approve(
  context: RunContext,
  phase: PhaseRecord,
  hunks: ReadonlyMap<string, readonly number[]> | null,
  signal: AbortSignal,
): Promise<PhaseEnding> {
  try {
    const start = await signedChange(context, phase, hunks, signal);
    const { verdict } = start.examined;
    if (verdict.type === 'revise' || verdict.type === 'stop')
      return notLanded({ type: 'revise', because: verdict.because });
    const landed = await landStaged(context, taskOf(phase, start.staged), start, true, signal);
    return landed.ok ? landedAt(landed.value.commit) : notLanded(landed.fault);
  } catch (error) {
    return endingOf(faultOf(error));
  }
}

function taskOf({ spec, ...phase }: PhaseRecord, staged: Staged): Task {
  return { scope: scopeOf({ spec, ...phase }), spec, base: staged.base };
}

/** What the person signed, with evidence for exactly that: a part of the change is staged and examined anew. */
async function signedChange(
  context: RunContext,
  phase: PhaseRecord,
  hunks: ReadonlyMap<string, readonly number[]> | null,
  signal: AbortSignal,
): Promise<{ readonly staged: Staged; readonly examined: Examined }> {
  const { staged, checks, audit, risk, verdict, spec } = phase;
  if (!staged || !checks || !audit || !risk || !verdict) return nothingPending(phase);
  const task = taskOf(phase, staged);
  if (hunks) {
    const part = await context.parts.repository.stagePart(task.scope, staged, hunks);
    if (!part.ok) throw new EngineError(part.fault);
    const summary = 'A part of the change, as signed.';
    await emitFor(context, task.scope)({ type: 'patch-staged', stage: 'COMPLETE', staged: part.value, summary });
    const examined = await examine(context, task, part.value, { signed: true, audit: null }, signal);
    return { staged: part.value, examined };
  }
  if (checks.withheld !== null) {
    return { staged, examined: await examine(context, task, staged, { signed: true, audit }, signal) };
  }
  const scan = await context.parts.auditor.scan(spec, staged);
  return { staged, examined: { scan, checks, audit, risk, verdict } };
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
