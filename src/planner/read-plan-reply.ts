import { z } from 'zod';
import { jsonObjectsIn } from '../domain/json-objects.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import { levels, type PlanFile, planFileSchema } from '../domain/spec.ts';

/** Something only the person can answer before the plan is worth running. */
export interface Question {
  readonly phase: string | null;
  readonly question: string;
}

export interface DraftPlan {
  readonly plan: PlanFile;
  readonly questions: readonly Question[];
}

const questionSchema = z.object({ phase: z.string().nullable().default(null), question: z.string().trim().min(1) });

/** What a planner is asked for, as strict JSON Schema: the shape of a plan file, with every key required. */
export const planReplySchema = {
  name: 'plan',
  schema: {
    type: 'object',
    additionalProperties: false,
    required: ['id', 'goal', 'tiers', 'questions'],
    properties: {
      id: { type: 'string' },
      goal: { type: 'string' },
      tiers: {
        type: 'array',
        items: {
          type: 'object',
          additionalProperties: false,
          required: ['id', 'title', 'phases'],
          properties: { id: { type: 'string' }, title: { type: 'string' }, phases: { type: 'array', items: phase() } },
        },
      },
      questions: {
        type: 'array',
        items: {
          type: 'object',
          additionalProperties: false,
          required: ['phase', 'question'],
          properties: { phase: { type: ['string', 'null'] }, question: { type: 'string' } },
        },
      },
    },
  },
} as const;

function phase() {
  const texts = { type: 'array', items: { type: 'string' } } as const;
  const text = { type: 'string' } as const;
  const command = {
    type: 'object',
    additionalProperties: false,
    required: ['run'],
    properties: { run: text },
  } as const;
  return {
    type: 'object',
    additionalProperties: false,
    required: ['id', 'title', 'goal', 'category', 'complexity', 'risk', 'scope', 'acceptance', 'verify', 'dependsOn'],
    properties: {
      id: text,
      title: text,
      goal: text,
      category: text,
      complexity: { type: 'string', enum: [...levels] },
      risk: { type: 'string', enum: ['auto', ...levels] },
      scope: {
        type: 'object',
        additionalProperties: false,
        required: ['include', 'exclude', 'context'],
        properties: { include: texts, exclude: texts, context: texts },
      },
      acceptance: texts,
      verify: { type: 'array', items: command },
      dependsOn: texts,
    },
  } as const;
}

/**
 * Reads a planner's reply: one JSON object in the shape of a plan file. A command may stand as a bare string. Unknown
 * keys of a phase are refused, not dropped: they may be what the planner meant.
 */
export function readPlanReply(text: string): Result<DraftPlan, string> {
  const candidates = jsonObjectsIn(text).filter((value) => 'tiers' in (value as object));
  if (candidates.length !== 1) {
    return fail(candidates.length === 0 ? 'there is no JSON object with `tiers` in it' : 'it holds more than one plan');
  }
  const { questions, ...rest } = candidates[0] as Record<string, unknown>;
  const asked = z.array(questionSchema).default([]).safeParse(questions);
  if (!asked.success) return fail(`questions: ${asked.error.issues[0]?.message}`);
  const read = planFileSchema.safeParse(withPhasesInline(rest));
  if (!read.success) return fail(firstIssue(read.error));
  const named = read.data.tiers.flatMap((tier) => tier.phases).find((entry) => typeof entry === 'string');
  if (named !== undefined) return fail(`the phase \`${named}\` is only named, not written out`);
  return ok({ plan: read.data, questions: asked.data });
}

/** Commands as bare strings become steps; everything else stays for the schema to judge. */
function withPhasesInline(plan: Record<string, unknown>): unknown {
  if (!Array.isArray(plan.tiers)) return plan;
  return { ...plan, tiers: plan.tiers.map((tier: unknown) => mapField(tier, 'phases', withSteps)) };
}

function withSteps(entry: unknown): unknown {
  return mapField(entry, 'verify', (step) => (typeof step === 'string' ? { run: step } : step));
}

function mapField(value: unknown, field: string, map: (item: unknown) => unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const items = (value as Record<string, unknown>)[field];
  return Array.isArray(items) ? { ...value, [field]: items.map(map) } : value;
}

/** The first thing that does not fit. A union of path and phase says which of a phase's own keys is wrong. */
function firstIssue(error: z.ZodError): string {
  const issue = error.issues[0] as z.core.$ZodIssue;
  const inner = issue.code === 'invalid_union' ? issue.errors.flat().find((each) => each.path.length > 0) : undefined;
  const unknown =
    issue.code === 'invalid_union' ? issue.errors.flat().find((each) => each.code === 'unrecognized_keys') : undefined;
  const shown = inner ?? unknown ?? issue;
  const place = [...issue.path, ...(shown === issue ? [] : shown.path)].map(String).join('.');
  return `${place || 'the plan'}: ${shown.message}`;
}
