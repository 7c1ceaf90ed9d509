import { EngineError } from '../domain/engine-error.ts';
import type { Staged } from '../domain/proposal.ts';
import type { PhaseRecord, RunRecord } from '../domain/run.ts';
import { adoptLandings } from './adopt-landings.ts';
import { type Examined, examine } from './attempt.ts';
import { emitFor, type LiveContext } from './context.ts';
import type { Task } from './ports/builder.ts';
import { endingsOfRecord } from './recorded-endings.ts';
import { isSignable } from './review.ts';
import { finishRun } from './run-plan.ts';

/** The text that each file is to have; null leaves the file's change out. Files that are not named stay as proposed. */
export type ChosenTexts = ReadonlyMap<string, string | null>;

export interface CheckedAgain {
  /** The chosen change now waits in place of the one before; false where it did not pass, and the old one waits on. */
  readonly passed: boolean;
  /** One sentence: why it did not pass. */
  readonly because: string | null;
}

interface Waiting {
  readonly staged: Staged;
  readonly evidence: Omit<Examined, 'scan'>;
}

/**
 * Gets new evidence for the part or the edited form of a change that a person chose. Nothing lands: where it passes, it
 * waits for the signature instead; where it does not, the change waits as it was, with the evidence it had. Throws
 * `review/nothing-pending`, patch faults of the chosen texts, and whatever keeps the checks or the panel from ending.
 */
export async function checkAgain(
  context: LiveContext,
  record: RunRecord,
  phaseId: string,
  texts: ChosenTexts,
  signal: AbortSignal,
): Promise<CheckedAgain> {
  // Somebody may have decided on it since the caller looked.
  const run = await adoptLandings(context, context.parts.store.run(record.id) ?? record);
  const phase = run.phases.find(({ id }) => id === phaseId);
  const before = phase && isSignable(phase) ? waitingOf(phase) : null;
  if (!phase || !before) throw new EngineError({ code: 'review/nothing-pending', selector: `${run.id}/${phaseId}` });
  const task = taskOf(phase, before.staged);
  const part = await context.parts.repository.stageTexts(task.scope, before.staged, texts);
  if (!part.ok) throw new EngineError(part.fault);
  const emit = emitFor(context, task.scope);
  const summary = 'A part of the change, or edited, as chosen.';
  await emit({ type: 'patch-staged', stage: 'COMPLETE', staged: part.value, summary });
  let examined: Examined | null = null;
  try {
    examined = await examine(context, task, part.value, { signed: false, audit: null }, signal);
  } finally {
    if (!passed(examined)) await putBack(context, task, before);
    await waitAgain(context, phase, passed(examined) ? examined : before.evidence);
    await finishRun(context, new Map(endingsOfRecord(run)).set(phaseId, { ...waits, reason: phase.reason }));
  }
  const { verdict } = examined;
  const failed = verdict.type === 'revise' || verdict.type === 'stop';
  return { passed: !failed, because: failed ? verdict.because.summary : null };
}

const waits = { state: 'awaiting-review', failure: null, fault: null, commit: null } as const;

function passed(examined: Examined | null): examined is Examined {
  return examined?.verdict.type === 'land' || examined?.verdict.type === 'review';
}

function reasonsOf({ verdict }: Pick<Examined, 'verdict'>): string[] {
  return verdict.type === 'land' || verdict.type === 'review' ? verdict.reasons : [];
}

function waitingOf({ staged, checks, audit, risk, verdict }: PhaseRecord): Waiting | null {
  if (!staged || !checks || !audit || !risk || !verdict) return null;
  return { staged, evidence: { checks, audit, risk, verdict } };
}

function taskOf({ spec, ...phase }: PhaseRecord, { base }: Staged): Task {
  const { runId, tierId, id: phaseId, attempts } = phase;
  return { scope: { runId, tierId, phaseId, attempt: Math.max(1, attempts) }, spec, base };
}

/** The store forgets the evidence of a change when another one is staged, so it is told once more. */
async function putBack(context: LiveContext, { scope }: Task, { staged, evidence }: Waiting): Promise<void> {
  const emit = emitFor(context, scope);
  const { checks, audit, verdict, risk } = evidence;
  const summary = 'The change as it was: what was chosen of it did not pass.';
  await emit({ type: 'patch-staged', stage: 'COMPLETE', staged, summary });
  await emit({ type: 'checks-end', stage: 'COMPLETE', report: checks });
  await emit({ type: 'audit-end', stage: 'AGGREGATE', audit });
  await emit({ type: 'verdict-reached', stage: 'COMPLETE', verdict, risk });
}

async function waitAgain(context: LiveContext, phase: PhaseRecord, evidence: Pick<Examined, 'verdict'>): Promise<void> {
  const { runId, id: phaseId, attempts } = phase;
  const reasons = reasonsOf(evidence);
  const reason = reasons.join(' ') || null;
  const attempt = Math.max(1, attempts);
  await emitFor(context, { phaseId, attempt })({ type: 'review-requested', stage: 'COMPLETE', reasons });
  await emitFor(context, { phaseId, attempt: 0 })({
    type: 'phase-end',
    stage: 'COMPLETE',
    ...waits,
    reason,
    attempts,
    spend: context.parts.store.phase(runId, phaseId)?.spend ?? phase.spend,
  });
}
