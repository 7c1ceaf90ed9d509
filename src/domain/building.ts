import { z } from 'zod';
import { riskSchema } from './risk.ts';

/** How much of a file, or of what is known about one, a brief shows. */
export const pieceFormSchema = z.enum(['whole', 'excerpt', 'outline', 'note']);
export type PieceForm = z.infer<typeof pieceFormSchema>;

/** What the Builder was given to read, what was left out, and why. Tokens are estimates. */
export const contextReportSchema = z.object({
  budgetTokens: z.int().nonnegative(),
  usedTokens: z.int().nonnegative(),
  /** Each part that looked, and how it went: one that failed or ran out of time gave nothing. */
  gatherers: z.array(
    z.object({
      name: z.string(),
      outcome: z.enum(['done', 'failed', 'timed-out']),
      seconds: z.number().nonnegative(),
      detail: z.string().nullable(),
    }),
  ),
  shown: z.array(z.object({ gatherer: z.string(), title: z.string(), form: pieceFormSchema, tokens: z.int() })),
  cut: z.array(z.object({ gatherer: z.string(), title: z.string(), why: z.string() })),
});
export type ContextReport = z.infer<typeof contextReportSchema>;

/** What an editor's language services gave to a brief. It is kept, because what they say now may be something else. */
export const editorFindingsSchema = z.object({
  /** Commit that the editor's files were held against. */
  base: z.string(),
  gatherers: z.array(
    z.object({
      name: z.string(),
      outcome: z.enum(['done', 'failed', 'timed-out']),
      detail: z.string().nullable(),
      pieces: z.array(z.object({ title: z.string(), text: z.string(), value: z.number() })),
    }),
  ),
});
export type EditorFindings = z.infer<typeof editorFindingsSchema>;

export const toolCategories = [
  'read',
  'notes',
  'tests',
  'code',
  'shell',
  'web',
  'documents',
  'data',
  'compose',
] as const;
export const toolCategorySchema = z.enum(toolCategories);
/** What a tool touches: the permission that it needs. Only `read` and `notes` are given unasked. */
export type ToolCategory = z.infer<typeof toolCategorySchema>;

/** One use of a tool by a model, whether it was allowed or not. */
export const toolUseSchema = z.object({
  tool: z.string(),
  /** Null where no such tool is known. */
  category: toolCategorySchema.nullable(),
  /** What was asked for, cut to a line. */
  request: z.string(),
  outcome: z.enum(['done', 'refused', 'failed', 'timed-out']),
  /** Bytes handed to the model. */
  bytes: z.int().nonnegative(),
  seconds: z.number().nonnegative(),
  /** Why it was refused or failed; null where it was done. */
  detail: z.string().nullable(),
});
export type ToolUse = z.infer<typeof toolUseSchema>;

/** One of several proposals for the same attempt. */
export const candidateSchema = z.object({
  /** From 1, as they were asked for. */
  number: z.int().positive(),
  model: z.string(),
  temperature: z.number().nullable(),
  /** 1 for the one that the attempt goes on with. */
  rank: z.int().positive(),
  /** Commit of its change; null where nothing could be staged. */
  commit: z.string().nullable(),
  outcome: z.enum(['passed', 'checks-failed', 'refused', 'failed']),
  majors: z.int().nonnegative(),
  minors: z.int().nonnegative(),
  /** Added and removed lines. */
  lines: z.int().nonnegative(),
  risk: riskSchema.nullable(),
  /** One sentence: why it stands where it stands. */
  reason: z.string(),
  /** The whole reply: candidates of one attempt are a group to learn from. */
  reply: z.string().nullable(),
});
export type Candidate = z.infer<typeof candidateSchema>;

/** A criterion that the Builder says its change meets: a claim to be held against evidence, never evidence itself. */
export const claimSchema = z.object({
  /** As the spec has it. */
  criterion: z.string(),
  /** Where; a null hunk means all of the file's change. Hunks count from 1 within their file. */
  hunks: z.array(z.object({ file: z.string(), hunk: z.int().positive().nullable() })),
});
export type Claim = z.infer<typeof claimSchema>;
