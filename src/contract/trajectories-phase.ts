import { z } from 'zod';
import { severitySchema } from '../domain/audit.ts';
import { tokensSchema } from '../domain/money.ts';
import { fileStatSchema } from '../domain/patch.ts';
import { riskLevels } from '../domain/risk.ts';
import { phaseStateSchema } from '../domain/run.ts';
import { amountSchema } from './amount.ts';
import { runRowSchema } from './trajectories-list.ts';

export const stepKinds = [
  'context',
  'call',
  'tool',
  'stage',
  'scan',
  'check',
  'audit',
  'verdict',
  'wait',
  'person',
  'landing',
  'notice',
] as const;
export const outcomes = ['good', 'bad', 'warning', 'neutral', 'live'] as const;
/** How something went, for its icon and colour; the words beside it say the same. */
export const outcomeSchema = z.enum(outcomes);
export type Outcome = z.infer<typeof outcomeSchema>;

/** One bar of the timeline. Times in milliseconds since 1970. */
export const stepSchema = z.strictObject({
  /** Unique within its phase and the same whenever it is read. */
  id: z.string(),
  /** From 1; 0 for what belongs to the phase as a whole. */
  attempt: z.int().nonnegative(),
  kind: z.enum(stepKinds),
  /** Such as `Builder` or `Check`, and what it was about: `north-mini`, `npm test`. */
  name: z.string(),
  subject: z.string(),
  startMs: z.number(),
  /** Null while it runs. */
  endMs: z.number().nullable(),
  outcome: outcomeSchema,
  /** In a few words, such as `exit 1`. */
  note: z.string(),
  /** Set for calls. */
  model: z.string().nullable(),
  tokens: tokensSchema.nullable(),
  amount: amountSchema.nullable(),
});
export type Step = z.infer<typeof stepSchema>;

export const attemptViewSchema = z.strictObject({
  number: z.int().positive(),
  model: z.string(),
  /** Why this model. */
  reason: z.string(),
  /** Tier that the model was taken from, and how hard the phase was taken to be (0 to 1); null where no tiers are. */
  tier: z.string().nullable(),
  difficulty: z.number().nullable(),
  startMs: z.number(),
  endMs: z.number().nullable(),
  outcome: outcomeSchema,
  /** Such as `npm test failed.` */
  words: z.string(),
  calls: z.int().nonnegative(),
  tokens: tokensSchema,
  amount: amountSchema,
  files: z.array(fileStatSchema).nullable(),
});
export type AttemptView = z.infer<typeof attemptViewSchema>;

export const findingViewSchema = z.strictObject({
  attempt: z.int().positive(),
  severity: severitySchema,
  category: z.string(),
  file: z.string().nullable(),
  line: z.int().positive().nullable(),
  claim: z.string(),
  evidence: z.string(),
  suggestion: z.string().nullable(),
  component: z.string(),
  model: z.string().nullable(),
});
export type FindingView = z.infer<typeof findingViewSchema>;

export const verdictViewSchema = z.strictObject({
  attempt: z.int().positive(),
  outcome: outcomeSchema,
  /** One sentence. */
  sentence: z.string(),
  reasons: z.array(z.string()),
  risk: z
    .strictObject({
      level: z.enum(riskLevels),
      score: z.int(),
      parts: z.array(z.strictObject({ name: z.string(), points: z.int(), detail: z.string() })),
    })
    .nullable(),
  /** What a person decided on it, with the note; null where nobody did. */
  decision: z.string().nullable(),
});
export type VerdictView = z.infer<typeof verdictViewSchema>;

/** The figures above the timeline, all as the store has them. */
export const phaseFactsSchema = z.strictObject({
  state: phaseStateSchema,
  /** Why it stands as it does; null where that needs no saying. */
  reason: z.string().nullable(),
  live: z.boolean(),
  startMs: z.number().nullable(),
  endMs: z.number().nullable(),
  calls: z.int().nonnegative(),
  tokens: tokensSchema,
  amount: amountSchema,
  /** Such as `$2.50 · 70 %`; null without a cap. */
  cap: z.string().nullable(),
  category: z.string(),
  complexity: z.string(),
  risk: z.strictObject({ level: z.enum(riskLevels), score: z.int() }).nullable(),
  /** The landed commit, and whether it was taken back. */
  commit: z.string().nullable(),
  rolledBack: z.boolean(),
});

/** A phase of a run, whole. */
export const phaseViewSchema = z.strictObject({
  runId: z.string(),
  phaseId: z.string(),
  run: z.strictObject({ title: z.string(), state: runRowSchema.shape.state, recorded: z.boolean() }),
  /** All phases of the run, in their order. */
  phases: z.array(z.strictObject({ id: z.string(), title: z.string(), state: phaseStateSchema })),
  title: z.string(),
  facts: phaseFactsSchema,
  /** False where retention took the steps, or none were kept: totals stay. */
  kept: z.boolean(),
  attempts: z.array(attemptViewSchema),
  steps: z.array(stepSchema),
  findings: z.array(findingViewSchema),
  verdicts: z.array(verdictViewSchema),
});
export type PhaseView = z.infer<typeof phaseViewSchema>;

/** One text of a step, cut in the middle where it is very long. */
export const stepTextSchema = z.strictObject({
  /** Such as `prompt`; names it when it is to be opened or copied whole. */
  key: z.string(),
  /** Words of its tab. */
  title: z.string(),
  text: z.string(),
  /** Length of the whole text in characters, where `text` is only its beginning and end. */
  cutFrom: z.int().nullable(),
});

/** What lies behind one step. All texts are other people's or a model's: shown as they are, never rendered. */
export const stepDetailSchema = z.strictObject({
  runId: z.string(),
  phaseId: z.string(),
  stepId: z.string(),
  facts: z.array(z.tuple([z.string(), z.string()])),
  texts: z.array(stepTextSchema),
  /** Why there are no texts; null where there are. */
  without: z.string().nullable(),
  /** What happened next, in whole sentences. */
  next: z.string(),
  /** Why this model: pairs of name and value. */
  why: z.array(z.tuple([z.string(), z.string()])),
  /** Set where a replay could go on from here. */
  replayable: z.boolean(),
});
export type StepDetail = z.infer<typeof stepDetailSchema>;

/** The change of one attempt. */
export const patchViewSchema = z.strictObject({
  runId: z.string(),
  phaseId: z.string(),
  attempt: z.int().positive(),
  files: z.array(fileStatSchema),
  repairs: z.array(z.string()),
  text: z.string(),
  cutFrom: z.int().nullable(),
});
export type PatchView = z.infer<typeof patchViewSchema>;
