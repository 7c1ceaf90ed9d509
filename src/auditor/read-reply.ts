import { z } from 'zod';
import { type FindingCategory, findingCategories } from '../domain/audit.ts';
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

const modelReplySchema = z.object({ summary: z.string().default(''), findings: z.array(modelFindingSchema) });

export interface ReviewerReply {
  readonly summary: string;
  readonly findings: readonly ModelFinding[];
}

/** What a reviewer is asked for, as strict JSON Schema: every key is required and no other is allowed. */
export const reviewerReplySchema = {
  name: 'review',
  schema: {
    type: 'object',
    additionalProperties: false,
    required: ['summary', 'findings'],
    properties: {
      summary: { type: 'string' },
      findings: {
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
      },
    },
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
    findings: reply.findings.map((finding) => ({ ...finding, category: categoryOf(finding.category) })),
  });
}

/** Outermost JSON objects of a text, in order. Linear in the text: each candidate ends where its braces balance. */
function jsonObjectsIn(text: string): readonly unknown[] {
  const whole = parse(text.trim());
  if (whole !== undefined) return [whole];
  const found: unknown[] = [];
  for (let at = text.indexOf('{'); at !== -1; at = text.indexOf('{', at)) {
    const end = endOfObject(text, at);
    if (end === null) return found;
    const value = parse(text.slice(at, end));
    if (value !== undefined) found.push(value);
    at = end;
  }
  return found;
}

function parse(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Index behind the brace that closes the object starting at `start`, or null where it never closes. */
function endOfObject(text: string, start: number): number | null {
  let depth = 0;
  let inString = false;
  for (let index = start; index < text.length; index++) {
    const char = text[index];
    if (inString) {
      if (char === '\\') index++;
      else if (char === '"') inString = false;
    } else if (char === '"') inString = true;
    else if (char === '{') depth++;
    else if (char === '}' && --depth === 0) return index + 1;
  }
  return null;
}
