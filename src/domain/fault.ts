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
  fault('plan/changed', { file: text }),
  fault('plan/no-proposal', { run: text }),
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
  fault('remote/none', { remote: text }),
  fault('remote/push-failed', { remote: text, branch: text, detail: text }),
  fault('remote/not-pushed', { remote: text, branch: text }),
  fault('gh/missing', { purpose: text }),
  fault('gh/failed', { command: text, detail: text }),
  fault('git/missing', { detail: text }),
  fault('git/failed', { command: text, exitCode: z.int().nullable(), detail: text }),
  fault('run/not-found', { selector: text }),
  fault('run/changed', { run: text, differences: texts }),
  /** `canBeAsked` is false where nobody can tell from here whether the holder still runs. */
  fault('run/held', { run: text, holder: text, canBeAsked: z.boolean() }),
  fault('run/not-live', { run: text }),
  fault('run/no-answer', { run: text, seconds: z.number() }),
  fault('run/not-controllable', { selector: text, detail: text }),
  fault('run/not-promotable', { run: text, detail: text }),
  fault('run/not-replannable', { run: text, detail: text }),
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
  fault('training/not-configured', { backend: text.nullable(), known: texts }),
  fault('training/not-ready', { missing: texts }),
  fault('training/unusable-data', { detail: text }),
  fault('training/retired', { model: text, date: text }),
  fault('training/no-job', { selector: text }),
  fault('training/not-controllable', { job: text, detail: text }),
  fault('training/failed', { job: text, detail: text }),
  fault('training/changed', { job: text, detail: text }),
  fault('budget/training-uncapped', { tokens: z.int(), micros: z.int().nullable() }),
  fault('budget/training-too-dear', {
    tokens: z.int(),
    /** Null where the price is unknown: then the cap is one of tokens. */
    micros: z.int().nullable(),
    capMicros: z.int().nullable(),
    capTokens: z.int().nullable(),
  }),
  fault('deployment/no-version', { selector: text, known: texts }),
  fault('deployment/not-promoted', { version: text, undecided: z.boolean(), reasons: texts }),
  fault('deployment/retired', { version: text, date: text }),
  fault('deployment/nothing-deployed', {}),
  fault('profile/unknown', { profile: text, known: texts }),
  fault('profile/unapproved', { profile: text, file: text }),
  fault('profile/failed', { profile: text, detail: text }),
  fault('archive/refused', { archive: text, detail: text }),
  fault('scorer/unreadable', { file: text, detail: text }),
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
