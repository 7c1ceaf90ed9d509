import { z } from 'zod';
import { autonomySchema, formatSchema, landingBranchSchema, modelIdSchema } from './spec.ts';

export const roles = ['builder', 'auditor', 'reflector', 'aggregator', 'judge', 'planner'] as const;
export const roleSchema = z.enum(roles);
/** What a model is called for. */
export type Role = z.infer<typeof roleSchema>;

const serverSchema = z.strictObject({
  baseUrl: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('Base address of the API, usually ending in /v1.'),
  apiKeyEnv: z.string().min(1).optional().describe('Environment variable that holds the key.'),
  api: z
    .enum(['chat', 'responses'])
    .optional()
    .describe('Which OpenAI API it speaks; a custom address defaults to chat.'),
});
const cassetteSchema = z.strictObject({
  cassette: z.string().min(1).describe('File of recorded replies, relative to this configuration.'),
});
export const providerSchema = z.union([cassetteSchema, serverSchema]);

/** USD per million tokens. `cachedInput` defaults to `input`. */
export const priceSchema = z.strictObject({
  input: z.number().nonnegative(),
  output: z.number().nonnegative(),
  cachedInput: z.number().nonnegative().optional(),
});
export type Price = z.infer<typeof priceSchema>;

export const defaultTestGlobs = [
  'test/**',
  'tests/**',
  '**/__tests__/**',
  '**/*.test.*',
  '**/*.spec.*',
  '**/*_test.*',
  '**/test_*.py',
];

/** The configuration as the engine uses it, after all layers are merged. */
export const configSchema = z
  .strictObject({
    models: z
      .strictObject({
        providers: z.record(z.string(), providerSchema).default({}),
        roles: z.partialRecord(roleSchema, modelIdSchema).default({}),
        prices: z.record(z.string(), priceSchema).default({}),
        formats: z
          .record(z.string(), formatSchema)
          .default({})
          .describe(
            'How a model is asked to write its change, by PROVIDER/MODEL; by its family where it is not named.',
          ),
        maxOutputTokens: z.int().min(256).default(16_000).describe('Output limit of one call.'),
      })
      .prefault({}),
    budget: z
      .strictObject({
        usd: z.number().nonnegative().default(5),
        tokens: z.int().nonnegative().default(2_000_000),
        perDayUsd: z.number().nonnegative().default(20),
      })
      .prefault({}),
    checks: z
      .strictObject({
        setup: z.array(z.string().min(1)).default([]),
        share: z.array(z.string().min(1)).default([]),
        tests: z.array(z.string().min(1)).default(defaultTestGlobs),
        sandbox: z.enum(['auto', 'require', 'off']).default('auto'),
        network: z.boolean().default(false).describe('Let checks use the network.'),
        env: z.array(z.string().min(1)).default([]).describe('Environment variables that checks may see.'),
        copy: z.array(z.string().min(1)).default([]).describe('Ignored files that checks need, such as .env.test.'),
      })
      .prefault({}),
    landing: z
      .strictObject({
        branch: landingBranchSchema.optional(),
        hooks: z.boolean().default(false),
        sign: z.boolean().default(false),
      })
      .prefault({}),
    autonomy: autonomySchema.default('review'),
    parallel: z.int().min(1).max(8).default(2),
  })
  .meta({ title: 'Countersign configuration' });
export type Config = z.infer<typeof configSchema>;

/** Where a value came from, from strongest to weakest. */
export const configOrigins = [
  'command line',
  'editor',
  'environment',
  'config file',
  'workspace',
  'user',
  'default',
] as const;
export type ConfigOrigin = (typeof configOrigins)[number];
