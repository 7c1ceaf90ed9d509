import { z } from 'zod';
import type { Staged } from './proposal.ts';
import type { Risk } from './risk.ts';
import type { PhaseSpec } from './spec.ts';
import { isTestPath } from './test-path.ts';

/** Figures of one attempt's change, known before anything of it is landed. A change of them is a new schema version. */
export const featureNames = [
  'files',
  'added',
  'removed',
  'hunks',
  'testFiles',
  'newFiles',
  'repairs',
  'flags',
  'risk',
  'attempt',
  'complexity',
  'linesPerFile',
] as const;
type FeatureName = (typeof featureNames)[number];
export type ChangeFeatures = Readonly<Record<FeatureName, number>>;
export const changeFeaturesSchema: z.ZodType<ChangeFeatures> = z.record(z.enum(featureNames), z.number());

const scorerWeightSchema = z.strictObject({
  name: z.enum(featureNames),
  /** Of the data it was trained on; a feature is taken as (value − mean) / scale. */
  mean: z.number(),
  scale: z.number().positive(),
  weight: z.number(),
});

/** A logistic model that ranks changes by how likely they are to land. A small file of figures, and no program. */
export const scorerSchema = z.strictObject({
  format: z.literal('countersign-scorer-1'),
  bias: z.number(),
  features: z
    .array(scorerWeightSchema)
    .length(featureNames.length)
    .refine((features) => new Set(features.map(({ name }) => name)).size === features.length, 'names a feature twice'),
  /** How many attempts it was trained on, and what share of them landed. */
  trainedOn: z.int().positive(),
  landedShare: z.number().min(0).max(1),
});
export type Scorer = z.infer<typeof scorerSchema>;

const complexities: Readonly<Record<PhaseSpec['complexity'], number>> = { low: 0.2, medium: 0.5, high: 0.9 };

export function featuresOf(
  staged: Pick<Staged, 'patch' | 'files' | 'repairs' | 'flags'>,
  about: {
    readonly risk: Pick<Risk, 'score'> | null;
    readonly attempt: number;
    readonly complexity: PhaseSpec['complexity'];
  },
): ChangeFeatures {
  const { files, patch, repairs, flags } = staged;
  const sum = (of: 'added' | 'removed') => files.reduce((total, file) => total + file[of], 0);
  const [added, removed] = [sum('added'), sum('removed')];
  return {
    files: files.length,
    added,
    removed,
    hunks: patch.match(/^@@ /gm)?.length ?? 0,
    testFiles: files.filter(({ path }) => isTestPath(path)).length,
    newFiles: patch.match(/^new file mode /gm)?.length ?? 0,
    repairs: repairs.length,
    flags: flags.length,
    risk: about.risk?.score ?? 0,
    attempt: about.attempt,
    complexity: complexities[about.complexity],
    linesPerFile: (added + removed) / Math.max(1, files.length),
  };
}

/** How likely a change is to land, 0 to 1, by what landed before. */
export function scoreChange({ bias, features }: Scorer, change: ChangeFeatures): number {
  const sum = features.reduce(
    (total, { name, mean, scale, weight }) => total + (weight * (change[name] - mean)) / scale,
    bias,
  );
  return 1 / (1 + Math.exp(-sum));
}
