import { z } from 'zod';

/** One command that ran (or could not), as evidence for the tree it ran on. */
export const checkResultSchema = z.object({
  command: z.string(),
  outcome: z.enum(['passed', 'failed', 'timed-out', 'not-startable']),
  /** Null where the process was killed or never started. */
  exitCode: z.int().nullable(),
  seconds: z.number().nonnegative(),
  /** Standard output and error as they came, head and tail kept within the bound. */
  output: z.string(),
  /** SHA-256 of the whole output, before it was cut. */
  outputHash: z.string(),
  /** How often it ran: more than once only for a step marked flaky. */
  tries: z.int().positive(),
  /** Where a person reads more of it, for a check that ran elsewhere. */
  url: z.string().optional(),
});
export type CheckResult = z.infer<typeof checkResultSchema>;

export const checkFlagSchema = z.object({
  kind: z.enum([
    'new-test-passes-at-base',
    'test-deleted',
    'test-skipped',
    'assertion-loosened',
    'check-config-changed',
  ]),
  severity: z.enum(['minor', 'major']),
  file: z.string(),
  line: z.int().positive().nullable(),
  detail: z.string(),
});
/** What the fail-to-pass gate saw; the auditor's room turns it into findings. */
export type CheckFlag = z.infer<typeof checkFlagSchema>;

/** How a test that the patch adds or changes does on the tree before the patch: it should fail there. */
export const testEvidenceSchema = z.object({
  file: z.string(),
  atBase: z.enum(['failed', 'passed', 'not-run']),
  /** The check at the base that failed, or the last one that passed; null where none ran. */
  result: checkResultSchema.nullable(),
  /** One sentence. */
  detail: z.string(),
});
export type TestEvidence = z.infer<typeof testEvidenceSchema>;

export const checkReportSchema = z.object({
  /** The git tree that was checked: evidence for any other tree is out of date. */
  tree: z.string(),
  results: z.array(checkResultSchema),
  flags: z.array(checkFlagSchema),
  /** One entry for each test file of the patch; absent where it has none or its checks did not pass. */
  testEvidence: z.array(testEvidenceSchema).optional(),
  sandbox: z.enum(['bubblewrap', 'none']),
  /** Why nothing ran, or null. A patch on a protected path runs nothing before a person signs. */
  withheld: z.string().nullable(),
});
export type CheckReport = z.infer<typeof checkReportSchema>;

export function checksPassed(report: CheckReport): boolean {
  return report.withheld === null && report.results.every((result) => result.outcome === 'passed');
}
