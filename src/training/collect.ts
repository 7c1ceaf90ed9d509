import { createHash } from 'node:crypto';
import { openMajors } from '../domain/audit.ts';
import type { Candidate } from '../domain/building.ts';
import { type CheckReport, checksPassed } from '../domain/checks.ts';
import { featuresOf } from '../domain/scorer.ts';
import type { PhaseSpec } from '../domain/spec.ts';
import type { KeptCall } from '../ledger/calls.ts';
import type { TrainingAttempt, TrainingPhase } from '../ledger/read-training.ts';
import { hunkCounts } from './hunk-counts.ts';
import type { LeftOut } from './left-out.ts';
import type { Outcome, Trajectory, TrajectoryStep } from './trajectory.ts';

export interface CollectRule {
  /** Take runs whose replies came from a cassette as well: they show how it works, they teach nothing new. */
  readonly recorded: boolean;
  /** Share of the lines of a landing that stayed, by its commit; null where that is not known. */
  readonly survival?: (commit: string) => number | null;
}

/** Trajectories of phases that share one spec. What cannot be used is counted with its reason. */
export function collect(phases: readonly TrainingPhase[], rule: CollectRule, leftOut: LeftOut): readonly Trajectory[] {
  return phases.flatMap((phase) => {
    if (phase.recorded && !rule.recorded) {
      leftOut.count('its replies were recorded ones');
      return [];
    }
    if (phase.spec.trajectory === 'totals') {
      leftOut.count('its phase opted out: only totals are kept');
      return [];
    }
    return phase.attempts.flatMap((attempt) => trajectoriesOf(phase, attempt, rule, leftOut));
  });
}

/** Attempts at the same work share it, whatever run they were part of. */
export function scenarioOf(spec: PhaseSpec): string {
  return createHash('sha256')
    .update(JSON.stringify(sorted(spec)))
    .digest('hex')
    .slice(0, 16);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}

function trajectoriesOf(
  phase: TrainingPhase,
  attempt: TrainingAttempt,
  rule: CollectRule,
  leftOut: LeftOut,
): readonly Trajectory[] {
  const steps = attempt.calls.flatMap((call) => stepOf(call, leftOut) ?? []);
  const [first, ...rest] = steps;
  if (!first || steps.length < attempt.calls.length) {
    leftOut.count('its texts are not whole');
    return [];
  }
  const outcome = outcomeOf(phase, attempt, rule);
  if (attempt.candidates.length > 0) {
    return attempt.candidates.flatMap((candidate) =>
      candidateOf(phase, attempt, { candidate, outcome }, steps, leftOut),
    );
  }
  return [{ ...headOf(phase, attempt), steps: [first, ...rest], outcome, ...changeOf(phase, attempt) }];
}

function headOf(
  { runId, phaseId, spec, capMicros }: TrainingPhase,
  { attempt, startedAt, costMicros }: TrainingAttempt,
) {
  return {
    id: `${runId}/${phaseId}/${attempt}`,
    runId,
    phaseId,
    attempt,
    scenario: scenarioOf(spec),
    category: spec.category,
    startedAt,
    costMicros,
    capMicros,
  };
}

/** Candidates of one attempt were asked the same: each is a trajectory of its own, from the call that gave its reply. */
function candidateOf(
  phase: TrainingPhase,
  attempt: TrainingAttempt,
  { candidate, outcome: ofChosen }: { readonly candidate: Candidate; readonly outcome: Outcome },
  steps: readonly TrajectoryStep[],
  leftOut: LeftOut,
): readonly Trajectory[] {
  const step = steps.find(({ reply }) => reply === candidate.reply);
  if (!step) {
    leftOut.count('no reply of a candidate was kept');
    return [];
  }
  const isChosen = candidate.rank === 1;
  const outcome: Outcome = isChosen
    ? ofChosen
    : {
        ...ofChosen,
        ...notLanded,
        checks: candidate.outcome === 'passed' ? 'passed' : candidate.outcome === 'checks-failed' ? 'failed' : 'none',
        failToPass: 'none',
        audit: candidate.outcome === 'passed' ? auditOf(candidate) : 'none',
      };
  const head = headOf(phase, attempt);
  const change = isChosen ? changeOf(phase, attempt) : {};
  return [{ ...head, id: `${head.id}.${candidate.number}`, steps: [step], outcome, ...change }];
}

const notLanded = { landed: false, rolledBack: false, criteriaMet: 0, hunks: null, survival: null } as const;

/** Figures of what the model proposed, where nobody made another change of it. */
function changeOf({ spec }: TrainingPhase, attempt: TrainingAttempt): Pick<Trajectory, 'change'> {
  const { staged, risk, proposedPatch } = attempt;
  if (staged === null || (proposedPatch !== null && proposedPatch !== staged.patch)) return {};
  return { change: featuresOf(staged, { risk, attempt: attempt.attempt, complexity: spec.complexity }) };
}

function auditOf({ majors, minors }: Pick<Candidate, 'majors' | 'minors'>): Outcome['audit'] {
  if (majors > 0) return 'major';
  return minors > 0 ? 'minor' : 'clean';
}

function stepOf(call: KeptCall, leftOut: LeftOut): TrajectoryStep | null {
  const {
    system,
    messages,
    tools,
    toolCalls,
    reply,
    callId,
    role,
    component,
    model,
    startedAt,
    seconds,
    tokens,
    cost,
  } = call;
  if (system === null || messages === null || reply === null || tools === null || toolCalls === null) return null;
  if (!call.replayable) {
    leftOut.count('a secret was taken out of a reply');
    return null;
  }
  return {
    callId,
    role: role ?? 'builder',
    component,
    model,
    at: startedAt,
    seconds,
    system,
    messages,
    tools,
    reply,
    toolCalls,
    tokens,
    costMicros: cost.label === 'unknown' ? null : cost.micros,
  };
}

function outcomeOf(phase: TrainingPhase, attempt: TrainingAttempt, rule: CollectRule): Outcome {
  const { checks, audit, staged, proposedPatch } = attempt;
  const majors = audit ? openMajors(audit).length : 0;
  const minors = audit ? audit.findings.length - majors : 0;
  const evidence = {
    checks: checksOf(checks),
    failToPass: failToPassOf(checks),
    audit: audit ? auditOf({ majors, minors }) : ('none' as const),
    criteria: phase.spec.acceptance.length,
  };
  if (phase.landedAttempt !== attempt.attempt) return { ...evidence, ...notLanded };
  return {
    ...evidence,
    landed: true,
    rolledBack: phase.rolledBack,
    // What landed was signed against its criteria; of what did not, none is taken as shown.
    criteriaMet: phase.spec.acceptance.length,
    hunks: staged !== null && proposedPatch !== null ? hunkCounts(proposedPatch, staged.patch) : null,
    survival: (phase.landing && rule.survival?.(phase.landing.commit)) ?? null,
  };
}

function checksOf(checks: CheckReport | null): Outcome['checks'] {
  if (checks === null || checks.withheld !== null || checks.results.length === 0) return 'none';
  return checksPassed(checks) ? 'passed' : 'failed';
}

function failToPassOf(checks: CheckReport | null): Outcome['failToPass'] {
  const evidence = checks?.testEvidence ?? [];
  if (evidence.length === 0) return 'none';
  return evidence.some(({ atBase }) => atBase === 'passed') ? 'broken' : 'held';
}
