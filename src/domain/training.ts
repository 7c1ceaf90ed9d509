import { z } from 'zod';

export const trainingMethods = ['supervised', 'dpo', 'reinforcement'] as const;
export type TrainingMethod = (typeof trainingMethods)[number];

const backendNameSchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, 'must consist of letters, digits, "_" and "-"');

const ofEveryBackend = {
  provider: z.string().min(1).describe('Provider under models.providers that serves the trained model.'),
  baseModel: z.string().min(1).max(200).describe('Model to begin from, as the back end names it.'),
  method: z.enum(trainingMethods).default('supervised').describe('How it learns.'),
  format: z.string().min(1).optional().describe('Format of its rows, by the method unless said.'),
  suffix: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be 1 to 64 letters, digits, "_" and "-"')
    .optional()
    .describe("Stands in the trained model's name, where the back end takes one."),
  hyperparameters: z.record(z.string(), z.union([z.string(), z.number()])).default({}),
  usdPerMillionTokens: z
    .number()
    .nonnegative()
    .max(1_000_000)
    .optional()
    .describe('What a million trained tokens cost, 0 on a machine of your own; unknown unless said.'),
};

const commandBackendSchema = z.strictObject({
  ...ofEveryBackend,
  command: z.array(z.string().min(1)).min(1).describe('Program that trains, and its arguments; no shell.'),
  env: z.array(z.string().min(1)).default([]).describe('Further environment variables that it may see.'),
});
const apiBackendSchema = z.strictObject({
  ...ofEveryBackend,
  baseUrl: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe("Address of the fine-tuning API; the provider's own unless said."),
  apiKeyEnv: z.string().min(1).optional().describe("Variable that holds its key; the provider's own unless said."),
  pollSeconds: z.number().min(0.01).max(3600).default(10).describe('Seconds between two looks at a job.'),
});
const backendSchema = z.union([commandBackendSchema, apiBackendSchema]);
/** Where models are trained: a program of one's own, or an API of OpenAI's shape. */
export type TrainingBackend = z.infer<typeof backendSchema>;

const rollbackSchema = z.strictObject({
  minPhases: z.int().min(2).default(10).describe('Phases of each arm before success and cost may take a version back.'),
  minCalls: z.int().min(2).default(20).describe('Calls of a version before its errors may take it back.'),
  errorRate: z.number().gt(0).lte(1).default(0.2).describe('Share of failed calls that is too much.'),
  successDrop: z.number().gt(0).lte(1).default(0.1).describe('How much lower the share of landed phases may be.'),
  costRise: z.number().gt(0).default(0.5).describe('How much dearer a phase may be, as a part of the baseline.'),
  daysBeforeShutdown: z.number().nonnegative().default(3).describe('Days before its end that a version goes.'),
});
export type RollbackRule = z.infer<typeof rollbackSchema>;

const licenceSchema = z.string().min(1).max(200);

/** The `training` part of the configuration. */
export const trainingSchema = z.strictObject({
  licence: licenceSchema
    .optional()
    .describe('SPDX licence of this repository, for training data; read from its files unless said.'),
  licences: z
    .array(licenceSchema)
    .default([])
    .describe('SPDX licences that training data may be under; any where none is named.'),
  backend: backendNameSchema.optional().describe('Back end of jobs that name none; the only one where there is one.'),
  backends: z
    .record(backendNameSchema, backendSchema)
    .default({})
    .describe('Where models are trained, by a name of yours.'),
  maxUsd: z.number().nonnegative().nullable().default(null).describe('Most that one job may cost, in US dollars.'),
  maxTokens: z
    .int()
    .nonnegative()
    .nullable()
    .default(null)
    .describe('Most tokens that one job may train on where their price is unknown.'),
  stuckAfterHours: z.number().positive().default(4).describe('Hours without news after which a job counts as stuck.'),
  rollback: rollbackSchema.prefault({}).describe('When a deployed version goes back by itself.'),
});
