import { z } from 'zod';
import { riskSchema } from '../domain/risk.ts';
import { amountSchema } from './amount.ts';

const toneSchema = z.enum(['good', 'warning', 'bad', 'neutral']);
export type Tone = z.infer<typeof toneSchema>;

const placeSchema = z.object({ path: z.string(), line: z.int().positive() });

const criterionRowSchema = z.object({
  /** Such as `Met` or `Out of date`. */
  word: z.string(),
  tone: toneSchema,
  criterion: z.string(),
  because: z.string(),
  hunks: z.array(placeSchema),
  checks: z.array(z.object({ command: z.string(), detail: z.string() })),
  /** How many open findings speak against it. */
  findings: z.int().nonnegative(),
});
export type CriterionRow = z.infer<typeof criterionRowSchema>;

const findingRowSchema = z.object({
  fingerprint: z.string(),
  major: z.boolean(),
  claim: z.string(),
  /** Severity, category, reviewer and how often that was right. */
  detail: z.string(),
  place: placeSchema.nullable(),
  dismissible: z.boolean(),
});
export type FindingRow = z.infer<typeof findingRowSchema>;

const checkRowSchema = z.object({
  command: z.string(),
  word: z.string(),
  tone: toneSchema,
  seconds: z.number(),
  output: z.string(),
});

const fileRowSchema = z.object({
  path: z.string(),
  line: z.int().positive(),
  added: z.int(),
  removed: z.int(),
  hunks: z.int(),
  /** Hunks that are not rejected. */
  kept: z.int(),
});

export const reviewSummarySchema = z.object({
  runId: z.string(),
  phaseId: z.string(),
  title: z.string(),
  /** Where it stands: the run's goal, the phase among others, the attempt. */
  trail: z.array(z.string()),
  state: z.enum(['waits', 'landed', 'closed']),
  stateWord: z.string(),
  tone: toneSchema,
  headline: z.string(),
  sentence: z.string(),
  standing: z.object({ hunks: z.int(), accepted: z.int(), rejected: z.int(), edited: z.int(), stale: z.boolean() }),
  criteria: z.array(criterionRowSchema),
  findings: z.array(findingRowSchema),
  /** One sentence each for what does not count, with why. */
  aside: z.array(z.string()),
  risk: riskSchema.nullable(),
  checks: z.array(checkRowSchema),
  /** What else is to be said of the checks. */
  checkNotes: z.array(z.string()),
  files: z.array(fileRowSchema),
  costs: z.array(z.object({ name: z.string(), amount: amountSchema })),
  /** The whole phase; with its cap where it has one. */
  total: z.object({ name: z.string(), amount: amountSchema }),
});
export type ReviewSummaryView = z.infer<typeof reviewSummarySchema>;
