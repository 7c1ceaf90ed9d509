import { z } from 'zod';

export const severitySchema = z.enum(['minor', 'major']);

export const findingCategories = [
  'security',
  'correctness',
  'spec',
  'tests',
  'compatibility',
  'quality',
  'style',
  'documentation',
  'policy',
  'auditor-error',
] as const;
export const findingCategorySchema = z.enum(findingCategories);
export type FindingCategory = z.infer<typeof findingCategorySchema>;

export const findingSchema = z.object({
  severity: severitySchema,
  category: findingCategorySchema,
  /** Path in the proposed tree; null where the change as a whole is meant. */
  file: z.string().nullable(),
  /** 1-based line in the proposed file. */
  line: z.int().positive().nullable(),
  claim: z.string(),
  evidence: z.string(),
  suggestion: z.string().nullable(),
  /** Which reviewer made it, such as `correctness`; deterministic ones are named `scan:NAME`. */
  component: z.string(),
  /** `PROVIDER/MODEL`; null for a deterministic finding. */
  model: z.string().nullable(),
  /** Survives line moves, so that a dismissed finding stays dismissed. */
  fingerprint: z.string(),
});
export type Finding = z.infer<typeof findingSchema>;

/** Deterministic findings: no model was asked and nothing of the patch was run. */
export const scanSchema = z.object({
  findings: z.array(findingSchema),
  /** Protected paths that the patch touches: nothing of it runs before a person signs. */
  protectedPaths: z.array(z.string()),
});
export type Scan = z.infer<typeof scanSchema>;

/** What the panel and the scan say together. Clean means no findings at all. */
export const auditSchema = z.object({
  summary: z.string(),
  findings: z.array(findingSchema),
  /** Reviewers that answered, and those that did not with the reason; one that did not fails closed. */
  panel: z.array(z.object({ component: z.string(), model: z.string().nullable(), failure: z.string().nullable() })),
});
export type Audit = z.infer<typeof auditSchema>;

export function openMajors(audit: Audit): readonly Finding[] {
  return audit.findings.filter((finding) => finding.severity === 'major');
}
