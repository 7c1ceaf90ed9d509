import type { z } from 'zod';
import { catalogueSchema } from './catalogue.ts';
import { configSchema } from './config.ts';
import { reviewerFileSchema } from './reviewer-file.ts';
import { rulesSchema } from './rules.ts';
import { phaseSpecSchema, planFileSchema } from './spec.ts';
import { stackProfileSchema } from './stack.ts';

/** The kinds of files of `.countersign/` that people write. */
export const fileKinds = ['phase', 'plan', 'config', 'catalogue', 'stack', 'reviewer', 'rules'] as const;
export type FileKind = (typeof fileKinds)[number];

/** What each of them is read as. */
export const fileSchemas: Readonly<Record<FileKind, z.ZodType>> = {
  phase: phaseSpecSchema,
  plan: planFileSchema,
  config: configSchema,
  catalogue: catalogueSchema,
  stack: stackProfileSchema,
  reviewer: reviewerFileSchema,
  rules: rulesSchema,
};
