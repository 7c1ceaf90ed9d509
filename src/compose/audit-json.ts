import type { ChangeAudit } from './audit-change.ts';

/** The quality gate in a reviewer's words. */
export const gates = { land: 'pass', review: 'needs-review', revise: 'blocked', stop: 'blocked' } as const;

/** What `countersign audit --json` prints. */
export function auditJson({ verdict, audit, risk, spend, runId, staged, notShown, title }: ChangeAudit): unknown {
  const { tokens, cost, calls } = spend;
  return {
    type: 'audit',
    verdict: verdict.type,
    gate: gates[verdict.type],
    because: becauseOf(verdict),
    findings: audit.findings,
    aside: audit.aside ?? [],
    risk,
    panel: audit.panel,
    /** False where no model was asked: then these are deterministic findings alone. */
    reviewed: runId !== null,
    summary: audit.summary,
    usage: { calls, ...tokens, costMicros: cost.micros, costLabel: cost.label },
    title,
    runId,
    base: staged.base,
    tree: staged.tree,
    files: staged.files,
    notShown,
  };
}

function becauseOf(verdict: ChangeAudit['verdict']): readonly string[] {
  return 'reasons' in verdict ? verdict.reasons : [verdict.because.summary];
}
