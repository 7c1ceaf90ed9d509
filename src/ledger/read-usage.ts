import type { Connection } from './connection.ts';
import { spendRowOf } from './read-spend.ts';
import type { OwnUsage } from './reconcile/reconcile.ts';

/**
 * What was paid for, by day, model and the name the provider gave itself, from the first to the last day (UTC), of one
 * provider or of all.
 */
export function readUsage(
  connection: Connection,
  query: { readonly fromDay: string; readonly toDay: string; readonly provider: string | null },
): readonly OwnUsage[] {
  const rows = connection.all(
    `SELECT strftime('%Y-%m-%d', c.started_ms / 1000, 'unixepoch') AS day, c.model, c.served_by, count(*) AS calls,
       sum(c.input) AS input, sum(c.cached) AS cached, sum(c.output) AS output, sum(c.micros) AS micros,
       sum(c.saved) AS saved, sum(c.label = 'computed') AS computed, sum(c.label = 'estimated') AS estimated,
       sum(c.label = 'unknown') AS unknown,
       sum(CASE WHEN c.label = 'estimated' THEN c.micros ELSE 0 END) AS estimated_micros
     FROM calls c LEFT JOIN runs r ON r.id = c.run_id
     WHERE c.started_ms >= :fromMs AND c.started_ms < :toMs AND c.authority > 0 AND coalesce(r.recorded, 0) = 0
       AND (:provider IS NULL OR substr(c.model, 1, length(:provider) + 1) = :provider || '/')
     GROUP BY day, c.model, c.served_by ORDER BY day, c.model`,
    {
      fromMs: Date.parse(`${query.fromDay}T00:00:00Z`),
      toMs: Date.parse(`${query.toDay}T00:00:00Z`) + 86_400_000,
      provider: query.provider,
    },
  );
  return rows.map((row): OwnUsage => {
    const model = String(row.model);
    const { calls, input, output, costMicros, costLabel } = spendRowOf(connection.file, model, row);
    const servedBy = row.served_by === null ? null : String(row.served_by);
    const estimated = { estimated: Number(row.estimated), estimatedMicros: Number(row.estimated_micros) };
    return {
      day: String(row.day),
      model,
      servedBy,
      calls,
      input,
      output,
      micros: costMicros,
      label: costLabel,
      ...estimated,
    };
  });
}
