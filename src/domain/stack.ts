import { z } from 'zod';
import { nameSchema, verifyStepSchema } from './spec.ts';

const globs = z.array(z.string().min(1));

/** How a team's kind of project is known, and how it is built and tested. `.countersign/stacks/*.yaml` add to it. */
export const stackProfileSchema = z
  .strictObject({
    id: nameSchema.describe('Name of the profile; one that is built in is replaced.'),
    title: z.string().min(1),
    language: z.string().min(1),
    manifests: globs.min(1).describe('File names that mark the folder of such a project, such as go.mod.'),
    mentions: z
      .array(z.string().min(1))
      .default([])
      .describe('Words of a manifest that make this profile the likelier one, such as "react".'),
    setup: z.array(z.string().min(1)).default([]).describe('Commands that prepare a worktree for checks.'),
    verify: z.array(verifyStepSchema).default([]).describe('Checks that such a project usually has.'),
    tests: globs.default([]).describe('Where its tests are.'),
    source: globs.default([]).describe('Where its code is.'),
  })
  .meta({ title: 'Countersign stack profile' });
export type StackProfile = z.infer<typeof stackProfileSchema>;

/** A profile found in a repository. */
export interface DetectedStack {
  readonly profile: StackProfile;
  /** Folder of the manifest, without a slash at its end; empty for the top of the repository. */
  readonly folder: string;
  /** Empty where only the languages of the files spoke for it. */
  readonly manifest: string;
  /** What spoke for it, in words. */
  readonly because: string;
}
