import { z } from 'zod';

const positionSchema = z.object({
  file: z.string(),
  line: z.int().positive().nullable(),
  column: z.int().positive().nullable(),
});
/** Where in a text the fault is. Lines and columns count from 1. */
export type Position = z.infer<typeof positionSchema>;

/** One hunk that could not be placed, with what the next attempt needs to place it. */
export const rejectionSchema = z.object({
  file: z.string(),
  /** From 1 within its file; null where the whole file is refused. */
  hunk: z.int().positive().nullable(),
  reason: z.string(),
  /** 1-based lines of the file where the hunk might have been meant. */
  candidates: z.array(z.int().positive()),
  /** The file's real lines around the likeliest place, each with its number. */
  excerpt: z.string().nullable(),
});
export type Rejection = z.infer<typeof rejectionSchema>;

export const budgetLevels = ['phase', 'tier', 'run', 'day', 'month'] as const;
export const budgetLevelSchema = z.enum(budgetLevels);
export type BudgetLevel = z.infer<typeof budgetLevelSchema>;

function fault<Code extends string, Shape extends z.ZodRawShape>(code: Code, shape: Shape) {
  return z.object({ code: z.literal(code), ...shape });
}

const text = z.string();
const texts = z.array(z.string());

/** Everything that can go wrong, as data. `describeFault` says it in words. */
export const faultSchema = z.discriminatedUnion('code', [
  fault('arguments/invalid', { problem: text, usage: text.nullable() }),
  fault('spec/invalid', { problem: text, at: positionSchema }),
  fault('spec/not-found', { file: text }),
  fault('plan/cycle', { phases: texts, at: positionSchema.nullable() }),
  fault('plan/unknown-dependency', { phase: text, dependency: text, at: positionSchema.nullable() }),
  fault('plan/unusable', { detail: text }),
  fault('import/unreadable', { problem: text, at: positionSchema }),
  fault('config/invalid', { problem: text, at: positionSchema }),
  fault('config/unapproved', { file: text, keys: texts }),
  fault('model/not-configured', { role: text }),
  fault('model/unauthorized', { provider: text, keyName: text.nullable() }),
  fault('model/no-consent', { provider: text }),
  fault('model/unreachable', { provider: text, address: text, detail: text }),
  fault('model/rate-limited', { provider: text, retryAfterSeconds: z.number().nonnegative().nullable() }),
  fault('model/quota-exhausted', { provider: text }),
  fault('model/rejected', { provider: text, status: z.int(), detail: text }),
  fault('model/server-error', { provider: text, status: z.int(), detail: text }),
  fault('model/timed-out', { provider: text, seconds: z.number(), kind: z.enum(['idle', 'total']) }),
  fault('model/broken-reply', { provider: text, detail: text }),
  fault('model/truncated', { provider: text, outputLimit: z.int().nullable() }),
  fault('model/refused', { provider: text, detail: text }),
  fault('model/no-recorded-reply', { cassette: text, request: text, matches: z.int() }),
  fault('builder/no-patch', { detail: text }),
  fault('patch/unreadable', { detail: text }),
  fault('patch/truncated', { detail: text }),
  fault('patch/does-not-apply', { rejections: z.array(rejectionSchema) }),
  fault('patch/forbidden', { file: text, detail: text }),
  fault('patch/out-of-scope', { files: texts }),
  fault('patch/too-large', { detail: text }),
  fault('patch/changes-nothing', {}),
  fault('patch/already-applied', { files: texts }),
  fault('audit/broken-reply', { component: text, detail: text }),
  fault('audit/failed', { component: text, detail: text }),
  fault('check/not-startable', { command: text, detail: text }),
  fault('check/no-sandbox', { detail: text }),
  fault('budget/exceeded', {
    level: budgetLevelSchema,
    /** Worst case of the call that was not sent, and what is left; null where the price is unknown. */
    needMicros: z.int().nullable(),
    leftMicros: z.int().nullable(),
    needTokens: z.int(),
    leftTokens: z.int().nullable(),
  }),
  fault('budget/price-unknown', { model: text }),
  fault('budget/time-exceeded', { minutes: z.number() }),
  fault('repository/none', { directory: text }),
  fault('repository/no-commit', { directory: text }),
  fault('repository/bare', { directory: text }),
  fault('repository/unsafe', { directory: text, detail: text }),
  fault('repository/busy', { operation: text }),
  fault('repository/detached', {}),
  fault('repository/dirty-path', { paths: texts }),
  fault('repository/path-exists', { paths: texts }),
  fault('repository/locked', { lock: text, holder: text.nullable() }),
  fault('repository/moved', { branch: text }),
  fault('repository/conflict', { commit: text, paths: texts }),
  fault('repository/unsupported', { detail: text }),
  fault('git/missing', { detail: text }),
  fault('git/failed', { command: text, exitCode: z.int().nullable(), detail: text }),
  fault('run/not-found', { selector: text }),
  fault('run/not-resumable', { run: text, detail: text }),
  fault('run/changed', { run: text, differences: texts }),
  fault('run/not-live', { run: text }),
  fault('run/no-answer', { run: text, seconds: z.number() }),
  fault('run/not-controllable', { selector: text, detail: text }),
  fault('run/too-large', { phases: z.int(), limit: z.int() }),
  fault('serve/port-taken', { port: z.int() }),
  fault('review/nothing-pending', { selector: text }),
  fault('review/evidence-stale', { phase: text, detail: text }),
  fault('rollback/nothing-landed', { selector: text }),
  fault('rollback/built-upon', { branch: text, commit: text }),
  fault('rollback/not-on-branch', { branch: text }),
  fault('rollback/no-save-point', { selector: text }),
  fault('rollback/no-branch', { branch: text }),
  fault('rollback/already-there', { branch: text, commit: text }),
  fault('store/newer', { file: text, version: z.int() }),
  fault('store/accounts-unavailable', { file: text, detail: text }),
  fault('store/damaged', { file: text, setAside: text.nullable() }),
  fault('environment/node-too-old', { version: text, needed: text }),
  fault('environment/disk-full', { path: text }),
  fault('demo/unexpected', { detail: text }),
  fault('interrupted', {}),
  fault('internal/defect', { detail: text }),
]);
export type Fault = z.infer<typeof faultSchema>;
export type FaultCode = Fault['code'];
