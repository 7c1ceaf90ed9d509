import { exitCodes } from '../domain/exit-code.ts';
import { describeDifference, describeNotReplayable, type ReplaySummary } from '../domain/replay.ts';
import type { PhaseOutcome, RunRecord } from '../domain/run.ts';
import { type RunContext, throwIfAborted } from './context.ts';
import { inOrder } from './landing-order.ts';
import { type ReplayFindings, replayPhase } from './replay-phase.ts';
import type { RunResult } from './run-plan.ts';

/** Where to begin; null for the whole run. */
export type ReplayFrom = { readonly phaseId: string; readonly attempt: number | null } | null;

export interface ReplayResult extends RunResult {
  readonly replay: ReplaySummary;
}

/**
 * Goes through a run once more with the replies that were kept, on the commits it was made on: nothing is paid, kept
 * or landed. Says where it comes out otherwise.
 */
export async function replayRun(
  context: RunContext,
  run: RunRecord,
  from: ReplayFrom,
  signal: AbortSignal,
): Promise<ReplayResult> {
  const { parts, emit, plan } = context;
  const events = parts.store.events(run.id);
  const calls = parts.store.calls({ runId: run.id });
  const found: ReplayFindings = { differences: [], gaps: [], replies: 0 };
  const shown = events.find((event) => event.type === 'run-start')?.models ?? {
    builder: 'recorded',
    auditor: 'recorded',
  };
  await emit({ type: 'run-start', stage: 'ACK', plan, models: shown, recorded: true, resumed: false });
  const specs = inOrder(plan.tiers.flatMap((tier) => tier.phases));
  const first = from === null ? 0 : specs.findIndex(({ id }) => id === from.phaseId);
  const outcomes: PhaseOutcome[] = [];
  for (const spec of specs.slice(first)) {
    throwIfAborted(signal);
    const attempt = from?.phaseId === spec.id ? from.attempt : null;
    const phase = run.phases.find(({ id }) => id === spec.id) ?? null;
    outcomes.push(await replayPhase(context, { spec, phase, events, calls, attempt }, found, signal));
  }
  throwIfAborted(signal);
  const replay = summaryOf(found);
  const isSame = replay.result === 'identical';
  const exitCode = isSame ? exitCodes.done : exitCodes.rejected;
  const outcome = isSame ? 'done' : 'failed';
  const reason = reasonOf(replay);
  await emit({ type: 'run-end', stage: 'COMPLETE', outcome, exitCode, reason, phases: outcomes, replay });
  return { runId: run.id, outcome, exitCode, reason, phases: outcomes, replay };
}

function summaryOf({ differences, gaps, replies }: ReplayFindings): ReplaySummary {
  const result = differences.length > 0 ? 'differs' : gaps.length > 0 ? 'not-replayable' : 'identical';
  return { result, replies, differences, notReplayable: gaps };
}

function reasonOf({ differences: [difference], notReplayable: [gap] }: ReplaySummary): string | null {
  if (difference) return describeDifference(difference).replace(/\n\s*/g, '; ');
  return gap ? describeNotReplayable(gap) : null;
}
