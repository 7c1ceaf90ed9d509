import { z } from 'zod';
import { ciCheckSchema } from './ci-check.ts';
import { autonomySchema, formatSchema, landingBranchSchema, modelIdSchema, nameSchema } from './spec.ts';
import { limitsSchema, strategyOverridesSchema } from './strategy.ts';
import { trainingSchema } from './training.ts';

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
  serviceTier: z.string().min(1).optional().describe('Service tier to ask for, such as flex or priority.'),
  concurrency: z.int().min(1).max(64).optional().describe('Most calls at the same time; 8 unless said.'),
  requestsPerMinute: z.int().min(1).optional().describe('Most requests in any minute.'),
  tokensPerMinute: z.int().min(1).optional().describe('Most tokens in any minute, input and output together.'),
});
const cassetteSchema = z.strictObject({
  cassette: z.string().min(1).describe('File of recorded replies, relative to this configuration.'),
});
export const providerSchema = z.union([cassetteSchema, serverSchema]);

const usdPerMillion = z.number().nonnegative().max(100_000);

/** USD per million tokens. `cachedInput` and `cacheWrite` default to `input`. */
export const priceSchema = z.strictObject({
  input: usdPerMillion,
  output: usdPerMillion,
  cachedInput: usdPerMillion.optional(),
  cacheWrite: usdPerMillion.optional().describe('For input that the provider writes to its cache.'),
  since: z.iso.date().optional().describe('First day (UTC) that it holds; before it the price is looked up.'),
  above: z
    .strictObject({
      tokens: z.int().positive().describe('Input tokens of a request from which on it costs this instead.'),
      input: usdPerMillion,
      output: usdPerMillion,
      cachedInput: usdPerMillion.optional(),
      cacheWrite: usdPerMillion.optional(),
    })
    .optional()
    .describe('What all tokens of a long request cost.'),
  serviceTiers: z
    .record(z.string(), z.number().nonnegative().max(100))
    .optional()
    .describe('Factors on these prices by service tier, such as {batch: 0.5, flex: 0.5, priority: 2}.'),
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

const identitySchema = z
  .string()
  .max(300)
  .regex(/^[^\s<>][^<>\p{Cc}]* <[^\s<>]+@[^\s<>]+>$/u, 'must read NAME <EMAIL>');

/** The two parts of `NAME <EMAIL>`, as `landing.author` and `landing.committer` have it. */
export function identityOf(text: string): { readonly name: string; readonly email: string } {
  const at = text.lastIndexOf(' <');
  return { name: text.slice(0, at).trim(), email: text.slice(at + 2, -1) };
}

/** Folders that hold what others wrote, read by checks and not made by them. */
export const dependencyFolderNames: readonly string[] = [
  'node_modules',
  '.venv',
  'venv',
  'vendor',
  'bower_components',
  '.bundle',
  'Pods',
];

export const modelTiers = ['cheap', 'middle', 'top'] as const;
export const modelTierSchema = z.enum(modelTiers);
/** Classes of models by what they cost and can do, from least to most. */
export type ModelTier = z.infer<typeof modelTierSchema>;

/** The configuration as the engine uses it, after all layers are merged. */
export const configSchema = z
  .strictObject({
    models: z
      .strictObject({
        providers: z.record(z.string(), providerSchema).default({}),
        roles: z.partialRecord(roleSchema, modelIdSchema).default({}),
        tiers: z
          .partialRecord(modelTierSchema, modelIdSchema)
          .default({})
          .describe('Models by what they cost and can do. The Builder of a phase is chosen among them.'),
        categories: z
          .record(z.string(), z.union([modelTierSchema, modelIdSchema]))
          .default({})
          .describe('A tier or a PROVIDER/MODEL for phases of a category, whatever their difficulty.'),
        highRisk: z
          .array(z.string().min(1))
          .optional()
          .describe('Categories that get the top tier; those that are of high risk by themselves unless said.'),
        fallback: z
          .array(modelIdSchema)
          .default([])
          .describe('Models to turn to, in this order, where a provider is down or its quota is used up.'),
        prices: z.record(z.string(), priceSchema).default({}),
        formats: z
          .record(z.string(), formatSchema)
          .default({})
          .describe(
            'How a model is asked to write its change, by PROVIDER/MODEL; by its family where it is not named.',
          ),
        profiles: z
          .record(z.string(), z.string().min(1))
          .default({})
          .describe(
            'Profile that a model was trained with, by PROVIDER/MODEL: its server is asked what that asks for.',
          ),
        vision: z
          .record(z.string(), z.boolean())
          .default({})
          .describe('Whether a model sees pictures, by PROVIDER/MODEL; by its name where it is not named.'),
        maxOutputTokens: z.int().min(256).default(16_000).describe('Output limit of one call.'),
      })
      .prefault({}),
    budget: z
      .strictObject({
        usd: z.number().nonnegative().default(5),
        tokens: z.int().nonnegative().default(2_000_000),
        perDayUsd: z.number().nonnegative().default(20).describe('Most to spend in a day (UTC), over all folders.'),
        perMonthUsd: z
          .number()
          .nonnegative()
          .nullable()
          .default(null)
          .describe('Most to spend in a month (UTC), over all folders; null for no cap.'),
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
        memoryMb: z
          .int()
          .min(64)
          .optional()
          .describe(
            'Most MiB of data one process of a check may hold; Node asks for about 600 for each of its threads.',
          ),
        processes: z.int().min(8).default(2048).describe('Most processes of a check at a time, in the sandbox.'),
        ci: ciCheckSchema
          .nullable()
          .optional()
          .describe('A workflow of your CI that each change must pass: it is pushed to a branch of its own for that.'),
      })
      .prefault({}),
    auditor: z
      .strictObject({
        panel: z
          .array(nameSchema)
          .min(1)
          .optional()
          .describe('Reviewers to ask about every phase that names none; by risk and kind of work unless given.'),
        models: z
          .array(modelIdSchema)
          .default([])
          .describe('Further models for the panel: high risk is looked at by two.'),
        panelBudget: z
          .number()
          .positive()
          .optional()
          .describe(
            'Most that one review is to cost, in US dollars: reviewers that need not answer are asked by what they found for the money when they were measured. What is left of the phase unless given.',
          ),
        contextTokens: z
          .int()
          .min(2_000)
          .max(400_000)
          .default(60_000)
          .describe(
            'Most tokens of a change and its files in one request to a reviewer; a larger change goes in parts.',
          ),
      })
      .prefault({}),
    landing: z
      .strictObject({
        branch: landingBranchSchema.optional(),
        merge: z
          .boolean()
          .default(true)
          .describe('Merge a run branch by itself once all of it landed; false leaves that to `countersign promote`.'),
        hooks: z.boolean().default(false),
        sign: z.boolean().default(false),
        author: identitySchema.optional().describe('Author of commits that land, NAME <EMAIL>; you unless named.'),
        committer: identitySchema
          .optional()
          .describe('Committer of commits that land, NAME <EMAIL>; you unless named.'),
        filters: z
          .array(z.string().min(1))
          .default([])
          .describe('Content filters that may run, such as lfs, as your own git configuration defines them.'),
      })
      .prefault({}),
    log: z
      .strictObject({
        events: z.boolean().default(false).describe('Write every event of a run to a file in the state directory.'),
      })
      .prefault({}),
    limits: limitsSchema.prefault({}),
    strategy: strategyOverridesSchema.prefault({}),
    ledger: z
      .strictObject({
        keep: z
          .strictObject({
            days: z.number().positive().max(36_500).default(180).describe('Days that prompts and replies are kept.'),
            gigabytes: z.number().positive().max(10_000).default(5).describe('Beyond this size the oldest go first.'),
          })
          .prefault({}),
        redact: z
          .array(z.string().min(1))
          .default([])
          .describe(
            'Patterns of your own secrets, taken out before anything is kept. Each begins with 3 fixed characters.',
          ),
      })
      .prefault({}),
    export: z
      .strictObject({
        otlpEndpoint: z
          .union([z.literal(''), z.url({ protocol: /^https?$/ })])
          .default('')
          .describe('Where spans are sent, as OTLP over HTTP in JSON. Empty: nothing leaves this machine.'),
        metricsFile: z
          .string()
          .min(1)
          .optional()
          .describe('File that each ended call, phase and run adds a line of JSON to.'),
      })
      .prefault({}),
    builder: z
      .strictObject({
        contextTokens: z
          .int()
          .min(1_000)
          .max(400_000)
          .default(32_000)
          .describe('Most tokens of the repository that a request to the Builder shows.'),
        continueFrom: z
          .enum(['base', 'staged'])
          .default('base')
          .describe('What a later attempt changes: the base again, or what the attempt before had staged.'),
        scorer: z
          .string()
          .min(1)
          .optional()
          .describe(
            'File of a trained scorer, by its path from the top of the repository: it ranks candidates that came equally far.',
          ),
        distil: z
          .boolean()
          .default(false)
          .describe('Let the aggregator weigh what was found, in one call, where it is at least twice what fits.'),
        tools: z
          .strictObject({
            read: z.boolean().default(true).describe('Read, list and search files of the commit, and its history.'),
            notes: z.boolean().default(false).describe('Keep notes from one phase of a run to the next.'),
            tests: z.boolean().default(false).describe('Run the checks of the phase on the base.'),
            code: z.boolean().default(false).describe('Run a snippet, sandboxed.'),
            shell: z.boolean().default(false).describe('Run a shell command on a copy of the base, sandboxed.'),
            web: z.boolean().default(false).describe('Fetch and download public pages and files.'),
            documents: z.boolean().default(false).describe('Take facts out of documents and images.'),
            data: z.boolean().default(false).describe('Query SQLite files read-only, and tables imported from CSV.'),
            compose: z.boolean().default(false).describe('Fill a text template from notes and downloads.'),
            turns: z.int().min(1).max(100).default(25).describe('Most turns of one attempt.'),
            minutes: z.number().positive().max(120).default(15).describe('Most minutes of one attempt.'),
          })
          .prefault({}),
      })
      .prefault({}),
    training: trainingSchema.prefault({}),
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
  'rules',
  'user',
  'default',
] as const;
export type ConfigOrigin = (typeof configOrigins)[number];
