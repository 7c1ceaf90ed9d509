import { z } from 'zod';
import type { Landing } from '../domain/proposal.ts';
import { isoOf, isoOrNull } from './clock.ts';
import type { Connection } from './connection.ts';
import { parseRow } from './texts.ts';

export interface LandingRecord {
  readonly runId: string;
  readonly phaseId: string;
  readonly title: string;
  readonly landing: Landing;
  readonly landedAt: string;
  /** What took it back (see `PhaseRecord.rolledBack`), or null while it stands. */
  readonly rolledBack: string | null;
  readonly rolledBackAt: string | null;
}

export interface LandingQuery {
  readonly limit?: number;
  readonly runId?: string;
  /** A commit's id or its beginning. */
  readonly commit?: string;
}

const landingRow = z.object({
  run_id: z.string(),
  phase_id: z.string(),
  title: z.string().nullable(),
  commit_id: z.string(),
  parent: z.string(),
  tree: z.string(),
  branch: z.string(),
  landed_ms: z.int(),
  rolled_back: z.string().nullable(),
  rolled_back_ms: z.int().nullable(),
});

/** What landed, newest first; also what was taken back since. */
export function readLandings(connection: Connection, query: LandingQuery): readonly LandingRecord[] {
  const rows = connection.all(
    `SELECT l.*, p.title FROM landings l LEFT JOIN phases p ON p.run_id = l.run_id AND p.id = l.phase_id
     WHERE (:runId IS NULL OR l.run_id = :runId)
       AND (:commit IS NULL OR substr(l.commit_id, 1, length(:commit)) = :commit)
     ORDER BY l.landed_ms DESC, l.sequence DESC LIMIT :limit`,
    { runId: query.runId ?? null, commit: query.commit ?? null, limit: query.limit ?? -1 },
  );
  return rows.map((row) => {
    const { run_id, phase_id, title, commit_id, parent, tree, branch, ...times } = parseRow(
      connection.file,
      landingRow,
      row,
    );
    return {
      runId: run_id,
      phaseId: phase_id,
      title: title ?? phase_id,
      landing: { commit: commit_id, parent, tree, branch },
      landedAt: isoOf(times.landed_ms),
      rolledBack: times.rolled_back,
      rolledBackAt: isoOrNull(times.rolled_back_ms),
    };
  });
}
