import { z } from 'zod';
import { type LessonDecision, type LessonOffer, ruleOf } from '../domain/lessons.ts';
import { becauseSchema } from '../domain/verdict.ts';
import { isoOf } from './clock.ts';
import type { Connection } from './connection.ts';
import type { Source } from './read-runs.ts';
import type { Redactor } from './redact.ts';

/** Met in fewer runs than this, it may be chance. */
const leastRuns = 2;
const mostOffers = 50;
/** Attempts looked through for failures, newest first. */
const mostAttempts = 3_000;

/** What recurred and nobody decided on yet, most often met first. */
export function readLessonOffers(source: Source): readonly LessonOffer[] {
  const decided = new Set(source.connection.all('SELECT key FROM lesson_decisions').map(({ key }) => String(key)));
  return [...findingOffers(source.connection), ...failureOffers(source)]
    .filter(({ key }) => !decided.has(key))
    .sort((a, b) => b.runs - a.runs || (a.lastAt < b.lastAt ? 1 : -1) || (a.key < b.key ? -1 : 1))
    .slice(0, mostOffers);
}

/** Findings that a person decided to live with teach nothing. */
function findingOffers(connection: Connection): readonly LessonOffer[] {
  const rows = connection.all(
    // SQLite takes the columns that are not grouped from the row that has the maximum.
    `SELECT f.fingerprint, f.claim, f.file, f.run_id, f.phase_id,
       count(DISTINCT f.run_id) AS runs, max(r.started_ms) AS last_ms
     FROM findings f JOIN runs r ON r.id = f.run_id
     WHERE f.category <> 'auditor-error' AND f.fingerprint NOT IN (SELECT fingerprint FROM dismissals)
     GROUP BY f.fingerprint HAVING count(DISTINCT f.run_id) >= :leastRuns
     ORDER BY runs DESC, last_ms DESC LIMIT :mostOffers`,
    { leastRuns, mostOffers },
  );
  return rows.map(({ fingerprint, claim, file, run_id, phase_id, runs, last_ms }) => ({
    key: `finding-${fingerprint}`,
    source: 'finding',
    rule: ruleOf(`${file === null ? '' : `In ${file}: `}Reviews found more than once: ${claim}`),
    runs: Number(runs),
    lastAt: isoOf(Number(last_ms)),
    last: { runId: String(run_id), phaseId: String(phase_id) },
  }));
}

const learnable: ReadonlySet<string> = new Set(['patch', 'checks']);
const verdictSchema = z.object({ because: becauseSchema });

interface MetFailure extends Pick<LessonOffer, 'last'> {
  readonly runs: Set<string>;
  rule: string;
  /** The rule has what the model itself made of the failure. */
  thought: boolean;
  readonly lastMs: number;
}

function failureOffers({ connection, texts }: Source): readonly LessonOffer[] {
  const rows = connection.all(
    `SELECT run_id, phase_id, because, verdict, reflection, started_ms FROM attempts
     WHERE because IS NOT NULL OR verdict IS NOT NULL ORDER BY started_ms DESC LIMIT :mostAttempts`,
    { mostAttempts },
  );
  const met = new Map<string, MetFailure>();
  for (const { run_id, phase_id, because, verdict, reflection, started_ms } of rows) {
    const read = (column: unknown): unknown => (column == null ? null : JSON.parse(texts.unpack(String(column))));
    const own = becauseSchema.safeParse(read(because));
    const judged = verdictSchema.safeParse(read(verdict));
    const failure = own.success ? own.data : judged.success ? judged.data.because : null;
    if (!failure || !learnable.has(failure.kind)) continue;
    const thought = read(reflection);
    const known = met.get(failure.signature);
    const last = { runId: String(run_id), phaseId: String(phase_id) };
    const entry = known ?? { runs: new Set(), rule: failure.summary, thought: false, lastMs: Number(started_ms), last };
    entry.runs.add(String(run_id));
    if (!entry.thought && typeof thought === 'string' && thought !== '') {
      entry.rule = `${failure.summary} ${thought}`;
      entry.thought = true;
    }
    met.set(failure.signature, entry);
  }
  return [...met]
    .filter(([, { runs }]) => runs.size >= leastRuns)
    .map(([signature, { runs, rule, lastMs, last }]) => ({
      key: `failure-${signature}`,
      source: 'failure',
      rule: ruleOf(`Failed more than once: ${rule}`),
      runs: runs.size,
      lastAt: isoOf(lastMs),
      last,
    }));
}

/** Keeps what a person decided, so that it is not offered again. */
export function decideLesson(
  connection: Connection,
  redactor: Redactor,
  { key, rule }: Pick<LessonOffer, 'key' | 'rule'>,
  decision: LessonDecision,
  nowMs: number,
): void {
  connection.run(
    `INSERT OR REPLACE INTO lesson_decisions (key, rule, decision, decided_ms)
     VALUES (:key, :rule, :decision, :nowMs)`,
    { key, rule: redactor.text(rule).text, decision, nowMs },
  );
}
