/** Marks a file as a Countersign ledger, in SQLite's own header field. */
export const applicationId = 0x43_53_4c_47;

const first = `
CREATE TABLE runs (
  sequence INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  goal TEXT NOT NULL,
  plan TEXT NOT NULL,
  state TEXT NOT NULL,
  reason TEXT,
  recorded INTEGER NOT NULL,
  owner TEXT,
  started_ms INTEGER NOT NULL,
  ended_ms INTEGER,
  pruned_ms INTEGER
) STRICT;
CREATE INDEX runs_by_start ON runs (started_ms, sequence);

CREATE TABLE phases (
  run_id TEXT NOT NULL,
  id TEXT NOT NULL,
  ordinal INTEGER NOT NULL,
  tier_id TEXT,
  category TEXT NOT NULL,
  title TEXT NOT NULL,
  spec TEXT NOT NULL,
  base TEXT,
  state TEXT NOT NULL,
  failure TEXT,
  reason TEXT,
  attempts INTEGER NOT NULL DEFAULT 0,
  evidence INTEGER,
  started_ms INTEGER,
  ended_ms INTEGER,
  landing TEXT,
  rolled_back TEXT,
  PRIMARY KEY (run_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX phases_waiting ON phases (run_id, id) WHERE state = 'awaiting-review';

CREATE TABLE attempts (
  run_id TEXT NOT NULL,
  phase_id TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  model TEXT NOT NULL,
  reason TEXT NOT NULL,
  started_ms INTEGER NOT NULL,
  ended_ms INTEGER,
  summary TEXT,
  staged TEXT,
  refused TEXT,
  scan TEXT,
  checks TEXT,
  audit TEXT,
  verdict TEXT,
  risk TEXT,
  because TEXT,
  reflection TEXT,
  review_reasons TEXT,
  decision TEXT,
  note TEXT,
  PRIMARY KEY (run_id, phase_id, attempt)
) STRICT, WITHOUT ROWID;

CREATE TABLE checks (
  run_id TEXT NOT NULL,
  phase_id TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  ordinal INTEGER NOT NULL,
  command TEXT NOT NULL,
  outcome TEXT NOT NULL,
  exit_code INTEGER,
  seconds REAL NOT NULL,
  PRIMARY KEY (run_id, phase_id, attempt, ordinal)
) STRICT, WITHOUT ROWID;

CREATE TABLE findings (
  run_id TEXT NOT NULL,
  phase_id TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  ordinal INTEGER NOT NULL,
  severity TEXT NOT NULL,
  category TEXT NOT NULL,
  file TEXT,
  line INTEGER,
  claim TEXT NOT NULL,
  component TEXT NOT NULL,
  model TEXT,
  fingerprint TEXT NOT NULL,
  PRIMARY KEY (run_id, phase_id, attempt, ordinal)
) STRICT, WITHOUT ROWID;

CREATE TABLE landings (
  sequence INTEGER PRIMARY KEY,
  run_id TEXT NOT NULL,
  phase_id TEXT NOT NULL,
  commit_id TEXT NOT NULL UNIQUE,
  parent TEXT NOT NULL,
  tree TEXT NOT NULL,
  branch TEXT NOT NULL,
  landed_ms INTEGER NOT NULL,
  rolled_back TEXT,
  rolled_back_ms INTEGER
) STRICT;

CREATE TABLE events (
  run_id TEXT NOT NULL,
  event_id TEXT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (run_id, event_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE calls (
  id TEXT PRIMARY KEY,
  run_id TEXT NOT NULL,
  tier_id TEXT,
  phase_id TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  role TEXT,
  component TEXT,
  model TEXT NOT NULL,
  served_by TEXT,
  started_ms INTEGER NOT NULL,
  seconds REAL,
  authority INTEGER NOT NULL DEFAULT 0,
  input INTEGER NOT NULL DEFAULT 0,
  cached INTEGER NOT NULL DEFAULT 0,
  output INTEGER NOT NULL DEFAULT 0,
  micros INTEGER NOT NULL DEFAULT 0,
  label TEXT NOT NULL DEFAULT 'billed',
  overrun INTEGER NOT NULL DEFAULT 0,
  retries INTEGER NOT NULL DEFAULT 0,
  fault TEXT,
  system TEXT,
  messages TEXT,
  reply TEXT,
  redactions INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX calls_by_run ON calls (run_id, phase_id, started_ms);
CREATE INDEX calls_by_start ON calls (started_ms);

CREATE TABLE texts (
  run_id TEXT NOT NULL,
  hash TEXT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (run_id, hash)
) STRICT;

CREATE TABLE blobs (
  hash TEXT NOT NULL,
  run_id TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  PRIMARY KEY (hash, run_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE run_spend (
  run_id TEXT NOT NULL,
  phase_id TEXT NOT NULL,
  model TEXT NOT NULL,
  role TEXT NOT NULL,
  calls INTEGER NOT NULL,
  input INTEGER NOT NULL,
  cached INTEGER NOT NULL,
  output INTEGER NOT NULL,
  micros INTEGER NOT NULL,
  computed INTEGER NOT NULL,
  estimated INTEGER NOT NULL,
  unknown INTEGER NOT NULL,
  PRIMARY KEY (run_id, phase_id, model, role)
) STRICT, WITHOUT ROWID;

CREATE TABLE rollups (
  dimension TEXT NOT NULL,
  hour INTEGER NOT NULL,
  key TEXT NOT NULL,
  calls INTEGER NOT NULL,
  input INTEGER NOT NULL,
  cached INTEGER NOT NULL,
  output INTEGER NOT NULL,
  micros INTEGER NOT NULL,
  computed INTEGER NOT NULL,
  estimated INTEGER NOT NULL,
  unknown INTEGER NOT NULL,
  PRIMARY KEY (dimension, hour, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE budgets (
  level TEXT NOT NULL,
  key TEXT NOT NULL,
  cap_micros INTEGER,
  cap_tokens INTEGER,
  used_micros INTEGER NOT NULL DEFAULT 0,
  used_tokens INTEGER NOT NULL DEFAULT 0,
  overruns INTEGER NOT NULL DEFAULT 0,
  warned INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (level, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE reservations (
  call_id TEXT PRIMARY KEY,
  run_id TEXT NOT NULL,
  tier_id TEXT,
  phase_id TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  phase_key TEXT NOT NULL,
  tier_key TEXT,
  day TEXT NOT NULL,
  model TEXT NOT NULL,
  tokens INTEGER NOT NULL,
  micros INTEGER,
  used_tokens INTEGER NOT NULL DEFAULT 0,
  used_micros INTEGER NOT NULL DEFAULT 0,
  overrun INTEGER NOT NULL DEFAULT 0,
  state TEXT NOT NULL,
  owner TEXT NOT NULL,
  made_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX reservations_open ON reservations (made_ms) WHERE state = 'open';
`;

const second = `
CREATE TABLE numbered_events (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  run_id TEXT NOT NULL,
  event_id TEXT NOT NULL,
  body TEXT NOT NULL,
  UNIQUE (run_id, event_id)
) STRICT;
INSERT INTO numbered_events (run_id, event_id, body)
  SELECT e.run_id, e.event_id, e.body FROM events e LEFT JOIN runs r ON r.id = e.run_id ORDER BY r.sequence, e.event_id;
DROP TABLE events;
ALTER TABLE numbered_events RENAME TO events;

ALTER TABLE phases ADD COLUMN complexity TEXT NOT NULL DEFAULT 'medium';
UPDATE phases SET complexity = coalesce(json_extract(substr(spec, 2), '$.complexity'), 'medium')
  WHERE substr(spec, 1, 1) = '=' AND json_valid(substr(spec, 2));
CREATE INDEX phases_by_kind ON phases (category, complexity, ended_ms) WHERE ended_ms IS NOT NULL;

ALTER TABLE phases ADD COLUMN trajectory TEXT NOT NULL DEFAULT 'keep';
CREATE TABLE upkeep (
  task TEXT PRIMARY KEY,
  done_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

ALTER TABLE calls ADD COLUMN saved INTEGER NOT NULL DEFAULT 0;
ALTER TABLE calls ADD COLUMN tools TEXT;
ALTER TABLE calls ADD COLUMN tool_calls TEXT;
ALTER TABLE calls ADD COLUMN price_source TEXT;
ALTER TABLE calls ADD COLUMN price_date TEXT;
ALTER TABLE run_spend ADD COLUMN saved INTEGER NOT NULL DEFAULT 0;
ALTER TABLE rollups ADD COLUMN saved INTEGER NOT NULL DEFAULT 0;

CREATE TABLE attempt_spend (
  run_id TEXT NOT NULL,
  phase_id TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  calls INTEGER NOT NULL,
  input INTEGER NOT NULL,
  cached INTEGER NOT NULL,
  output INTEGER NOT NULL,
  micros INTEGER NOT NULL,
  saved INTEGER NOT NULL,
  computed INTEGER NOT NULL,
  estimated INTEGER NOT NULL,
  unknown INTEGER NOT NULL,
  PRIMARY KEY (run_id, phase_id, attempt)
) STRICT, WITHOUT ROWID;
INSERT INTO attempt_spend (run_id, phase_id, attempt, calls, input, cached, output, micros, saved, computed, estimated,
    unknown)
  SELECT run_id, phase_id, attempt, count(*), sum(input), sum(cached), sum(output), sum(micros), 0,
    sum(label = 'computed'), sum(label = 'estimated'), sum(label = 'unknown')
  FROM calls WHERE authority > 0 GROUP BY run_id, phase_id, attempt;

INSERT INTO budgets (level, key, used_micros, used_tokens)
  SELECT 'month', substr(day, 1, 7), sum(used_micros), sum(used_tokens) FROM reservations GROUP BY 2;

CREATE TABLE dismissals (
  fingerprint TEXT PRIMARY KEY,
  category TEXT NOT NULL,
  file TEXT,
  claim TEXT NOT NULL,
  reason TEXT NOT NULL,
  dismissed_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE calibrations (
  component TEXT NOT NULL,
  model TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  result TEXT NOT NULL,
  PRIMARY KEY (component, model)
) STRICT, WITHOUT ROWID;
CREATE INDEX findings_by_fingerprint ON findings (fingerprint, run_id);

ALTER TABLE attempts ADD COLUMN context TEXT;
ALTER TABLE attempts ADD COLUMN claims TEXT;
ALTER TABLE attempts ADD COLUMN candidates TEXT;
CREATE TABLE tool_uses (
  run_id TEXT NOT NULL,
  phase_id TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  event_id TEXT NOT NULL,
  tool TEXT NOT NULL,
  category TEXT,
  request TEXT NOT NULL,
  outcome TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  seconds REAL NOT NULL,
  detail TEXT,
  PRIMARY KEY (run_id, phase_id, attempt, event_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE lesson_decisions (
  key TEXT PRIMARY KEY,
  rule TEXT NOT NULL,
  decision TEXT NOT NULL,
  decided_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
`;

const third = `
ALTER TABLE attempts ADD COLUMN arm TEXT;
ALTER TABLE attempts ADD COLUMN version TEXT;
ALTER TABLE calls ADD COLUMN arm TEXT;
`;

/** Each takes the schema from the version before to its own; a file's version is how many of them it has had. */
export const migrations: readonly string[] = [first, second, third];
