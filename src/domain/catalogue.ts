import { z } from 'zod';
import { nameSchema } from './spec.ts';

/** Licences that may be reused unless the catalogue says otherwise. */
export const defaultLicences = ['MIT', 'BSD-2-Clause', 'BSD-3-Clause', 'BSD', 'Apache-2.0', 'ISC'] as const;
const defaultQuality = 0.7;

const reuseOptionSchema = z.strictObject({
  name: z.string().min(1),
  source: z.string().min(1).describe('Where it is to be had: a package name, an address, a path in the repository.'),
  licence: z.string().min(1).describe('SPDX identifier.'),
  quality: z.number().min(0).max(1).describe("The team's own mark, 0 to 1."),
  note: z.string().min(1).optional(),
});
export type ReuseOption = z.infer<typeof reuseOptionSchema>;

/** `.countersign/catalogue.yaml`: features a team knows how to get, with what may be reused for each. */
export const catalogueSchema = z
  .strictObject({
    licences: z
      .array(z.string().min(1))
      .min(1)
      .default([...defaultLicences])
      .describe('Licences that may be reused.'),
    quality: z.number().min(0).max(1).default(defaultQuality).describe('Least mark that may be reused.'),
    features: z
      .array(
        z.strictObject({
          id: nameSchema,
          title: z.string().min(1),
          description: z.string().min(1).optional(),
          options: z.array(reuseOptionSchema).default([]),
        }),
      )
      .default([]),
  })
  .meta({ title: 'Countersign feature catalogue' });
export type Catalogue = z.infer<typeof catalogueSchema>;
