import { EngineError } from '../domain/engine-error.ts';
import { placesOf, readSecretPattern, type SecretPattern } from './redact-patterns.ts';

export interface RedactionOptions {
  /** Values that must never be kept, such as those of `.env` files and the provider keys in use. */
  readonly secrets?: readonly string[];
  /** Patterns of the user's own, in the syntax of `redact-patterns.ts`. */
  readonly patterns?: readonly string[];
}

interface Redacted {
  readonly text: string;
  /** How many places were taken out. */
  readonly count: number;
}

/** Takes secrets out of what is about to be kept. Pure; its time grows with the length of the text and no faster. */
export interface Redactor {
  text(text: string): Redacted;
  /** The same value with every string in it redacted, but for the names that hold the records together. */
  value<Value>(value: Value): Value;
}

/** Start, end and kind of one secret. */
type Place = readonly [start: number, end: number, kind: string];

interface Rule {
  readonly kind: string;
  /**
   * Fixed beginning, then one class to its end: a failed start costs no more than the shortest match, so that the
   * whole stays linear. The secret is the group `secret`, or all of it.
   */
  readonly pattern: RegExp;
}

const rules: readonly Rule[] = [
  { kind: 'key', pattern: /(?<![A-Za-z0-9])(?:sk|rk|pk)[-_](?:live|test|proj|ant|or|svcacct)[-_][A-Za-z0-9_-]{16,}/g },
  { kind: 'key', pattern: /(?<![A-Za-z0-9_-])sk-[A-Za-z0-9_-]{20,}/g },
  { kind: 'token', pattern: /(?<![A-Za-z0-9])gh[oprsu]_[A-Za-z0-9]{20,}/g },
  { kind: 'token', pattern: /(?<![A-Za-z0-9])github_pat_[A-Za-z0-9_]{20,}/g },
  { kind: 'token', pattern: /(?<![A-Za-z0-9])glpat-[A-Za-z0-9_-]{16,}/g },
  { kind: 'token', pattern: /(?<![A-Za-z0-9])xox[abeoprs]-[A-Za-z0-9-]{10,}/g },
  { kind: 'token', pattern: /(?<![A-Za-z0-9])(?:npm|hf|dop_v1|shpat|pypi)[_-][A-Za-z0-9_-]{24,}/g },
  { kind: 'key', pattern: /(?<![A-Za-z0-9])AIza[A-Za-z0-9_-]{30,}/g },
  { kind: 'key', pattern: /(?<![A-Za-z0-9])(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}(?![A-Za-z0-9])/g },
  { kind: 'key', pattern: /(?<![A-Za-z0-9])SG\.[A-Za-z0-9_-]{16,64}\.[A-Za-z0-9_-]{16,}/g },
  {
    kind: 'token',
    pattern: /(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]{4,})?/g,
  },
  { kind: 'token', pattern: /(?<![A-Za-z])(?:Bearer|bearer|BEARER) {1,4}(?<secret>[A-Za-z0-9._~+/=-]{16,})/dg },
  { kind: 'password', pattern: /(?<![A-Za-z])(?:Basic|basic|BASIC) {1,4}(?<secret>[A-Za-z0-9+/=]{16,})/dg },
  {
    kind: 'value',
    pattern:
      /(?:secret|token|passw(?:or)?d|passphrase|api[_-]?key|access[_-]?key|private[_-]?key|credentials?)\\?["']?[ \t]{0,8}(?::=|=>|[:=])[ \t]{0,8}\\?["'](?<secret>(?=[^"'\\\s]{0,64}\d)[^"'\\\s]{8,})/dgi,
  },
  {
    kind: 'value',
    pattern:
      /(?<=^|[\n;]|\\n)(?:export )?[A-Z0-9_]{0,40}(?:SECRET|TOKEN|PASSWORD|PASSWD|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY)[A-Z0-9_]{0,40}=(?<secret>[^\s"'$<({\\]{8,})/dg,
  },
];

const shortestText = 8;
const mostPasses = 8;

/** Makes a redactor. Throws `config/invalid` where a pattern cannot be read. */
export function createRedactor(options: RedactionOptions = {}): Redactor {
  const secrets = spellingsOf(options.secrets ?? []);
  const patterns = (options.patterns ?? []).map(patternOf);
  const redactOnce = (text: string): Redacted => {
    const places = [
      ...secrets.flatMap((secret) => literalPlaces(text, secret)),
      ...patterns.flatMap((pattern) => placesOf(pattern, text).map(([start, end]): Place => [start, end, 'pattern'])),
      ...privateKeyPlaces(text),
      ...connectionPlaces(text),
      ...rules.flatMap((rule) => rulePlaces(text, rule)),
    ];
    return places.length === 0 ? { text, count: 0 } : takeOut(text, places);
  };
  const redactText = (text: string): Redacted => {
    let redacted: Redacted = { text, count: 0 };
    // Two secrets without a gap read as one word until the first of them is out.
    for (let pass = 0; pass < mostPasses && redacted.text.length >= shortestText; pass++) {
      const next = redactOnce(redacted.text);
      if (next.count === 0) break;
      redacted = { text: next.text, count: redacted.count + next.count };
    }
    return redacted;
  };
  return {
    text: redactText,
    value: <Value>(value: Value) => redactDeep(value, (text) => redactText(text).text) as Value,
  };
}

function patternOf(source: string): SecretPattern {
  const pattern = readSecretPattern(source);
  if (pattern.ok) return pattern.value;
  const at = { file: 'ledger.redact', line: null, column: null };
  throw new EngineError({ code: 'config/invalid', problem: pattern.fault, at });
}

/** A secret as it stands, as it stands in JSON and in an address, and in Base64; the longest first. */
function spellingsOf(secrets: readonly string[]): readonly string[] {
  const spellings = secrets
    .filter((secret) => secret.trim().length >= shortestText)
    .flatMap((secret) => [
      secret,
      JSON.stringify(secret).slice(1, -1),
      encodeURIComponent(secret),
      Buffer.from(secret).toString('base64').replace(/=+$/, ''),
    ]);
  return [...new Set(spellings)].sort((a, b) => b.length - a.length);
}

function literalPlaces(text: string, secret: string): readonly Place[] {
  const places: Place[] = [];
  for (let at = text.indexOf(secret); at !== -1; at = text.indexOf(secret, at + secret.length)) {
    places.push([at, at + secret.length, 'secret']);
  }
  return places;
}

function rulePlaces(text: string, { kind, pattern }: Rule): readonly Place[] {
  const places: Place[] = [];
  for (const match of text.matchAll(pattern)) {
    const [start, end] = match.indices?.groups?.secret ?? [match.index, match.index + match[0].length];
    places.push([start, end, kind]);
  }
  return places;
}

/** From each BEGIN line to its END line; a key that is cut off is taken out to the end of the text. */
function privateKeyPlaces(text: string): readonly Place[] {
  const places: Place[] = [];
  const begin = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g;
  for (let match = begin.exec(text); match; match = begin.exec(text)) {
    const start = match.index + match[0].length;
    const foot = text.indexOf('-----END', start);
    const end = foot === -1 ? text.length : foot;
    if (end > start && !text.startsWith('[redacted:', start)) places.push([start, end, 'private-key']);
    begin.lastIndex = Math.max(end, start);
  }
  return places;
}

const longestScheme = 24;
const longestAuthority = 512;

/** The password of `scheme://user:password@host`. */
function connectionPlaces(text: string): readonly Place[] {
  const places: Place[] = [];
  for (let at = text.indexOf('://'); at !== -1; at = text.indexOf('://', at + 3)) {
    if (!/[a-z0-9+.-]$/i.test(text.slice(Math.max(0, at - longestScheme), at))) continue;
    const rest = text.slice(at + 3, at + 3 + longestAuthority);
    const authority = /^[^\s/?#"'`<>]{0,512}/.exec(rest)?.[0] ?? '';
    const host = authority.lastIndexOf('@');
    const colon = authority.indexOf(':');
    if (colon === -1 || host <= colon + 1) continue;
    const password = authority.slice(colon + 1, host);
    if (password.startsWith('[redacted:') || /^[$<{%*]/.test(password)) continue;
    places.push([at + 4 + colon, at + 3 + host, 'password']);
  }
  return places;
}

/** Replaces the places by their kind; of places that overlap the whole stretch goes. */
function takeOut(text: string, places: readonly Place[]): Redacted {
  const sorted = [...places].sort((a, b) => a[0] - b[0] || b[1] - a[1]);
  const pieces: string[] = [];
  let at = 0;
  let count = 0;
  for (const [start, end, kind] of sorted) {
    if (end <= at) continue;
    if (start >= at) {
      pieces.push(text.slice(at, start), `[redacted:${kind}]`);
      count += 1;
    }
    at = end;
  }
  pieces.push(text.slice(at));
  return { text: pieces.join(''), count };
}

/** Fields that tie records together or must parse again; none of them is free text. */
const structural = new Set([
  'eventId',
  'runId',
  'phaseId',
  'tierId',
  'callId',
  'id',
  'type',
  'stage',
  'at',
  'state',
  'code',
  'role',
  'component',
  'model',
  'commit',
  'tree',
  'base',
  'parent',
  'branch',
  'ref',
  'landsOn',
  'mergesInto',
  'dependsOn',
  'outputHash',
  'fingerprint',
  'signature',
]);

function redactDeep(value: unknown, redact: (text: string) => string): unknown {
  if (typeof value === 'string') return redact(value);
  if (Array.isArray(value)) return value.map((item) => redactDeep(item, redact));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, structural.has(name) ? item : redactDeep(item, redact)]),
  );
}
