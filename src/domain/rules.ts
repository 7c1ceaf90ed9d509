import { z } from 'zod';
import { strategyOverridesSchema } from './strategy.ts';

const tokens = z.int().nonnegative().optional();
const usd = z.number().nonnegative().optional();
const count = z.int().nonnegative().optional();
const { categories, protectedPaths } = strategyOverridesSchema.shape;

/** What a project lays down for its runs, in `.countersign/rules.yaml`. What it leaves out stays as it is built in. */
export const rulesSchema = z
  .strictObject({
    categories,
    protectedPaths,
    run: z
      .strictObject({
        tokens: tokens.describe('Most tokens a run may use.'),
        usd: usd.describe('Most a run may cost, in US dollars.'),
        phases: z.int().min(1).optional().describe('Most phases of a run.'),
        minutes: z.number().positive().optional().describe('Most minutes a run may take, pauses not counted.'),
        minorsPerPhase: count.describe('Most minor findings of a run, for each phase.'),
      })
      .prefault({}),
    tier: z
      .strictObject({
        tokens: tokens.describe('Most tokens a tier may use.'),
        usd: usd.describe('Most a tier may cost, in US dollars.'),
        minorsPerPhase: count.describe('More minor findings, for each phase, and a tier is not clean.'),
        majors: count.describe('More major findings, and no later tier begins.'),
        failedChecksPerPhase: count.describe('More failed check runs, for each phase, and no later tier begins.'),
      })
      .prefault({}),
  })
  .meta({ title: 'Countersign rules' });
/** Rules as they are written: nothing is filled in. */
export type Rules = z.input<typeof rulesSchema>;
