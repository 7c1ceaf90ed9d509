import { type ChangeAudit, describeNotShown } from '../compose/audit-change.ts';
import type { AsideFinding, Finding } from '../domain/audit.ts';
import { describeFindings, diffStat } from '../domain/describe-event.ts';
import { formatCost } from '../domain/money.ts';

/** The quality gate in a reviewer's words. */
const gates = { land: 'pass', review: 'needs-review', revise: 'blocked', stop: 'blocked' } as const;

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

export function auditLines(change: ChangeAudit): readonly string[] {
  const { verdict, audit, risk, spend, staged, notShown, runId } = change;
  const lines = [`${change.title}: ${diffStat(staged.files)}`, ''];
  for (const finding of audit.findings) lines.push(...findingLines(finding));
  const aside = (audit.aside ?? []).filter((finding) => finding.aside !== 'over-limit');
  if (aside.length > 0) lines.push('', 'Set aside, not counted:', ...aside.map(asideLine));
  if (audit.findings.length + aside.length > 0) lines.push('');
  const unread = describeNotShown(notShown);
  if (unread) lines.push(unread);
  for (const { component, model, failure } of audit.panel) {
    lines.push(`reviewer: ${component}${model ? ` ${model}` : ''}${failure ? `: ${failure}` : ''}`);
  }
  if (runId === null) lines.push('No model was asked: only what can be told without one was looked for.');
  const parts = risk.parts.map((part) => `${part.name} ${part.points}`).join(', ');
  lines.push(`Risk ${risk.level}, ${risk.score} of 100${parts ? ` (${parts})` : ''}. Cost ${formatCost(spend.cost)}.`);
  lines.push(`${gates[verdict.type].replace('-', ' ')}: ${describeFindings(audit.findings)}`);
  if (verdict.type === 'review') lines.push(...verdict.reasons.map((reason) => `  ${reason}`));
  return lines;
}

function findingLines(finding: Finding): readonly string[] {
  const { severity, category, claim, evidence, suggestion, fingerprint, component, agreeing } = finding;
  const also = agreeing ? `, also ${agreeing.join(', ')}` : '';
  return [
    `${severity} ${category}${placeOf(finding)}: ${claim}`,
    ...evidence.split('\n').map((line) => `    ${line}`),
    ...(suggestion ? [`  ${suggestion}`] : []),
    `  ${component}${also}, ${fingerprint}`,
  ];
}

function asideLine(finding: AsideFinding): string {
  return `${finding.aside} ${finding.severity}${placeOf(finding)}: ${finding.claim} (${finding.because})`;
}

function placeOf({ file, line }: Finding): string {
  return file === null ? '' : ` ${file}${line === null ? '' : `:${line}`}`;
}
