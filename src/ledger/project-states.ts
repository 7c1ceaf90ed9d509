import type { Control } from '../domain/control.ts';
import type { EngineEvent, EventOf } from '../domain/event.ts';
import type { PhaseState, RunOutcome, RunState } from '../domain/run.ts';
import { titleOf } from '../domain/spec.ts';
import { phaseTransitions, statesBefore } from '../domain/state-machine.ts';
import { msOf } from './clock.ts';
import type { Connection } from './connection.ts';
import { type Projection, phaseKey } from './projection.ts';

/** A phase keeps its state where the table does not let another follow, whatever is told of it and in whatever order. */
function mayBecome(state: PhaseState): string {
  const before = statesBefore(phaseTransitions, state).map((from) => `'${from}'`);
  return `state IN (${before.join(', ')})`;
}

const runStateOf: Record<RunOutcome, RunState> = {
  done: 'done',
  failed: 'failed',
  cancelled: 'cancelled',
  'awaiting-review': 'awaiting-review',
};

export function startRun({ connection, texts, nowMs, owner }: Projection, event: EventOf<'run-start'>): void {
  const { runId, plan } = event;
  connection.run(
    `INSERT INTO runs (id, goal, plan, state, recorded, owner, started_ms)
     VALUES (:runId, :goal, :plan, 'running', :recorded, :owner, :startedMs)
     ON CONFLICT (id) DO UPDATE SET plan = excluded.plan, state = 'running', reason = NULL, ended_ms = NULL,
       owner = excluded.owner`,
    {
      runId,
      goal: plan.goal,
      plan: texts.pack(runId, JSON.stringify(plan)),
      recorded: event.recorded ? 1 : 0,
      owner,
      startedMs: msOf(event.at, nowMs),
    },
  );
  let ordinal = 0;
  for (const tier of plan.tiers) {
    for (const spec of tier.phases) {
      connection.run(
        `INSERT OR IGNORE INTO phases (run_id, id, ordinal, tier_id, category, complexity, trajectory, title, spec, state)
         VALUES (:runId, :id, :ordinal, :tierId, :category, :complexity, :trajectory, :title, :spec, 'queued')`,
        {
          runId,
          id: spec.id,
          ordinal: ordinal++,
          tierId: tier.id,
          category: spec.category,
          complexity: spec.complexity,
          trajectory: spec.trajectory,
          title: titleOf(spec),
          spec: texts.pack(runId, JSON.stringify(spec)),
        },
      );
    }
  }
}

export function endRun({ connection, nowMs }: Projection, event: EventOf<'run-end'>): void {
  connection.run(
    'UPDATE runs SET state = :state, reason = :reason, ended_ms = :endedMs, owner = NULL WHERE id = :runId',
    {
      runId: event.runId,
      state: runStateOf[event.outcome],
      reason: event.reason,
      endedMs: msOf(event.at, nowMs),
    },
  );
}

const stateAfter: Partial<Record<Control, RunState>> = { pause: 'paused', resume: 'running' };

export function controlRun({ connection }: Projection, { runId, control }: EventOf<'run-controlled'>): void {
  const state = stateAfter[control];
  if (state === undefined) return;
  connection.run('UPDATE runs SET state = :state WHERE id = :runId AND ended_ms IS NULL', { runId, state });
}

/** A run that only could not be merged when it ended has ended well once it is. */
export function promoteRun({ connection }: Projection, { runId, promotion }: EventOf<'run-promoted'>): void {
  if (promotion.how === 'pull-request') return;
  connection.run("UPDATE runs SET state = 'done', reason = NULL WHERE id = :runId AND state = 'failed'", { runId });
}

export function startPhase({ connection, texts, nowMs }: Projection, event: EventOf<'phase-start'>): void {
  const { spec } = event;
  const key = phaseKey(event);
  connection.run(
    `INSERT INTO phases (run_id, id, ordinal, tier_id, category, complexity, trajectory, title, spec, base,
       state, started_ms)
     VALUES (:runId, :phaseId, (SELECT count(*) FROM phases WHERE run_id = :runId), :tierId, :category, :complexity,
       :trajectory, :title, :spec, :base, 'building', :startedMs)
     ON CONFLICT (run_id, id) DO UPDATE SET tier_id = excluded.tier_id, category = excluded.category,
       complexity = excluded.complexity, trajectory = excluded.trajectory, title = excluded.title, spec = excluded.spec, base = excluded.base, state = 'building', failure = NULL,
       reason = NULL, evidence = NULL, ended_ms = NULL, landing = NULL, rolled_back = NULL,
       started_ms = coalesce(started_ms, excluded.started_ms)`,
    {
      ...key,
      tierId: event.tierId,
      category: spec.category,
      complexity: spec.complexity,
      trajectory: spec.trajectory,
      title: titleOf(spec),
      spec: texts.pack(event.runId, JSON.stringify(spec)),
      base: event.base,
      startedMs: msOf(event.at, nowMs),
    },
  );
}

/** A phase that moves again has not ended: should it be cut off, it counts as unfinished. */
export function progressPhase({ connection }: Projection, event: EventOf<'phase-progress'>): void {
  connection.run(
    `UPDATE phases SET state = :state, ended_ms = NULL WHERE run_id = :runId AND id = :phaseId AND ${mayBecome(event.state)}`,
    { ...phaseKey(event), state: event.state },
  );
}

export function endPhase({ connection, nowMs }: Projection, event: EventOf<'phase-end'>): void {
  connection.run(
    `UPDATE phases SET state = :state, failure = :failure, reason = :reason, attempts = :attempts, ended_ms = :endedMs
     WHERE run_id = :runId AND id = :phaseId AND ${mayBecome(event.state)}`,
    {
      ...phaseKey(event),
      state: event.state,
      failure: event.failure,
      reason: event.reason,
      attempts: event.attempts,
      endedMs: msOf(event.at, nowMs),
    },
  );
  endAttempt(connection, event, msOf(event.at, nowMs));
}

export function askForReview({ connection }: Projection, event: EventOf<'review-requested'>): void {
  connection.run(
    `UPDATE phases SET state = 'awaiting-review' WHERE run_id = :runId AND id = :phaseId AND ${mayBecome('awaiting-review')}`,
    phaseKey(event),
  );
}

export function endAttempt(connection: Connection, event: EngineEvent, endedMs: number): void {
  connection.run(
    `UPDATE attempts SET ended_ms = :endedMs WHERE run_id = :runId AND phase_id = :phaseId AND ended_ms IS NULL`,
    { ...phaseKey(event), endedMs },
  );
}
