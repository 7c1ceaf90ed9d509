import type { PhaseRecord } from '../../domain/run.ts';

/** Characters of one check's output. */
const outputLength = 1_500;

/** What a phase that did not land came to, in words: why it ended, the check that failed, what reviewers found. */
export function evidenceOf({ reason, checks, audit, verdict, attempts }: PhaseRecord): string {
  const failed = (checks?.results ?? []).filter(({ outcome }) => outcome !== 'passed');
  const found = (audit?.findings ?? []).map(
    ({ severity, category, file, claim }) => `- ${severity} ${category}${file === null ? '' : ` in ${file}`}: ${claim}`,
  );
  const because = verdict?.type === 'revise' || verdict?.type === 'stop' ? verdict.because.summary : null;
  const parts = [
    attempts > 0 ? `Attempts: ${attempts}.` : '',
    reason ? `Ended because: ${reason}` : '',
    because && because !== reason ? `Last verdict: ${because}` : '',
    ...failed.map(({ command, outcome, output }) => `${command}: ${outcome}\n${output.slice(-outputLength)}`),
    found.length > 0 ? `Findings:\n${found.join('\n')}` : '',
  ];
  return parts.filter((part) => part !== '').join('\n');
}
