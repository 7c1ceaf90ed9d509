import type { CheckFlag, CheckReport, CheckResult, TestEvidence } from '../domain/checks.ts';
import type { Staged } from '../domain/proposal.ts';
import { type DiffFile, readDiff } from '../domain/read-diff.ts';
import type { PhaseSpec, VerifyStep } from '../domain/spec.ts';
import { configurationFlags } from './configuration-flags.ts';
import { type IsTest, testFlags, testMatcher } from './test-flags.ts';
import { assertionStrength, declaredTest, hasTestName } from './test-lines.ts';

/** With more test files than this they are run together only. */
const mostRunsApart = 4;
/** Seconds that a step may take at the base at least, however quick it was with the patch. */
const leastTimeout = 30;

export interface GateOptions {
  /** Globs of `checks.tests`. */
  readonly tests: readonly string[];
  /**
   * Makes a commit, not reachable from any of the user's refs, whose tree is the tree of `staged.base` with each of
   * `paths` as `staged.commit` has it: content and mode, or absent where the patch deleted it.
   */
  readonly baseWithTests: (staged: Staged, paths: readonly string[]) => Promise<string>;
}

/** Runs steps on a commit until one fails, in a worktree of its own. */
export type RunAt = (commit: string, steps: readonly VerifyStep[]) => Promise<readonly CheckResult[]>;

/** What the patch's text says about tests and checks, found without running anything. */
export function flagsOf(spec: PhaseSpec, staged: Staged, tests: readonly string[]): readonly CheckFlag[] {
  const files = readDiff(staged.patch);
  return [...testFlags(files, testMatcher(tests)), ...configurationFlags(files, spec.scope.include)];
}

/**
 * Runs the patch's tests without the patch: a test that passes there too shows nothing about the change. Nothing runs
 * for a patch without tests, nor for a phase of category `tests`, which may well test what is there.
 */
export async function testsAtBase(
  spec: PhaseSpec,
  staged: Staged,
  steps: readonly VerifyStep[],
  withPatch: readonly CheckResult[],
  options: GateOptions,
  runAt: RunAt,
): Promise<Pick<CheckReport, 'flags' | 'testEvidence'>> {
  const isTest = testMatcher(options.tests);
  const files = readDiff(staged.patch);
  const testing = files.filter((file) => isTest(file.path) && bearsTests(file)).map((file) => file.path);
  if (testing.length === 0) return { flags: [] };
  const all = (atBase: TestEvidence['atBase'], detail: string) =>
    testing.map((file) => ({ file, atBase, result: null, detail }));
  if (spec.category === 'tests')
    return { flags: [], testEvidence: all('not-run', 'A phase of tests may test what is there.') };
  if (files.every((file) => isTest(file.path) && isTest(file.renamedFrom ?? file.path))) {
    const evidence = all('passed', 'The patch changes tests only, so they passed on what was there.');
    return { flags: evidence.map(flagOf), testEvidence: evidence };
  }
  const run = async (apart: string | null): Promise<CheckResult | null> => {
    const paths = testPaths(files, isTest).filter(
      (file) => apart === null || file === apart || !testing.includes(file),
    );
    const results = await runAt(await options.baseWithTests(staged, paths), stepsAtBase(steps, withPatch));
    return results.find((result) => result.outcome !== 'passed') ?? results.at(-1) ?? null;
  };
  const evidence = await gather(testing, run);
  return { flags: evidence.filter((each) => each.atBase === 'passed').map(flagOf), testEvidence: evidence };
}

/** All together first; where that fails and they are few, each apart, because one failure hides a test that passes. */
async function gather(
  testing: readonly string[],
  run: (apart: string | null) => Promise<CheckResult | null>,
): Promise<TestEvidence[]> {
  const together = await run(null);
  if (testing.length === 1 || testing.length > mostRunsApart || together?.outcome === 'passed') {
    return testing.map((file) => evidenceOf(file, together, testing.length > 1));
  }
  const evidence: TestEvidence[] = [];
  for (const file of testing) evidence.push(evidenceOf(file, await run(file), false));
  return evidence;
}

function evidenceOf(file: string, result: CheckResult | null, together: boolean): TestEvidence {
  const among = together ? ', together with the other tests of the patch' : '';
  if (!result || result.outcome === 'not-startable') {
    return {
      file,
      atBase: 'not-run',
      result,
      detail: `\`${result?.command}\` cannot be started on the tree before the patch.`,
    };
  }
  if (result.outcome === 'passed') {
    return { file, atBase: 'passed', result, detail: `All checks pass without the patch's other changes${among}.` };
  }
  const end = result.outcome === 'timed-out' ? 'does not end' : `ends with ${result.exitCode ?? 'a signal'}`;
  return {
    file,
    atBase: 'failed',
    result,
    detail: `\`${result.command}\` ${end} without the patch's other changes${among}.`,
  };
}

function flagOf(evidence: TestEvidence): CheckFlag {
  return {
    kind: 'new-test-passes-at-base',
    severity: 'minor',
    file: evidence.file,
    line: null,
    detail: `The tests of ${evidence.file} show nothing about this change. ${evidence.detail}`,
  };
}

/** Whether the patch adds or changes what the file tests, rather than a fixture or an import. */
function bearsTests(file: DiffFile): boolean {
  if (file.status === 'deleted') return false;
  if (file.status === 'added' && hasTestName(file.path)) return true;
  return file.lines.some(
    (line) => line.kind === 'added' && (declaredTest(line.text) !== null || assertionStrength(line.text) !== null),
  );
}

function testPaths(files: readonly DiffFile[], isTest: IsTest): readonly string[] {
  const paths = files.flatMap((file) => [file.path, ...(file.renamedFrom === null ? [] : [file.renamedFrom])]);
  return [...new Set(paths)].filter(isTest);
}

/** The same steps, tried once, and given up soon where they were quick with the patch. */
function stepsAtBase(steps: readonly VerifyStep[], withPatch: readonly CheckResult[]): readonly VerifyStep[] {
  return steps.map((step, at) => {
    const usual = withPatch[at]?.seconds ?? step.timeout;
    return { ...step, flaky: false, timeout: Math.min(step.timeout, Math.max(leastTimeout, 3 * usual)) };
  });
}
