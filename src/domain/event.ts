import { z } from 'zod';
import { auditSchema, scanSchema } from './audit.ts';
import { candidateSchema, claimSchema, contextReportSchema, editorFindingsSchema, toolUseSchema } from './building.ts';
import { checkReportSchema, checkResultSchema } from './checks.ts';
import { roleSchema } from './config.ts';
import { controlSchema } from './control.ts';
import { armNameSchema, deploymentEndSchema } from './deployment.ts';
import { budgetLevelSchema, faultSchema } from './fault.ts';
import { costSchema, microsSchema, spendSchema, tokensSchema } from './money.ts';
import { promotionSchema } from './promotion.ts';
import { landingSchema, stagedSchema } from './proposal.ts';
import { replaySummarySchema } from './replay.ts';
import { riskSchema } from './risk.ts';
import { routeSchema } from './route.ts';
import {
  failureReasonSchema,
  frozenPlanSchema,
  phaseOutcomeSchema,
  phaseStateSchema,
  runOutcomeSchema,
  tierStateSchema,
} from './run.ts';
import { phaseSpecSchema } from './spec.ts';
import { becauseSchema, verdictSchema } from './verdict.ts';

export const stageSchema = z.enum(['ACK', 'DISPATCH', 'COMPLETE', 'AGGREGATE', 'ERROR']);

const envelope = {
  /** Unique and sortable by time within a run. */
  eventId: z.string(),
  runId: z.string(),
  phaseId: z.string().optional(),
  /** From 1. */
  attempt: z.int().positive().optional(),
  /** Reviewer, gatherer or model role that it comes from. */
  component: z.string().optional(),
  stage: stageSchema,
  /** ISO 8601, UTC. */
  at: z.string(),
};

function event<Type extends string, Shape extends z.ZodRawShape>(type: Type, shape: Shape) {
  return z.object({ ...envelope, type: z.literal(type), ...shape });
}

/** Everything that happens in a run. The store, `--json`, SSE and the dashboard all carry these objects. */
export const engineEventSchema = z.discriminatedUnion('type', [
  event('run-start', {
    plan: frozenPlanSchema,
    models: z.object({ builder: z.string(), auditor: z.string() }),
    /** Replies come from a cassette: no model is called. */
    recorded: z.boolean(),
    /** True where an earlier part of this run went before. */
    resumed: z.boolean(),
    /** What holds to the end of the run, by name: models, prices, strategy. A resume compares it. */
    frozen: z.record(z.string(), z.string()).optional(),
    /** What similar phases had cost by then; absent where there is no history. */
    forecast: z.object({ p50Micros: microsSchema.nullable(), p90Micros: microsSchema.nullable() }).optional(),
  }),
  event('phase-start', { spec: phaseSpecSchema, tierId: z.string(), base: z.string() }),
  event('attempt-start', {
    model: z.string(),
    reason: z.string(),
    /** Commit that the proposal is written against. */
    base: z.string().optional(),
    /** How the model was chosen; absent from runs of older versions. */
    route: routeSchema.optional(),
  }),
  event('phase-progress', { state: phaseStateSchema }),
  event('call-start', {
    callId: z.string(),
    role: roleSchema,
    model: z.string(),
    /** Worst case, set aside before anything is sent; null micros where the price is unknown. */
    reserved: z.object({ tokens: z.int(), micros: z.int().nullable() }),
    /** Which arm of a deployed version it is served by; absent where none has a say. */
    arm: armNameSchema.optional(),
  }),
  event('call-retry', { callId: z.string(), afterSeconds: z.number(), fault: faultSchema }),
  /** Another model is asked instead; the calls say which one answered. */
  event('model-fallback', {
    role: roleSchema,
    from: z.string(),
    to: z.string(),
    /** The provider cannot serve now, or the worst case does not fit the budget. */
    why: z.enum(['outage', 'budget']),
    /** In words, as a whole sentence. */
    reason: z.string(),
    /** What the provider failed with, now or when it was last asked. */
    fault: faultSchema.nullable(),
  }),
  event('call-end', {
    callId: z.string(),
    role: roleSchema,
    model: z.string(),
    tokens: tokensSchema,
    cost: costSchema,
    seconds: z.number(),
    /** The provider used more than was set aside. */
    overrun: z.boolean(),
    fault: faultSchema.nullable(),
    arm: armNameSchema.optional(),
  }),
  /** The spec was written against another commit, and files in its scope changed since. */
  event('drift-found', { base: z.string(), known: z.boolean(), paths: z.array(z.string()) }),
  event('context-gathered', {
    report: contextReportSchema,
    /** With the first brief of a phase on a base, where an editor was asked. */
    editor: editorFindingsSchema.optional(),
  }),
  event('tool-used', { use: toolUseSchema }),
  event('candidates-ranked', { candidates: z.array(candidateSchema) }),
  event('patch-staged', {
    staged: stagedSchema,
    summary: z.string(),
    /** What the Builder claims of its change; absent in events of older versions. */
    claims: z.array(claimSchema).optional(),
    tests: z.array(z.string()).optional(),
  }),
  event('patch-refused', { fault: faultSchema }),
  event('scan-end', { scan: scanSchema }),
  event('check-start', { command: z.string() }),
  event('check-end', { result: checkResultSchema }),
  event('checks-end', { report: checkReportSchema }),
  event('audit-end', { audit: auditSchema }),
  event('verdict-reached', { verdict: verdictSchema, risk: riskSchema.nullable() }),
  event('reflection-made', { because: becauseSchema, reflection: z.string() }),
  event('budget-warning', { level: budgetLevelSchema, percent: z.int(), message: z.string() }),
  event('review-requested', { reasons: z.array(z.string()) }),
  event('review-decided', { decision: z.enum(['approve', 'reject', 'revise']), note: z.string().nullable() }),
  event('phase-landed', { landing: landingSchema }),
  event('phase-rolled-back', { landing: landingSchema, commit: z.string() }),
  /** The branch no longer has the landing; the ref `kept` does. */
  event('phase-undone', { landing: landingSchema, kept: z.string() }),
  event('notice', { level: z.enum(['info', 'warning']), message: z.string() }),
  event('phase-end', {
    state: phaseStateSchema,
    failure: failureReasonSchema.nullable(),
    reason: z.string().nullable(),
    fault: faultSchema.nullable(),
    attempts: z.int().nonnegative(),
    commit: z.string().nullable(),
    spend: spendSchema,
  }),
  /** Somebody asked something of the run, and the run took it up. */
  event('run-controlled', { control: controlSchema, reason: z.string().nullable() }),
  /** A deployed version was taken back by itself: later runs are served by the baseline again. */
  event('deployment-end', { deployment: deploymentEndSchema }),
  event('tier-end', {
    tierId: z.string(),
    state: tierStateSchema,
    reason: z.string().nullable(),
    /** What was counted against the limits of the tier. */
    counts: z.object({ minors: z.int(), majors: z.int(), failedChecks: z.int() }),
  }),
  /** A run that ended well went on: into the branch it left from, or into a pull request. */
  event('run-promoted', { promotion: promotionSchema }),
  event('run-end', {
    outcome: runOutcomeSchema,
    exitCode: z.int(),
    reason: z.string().nullable(),
    phases: z.array(phaseOutcomeSchema),
    /** Of a replay alone. */
    replay: replaySummarySchema.optional(),
  }),
]);
export type EngineEvent = z.infer<typeof engineEventSchema>;
export type EngineEventType = EngineEvent['type'];
export type EventOf<Type extends EngineEventType> = Extract<EngineEvent, { type: Type }>;

type Loose<Event> = Event extends EngineEvent ? Omit<Event, 'eventId' | 'at' | 'runId'> : never;
/** An event before the emitter of its run stamps it with `eventId`, `at` and `runId`. */
export type EventDraft = Loose<EngineEvent>;
