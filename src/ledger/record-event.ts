import { EngineError } from '../domain/engine-error.ts';
import type { EngineEvent } from '../domain/event.ts';
import { type Projection, projectEvent } from './project-event.ts';
import type { Redactor } from './redact.ts';

/** Keeps one event with everything that follows from it. The same event twice is kept once. */
export function recordEvent(to: Projection, redactor: Redactor, event: EngineEvent): void {
  const { connection, texts } = to;
  const clean = redactor.value(event);
  const body = JSON.stringify(clean);
  const { runId, eventId } = event;
  connection.transaction(() => {
    const added = connection.run(
      'INSERT OR IGNORE INTO events (run_id, event_id, body) VALUES (:runId, :eventId, :body)',
      {
        runId,
        eventId,
        body: texts.pack(runId, body),
      },
    );
    if (added === 1) return projectEvent(to, clean);
    const known = connection.get('SELECT body FROM events WHERE run_id = :runId AND event_id = :eventId', {
      runId,
      eventId,
    });
    if (texts.unpack(String(known?.body)) !== body) {
      throw new EngineError({ code: 'internal/defect', detail: `Two events of run ${runId} have the id ${eventId}.` });
    }
  });
}
