import { z } from 'zod';
import { levelSchema, levels, verifyProfileSchema } from './spec.ts';

/** What a kind of work may use, and how carefully it is handled, unless its spec says otherwise. */
export const categoryStrategySchema = z.strictObject({
  tokens: z.int().nonnegative().describe('Most tokens a phase may use.'),
  usd: z.number().nonnegative().nullable().describe('Most a phase may cost, in US dollars; null leaves it to the run.'),
  minutes: z.number().positive().describe('Most minutes a phase may take, all attempts together.'),
  attempts: z.int().min(1).max(20).describe('Most attempts of the Builder.'),
  auditorAttempts: z
    .int()
    .min(1)
    .max(5)
    .describe('How often a reviewer is asked for one verdict, until its reply can be read.'),
  complexity: levelSchema.describe('A phase counts as at least this complex when its model is chosen.'),
  profile: verifyProfileSchema.describe('`strict` runs the strict checks of a phase too.'),
  autoApply: z.boolean().describe('Whether a phase may land without a person, where the autonomy lets it.'),
  highRisk: z.boolean().describe('Built by a model of the top tier, whatever its difficulty.'),
});
export type CategoryStrategy = z.infer<typeof categoryStrategySchema>;

const categoryOverridesSchema = categoryStrategySchema.partial();

/** Names of categories as rules give them: no dot, so that each is one part of a dotted key. */
export const categoryNameSchema = z
  .string()
  .max(80)
  .regex(/^[A-Za-z0-9][A-Za-z0-9_-]*$/, 'must consist of letters, digits, "_" and "-"');

export const strategyOverridesSchema = z.strictObject({
  categories: z
    .record(categoryNameSchema, categoryOverridesSchema)
    .default({})
    .describe('What kinds of work may use, by category; what is not said stays as it is built in.'),
  protectedPaths: z
    .array(z.string().min(1))
    .default([])
    .describe('Files that never land without a person, as globs, besides those that are known.'),
});

/** Bounds of a run and of its tiers; those of findings and checks are for each phase. */
export const limitsSchema = z.strictObject({
  phases: z.int().min(1).default(25).describe('Most phases of a run.'),
  minutes: z.number().positive().default(120).describe('Most minutes a run may take; while it is paused none pass.'),
  minorsPerPhase: z.int().nonnegative().default(3).describe('Most minor findings of a run, for each phase.'),
  tier: z
    .strictObject({
      tokens: z.int().nonnegative().optional().describe('Most tokens a tier may use.'),
      usd: z.number().nonnegative().optional().describe('Most a tier may cost, in US dollars.'),
      minorsPerPhase: z.int().nonnegative().default(2).describe('More, for each phase, and a tier is not clean.'),
      majors: z.int().nonnegative().default(0).describe('Beyond this no later tier begins.'),
      failedChecksPerPhase: z
        .int()
        .nonnegative()
        .default(2)
        .describe('Failed check runs for each phase; beyond it no later tier begins.'),
    })
    .prefault({}),
});
export type Limits = z.infer<typeof limitsSchema>;

/** The rules of one run, compiled once when it begins and kept to its end. */
export const strategySchema = z.object({
  categories: z.record(z.string(), categoryStrategySchema),
  /** For every category that is not listed. */
  other: categoryStrategySchema,
  protectedPaths: z.array(z.string()),
  limits: limitsSchema,
});
export type Strategy = z.infer<typeof strategySchema>;

/** The part of a configuration that a strategy is compiled from. */
export interface StrategySource {
  readonly strategy: z.infer<typeof strategyOverridesSchema>;
  readonly limits: Limits;
}

const other: CategoryStrategy = {
  tokens: 500_000,
  usd: null,
  minutes: 60,
  attempts: 3,
  auditorAttempts: 2,
  complexity: 'low',
  profile: 'normal',
  autoApply: true,
  highRisk: false,
};

function highRisk(tokens: number, more: Partial<CategoryStrategy> = {}): CategoryStrategy {
  const careful = { complexity: 'high', profile: 'strict', autoApply: false, highRisk: true } as const;
  return { ...other, tokens, attempts: 2, ...careful, ...more };
}

const builtIn: Readonly<Record<string, CategoryStrategy>> = {
  'cross-cutting-refactor': highRisk(1_000_000),
  'registry-change': highRisk(800_000),
  'schema-change': highRisk(1_000_000),
  'bulk-multi-file': highRisk(1_500_000, { attempts: 1 }),
  'security-auth-change': highRisk(800_000, { auditorAttempts: 3 }),
  'external-feature-reuse': highRisk(1_000_000),
  'external-code-intake': highRisk(1_200_000, { auditorAttempts: 3 }),
  'feature-scaffolding': other,
  docs: { ...other, tokens: 200_000, attempts: 2, auditorAttempts: 1 },
  tests: { ...other, tokens: 300_000, auditorAttempts: 1 },
  'debt-cleanup': { ...other, tokens: 400_000, attempts: 2, auditorAttempts: 1 },
};

/** The built-in table with what the configuration says over it. */
export function compileStrategy({ strategy, limits }: StrategySource): Strategy {
  const names = [...new Set([...Object.keys(builtIn), ...Object.keys(strategy.categories)])];
  return {
    categories: Object.fromEntries(
      names.map((name) => [name, { ...builtInCategory(name), ...said(strategy.categories, name) }]),
    ),
    other,
    protectedPaths: [...strategy.protectedPaths],
    limits,
  };
}

function said(categories: StrategySource['strategy']['categories'], name: string): Partial<CategoryStrategy> {
  const own = Object.hasOwn(categories, name) ? categories[name] : undefined;
  return Object.fromEntries(Object.entries(own ?? {}).filter(([, value]) => value !== undefined));
}

function builtInCategory(name: string): CategoryStrategy {
  return (Object.hasOwn(builtIn, name) ? builtIn[name] : undefined) ?? other;
}

/** What holds for a category, a known one or any other. */
export function strategyOf({ categories, other: rest }: Strategy, category: string): CategoryStrategy {
  return (Object.hasOwn(categories, category) ? categories[category] : undefined) ?? rest;
}

/** The strategy with no more categories than those named: what one run needs of it. */
export function strategyFor(strategy: Strategy, categories: Iterable<string>): Strategy {
  const wanted = [...new Set(categories)].filter((name) => Object.hasOwn(strategy.categories, name)).sort();
  return {
    ...strategy,
    categories: Object.fromEntries(wanted.map((name) => [name, strategyOf(strategy, name)])),
  };
}

/** The higher of two complexities. */
export function moreComplex(a: (typeof levels)[number], b: (typeof levels)[number]): (typeof levels)[number] {
  return levels.indexOf(a) >= levels.indexOf(b) ? a : b;
}
