import type { Audit, Scan } from '../domain/audit.ts';
import type { Claim } from '../domain/building.ts';
import type { CheckReport } from '../domain/checks.ts';
import type { Staged } from '../domain/proposal.ts';
import type { Risk } from '../domain/risk.ts';
import type { Verdict } from '../domain/verdict.ts';
import { emitFor, type RunContext, throwIfAborted } from './context.ts';
import { decide } from './decide.ts';
import { firstFailure } from './failure.ts';
import { panelModels } from './panel-models.ts';
import type { PanelRequest } from './ports/auditor.ts';
import type { Task } from './ports/builder.ts';
import { higherRisk, riskOf } from './risk.ts';
import { boundsOf } from './strategy.ts';

/** What was found out about one staged patch, with the verdict on it. */
export interface Examined {
  readonly scan: Scan;
  readonly checks: CheckReport;
  readonly audit: Audit;
  readonly risk: Risk;
  readonly verdict: Verdict;
}

export interface ExamineOptions {
  /** A person has signed: a patch on protected paths may now be run. */
  readonly signed: boolean;
  /** An audit of this very diff that still holds; null asks the panel. */
  readonly audit: Audit | null;
  /** What the Builder claims of its change. */
  readonly claims?: readonly Claim[];
}

/** Patch policy came before; then deterministic audits, then checks, then the panel, then `decide`. */
export async function examine(
  context: RunContext,
  task: Task,
  staged: Staged,
  options: ExamineOptions,
  signal: AbortSignal,
): Promise<Examined> {
  const { auditor } = context.parts;
  const { spec, scope } = task;
  const emit = emitFor(context, scope);
  const risk = riskOf(spec, staged);
  const scan = await auditor.scan(spec, staged);
  await emit({ type: 'scan-end', stage: 'COMPLETE', component: 'scan', scan });
  const checks = await runChecks(context, task, staged, scan, options.signed, signal);
  const audit = firstFailure(checks)
    ? withoutPanel(scan)
    : (options.audit ?? (await askPanel(context, task, { staged, scan, checks, risk }, options.claims ?? [], signal)));
  const verdict = decide({
    spec,
    bounds: boundsOf(spec, context.strategy),
    scan,
    checks,
    audit,
    staged,
    risk,
    autonomy: context.plan.autonomy,
  });
  await emit({ type: 'verdict-reached', stage: 'COMPLETE', verdict, risk });
  return { scan, checks, audit, risk, verdict };
}

/** No reviewer is paid for a change that a check already refused. */
function withoutPanel(scan: Scan): Audit {
  return { summary: 'Not reviewed: a check failed.', findings: scan.findings, panel: [] };
}

async function runChecks(
  context: RunContext,
  { spec, scope }: Task,
  staged: Staged,
  scan: Scan,
  signed: boolean,
  signal: AbortSignal,
): Promise<CheckReport> {
  const emit = emitFor(context, scope);
  await emit({ type: 'phase-progress', stage: 'DISPATCH', state: 'checking' });
  const progress = {
    onStart: (command: string) => emit({ type: 'check-start', stage: 'DISPATCH', command }),
    onEnd: (result: CheckReport['results'][number]) => emit({ type: 'check-end', stage: 'COMPLETE', result }),
  };
  const strict = boundsOf(spec, context.strategy).strictChecks;
  const report = await context.parts.verifier.run(scope, spec, staged, scan, { strict, signed }, progress, signal);
  throwIfAborted(signal);
  await emit({ type: 'checks-end', stage: 'COMPLETE', report });
  return report;
}

async function askPanel(
  context: RunContext,
  task: Task,
  { risk, ...change }: Pick<PanelRequest, 'staged' | 'scan' | 'checks'> & { readonly risk: Risk },
  claims: readonly Claim[],
  signal: AbortSignal,
): Promise<Audit> {
  const emit = emitFor(context, task.scope);
  await emit({ type: 'phase-progress', stage: 'DISPATCH', state: 'auditing' });
  const { personSigns, auditorAttempts } = boundsOf(task.spec, context.strategy);
  const care = personSigns ? higherRisk(risk.level, 'high') : risk.level;
  const models = panelModels({ models: context.models, config: context.parts.config }, task.spec);
  const reviewed = await context.parts.auditor.review(
    { task, ...change, care, models, tries: auditorAttempts },
    signal,
  );
  const audit = claims.length > 0 ? { ...reviewed, claims: [...claims] } : reviewed;
  await emit({ type: 'audit-end', stage: 'AGGREGATE', audit });
  return audit;
}
