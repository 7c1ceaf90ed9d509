import { createHash } from 'node:crypto';
import type { Finding } from '../domain/audit.ts';
import type { CheckFlag } from '../domain/checks.ts';
import type { PatchFlag } from '../domain/patch.ts';

/**
 * Names a finding so that it is known again after its lines moved: by category, file and what it says, without numbers.
 */
export function fingerprintOf(finding: Pick<Finding, 'category' | 'file' | 'claim'>): string {
  const claim = finding.claim
    .toLowerCase()
    .replace(/\d+/g, '#')
    .replace(/[^\p{L}#]+/gu, ' ')
    .trim();
  return createHash('sha256')
    .update(`${finding.category}\n${finding.file ?? ''}\n${claim}`)
    .digest('hex')
    .slice(0, 16);
}

export function withFingerprint(finding: Omit<Finding, 'fingerprint'>): Finding {
  return { ...finding, fingerprint: fingerprintOf(finding) };
}

/** What a rule found; the rest of a finding follows from which rule it was. */
export type RuleFinding = Pick<Finding, 'severity' | 'category' | 'file' | 'line' | 'claim' | 'evidence'> & {
  readonly suggestion?: string;
};

export function findingOfRule(name: string, found: RuleFinding): Finding {
  return withFingerprint({ suggestion: null, ...found, component: `scan:${name}`, model: null });
}

/** A protected path never blocks by itself: it makes a person sign. Hidden characters in code do block. */
const flagSeverities: Record<PatchFlag['kind'], Pick<Finding, 'severity' | 'category'>> = {
  'protected-path': { severity: 'minor', category: 'policy' },
  'mode-change': { severity: 'minor', category: 'policy' },
  'bidi-control': { severity: 'major', category: 'security' },
  'zero-width': { severity: 'major', category: 'security' },
  'look-alike': { severity: 'minor', category: 'security' },
};

export function findingOfPatchFlag(flag: PatchFlag): Finding {
  return findingOf(flag, flagSeverities[flag.kind]);
}

export function findingOfCheckFlag(flag: CheckFlag): Finding {
  return findingOf(flag, { severity: flag.severity, category: 'tests' });
}

function findingOf(
  { kind, file, line, detail }: PatchFlag | CheckFlag,
  weight: Pick<Finding, 'severity' | 'category'>,
) {
  return findingOfRule(kind, { ...weight, file, line, claim: detail, evidence: file });
}
