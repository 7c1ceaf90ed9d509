import { z } from 'zod';

/** Names of phases, tiers and plans: safe in a ref, a file name and a commit trailer. */
export const nameSchema = z
  .string()
  .min(1)
  .max(80)
  .regex(/^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9_-])?$/, 'must consist of letters, digits, ".", "_" and "-"')
  .refine((name) => !name.includes('..') && !name.endsWith('.lock'), 'must not contain ".." or end in ".lock"');

/** `PROVIDER/MODEL`, split at the first slash: the model's own name may contain more of them. */
export const modelIdSchema = z.string().regex(/^[^/\s]+\/\S+$/, 'must read PROVIDER/MODEL');

export const levels = ['low', 'medium', 'high'] as const;
export const levelSchema = z.enum(levels);

export const verifyProfileSchema = z.enum(['normal', 'strict']);

/** One check: a command run in the isolated worktree. Exit code 0 passes. */
export const verifyStepSchema = z.strictObject({
  run: z.string().min(1).describe('The command. Without `shell` it is one program with its arguments.'),
  timeout: z.number().positive().max(86_400).default(600).describe('Seconds until it is stopped.'),
  profile: verifyProfileSchema.default('normal').describe('`strict` steps run for high risk only.'),
  shell: z.boolean().default(false).describe('Run through the shell, for pipes and variables.'),
  flaky: z.boolean().default(false).describe('Try up to three times, five seconds apart.'),
});
export type VerifyStep = z.infer<typeof verifyStepSchema>;

export const formatSchema = z.enum(['diff', 'search-replace', 'codex', 'whole-file']);
/** How the Builder is asked to write its change; whatever it writes is read. */
export type ReplyFormat = z.infer<typeof formatSchema>;

const capsShape = {
  usd: z.number().nonnegative().optional().describe('Most it may cost, in US dollars.'),
  tokens: z.int().nonnegative().optional().describe('Most tokens it may use.'),
};

export const phaseBudgetSchema = z.strictObject({
  ...capsShape,
  minutes: z.number().positive().optional().describe('Most minutes it may take.'),
  attempts: z.int().min(1).max(20).optional().describe('Most attempts.'),
});

const globs = z.array(z.string().min(1));

/** What a developer asks for. Only `id` and `goal` are required; unknown keys are errors. */
export const phaseSpecSchema = z
  .strictObject({
    id: nameSchema.describe('Name of the phase, unique in its plan.'),
    title: z.string().min(1).max(200).optional().describe('Short title, used for the commit.'),
    goal: z.string().trim().min(1).describe('What should change, in plain words.'),
    category: z.string().min(1).default('feature').describe('Kind of work; decides default caps and attempts.'),
    complexity: levelSchema.default('medium'),
    risk: z
      .enum(['auto', ...levels])
      .default('auto')
      .describe('A stated risk raises the computed one, never lowers it.'),
    scope: z
      .strictObject({
        include: globs.default(['**']).describe('Files that may change.'),
        exclude: globs.default([]).describe('Files that may not change.'),
        context: globs.default([]).describe('Files to read but not to change.'),
      })
      .prefault({}),
    acceptance: z.array(z.string().min(1)).default([]).describe('How to tell that it worked.'),
    verify: z.array(verifyStepSchema).default([]).describe('Checks that must pass.'),
    budget: phaseBudgetSchema.prefault({}),
    builder: z
      .strictObject({
        model: modelIdSchema.optional(),
        candidates: z
          .int()
          .min(1)
          .max(8)
          .default(1)
          .describe('Proposals made side by side in each attempt; it goes on with the best.'),
        candidateModels: z
          .array(modelIdSchema)
          .min(1)
          .optional()
          .describe('Models that the candidates are from, in turn; else one model at several temperatures.'),
        format: formatSchema.optional(),
      })
      .prefault({}),
    auditor: z.strictObject({ panel: z.array(nameSchema).optional(), model: modelIdSchema.optional() }).prefault({}),
    dependsOn: z.array(nameSchema).default([]),
    trajectory: z
      .enum(['keep', 'totals'])
      .default('keep')
      .describe('`totals` keeps no prompt or reply of the phase, and no evidence once it has ended.'),
    base: z.string().min(4).max(64).optional().describe('Commit the spec was written against.'),
  })
  .meta({ title: 'Countersign phase spec' });
export type PhaseSpec = z.infer<typeof phaseSpecSchema>;

export const autonomySchema = z.enum(['review', 'gated', 'full']);
/** Who signs: `review` a person always; `gated` a person unless risk is low; `full` a person for high risk. */
export type Autonomy = z.infer<typeof autonomySchema>;

export const landingBranchSchema = z.enum(['current', 'run']);
export type LandingBranch = z.infer<typeof landingBranchSchema>;

export const capsSchema = z.strictObject(capsShape);

export const tierSchema = z.strictObject({
  id: nameSchema,
  title: z.string().min(1).optional(),
  budget: capsSchema.prefault({}),
  phases: z
    .array(z.union([z.string().min(1), phaseSpecSchema]))
    .min(1)
    .describe('Phase specs, or paths to them.'),
});

/** A plan as it stands in its file. Phases are inline or paths relative to the plan. */
export const planFileSchema = z
  .strictObject({
    id: nameSchema,
    goal: z.string().trim().min(1),
    autonomy: autonomySchema.optional(),
    budget: capsSchema.prefault({}),
    landing: z.strictObject({ branch: landingBranchSchema.optional() }).prefault({}),
    continues: nameSchema.optional().describe('Run that this goes on from: what landed there is not done again.'),
    tiers: z.array(tierSchema).min(1),
  })
  .meta({ title: 'Countersign plan' });
export type PlanFile = z.infer<typeof planFileSchema>;

/** A plan with its phases read in, acyclic and with unique names: what the engine runs. */
export interface Plan {
  readonly id: string;
  readonly goal: string;
  /** Null where the plan leaves it to the configuration. */
  readonly autonomy: Autonomy | null;
  readonly landingBranch: LandingBranch | null;
  readonly budget: z.infer<typeof capsSchema>;
  readonly tiers: readonly Tier[];
  /** Its file; relative to the repository once a run has it. */
  readonly file?: string;
  /** The run that this goes on from. */
  readonly continues?: string;
}

export interface Tier {
  readonly id: string;
  readonly title: string;
  readonly budget: z.infer<typeof capsSchema>;
  readonly phases: readonly PhaseSpec[];
}

export function titleOf(spec: PhaseSpec): string {
  if (spec.title) return spec.title;
  const line = spec.goal.split('\n', 1)[0] as string;
  return line.length <= 72 ? line : `${line.slice(0, 71).trimEnd()}…`;
}
