import { EngineError } from '../domain/engine-error.ts';
import type { EngineEvent, EngineEventType } from '../domain/event.ts';
import { keepsTotalsOnly } from './calls.ts';
import { evidenceColumns } from './maintain.ts';
import { projectEvent } from './project-event.ts';
import type { Projection } from './projection.ts';
import type { Redactor } from './redact.ts';
import { withoutFiles } from './texts.ts';

/** Keeps one event with everything that follows from it. The same event twice is kept once. */
export function recordEvent(to: Projection, redactor: Redactor, event: EngineEvent): void {
  const { connection } = to;
  const clean = redactor.value(event);
  const body = JSON.stringify(clean);
  const { runId, eventId } = event;
  connection.transaction(() => {
    const totalsOnly = event.phaseId !== undefined && keepsTotalsOnly(connection, runId, event.phaseId);
    const texts = totalsOnly ? withoutFiles(to.texts) : to.texts;
    const added = connection.run(
      'INSERT OR IGNORE INTO events (run_id, event_id, body) VALUES (:runId, :eventId, :body)',
      {
        runId,
        eventId,
        body: texts.pack(runId, body),
      },
    );
    if (added === 1) {
      projectEvent({ ...to, texts }, clean);
      if (totalsOnly && clean.type === 'phase-end' && clean.state !== 'awaiting-review') forgetEvidence(to, clean);
      return;
    }
    const known = connection.get('SELECT body FROM events WHERE run_id = :runId AND event_id = :eventId', {
      runId,
      eventId,
    });
    if (texts.unpack(String(known?.body)) !== body) {
      throw new EngineError({ code: 'internal/defect', detail: `Two events of run ${runId} have the id ${eventId}.` });
    }
  });
}

/** Events that carry something of a phase besides its totals and how it went. */
const telling: readonly EngineEventType[] = [
  'context-gathered',
  'tool-used',
  'candidates-ranked',
  'patch-staged',
  'patch-refused',
  'scan-end',
  'check-end',
  'checks-end',
  'audit-end',
  'verdict-reached',
  'reflection-made',
  'review-requested',
  'review-decided',
];

/** What a phase that opted out needed while it went on: nobody reads it once it has ended. */
function forgetEvidence({ connection }: Projection, { runId, phaseId = '' }: EngineEvent): void {
  const key = { runId, phaseId };
  connection.run(
    `UPDATE attempts SET ${evidenceColumns.map((name) => `${name} = NULL`).join(', ')}
     WHERE run_id = :runId AND phase_id = :phaseId`,
    key,
  );
  connection.run(
    `DELETE FROM events WHERE run_id = :runId AND substr(body, 1, 1) = '='
       AND json_extract(substr(body, 2), '$.phaseId') = :phaseId
       AND json_extract(substr(body, 2), '$.type') IN (${telling.map((type) => `'${type}'`).join(', ')})`,
    key,
  );
  connection.run('DELETE FROM checks WHERE run_id = :runId AND phase_id = :phaseId', key);
  connection.run('DELETE FROM findings WHERE run_id = :runId AND phase_id = :phaseId', key);
  connection.run('DELETE FROM tool_uses WHERE run_id = :runId AND phase_id = :phaseId', key);
}
