import { z } from 'zod';
import { type FindingCategory, findingCategories } from '../domain/audit.ts';
import { jsonObjectsIn } from '../domain/json-objects.ts';
import { fail, ok, type Result } from '../domain/result.ts';

const modelFindingSchema = z.object({
  severity: z.enum(['minor', 'major']),
  category: z.string(),
  file: z.string().nullable().default(null),
  line: z.int().positive().nullable().default(null).catch(null),
  claim: z.string().trim().min(1),
  evidence: z.string(),
  suggestion: z.string().nullable().default(null),
});
export type ModelFinding = Omit<z.infer<typeof modelFindingSchema>, 'category'> & {
  readonly category: FindingCategory;
};

const answers = ['met', 'not-met', 'unclear'] as const;

const modelReplySchema = z.object({
  summary: z.string().default(''),
  /** Only some reviewers are asked for it; one that leaves it out says nothing of any criterion. */
  criteria: z
    .array(z.object({ criterion: z.int().positive(), answer: z.enum(answers), evidence: z.string().default('') }))
    .default([]),
  findings: z.array(modelFindingSchema),
});

export interface ReviewerReply {
  readonly summary: string;
  readonly findings: readonly ModelFinding[];
  /** Criteria by their number in the phase, from 1. */
  readonly criteria: readonly {
    readonly criterion: number;
    readonly answer: (typeof answers)[number];
    readonly evidence: string;
  }[];
}

const findingsShape = {
  type: 'array',
  items: {
    type: 'object',
    additionalProperties: false,
    required: ['severity', 'category', 'file', 'line', 'claim', 'evidence', 'suggestion'],
    properties: {
      severity: { type: 'string', enum: ['minor', 'major'] },
      category: {
        type: 'string',
        enum: ['security', 'correctness', 'spec', 'tests', 'compatibility', 'quality', 'style', 'documentation'],
      },
      file: { type: ['string', 'null'] },
      line: { type: ['integer', 'null'] },
      claim: { type: 'string' },
      evidence: { type: 'string' },
      suggestion: { type: ['string', 'null'] },
    },
  },
} as const;

const criteriaShape = {
  type: 'array',
  items: {
    type: 'object',
    additionalProperties: false,
    required: ['criterion', 'answer', 'evidence'],
    properties: {
      criterion: { type: 'integer' },
      answer: { type: 'string', enum: answers },
      evidence: { type: 'string' },
    },
  },
} as const;

/** What a reviewer is asked for, as strict JSON Schema: every key is required and no other is allowed. */
export const reviewerReplySchema = {
  name: 'review',
  schema: {
    type: 'object',
    additionalProperties: false,
    required: ['summary', 'findings'],
    properties: { summary: { type: 'string' }, findings: findingsShape },
  },
} as const;

/** The same of a reviewer that judges criteria. */
export const criteriaReplySchema = {
  name: 'review_by_criterion',
  schema: {
    type: 'object',
    additionalProperties: false,
    required: ['summary', 'criteria', 'findings'],
    properties: { summary: { type: 'string' }, criteria: criteriaShape, findings: findingsShape },
  },
} as const;

/** These a reviewer cannot claim for itself: they are made by our code alone. */
const reserved: readonly string[] = ['policy', 'auditor-error'];

function categoryOf(name: string): FindingCategory {
  const lower = name.trim().toLowerCase();
  const known = findingCategories.find((category) => category === lower && !reserved.includes(category));
  return known ?? 'quality';
}

/**
 * Reads a reviewer's reply: one JSON object, bare, fenced or with prose around it. What it holds is then validated
 * strictly; anything else is a stated failure, never a clean review.
 */
export function readReviewerReply(text: string): Result<ReviewerReply, string> {
  const values = jsonObjectsIn(text);
  if (values.length === 0) return fail('there is no JSON object in it');
  const read = values.map((value) => modelReplySchema.safeParse(value));
  const valid = read.flatMap((result) => (result.success ? [result.data] : []));
  if (valid.length > 1) return fail('it holds more than one review');
  const [reply] = valid;
  if (!reply) {
    const issue = read.find((result) => !result.success)?.error?.issues[0];
    return fail(
      issue ? `${issue.path.map(String).join('.') || 'the object'}: ${issue.message}` : 'it has another shape',
    );
  }
  return ok({
    summary: reply.summary,
    criteria: reply.criteria,
    findings: reply.findings.map((finding) => ({ ...finding, category: categoryOf(finding.category) })),
  });
}
