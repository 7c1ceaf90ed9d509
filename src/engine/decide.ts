import { type Audit, openMajors, type Scan } from '../domain/audit.ts';
import type { CheckReport } from '../domain/checks.ts';
import { evidenceMatrix } from '../domain/evidence-matrix.ts';
import type { Staged } from '../domain/proposal.ts';
import type { Risk, RiskLevel } from '../domain/risk.ts';
import type { Autonomy, PhaseSpec } from '../domain/spec.ts';
import type { Verdict } from '../domain/verdict.ts';
import { becauseOfCheck, becauseOfFindings, firstFailure } from './failure.ts';
import type { PhaseBounds } from './strategy.ts';

/** Everything a verdict rests on. No text of a model decides: findings count by their severity and category alone. */
export interface Evidence {
  readonly spec: PhaseSpec;
  readonly bounds: PhaseBounds;
  readonly scan: Scan;
  readonly checks: CheckReport;
  readonly audit: Audit;
  readonly staged: Pick<Staged, 'tree' | 'patch'>;
  readonly risk: Risk;
  readonly autonomy: Autonomy;
}

const landsByItself: Record<Autonomy, readonly RiskLevel[]> = {
  review: [],
  gated: ['low'],
  full: ['low', 'medium'],
};

/**
 * What becomes of an attempt. Pure. A failing check or an open major finding never lands, whatever else holds; what is
 * left lands by itself only where the autonomy allows that risk and every criterion is shown.
 */
export function decide(evidence: Evidence): Verdict {
  const { checks, audit } = evidence;
  const failed = firstFailure(checks);
  if (failed?.outcome === 'not-startable') {
    const fault = { code: 'check/not-startable', command: failed.command, detail: failed.output } as const;
    return { type: 'stop', because: becauseOfCheck(failed), fault };
  }
  if (failed) return { type: 'revise', because: becauseOfCheck(failed) };
  const majors = openMajors(audit);
  if (majors.some((finding) => finding.category === 'auditor-error')) {
    return { type: 'stop', because: becauseOfFindings(audit), fault: null };
  }
  if (majors.length > 0) return { type: 'revise', because: becauseOfFindings(audit) };
  const reasons = whyAPersonSigns(evidence);
  if (reasons.length > 0) return { type: 'review', reasons };
  return { type: 'land', reasons: [`${evidence.risk.level} risk, checks passed, no major finding`] };
}

function whyAPersonSigns(evidence: Evidence): string[] {
  const { spec, bounds, scan, checks, audit, risk, autonomy } = evidence;
  const reasons: string[] = [];
  if (autonomy === 'review') reasons.push('You sign every change.');
  else if (!landsByItself[autonomy].includes(risk.level)) reasons.push(`The risk is ${risk.level} (${risk.score}).`);
  if (bounds.personSigns)
    reasons.push(`Work of the kind \`${spec.category}\`, risk ${spec.risk}, is signed by a person.`);
  if (scan.protectedPaths.length > 0) reasons.push(`It touches ${scan.protectedPaths.join(', ')}.`);
  if (checks.withheld !== null) reasons.push(checks.withheld);
  const unshown = evidenceMatrix(evidence)
    .filter(({ state }) => state !== 'met')
    .map(({ criterion }) => criterion);
  if (unshown.length > 0) reasons.push(`Not shown: ${unshown.join('; ')}`);
  for (const { claim, lowered } of audit.findings) {
    if (lowered !== undefined) reasons.push(`A major finding was lowered to a minor: ${claim} (${lowered})`);
  }
  for (const { severity, aside, claim, because } of audit.aside ?? []) {
    if (severity === 'major' && aside === 'dismissed')
      reasons.push(`You dismissed a major finding: ${claim} (${because})`);
  }
  return reasons;
}
