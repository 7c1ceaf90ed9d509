import { z } from 'zod';
import { amountSchema } from './amount.ts';

/** A table behind a chart: heads, and cells as text. A cell that is a moment reads ISO 8601 and stands in `times`. */
const plainTableSchema = z.strictObject({ columns: z.array(z.string()), rows: z.array(z.array(z.string())) });

/** One of the four amounts that decide whether there is enough to train on. */
const barSchema = z.strictObject({
  key: z.enum(['trajectories', 'groups', 'quality', 'interval']),
  label: z.string(),
  have: z.string(),
  need: z.string(),
  /** Of the need, 0 to 100. */
  percent: z.number().min(0).max(100),
  /** What is missing; null where nothing is. */
  missing: z.string().nullable(),
  /** The whole of it in one sentence. */
  spoken: z.string(),
});
export type ReadinessBar = z.infer<typeof barSchema>;

const columnSchema = z.strictObject({
  /** What it stands for; an ISO 8601 moment where `hourly`. */
  label: z.string(),
  value: z.int().nonnegative(),
  tone: z.enum(['plain', 'good', 'weak']),
});

/** Upright bars over one scale, with the table behind them. */
export const columnChartSchema = z.strictObject({
  key: z.enum(['kept', 'scores', 'groups']),
  title: z.string(),
  /** What it counts, such as `127 attempts`. */
  total: z.string(),
  /** What it shows in one sentence, for who cannot see it. */
  sentence: z.string(),
  /** Labels are moments: the hour that begins there. */
  hourly: z.boolean(),
  columns: z.array(columnSchema),
  /** Every so many columns have their label below. */
  labelEvery: z.int().positive(),
  /** Labels stand at the edges between columns, not below them. */
  atEdges: z.boolean(),
  /** Where the scale has its lines, from 0 upwards; the last is its end. */
  ticks: z.array(z.int().nonnegative()).min(2),
  /** A line across before the column of this number. */
  mark: z.strictObject({ before: z.int(), text: z.string() }).nullable(),
  /** Heads of the table's two columns. */
  heads: z.tuple([z.string(), z.string()]),
});
export type ColumnChart = z.infer<typeof columnChartSchema>;

const exportLineSchema = z.strictObject({
  label: z.string(),
  count: z.string(),
  /** Reasons in words, the commonest first. */
  why: z.array(z.string()),
});

/** What is there to train on, and what a dataset would have of it. */
export const stockViewSchema = z.strictObject({
  /** ISO 8601: when it was read. */
  at: z.string(),
  ready: z.boolean(),
  /** The verdict in a few words. */
  tag: z.string(),
  /** What to do about what is missing; null where nothing is. */
  advice: z.string().nullable(),
  bars: z.array(barSchema).length(4),
  charts: z.array(columnChartSchema).length(3),
  export: z.strictObject({
    kept: z.string(),
    lines: z.array(exportLineSchema),
    rows: z.string(),
    pairs: z.string(),
  }),
  /** Nothing was kept yet: said with one next step, instead of the charts. */
  empty: z.string().nullable(),
});
export type StockView = z.infer<typeof stockViewSchema>;

const pointSchema = z.tuple([z.number(), z.number()]);
const alertSchema = z.strictObject({ message: z.string(), advice: z.string(), stops: z.boolean() });

export const jobStates = ['preparing', 'waiting', 'training', 'paused', 'done', 'stopped', 'failed', 'stuck'] as const;
export const jobStateSchema = z.enum(jobStates);
export type JobState = z.infer<typeof jobStateSchema>;

/** The training job that is looked at: the live one, else the last. */
export const jobViewSchema = z.strictObject({
  id: z.string(),
  title: z.string(),
  state: jobStateSchema,
  stateWord: z.string(),
  live: z.boolean(),
  /** Such as `step 310 of 500, 62 %, about 18 min left`. */
  progress: z.string(),
  /** What the back end last said; empty where it said nothing. */
  message: z.string(),
  /** Step and loss, in the order of steps. */
  training: z.array(pointSchema),
  smoothed: z.array(pointSchema),
  validation: z.array(pointSchema),
  /** Where the axis of steps ends. */
  lastStep: z.int().nonnegative(),
  sentence: z.string(),
  alerts: z.array(alertSchema),
  mayPause: z.boolean(),
  mayResume: z.boolean(),
  mayStop: z.boolean(),
  /** Nobody follows it; it can be taken up again. */
  mayTakeUp: z.boolean(),
  /** Such as base, data and cost, by name. */
  facts: z.array(z.tuple([z.string(), z.string()])),
});
export type JobView = z.infer<typeof jobViewSchema>;

export const verdictSchema = z.enum(['passes', 'fails', 'undecided']);

const comparedSchema = z.strictObject({
  label: z.string(),
  /** Such as `+4.2 points (−9.1 to +17.4)`. */
  value: z.string(),
  /** From −1 to 1, better to the right, 0 for no difference; null where there is too little to say. */
  interval: z.strictObject({ low: z.number(), middle: z.number(), high: z.number() }).nullable(),
  /** Where it would be too bad, on the same scale; null where there is no such line. */
  limit: z.number().nullable(),
  verdict: verdictSchema,
  verdictWord: z.string(),
});
export type ComparedRow = z.infer<typeof comparedSchema>;

/** A deployed version against what it would take the place of. */
export const comparisonViewSchema = z.strictObject({
  title: z.string(),
  subtitle: z.string(),
  sentence: z.string(),
  rows: z.array(comparedSchema),
  verdict: verdictSchema,
  verdictWord: z.string(),
  /** What it comes to, and what would decide it. */
  conclusion: z.string(),
  table: plainTableSchema,
});
export type ComparisonView = z.infer<typeof comparisonViewSchema>;

export const modelActions = ['deploy', 'roll-back', 'show-job'] as const;
export const modelActionSchema = z.enum(modelActions);
export type ModelAction = z.infer<typeof modelActionSchema>;

const modelRowSchema = z.strictObject({
  /** `v1.0.2`, or the model's own name for one that is no version. */
  version: z.string(),
  /** `PROVIDER/MODEL`. */
  model: z.string(),
  serves: z.string(),
  icon: z.enum(['live', 'play', 'good', 'stopped', 'none', 'warning']),
  base: z.string(),
  data: z.string(),
  /** Such as `47 of 61 · 77 %`. */
  landed: z.string(),
  cost: amountSchema.nullable(),
  retries: z.string(),
  /** ISO 8601. */
  since: z.string().nullable(),
  /** What is known of its making, and why it was taken back, by name. */
  lineage: z.array(z.tuple([z.string(), z.string()])),
  actions: z.array(z.strictObject({ action: modelActionSchema, label: z.string() })),
});
export type ModelRow = z.infer<typeof modelRowSchema>;

export const modelsViewSchema = z.strictObject({
  rows: z.array(modelRowSchema),
  comparison: comparisonViewSchema.nullable(),
  /** What is with the deployment, where a person must know; null otherwise. */
  notice: z.string().nullable(),
});
export type ModelsView = z.infer<typeof modelsViewSchema>;

const healthItemSchema = z.strictObject({ tone: z.enum(['good', 'warning', 'bad', 'neutral']), text: z.string() });
export const healthViewSchema = z.array(healthItemSchema);
export type HealthView = z.infer<typeof healthViewSchema>;
