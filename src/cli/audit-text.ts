import { type ChangeAudit, describeNotShown } from '../compose/audit-change.ts';
import { gates } from '../compose/audit-json.ts';
import type { AsideFinding, Finding } from '../domain/audit.ts';
import { describeFindings, diffStat } from '../domain/describe-event.ts';
import { formatCost } from '../domain/money.ts';

export function auditLines(change: ChangeAudit): readonly string[] {
  const { verdict, audit, risk, spend, staged, notShown, runId } = change;
  const lines = [`${change.title}: ${diffStat(staged.files)}`, ''];
  for (const finding of audit.findings) lines.push(...findingLines(finding));
  const aside = (audit.aside ?? []).filter((finding) => finding.aside !== 'over-limit');
  if (aside.length > 0) lines.push('', 'Set aside, not counted:', ...aside.map(asideLine));
  if (audit.findings.length + aside.length > 0) lines.push('');
  const unread = describeNotShown(notShown);
  if (unread) lines.push(unread);
  for (const { component, model, failure, because } of audit.panel) {
    const said = failure ?? because;
    lines.push(`reviewer: ${component}${model ? ` ${model}` : ''}${said ? `: ${said}` : ''}`);
  }
  if (runId === null) lines.push('No model was asked: only what can be told without one was looked for.');
  const parts = risk.parts.map((part) => `${part.name} ${part.points}`).join(', ');
  lines.push(`Risk ${risk.level}, ${risk.score} of 100${parts ? ` (${parts})` : ''}. Cost ${formatCost(spend.cost)}.`);
  lines.push(`${gates[verdict.type].replace('-', ' ')}: ${describeFindings(audit.findings)}`);
  if (verdict.type === 'review') lines.push(...verdict.reasons.map((reason) => `  ${reason}`));
  return lines;
}

function findingLines(finding: Finding): readonly string[] {
  const { severity, category, claim, evidence, suggestion } = finding;
  return [
    `${severity} ${category}${placeOf(finding)}: ${claim}`,
    ...evidence.split('\n').map((line) => `    ${line}`),
    ...(suggestion ? [`  ${suggestion}`] : []),
    `  ${sourceLine(finding)}`,
  ];
}

/** Who found it, how far that was right when it was measured here, and the name it is dismissed by. */
export function sourceLine({ component, agreeing, confidence, fingerprint }: Finding): string {
  const also = agreeing ? `, also ${agreeing.join(', ')}` : '';
  const measured = confidence === undefined ? '' : `, right in ${Math.round(confidence * 100)} % when measured here`;
  return `${component}${also}${measured}, ${fingerprint}`;
}

function asideLine(finding: AsideFinding): string {
  return `${finding.aside} ${finding.severity}${placeOf(finding)}: ${finding.claim} (${finding.because})`;
}

function placeOf({ file, line }: Finding): string {
  return file === null ? '' : ` ${file}${line === null ? '' : `:${line}`}`;
}
