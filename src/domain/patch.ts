import { z } from 'zod';

/** What the reader of patches mended, shown to the person who reviews. `hunk` counts from 1 within its file. */
export const repairSchema = z.object({
  kind: z.string(),
  file: z.string(),
  hunk: z.int().positive().nullable(),
  detail: z.string(),
});
export type Repair = z.infer<typeof repairSchema>;

/**
 * Something about a patch that never decides by itself but must reach a person: a protected path, a look-alike
 * character. The auditor's room turns flags into findings.
 */
export const patchFlagSchema = z.object({
  kind: z.enum(['protected-path', 'bidi-control', 'zero-width', 'look-alike', 'mode-change']),
  file: z.string(),
  /** 1-based line in the proposed file; null where the whole file is meant. */
  line: z.int().positive().nullable(),
  detail: z.string(),
});
export type PatchFlag = z.infer<typeof patchFlagSchema>;

/** Git's modes for regular files. Links and submodules are refused before they get here. */
export const fileModes = ['100644', '100755'] as const;
export type FileMode = (typeof fileModes)[number];

/** One file's whole change. `before` is null for a new file, `after` null for a deleted one. */
export const fileChangeSchema = z.object({
  path: z.string(),
  /** The former path of a renamed file, else null. */
  renamedFrom: z.string().nullable(),
  before: z.string().nullable(),
  after: z.string().nullable(),
  mode: z.enum(fileModes),
});
export type FileChange = z.infer<typeof fileChangeSchema>;

/** A patch that fits the files it was applied to, in canonical form: `text` is what `git apply` takes as it is. */
export const patchSchema = z.object({
  text: z.string(),
  files: z.array(fileChangeSchema),
  repairs: z.array(repairSchema),
  flags: z.array(patchFlagSchema),
});
export type Patch = z.infer<typeof patchSchema>;

export const fileStatSchema = z.object({
  path: z.string(),
  added: z.int().nonnegative(),
  removed: z.int().nonnegative(),
});
export type FileStat = z.infer<typeof fileStatSchema>;
