import type { Finding } from '../domain/audit.ts';

/** Lines that reviewers count differently are the same line up to here. */
const nearLines = 3;
/** Share of words that two claims must have in common to say the same. */
const sameWords = 0.5;

export function sourceOf({ component, model }: Pick<Finding, 'component' | 'model'>): string {
  return model === null ? component : `${component} ${model}`;
}

/**
 * One finding for each thing that was found: what several reviewers say of the same place, in the same words or with
 * the same evidence, becomes the gravest of them and names the others.
 */
export function mergeDuplicates(findings: readonly Finding[]): readonly Finding[] {
  const merged: Finding[] = [];
  for (const finding of findings) {
    const at = merged.findIndex((other) => saysTheSame(other, finding));
    const known = merged[at];
    if (known) merged[at] = joined(known, finding);
    else merged.push(finding);
  }
  return merged;
}

function joined(a: Finding, b: Finding): Finding {
  const [graver, other] = a.severity === 'minor' && b.severity === 'major' ? [b, a] : [a, b];
  const sources = [...(graver.agreeing ?? []), sourceOf(other), ...(other.agreeing ?? [])];
  const agreeing = [...new Set(sources)].filter((source) => source !== sourceOf(graver));
  const suggestion = graver.suggestion ?? other.suggestion;
  return { ...graver, suggestion, ...(agreeing.length > 0 ? { agreeing } : {}) };
}

function saysTheSame(a: Finding, b: Finding): boolean {
  if (a.fingerprint === b.fingerprint) return a.line === b.line || a.model !== null || b.model !== null;
  // Each rule says a thing once, and says another thing each time.
  if (a.model === null && b.model === null) return false;
  if (!isNear(a, b)) return false;
  if (likeness(a.claim, b.claim) >= sameWords) return true;
  // Two majors in other words may be two things: neither goes unread.
  const bothMajor = a.severity === 'major' && b.severity === 'major';
  return !bothMajor && a.category === b.category && quotesTheSame(a, b);
}

/** Whether two findings speak of the same place. */
export function isNear(a: Finding, b: Finding): boolean {
  if (a.file !== b.file) return false;
  if (a.line === null || b.line === null) return a.line === b.line;
  return Math.abs(a.line - b.line) <= nearLines;
}

function quotesTheSame(a: Finding, b: Finding): boolean {
  const plain = (text: string) => text.replace(/\s+/g, ' ').trim();
  return plain(a.evidence) !== '' && plain(a.evidence) === plain(b.evidence);
}

function wordsOf(text: string): ReadonlySet<string> {
  return new Set(text.toLowerCase().match(/[\p{L}\p{N}_]{3,}/gu) ?? []);
}

function likeness(a: string, b: string): number {
  const [left, right] = [wordsOf(a), wordsOf(b)];
  const common = [...left].filter((word) => right.has(word)).length;
  const all = left.size + right.size - common;
  return all === 0 ? 0 : common / all;
}
