import { z } from 'zod';
import { claimSchema } from './building.ts';

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

/** The reviewers that are built in. A workspace may add its own, once approved. */
export const builtInReviewers = ['correctness', 'security', 'spec', 'tests', 'compatibility'] as const;
export type BuiltInReviewer = (typeof builtInReviewers)[number];

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
  /** Share of this reviewer's findings that were right when it was calibrated here, 0 to 1; absent without calibration. */
  confidence: z.number().min(0).max(1).optional(),
  /** Other reviewers that said the same, `COMPONENT` or `COMPONENT PROVIDER/MODEL`. */
  agreeing: z.array(z.string()).optional(),
  /** Why a major was lowered to a minor. A person still signs: no text of a model clears a major by itself. */
  lowered: z.string().optional(),
});
export type Finding = z.infer<typeof findingSchema>;

/**
 * Why a finding does not count: its evidence is nowhere in the change, its files or the output of its checks; it speaks
 * of lines the change does not touch; a person dismissed it before; there are too many minors to read.
 */
export const asideReasonSchema = z.enum(['ungrounded', 'pre-existing', 'dismissed', 'over-limit']);
export type AsideReason = z.infer<typeof asideReasonSchema>;

/** A finding that is shown apart and never blocks. */
export const asideFindingSchema = findingSchema.extend({
  aside: asideReasonSchema,
  /** One sentence; for a dismissed finding the person's reason. */
  because: z.string(),
});
export type AsideFinding = z.infer<typeof asideFindingSchema>;

/** Deterministic findings: no model was asked and nothing of the patch was run. */
export const scanSchema = z.object({
  findings: z.array(findingSchema),
  /** Protected paths that the patch touches: nothing of it runs before a person signs. */
  protectedPaths: z.array(z.string()),
});
export type Scan = z.infer<typeof scanSchema>;

/** What a reviewer says of one criterion; it shows nothing without a passing check. */
export const criterionOpinionSchema = z.object({
  criterion: z.string(),
  answer: z.enum(['met', 'not-met', 'unclear']),
  /** What the reviewer quotes; empty where it quotes nothing. */
  evidence: z.string(),
  /** Whether the quotation stands in a changed line or in the output of a check. An answer without it shows nothing. */
  grounded: z.boolean(),
  /** Where in the proposed tree it stands; null where it is no line of the change. */
  file: z.string().nullable(),
  line: z.int().positive().nullable(),
  component: z.string(),
  model: z.string().nullable(),
});
export type CriterionOpinion = z.infer<typeof criterionOpinionSchema>;

export const panelMemberSchema = z.object({
  component: z.string(),
  model: z.string().nullable(),
  /** Why it gave no verdict; null where it did. */
  failure: z.string().nullable(),
  /** False for a reviewer whose failure is stated but does not block. Absent means required. */
  required: z.boolean().optional(),
  /** False for one that the panel's budget did not reach for; `failure` says why. Absent means that it was asked. */
  asked: z.literal(false).optional(),
  /** Why it was asked under a budget though it need not be. */
  because: z.string().optional(),
});
export type PanelMember = z.infer<typeof panelMemberSchema>;

/** What the panel and the scan say together. Clean means no findings at all. */
export const auditSchema = z.object({
  summary: z.string(),
  /** Open findings, gravest first. */
  findings: z.array(findingSchema),
  /** Findings that do not count, with why. */
  aside: z.array(asideFindingSchema).optional(),
  /** Reviewers that answered, and those that did not with the reason; a required one that did not fails closed. */
  panel: z.array(panelMemberSchema),
  opinions: z.array(criterionOpinionSchema).optional(),
  /** What the Builder claims of its change: places to look at, evidence of nothing. */
  claims: z.array(claimSchema).optional(),
});
export type Audit = z.infer<typeof auditSchema>;

export function openMajors(audit: Pick<Audit, 'findings'>): readonly Finding[] {
  return audit.findings.filter((finding) => finding.severity === 'major');
}

/** A finding that a person decided to live with, in this repository. */
export const dismissalSchema = z.object({
  fingerprint: z.string(),
  category: findingCategorySchema,
  file: z.string().nullable(),
  claim: z.string(),
  reason: z.string(),
  /** ISO 8601. */
  at: z.string(),
});
export type Dismissal = z.infer<typeof dismissalSchema>;
