import { z } from 'zod';
import { chartsViewSchema } from './trajectories-charts.ts';
import {
  facetsSchema,
  runFiltersSchema,
  runRowSchema,
  runsPageSchema,
  storeNoticeSchema,
} from './trajectories-list.ts';
import {
  attemptViewSchema,
  findingViewSchema,
  patchViewSchema,
  phaseFactsSchema,
  phaseViewSchema,
  stepDetailSchema,
  stepSchema,
  verdictViewSchema,
} from './trajectories-phase.ts';

/** Where in the history someone wants to look. Without a phase the run's own choice, without an attempt all of them. */
export const placeSchema = z.strictObject({
  runId: z.string().max(200),
  phaseId: z.string().max(200).nullable(),
  attempt: z.int().positive().nullable(),
});
export type Place = z.infer<typeof placeSchema>;

/** Counts up with each change of the filters: an answer to an older question is not shown. */
const question = z.int().nonnegative();

// Each message to the page has a number, which the page sends back once it has shown what the message says.
const numbered = { id: z.int().positive() };

function message<Type extends string, Shape extends z.ZodRawShape>(type: Type, shape: Shape) {
  return z.strictObject({ ...numbered, type: z.literal(type), ...shape });
}

/** What the host tells the Trajectories panel: a snapshot once it is ready, then answers and what changed. */
export const toTrajectoriesSchema = z.discriminatedUnion('type', [
  message('snapshot', { page: runsPageSchema, notice: storeNoticeSchema.nullable() }),
  /** What the filters offer; comes after the first rows. */
  message('facets', { facets: facetsSchema }),
  message('runs', { question, page: runsPageSchema }),
  /** Runs at the head of the list are new or changed; `start` counts in the filtered list. */
  message('runs-changed', { question, page: runsPageSchema }),
  message('phase', { phase: phaseViewSchema }),
  /** Of the phase that is open: its figures, and what is new or changed since. */
  message('phase-changed', {
    runId: z.string(),
    phaseId: z.string(),
    run: runRowSchema,
    facts: phaseFactsSchema,
    attempts: z.array(attemptViewSchema),
    steps: z.array(stepSchema),
    findings: z.array(findingViewSchema),
    verdicts: z.array(verdictViewSchema),
  }),
  message('step', { detail: stepDetailSchema }),
  message('patch', { patch: patchViewSchema }),
  message('charts', { question, view: chartsViewSchema }),
  /** Look at this place; with `compare` at its attempts side by side. */
  message('show', { place: placeSchema, compare: z.boolean() }),
  /** There is nothing at that place. */
  message('missing', { place: placeSchema, sentence: z.string() }),
  message('fault', { message: z.string(), remedy: z.string() }),
  /** Live updates ended; figures are of that time (ISO 8601). */
  message('stopped', { at: z.string() }),
]);
export type ToTrajectories = z.infer<typeof toTrajectoriesSchema>;

type WithoutNumber<Message> = Message extends ToTrajectories ? Omit<Message, 'id'> : never;
/** A message before it is numbered. */
export type TrajectoriesDraft = WithoutNumber<ToTrajectories>;

export const exportTables = ['runs', 'steps', 'findings', 'charts'] as const;
export const exportTableSchema = z.enum(exportTables);
export type ExportTable = z.infer<typeof exportTableSchema>;

const inPhase = { runId: z.string().max(200), phaseId: z.string().max(200) };

/** What the Trajectories panel tells the host. */
export const fromTrajectoriesSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('ready'), filters: runFiltersSchema }),
  z.strictObject({ type: z.literal('ack'), id: z.int().positive() }),
  /** `after` is the run before the wanted ones in the list, null for the head; `skip` rows lie between. */
  z.strictObject({
    type: z.literal('list'),
    question,
    filters: runFiltersSchema,
    start: z.int().nonnegative(),
    after: z.string().max(200).nullable(),
    skip: z.int().nonnegative(),
    limit: z.int().positive().max(200),
  }),
  z.strictObject({ type: z.literal('open'), place: placeSchema }),
  z.strictObject({ type: z.literal('open-step'), ...inPhase, stepId: z.string().max(400) }),
  z.strictObject({ type: z.literal('open-patch'), ...inPhase, attempt: z.int().positive() }),
  z.strictObject({ type: z.literal('open-charts'), question, filters: runFiltersSchema }),
  z.strictObject({ type: z.literal('close-charts') }),
  /** Opens the change of an attempt as a diff beside the panel. */
  z.strictObject({ type: z.literal('open-diff'), ...inPhase, attempt: z.int().positive() }),
  /** Opens a text of a step, or the patch, whole, in an editor. */
  z.strictObject({ type: z.literal('open-text'), ...inPhase, stepId: z.string().max(400), key: z.string().max(100) }),
  z.strictObject({ type: z.literal('copy'), text: z.string().max(4_000_000) }),
  z.strictObject({
    type: z.literal('export'),
    table: exportTableSchema,
    filters: runFiltersSchema,
    place: placeSchema.nullable(),
  }),
  z.strictObject({ type: z.literal('replay'), place: placeSchema }),
  z.strictObject({ type: z.literal('run-phase') }),
  z.strictObject({ type: z.literal('notice-button') }),
  /** Something went wrong in the panel; for the log. */
  z.strictObject({ type: z.literal('defect'), detail: z.string().max(4000) }),
]);
export type FromTrajectories = z.infer<typeof fromTrajectoriesSchema>;
