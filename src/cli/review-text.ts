import { diffStat } from '../domain/describe-event.ts';
import { describeEvidence } from '../domain/describe-evidence.ts';
import type { EvidenceRow } from '../domain/evidence.ts';
import { evidenceMatrix } from '../domain/evidence-matrix.ts';
import { formatCost } from '../domain/money.ts';
import type { PhaseRecord, RunRecord } from '../domain/run.ts';
import { titleOf } from '../domain/spec.ts';
import { sourceLine } from './audit-text.ts';

/** What shows each criterion of a phase; stale where the branch it is to land on moved on since. */
function evidenceOf({ spec, staged, checks, audit }: PhaseRecord, isMoved: boolean): readonly EvidenceRow[] {
  if (!staged || !checks || !audit) return [];
  return evidenceMatrix({ spec, staged, checks, audit }).map((row) => (isMoved ? { ...row, stale: true } : row));
}

export function reviewJson(
  run: RunRecord,
  phase: PhaseRecord,
  skippedHooks: readonly string[],
  isMoved: boolean,
): unknown {
  return {
    type: 'review',
    runId: run.id,
    phaseId: phase.id,
    title: titleOf(phase.spec),
    state: phase.state,
    reason: phase.reason,
    patch: phase.staged?.patch ?? '',
    files: phase.staged?.files ?? [],
    repairs: phase.staged?.repairs ?? [],
    findings: phase.audit?.findings ?? [],
    aside: phase.audit?.aside ?? [],
    panel: phase.audit?.panel ?? [],
    criteria: evidenceOf(phase, isMoved),
    checks: phase.checks,
    risk: phase.risk,
    costMicros: phase.spend.cost.micros,
    costLabel: phase.spend.cost.label,
    skippedHooks,
  };
}

export function reviewLines(
  run: RunRecord,
  phase: PhaseRecord,
  skippedHooks: readonly string[],
  isMoved: boolean,
): readonly string[] {
  const lines = [`${titleOf(phase.spec)} (${run.id}/${phase.id})`, phase.spec.goal.trim(), ''];
  if (phase.reason) lines.push(phase.reason);
  if (phase.risk) {
    const parts = phase.risk.parts.map((part) => `${part.name} ${part.points}`).join(', ');
    lines.push(`Risk ${phase.risk.level}, ${phase.risk.score} of 100${parts ? ` (${parts})` : ''}.`);
  }
  lines.push(`Cost ${formatCost(phase.spend.cost)}.`, '');
  lines.push(...describeEvidence(evidenceOf(phase, isMoved)));
  for (const check of phase.checks?.results ?? []) lines.push(`check: ${check.command} ${check.outcome}`);
  if (phase.checks?.withheld) lines.push(phase.checks.withheld);
  for (const repair of phase.staged?.repairs ?? []) lines.push(`repaired: ${repair.file}: ${repair.detail}`);
  const findings = phase.audit?.findings ?? [];
  const heard = (phase.audit?.panel ?? []).filter(({ failure }) => failure === null);
  const by = heard.map(({ component, model }) => (model === null ? component : `${component} ${model}`)).join(', ');
  if (findings.length === 0) lines.push(by === '' ? 'review: no findings' : `review: no findings, by ${by}`);
  for (const finding of findings) {
    const place = finding.file === null ? '' : ` ${finding.file}${finding.line === null ? '' : `:${finding.line}`}`;
    lines.push(`${finding.severity} ${finding.category}${place}: ${finding.claim}`);
    lines.push(...finding.evidence.split('\n').map((line) => `    ${line}`), `  ${sourceLine(finding)}`);
  }
  for (const { aside, severity, claim, because } of phase.audit?.aside ?? []) {
    if (aside !== 'over-limit') lines.push(`set aside, ${aside} ${severity}: ${claim} (${because})`);
  }
  for (const { component, failure, because } of phase.audit?.panel ?? []) {
    if (failure ?? because) lines.push(`reviewer ${component}: ${failure ?? because}`);
  }
  lines.push('', diffStat(phase.staged?.files ?? []), '', phase.staged?.patch ?? '');
  if (skippedHooks.length > 0) {
    lines.push(`Your commit hooks do not run when this lands (${skippedHooks.join(', ')}): \`landing.hooks\` is off.`);
  }
  const selector = `${run.id}/${phase.id}`;
  lines.push(`Sign it with: countersign review ${selector} --approve`);
  lines.push(`Refuse it with: countersign review ${selector} --reject, or --revise NOTE`);
  return lines;
}
