import { z } from 'zod';
import { auditSchema } from './audit.ts';
import { checkReportSchema } from './checks.ts';
import { deploymentSchema } from './deployment.ts';
import { costLabelSchema, microsSchema, spendSchema, tokensSchema } from './money.ts';
import { landingSchema, stagedSchema } from './proposal.ts';
import { riskSchema } from './risk.ts';
import { autonomySchema, capsSchema, landingBranchSchema, phaseSpecSchema } from './spec.ts';
import { strategySchema } from './strategy.ts';
import { verdictSchema } from './verdict.ts';

export const failureReasonSchema = z.enum(['budget', 'policy', 'environment', 'fault']);
export type FailureReason = z.infer<typeof failureReasonSchema>;

export const phaseStates = [
  'queued',
  'building',
  'checking',
  'auditing',
  'awaiting-review',
  'landing',
  'landed',
  'rejected',
  'stuck',
  'failed',
  'cancelled',
] as const;
export const phaseStateSchema = z.enum(phaseStates);
export type PhaseState = z.infer<typeof phaseStateSchema>;

export const runStateSchema = z.enum([
  'planning',
  'running',
  'paused',
  'awaiting-review',
  'done',
  'failed',
  'cancelled',
]);
export type RunState = z.infer<typeof runStateSchema>;

export const tierStates = ['pending', 'in-progress', 'clean', 'not-clean', 'failed', 'skipped'] as const;
export const tierStateSchema = z.enum(tierStates);
export type TierState = z.infer<typeof tierStateSchema>;

/** How a phase stands at the end of a run, as `--json` prints it. */
export const phaseOutcomeSchema = z.object({
  id: z.string(),
  state: phaseStateSchema,
  /** One sentence; null where nothing needs saying. */
  reason: z.string().nullable(),
  attempts: z.int().nonnegative(),
  /** The landed commit. */
  commit: z.string().nullable(),
  tokens: tokensSchema,
  costMicros: microsSchema,
  costLabel: costLabelSchema,
});
export type PhaseOutcome = z.infer<typeof phaseOutcomeSchema>;

export const runOutcomeSchema = z.enum(['done', 'awaiting-review', 'failed', 'cancelled']);
export type RunOutcome = z.infer<typeof runOutcomeSchema>;

/** Everything a run needs to go on later: frozen when it starts. */
export const frozenPlanSchema = z.object({
  id: z.string(),
  goal: z.string(),
  autonomy: autonomySchema,
  landingBranch: landingBranchSchema,
  budget: capsSchema,
  /** Full ref that phases land on: the current branch, or one of the run's own. */
  landsOn: z.string(),
  /** Full ref that a run branch is merged into at the end; null where phases land on the branch itself. */
  mergesInto: z.string().nullable(),
  tiers: z.array(
    z.object({
      id: z.string(),
      title: z.string(),
      budget: z.object({ usd: z.number().optional(), tokens: z.number().optional() }),
      phases: z.array(phaseSpecSchema),
    }),
  ),
  /** The rules it was begun with; absent in runs of older versions, and where no phase is run. */
  strategy: strategySchema.optional(),
  /** The models and prices it was begun with, as the configuration has them, without providers. */
  models: z.record(z.string(), z.unknown()).optional(),
  /** The model version that is served in another's place, to the end of the run; absent where none is. */
  deployment: deploymentSchema.optional(),
  /** The plan's file, relative to the repository; absent where phases were named one by one. */
  file: z.string().optional(),
  /** Caps that a person raised while it went on, beyond what the plan, the rules and the configuration allow. */
  raised: z.object({ run: capsSchema, tiers: z.record(z.string(), capsSchema) }).optional(),
  /** The run that did the phases before these. */
  continues: z.string().optional(),
});
export type FrozenPlan = z.infer<typeof frozenPlanSchema>;

/** A phase of a run as the store knows it: what a review, a report or a rollback starts from. */
export const phaseRecordSchema = z.object({
  runId: z.string(),
  id: z.string(),
  tierId: z.string().nullable(),
  spec: phaseSpecSchema,
  state: phaseStateSchema,
  failure: failureReasonSchema.nullable(),
  reason: z.string().nullable(),
  attempts: z.int().nonnegative(),
  startedAt: z.string().nullable(),
  endedAt: z.string().nullable(),
  staged: stagedSchema.nullable(),
  checks: checkReportSchema.nullable(),
  audit: auditSchema.nullable(),
  risk: riskSchema.nullable(),
  verdict: verdictSchema.nullable(),
  landing: landingSchema.nullable(),
  /** The commit that took the landing back, or the full ref that keeps an undone one; null while it stands. */
  rolledBack: z.string().nullable(),
  spend: spendSchema,
});
export type PhaseRecord = z.infer<typeof phaseRecordSchema>;

export const runRecordSchema = z.object({
  id: z.string(),
  plan: frozenPlanSchema,
  state: runStateSchema,
  reason: z.string().nullable(),
  /** Replies came from a cassette: its figures are those of the recorded calls. */
  recorded: z.boolean(),
  startedAt: z.string(),
  endedAt: z.string().nullable(),
  phases: z.array(phaseRecordSchema),
  spend: spendSchema,
});
export type RunRecord = z.infer<typeof runRecordSchema>;
