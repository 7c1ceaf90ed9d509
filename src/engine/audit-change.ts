import type { Audit } from '../domain/audit.ts';
import type { CheckReport } from '../domain/checks.ts';
import { EngineError } from '../domain/engine-error.ts';
import { noSpend, type Spend } from '../domain/money.ts';
import type { Staged } from '../domain/proposal.ts';
import type { Risk } from '../domain/risk.ts';
import type { PhaseSpec } from '../domain/spec.ts';
import type { Strategy } from '../domain/strategy.ts';
import type { Verdict } from '../domain/verdict.ts';
import type { EngineParts } from './context.ts';
import { decide } from './decide.ts';
import type { Job, JobContext } from './job.ts';
import { panelModels } from './panel-models.ts';
import { protectedBy } from './protected-paths.ts';
import { higherRisk, riskOf } from './risk.ts';
import { boundsOf, phaseCap } from './strategy.ts';

/** A change that is no phase's: what somebody staged, a branch, a patch. */
export interface AuditRequest {
  /** What it is held against: scope, goal and panel. Its id stands for the phase. */
  readonly spec: PhaseSpec;
  readonly staged: Staged;
  /** No command is run; the report carries what the tests in the patch lose. */
  readonly checks: CheckReport;
  /** Stands for the run, such as `Audit what is staged`. */
  readonly title: string;
}

export interface AuditedChange {
  /** The run that its calls are kept under; null where no model was asked. */
  readonly runId: string | null;
  readonly audit: Audit;
  readonly risk: Risk;
  /** What would become of it: `land` where nothing stands against it. */
  readonly verdict: Verdict;
  readonly spend: Spend;
}

type RunJob = <Outcome>(job: Job, role: 'auditor', work: (context: JobContext) => Promise<Outcome>) => Promise<Outcome>;

/**
 * Audits a change without landing it. Without a configured model the deterministic auditors speak alone. Calls are
 * capped, counted and kept as those of a run.
 */
export async function auditChange(
  parts: EngineParts,
  strategy: Strategy,
  runJob: RunJob,
  request: AuditRequest,
  signal: AbortSignal,
): Promise<AuditedChange> {
  const { spec, checks } = request;
  const staged = protectedBy(strategy, parts.matching)(request.staged);
  const risk = riskOf(spec, staged);
  const scan = await parts.auditor.scan(spec, staged);
  const bounds = boundsOf(spec, strategy);
  const care = bounds.personSigns ? higherRisk(risk.level, 'high') : risk.level;
  const review = (
    task: Parameters<typeof parts.auditor.review>[0]['task'],
    models: ReturnType<typeof panelModels> | null,
  ) => parts.auditor.review({ task, staged, scan, checks, care, models, tries: bounds.auditorAttempts }, signal);
  const judged = (audit: Audit): Pick<AuditedChange, 'audit' | 'risk' | 'verdict'> => {
    // A person started it and reads its outcome: only what stands against the change counts.
    const evidence = { spec, bounds, staged, scan, checks, audit, risk, autonomy: 'full' } as const;
    return { audit, risk, verdict: decide(evidence) };
  };

  if (!hasAuditor(parts, spec)) {
    const scope = { runId: '', tierId: null, phaseId: spec.id, attempt: 1 };
    const audit = await review({ scope, spec, base: staged.base }, null);
    return { runId: null, spend: noSpend, ...judged(audit) };
  }
  return runJob({ name: spec.id, goal: request.title }, 'auditor', async ({ runId, scope, emit, models }) => {
    parts.budget.setCap('phase', `${runId}/${spec.id}`, phaseCap(spec, strategy));
    const of = { phaseId: spec.id, attempt: scope.attempt };
    await emit({ type: 'scan-end', stage: 'COMPLETE', component: 'scan', ...of, scan });
    const audit = await review({ scope, spec, base: staged.base }, panelModels({ models, config: parts.config }, spec));
    await emit({ type: 'audit-end', stage: 'AGGREGATE', ...of, audit });
    const outcome = judged(audit);
    await emit({ type: 'verdict-reached', stage: 'COMPLETE', ...of, verdict: outcome.verdict, risk });
    return { runId, spend: parts.store.run(runId)?.spend ?? noSpend, ...outcome };
  });
}

/** Whether any model is there to ask. One that is named but cannot be had is an error, not a silence. */
function hasAuditor(parts: EngineParts, spec: PhaseSpec): boolean {
  try {
    parts.modelsOf(async () => {}).for('auditor', spec.auditor.model);
    return true;
  } catch (error) {
    const absent = error instanceof EngineError && error.fault.code === 'model/not-configured';
    if (absent && !spec.auditor.panel && !spec.auditor.model) return false;
    throw error;
  }
}
