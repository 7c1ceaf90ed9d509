import { z } from 'zod';
import {
  healthViewSchema,
  jobViewSchema,
  modelActionSchema,
  modelsViewSchema,
  stockViewSchema,
} from './training-view.ts';

function message<Type extends string, Shape extends z.ZodRawShape>(type: Type, shape: Shape) {
  return z.strictObject({ id: z.int().positive(), type: z.literal(type), ...shape });
}

/** Where the folder itself stands in the way: what is with it, and the one thing to do. */
const barredSchema = z.strictObject({ message: z.string(), button: z.string() });
export type Barred = z.infer<typeof barredSchema>;

/** What the host tells the Training panel: each part once it is known, and again when it changed. */
export const toTrainingSchema = z.discriminatedUnion('type', [
  /** The page is heard; with `barred` nothing else will come. */
  message('welcome', { barred: barredSchema.nullable() }),
  message('stock', { stock: stockViewSchema }),
  /** Null where no job was ever begun. */
  message('job', { job: jobViewSchema.nullable() }),
  message('models', { models: modelsViewSchema }),
  message('health', { health: healthViewSchema }),
  /** What a person began here and has not ended, such as `Preparing data`; null where nothing is under way. */
  message('work', { work: z.string().nullable() }),
  message('fault', { message: z.string(), remedy: z.string() }),
  /** Live updates ended; figures are of that time (ISO 8601). */
  message('stopped', { at: z.string() }),
]);
export type ToTraining = z.infer<typeof toTrainingSchema>;

type WithoutNumber<Message> = Message extends ToTraining ? Omit<Message, 'id'> : never;
/** A message before it is numbered. */
export type TrainingDraft = WithoutNumber<ToTraining>;

const jobControls = ['pause', 'resume', 'stop'] as const;

/** What the Training panel tells the host. */
export const fromTrainingSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('ready') }),
  z.strictObject({ type: z.literal('ack'), id: z.int().positive() }),
  z.strictObject({ type: z.literal('prepare') }),
  z.strictObject({ type: z.literal('train') }),
  z.strictObject({ type: z.literal('control'), job: z.string().max(200), control: z.enum(jobControls) }),
  /** Nobody follows the job: take it up again. */
  z.strictObject({ type: z.literal('resume'), job: z.string().max(200) }),
  z.strictObject({
    type: z.literal('model'),
    action: modelActionSchema,
    version: z.string().max(400),
  }),
  z.strictObject({ type: z.literal('open-example') }),
  z.strictObject({ type: z.literal('manage-trust') }),
  /** Something went wrong in the panel; for the log. */
  z.strictObject({ type: z.literal('defect'), detail: z.string().max(4000) }),
]);
export type FromTraining = z.infer<typeof fromTrainingSchema>;
