import { type Dismissal, dismissalSchema } from '../domain/audit.ts';
import { isoOf, msOf } from './clock.ts';
import type { Connection } from './connection.ts';
import type { Redactor } from './redact.ts';
import { parseRow } from './texts.ts';

/** What a person decided to live with, newest first. */
export function readDismissals(connection: Connection): readonly Dismissal[] {
  return connection
    .all('SELECT * FROM dismissals ORDER BY dismissed_ms DESC, fingerprint')
    .map(({ dismissed_ms, ...row }) =>
      parseRow(connection.file, dismissalSchema, { ...row, at: isoOf(Number(dismissed_ms)) }),
    );
}

/** Keeps a dismissal, in place of an earlier one of the same finding. */
export function writeDismissal(connection: Connection, redactor: Redactor, dismissal: Dismissal, nowMs: number): void {
  const { fingerprint, category, file, claim, reason, at } = dismissal;
  connection.run(
    `INSERT OR REPLACE INTO dismissals (fingerprint, category, file, claim, reason, dismissed_ms)
     VALUES (:fingerprint, :category, :file, :claim, :reason, :dismissedMs)`,
    {
      fingerprint,
      category,
      file,
      claim: redactor.text(claim).text,
      reason: redactor.text(reason).text,
      dismissedMs: msOf(at, nowMs),
    },
  );
}

/** Takes a dismissal back; false where there was none. */
export function removeDismissal(connection: Connection, fingerprint: string): boolean {
  const known = connection.get('SELECT 1 AS known FROM dismissals WHERE fingerprint = :fingerprint', { fingerprint });
  connection.run('DELETE FROM dismissals WHERE fingerprint = :fingerprint', { fingerprint });
  return known !== undefined;
}
