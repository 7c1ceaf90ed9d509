import { EngineError } from '../domain/engine-error.ts';
import type { EngineEvent } from '../domain/event.ts';
import type { Staged } from '../domain/proposal.ts';
import { ok, type Result } from '../domain/result.ts';
import type { FrozenPlan, RunRecord } from '../domain/run.ts';
import { adoptLandings } from './adopt-landings.ts';
import { emitFor, type LiveContext } from './context.ts';
import { changesSince, type Frozen } from './freeze.ts';
import {
  basesOf,
  feedbackBefore,
  type Passage,
  passagesOf,
  rememberingVerifier,
  reportsOf,
  tiersOf,
} from './history.ts';
import type { KeptReply } from './ports/calls.ts';
import type { Repository } from './ports/repository.ts';
import type { AttemptScope } from './ports/run.ts';
import { endingsOfRecord } from './recorded-endings.ts';
import { type Earlier, nothingEarlier, type PhaseEnding } from './run-phase.ts';
import { type RunResult, runPlan } from './run-plan.ts';

/** Throws `run/changed` where the run was begun with anything else. */
export function assertUnchanged(runId: string, events: readonly EngineEvent[], now: Frozen): void {
  const start = events.findLast((event) => event.type === 'run-start');
  const differences = start?.frozen ? changesSince(start.frozen, now) : [];
  if (differences.length > 0) throw new EngineError({ code: 'run/changed', run: runId, differences: [...differences] });
}

/** Phases that a person wants tried again; null tries again what something outside of them ended. */
export type Again = ReadonlySet<string> | null;

/**
 * Goes on with a run where it was: what was answered is not asked again, what was checked is not run again on the same
 * tree, and what checks, reviewers or a person decided stays decided. Phases that an interruption, the environment or
 * the budget ended go on in the attempt they were in; one that is to be tried again gets its attempts anew.
 */
export async function resumeRun(begun: LiveContext, record: RunRecord, again: Again): Promise<RunResult> {
  const { parts, runId } = begun;
  const run = await adoptLandings(begun, record);
  const events = parts.store.events(runId);
  const endings = new Map([...endingsOfRecord(run)].filter(([id, ending]) => !goesOn(id, ending, again, events)));
  if (again) for (const id of behind(run.plan, again)) if (endings.get(id)?.state === 'cancelled') endings.delete(id);
  const open = run.plan.tiers.flatMap(({ phases }) => phases.filter(({ id }) => !endings.has(id)));
  const continued = new Set(open.map(({ id }) => id).filter((id) => !again?.has(id)));
  const calls = parts.store.calls({ runId });
  const context = remembering(begun, events, calls, continued);
  const earlierOf = (phaseId: string): Earlier => {
    const attempts = run.phases.find(({ id }) => id === phaseId)?.attempts ?? 0;
    const passage = passagesOf(events, phaseId).at(-1);
    if (!passage) return { ...nothingEarlier, attempts };
    if (!continued.has(phaseId)) {
      return { ...nothingEarlier, attempts, feedback: feedbackBefore(passage, attempts + 1, calls) };
    }
    const answered = answeredAttempts(calls, phaseId);
    return {
      attempts: passage.firstAttempt - 1,
      feedback: passage.asked,
      bases: basesToKeep(passage, answered),
      tiers: tiersOf(passage, answered),
    };
  };
  return runPlan(context, { endings, earlierOf, events });
}

/** Attempts in which the Builder answered. */
function answeredAttempts(calls: readonly KeptReply[], phaseId: string): ReadonlySet<number> {
  const own = calls.filter(
    ({ scope, role, reply }) => scope.phaseId === phaseId && role === 'builder' && reply !== null,
  );
  return new Set(own.map(({ scope }) => scope.attempt));
}

/** An attempt that ended before anything was answered has nothing to be true to: it begins on the branch as it is now. */
function basesToKeep(passage: Passage, answered: ReadonlySet<number>): ReadonlyMap<number, string> {
  const bases = basesOf(passage);
  if (passage.end === null) return bases;
  return new Map([...bases].filter(([attempt]) => answered.has(attempt)));
}

function goesOn(id: string, { state }: PhaseEnding, again: Again, events: readonly EngineEvent[]): boolean {
  if (again) return again.has(id) && state !== 'landed';
  return (state === 'cancelled' && !isSkipped(id, events)) || state === 'failed';
}

/** What a person skipped stays out until they want it tried again. */
function isSkipped(phaseId: string, events: readonly EngineEvent[]): boolean {
  const asked = events.findLast((event) => event.type === 'run-controlled' && event.phaseId === phaseId);
  return asked?.type === 'run-controlled' && asked.control === 'skip';
}

/** Every phase that depends on one of these, directly or not. */
function behind({ tiers }: FrozenPlan, ids: ReadonlySet<string>): ReadonlySet<string> {
  const found = new Set(ids);
  const specs = tiers.flatMap(({ phases }) => phases);
  for (let size = 0; size !== found.size; ) {
    size = found.size;
    for (const spec of specs) if (spec.dependsOn.some((id) => found.has(id))) found.add(spec.id);
  }
  return found;
}

function remembering(
  context: LiveContext,
  events: readonly EngineEvent[],
  calls: readonly KeptReply[],
  phases: ReadonlySet<string>,
): LiveContext {
  const { parts } = context;
  const kept = calls.filter(({ scope }) => phases.has(scope.phaseId));
  const told = new Set<string>();
  const onUse = ({ scope }: KeptReply) => {
    if (told.has(scope.phaseId)) return;
    told.add(scope.phaseId);
    // Kept by the emitter in its order; the run does not wait for a notice.
    void emitFor(context, { phaseId: scope.phaseId, attempt: scope.attempt })({
      type: 'notice',
      stage: 'ACK',
      level: 'info',
      message: 'Goes on where it was: replies that are kept are used again, and nothing is paid for them.',
    }).catch(() => {});
  };
  const reports = reportsOf(events.filter(({ phaseId }) => phaseId !== undefined && phases.has(phaseId)));
  return {
    ...context,
    models: parts.keptReplies.remembering(context.models, kept, onUse),
    parts: {
      ...parts,
      repository: reusingRepository(parts.repository, phases),
      verifier: rememberingVerifier(parts.verifier, reports),
    },
  };
}

/** What an attempt staged before it was cut off is not staged a second time. */
function reusingRepository(repository: Repository, phases: ReadonlySet<string>): Repository {
  const reused = async (scope: AttemptScope, making: Promise<Result<Staged>>): Promise<Result<Staged>> => {
    const made = await making;
    return made.ok && phases.has(scope.phaseId) ? ok(await repository.reuseStaged(scope, made.value)) : made;
  };
  return {
    ...repository,
    stage: (request) => reused(request.scope, repository.stage(request)),
    restage: (scope, staged, base) => reused(scope, repository.restage(scope, staged, base)),
  };
}
