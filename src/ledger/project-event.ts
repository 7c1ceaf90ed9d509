import type { EngineEvent, EventOf } from '../domain/event.ts';
import { authorities, introduceCall, setUsage, withAccounts } from './accounts.ts';
import { msOf } from './clock.ts';
import type { Connection } from './connection.ts';
import {
  askForReview,
  controlRun,
  endAttempt,
  endPhase,
  endRun,
  progressPhase,
  promoteRun,
  startPhase,
  startRun,
} from './project-states.ts';
import { type Projection, phaseKey } from './projection.ts';

/** Brings the tables of runs, phases, attempts, calls and landings up to date with one new event. */
export function projectEvent(to: Projection, event: EngineEvent): void {
  switch (event.type) {
    case 'run-start':
      startRun(to, event);
      break;
    case 'run-end':
      endRun(to, event);
      break;
    case 'run-controlled':
      controlRun(to, event);
      break;
    case 'run-promoted':
      promoteRun(to, event);
      break;
    case 'phase-start':
      startPhase(to, event);
      break;
    case 'phase-progress':
      progressPhase(to, event);
      break;
    case 'phase-end':
      endPhase(to, event);
      break;
    case 'attempt-start':
      startAttempt(to, event);
      break;
    case 'model-fallback':
      changeModel(to, event);
      break;
    case 'call-start':
    case 'call-retry':
    case 'call-end':
      projectCall(to, event);
      break;
    case 'phase-landed':
    case 'phase-rolled-back':
    case 'phase-undone':
      projectLanding(to, event);
      break;
    default:
      projectEvidence(to, event);
  }
}

/** A new attempt takes the place of any of the same number that a crash cut off. */
function startAttempt({ connection, nowMs }: Projection, event: EventOf<'attempt-start'>): void {
  const attempt = event.attempt ?? 1;
  const startedMs = msOf(event.at, nowMs);
  endAttempt(connection, event, startedMs);
  connection.run(
    `INSERT OR REPLACE INTO attempts (run_id, phase_id, attempt, model, reason, started_ms, arm, version)
     VALUES (:runId, :phaseId, :attempt, :model, :reason, :startedMs, :arm, :version)`,
    {
      ...phaseKey(event),
      attempt,
      model: event.model,
      reason: event.reason,
      startedMs,
      arm: event.route?.arm?.arm ?? null,
      version: event.route?.arm?.version ?? null,
    },
  );
  connection.run('UPDATE phases SET attempts = :attempt, evidence = :attempt WHERE run_id = :runId AND id = :phaseId', {
    ...phaseKey(event),
    attempt,
  });
}

/** The attempt is the work of whichever model answered the Builder last; its reason says how it came to that. */
function changeModel({ connection }: Projection, event: EventOf<'model-fallback'>): void {
  if (event.role !== 'builder') return;
  connection.run(
    `UPDATE attempts SET model = :model, reason = reason || '; ' || :reason
     WHERE run_id = :runId AND phase_id = :phaseId AND attempt = :attempt`,
    { ...phaseKey(event), attempt: event.attempt ?? 1, model: event.to, reason: event.reason },
  );
}

function projectCall(
  { connection, texts, nowMs }: Projection,
  event: EventOf<'call-start' | 'call-retry' | 'call-end'>,
): void {
  const { callId, runId } = event;
  if (event.type === 'call-retry') {
    connection.run('UPDATE calls SET retries = retries + 1 WHERE id = :callId', { callId });
    return;
  }
  const atMs = msOf(event.at, nowMs);
  withAccounts(connection, callId, () => {
    introduceCall(connection, {
      callId,
      ...phaseKey(event),
      tierId: tierOf(connection, event),
      attempt: event.attempt ?? 1,
      role: event.role,
      component: event.component ?? null,
      model: event.model,
      arm: event.arm ?? null,
      startedMs: event.type === 'call-end' ? Math.round(atMs - event.seconds * 1000) : atMs,
    });
    if (event.type === 'call-start') return;
    setUsage(connection, callId, event, authorities.event);
    connection.run(
      'UPDATE calls SET seconds = :seconds, overrun = :overrun, fault = coalesce(:fault, fault) WHERE id = :callId',
      {
        callId,
        seconds: event.seconds,
        overrun: event.overrun ? 1 : 0,
        fault: event.fault ? texts.pack(runId, JSON.stringify(event.fault)) : null,
      },
    );
  });
}

function tierOf(connection: Connection, event: EngineEvent): string | null {
  const row = connection.get('SELECT tier_id FROM phases WHERE run_id = :runId AND id = :phaseId', phaseKey(event));
  return row?.tier_id == null ? null : String(row.tier_id);
}

function projectLanding(
  { connection, nowMs }: Projection,
  event: EventOf<'phase-landed' | 'phase-rolled-back' | 'phase-undone'>,
): void {
  const { landing } = event;
  const key = phaseKey(event);
  const atMs = msOf(event.at, nowMs);
  if (event.type !== 'phase-landed') {
    const by = event.type === 'phase-undone' ? event.kept : event.commit;
    connection.run('UPDATE phases SET rolled_back = :by WHERE run_id = :runId AND id = :phaseId', { ...key, by });
    connection.run('UPDATE landings SET rolled_back = :by, rolled_back_ms = :atMs WHERE commit_id = :landed', {
      by,
      atMs,
      landed: landing.commit,
    });
    return;
  }
  connection.run(
    `UPDATE phases SET state = 'landed', landing = :landing, rolled_back = NULL
     WHERE run_id = :runId AND id = :phaseId`,
    { ...key, landing: JSON.stringify(landing) },
  );
  connection.run(
    `INSERT INTO landings (run_id, phase_id, commit_id, parent, tree, branch, landed_ms)
     VALUES (:runId, :phaseId, :commit, :parent, :tree, :branch, :atMs)
     ON CONFLICT (commit_id) DO UPDATE SET rolled_back = NULL, rolled_back_ms = NULL`,
    { ...key, ...landing, atMs },
  );
}

type EvidenceEvent = Exclude<
  EngineEvent,
  {
    type:
      | 'run-start'
      | 'run-end'
      | 'run-controlled'
      | 'run-promoted'
      | 'phase-start'
      | 'phase-progress'
      | 'phase-end'
      | 'attempt-start'
      | 'call-start'
      | 'call-retry'
      | 'call-end'
      | 'model-fallback'
      | 'phase-landed'
      | 'phase-rolled-back'
      | 'phase-undone';
  }
>;

/** What an attempt's row learns from an event: column by column; nothing for events that are only told. */
function evidenceOf(event: EvidenceEvent): Readonly<Record<string, unknown>> {
  switch (event.type) {
    case 'patch-refused':
      return { refused: event.fault };
    case 'scan-end':
      return { scan: event.scan };
    case 'checks-end':
      return { checks: event.report };
    case 'audit-end':
      return { audit: event.audit };
    case 'verdict-reached':
      return { verdict: event.verdict, risk: event.risk };
    case 'reflection-made':
      return { because: event.because, reflection: event.reflection };
    case 'review-requested':
      return { review_reasons: event.reasons };
    case 'review-decided':
      return { decision: event.decision, note: event.note };
    case 'patch-staged':
      // Verdict and checks were of the tree before, which a moved branch may have replaced.
      return {
        staged: event.staged,
        summary: event.summary,
        ...(event.claims ? { claims: event.claims } : {}),
        checks: null,
        verdict: null,
        risk: null,
      };
    case 'context-gathered':
      return { context: event.report };
    case 'candidates-ranked':
      return { candidates: event.candidates };
    case 'tool-used':
    case 'drift-found':
    case 'check-start':
    case 'check-end':
    case 'budget-warning':
    case 'notice':
    case 'deployment-end':
    case 'tier-end':
      return {};
  }
}

function projectEvidence(to: Projection, event: EvidenceEvent): void {
  const { connection, texts } = to;
  if (event.type === 'tool-used') writeToolUse(to, event);
  const evidence = evidenceOf(event);
  const names = Object.keys(evidence);
  if (names.length === 0) return;
  const attempt = event.attempt ?? currentAttempt(connection, event);
  const key = { ...phaseKey(event), attempt };
  if (event.type === 'patch-staged') forgetAuditOfOtherPatch(to, key, event.staged.patch);
  const values = names.map((name) => {
    const value = evidence[name];
    return [name, value === null ? null : texts.pack(event.runId, JSON.stringify(value))];
  });
  connection.run(
    `UPDATE attempts SET ${names.map((name) => `${name} = :${name}`).join(', ')}
     WHERE run_id = :runId AND phase_id = :phaseId AND attempt = :attempt`,
    { ...key, ...Object.fromEntries(values) },
  );
  if (event.type === 'checks-end') writeChecks(connection, key, event);
  if (event.type === 'audit-end') writeFindings(connection, key, event);
  if (event.type === 'review-requested') askForReview(to, event);
}

interface AttemptKey {
  readonly runId: string;
  readonly phaseId: string;
  readonly attempt: number;
}

/** An audit holds for its diff alone: a patch that came out the same on a moved branch keeps it. */
function forgetAuditOfOtherPatch({ connection, texts }: Projection, key: AttemptKey, patch: string): void {
  const row = connection.get(
    'SELECT staged FROM attempts WHERE run_id = :runId AND phase_id = :phaseId AND attempt = :attempt',
    { ...key },
  );
  if (row?.staged == null) return;
  const before = JSON.parse(texts.unpack(String(row.staged))) as { readonly patch?: unknown };
  if (before.patch === patch) return;
  connection.run(
    `UPDATE attempts SET audit = NULL WHERE run_id = :runId AND phase_id = :phaseId AND attempt = :attempt`,
    { ...key },
  );
}

function currentAttempt(connection: Connection, event: EngineEvent): number {
  const row = connection.get('SELECT evidence FROM phases WHERE run_id = :runId AND id = :phaseId', phaseKey(event));
  return row?.evidence == null ? 1 : Number(row.evidence);
}

const ofAttempt = 'WHERE run_id = :runId AND phase_id = :phaseId AND attempt = :attempt';

function writeToolUse({ connection }: Projection, event: EventOf<'tool-used'>): void {
  const attempt = event.attempt ?? currentAttempt(connection, event);
  const { tool, category, request, outcome, bytes, seconds, detail } = event.use;
  connection.run(
    `INSERT OR IGNORE INTO tool_uses (run_id, phase_id, attempt, event_id, tool, category, request, outcome, bytes,
       seconds, detail)
     VALUES (:runId, :phaseId, :attempt, :eventId, :tool, :category, :request, :outcome, :bytes, :seconds, :detail)`,
    { ...phaseKey(event), attempt, eventId: event.eventId, tool, category, request, outcome, bytes, seconds, detail },
  );
}

function writeChecks(connection: Connection, key: AttemptKey, event: EventOf<'checks-end'>): void {
  connection.run(`DELETE FROM checks ${ofAttempt}`, { ...key });
  for (const [ordinal, result] of event.report.results.entries()) {
    const { command, outcome, exitCode, seconds } = result;
    connection.run(
      `INSERT INTO checks (run_id, phase_id, attempt, ordinal, command, outcome, exit_code, seconds)
       VALUES (:runId, :phaseId, :attempt, :ordinal, :command, :outcome, :exitCode, :seconds)`,
      { ...key, ordinal, command, outcome, exitCode, seconds },
    );
  }
}

function writeFindings(connection: Connection, key: AttemptKey, event: EventOf<'audit-end'>): void {
  connection.run(`DELETE FROM findings ${ofAttempt}`, { ...key });
  for (const [ordinal, finding] of event.audit.findings.entries()) {
    const { severity, category, file, line, claim, component, model, fingerprint } = finding;
    connection.run(
      `INSERT INTO findings (run_id, phase_id, attempt, ordinal, severity, category, file, line, claim, component, model,
         fingerprint)
       VALUES (:runId, :phaseId, :attempt, :ordinal, :severity, :category, :file, :line, :claim, :component, :model,
         :fingerprint)`,
      { ...key, ordinal, severity, category, file, line, claim, component, model, fingerprint },
    );
  }
}
