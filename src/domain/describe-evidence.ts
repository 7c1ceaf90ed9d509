import type { EvidenceRow } from './evidence.ts';

const words: Record<EvidenceRow['state'], string> = { met: 'met', 'not-met': 'not met', 'not-shown': 'not shown' };

/** The evidence of a phase for a person, a few lines for each criterion. */
export function describeEvidence(rows: readonly EvidenceRow[]): readonly string[] {
  return rows.flatMap((row, index) => {
    const { criterion, state, because, hunks, checks, findings, stale } = row;
    return [
      `criterion ${index + 1}, ${words[state]}${stale ? ' (stale)' : ''}: ${criterion}`,
      ...(state === 'met' ? [] : [`  ${because}`]),
      ...hunks.map(
        ({ file, hunk, line, by }) => `  ${by === 'reviewer' ? 'shown' : 'claimed'} in ${file}:${line} (hunk ${hunk})`,
      ),
      ...checks.map(
        ({ command, outcome, exitCode, outputHash, tree }) =>
          `  ${command}: ${outcome}, exit code ${exitCode ?? 'none'}, output ${outputHash.slice(0, 12)}, tree ${tree.slice(0, 12)}`,
      ),
      ...(findings.length > 0 ? [`  against it: ${findings.join(', ')}`] : []),
    ];
  });
}
