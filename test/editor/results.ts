import { z } from 'zod';

export const hostResultsSchema = z.strictObject({
  passed: z.int().nonnegative(),
  failed: z.int().nonnegative(),
});
/** What the runner inside the extension host writes once every test has ended, and not before. */
export type HostResults = z.infer<typeof hostResultsSchema>;

export interface Outcome extends HostResults {
  /** Why this run is red, each in one sentence; empty means green. */
  readonly problems: readonly string[];
}

function readResults(text: string): HostResults | null {
  try {
    return hostResultsSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/**
 * Judges a run by two witnesses, because an editor whose extension host was killed may still end with 0.
 *
 * @param exit the editor's exit code, or null where it was ended by a signal or could not be started
 * @param text what stands in the results file; null where there is none
 */
export function judge(exit: number | null, text: string | null): Outcome {
  const results = text === null ? null : readResults(text);
  const { passed, failed } = results ?? { passed: 0, failed: 0 };
  const problems: string[] = [];
  if (text === null) problems.push('The extension host left no results: it ended before its tests did.');
  else if (!results) problems.push('The results of the extension host cannot be read.');
  else if (passed + failed === 0) problems.push('No test was run.');
  if (failed > 0) problems.push(failed === 1 ? '1 test failed.' : `${failed} tests failed.`);
  if (exit === null) problems.push('The editor was ended by a signal, or could not be started.');
  else if (exit !== 0 && failed === 0) problems.push(`The editor ended with ${exit}.`);
  return { passed, failed, problems };
}

/** Prints the counts and what is wrong, and lets the process end accordingly. */
export function closeWith({ passed, failed, problems }: Outcome): void {
  for (const problem of problems) console.error(problem);
  console.log(`\n${passed} passed, ${failed} failed`);
  if (problems.length > 0) process.exitCode = 1;
}
