import { describeEvidence } from '../domain/describe-evidence.ts';
import { evidenceMatrix } from '../domain/evidence-matrix.ts';
import type { Staged } from '../domain/proposal.ts';
import type { PhaseSpec } from '../domain/spec.ts';
import type { Examined } from './attempt.ts';

/** The text of a landed commit's note: who looked, what was found, and what shows each criterion. */
export function evidenceNote(
  runId: string,
  spec: PhaseSpec,
  staged: Staged,
  { audit, checks, risk }: Pick<Examined, 'audit' | 'checks' | 'risk'>,
): string {
  const parts = risk.parts.map(({ name, points }) => `${name} ${points}`).join(', ');
  return [
    `Countersign run ${runId}, phase ${spec.id}`,
    `Audited tree ${staged.tree} on ${staged.base}`,
    `Risk ${risk.level}, ${risk.score} of 100${parts ? ` (${parts})` : ''}`,
    ...audit.panel.map(
      ({ component, model, failure, asked }) =>
        `Reviewer ${component}${model ? ` ${model}` : ''}${asked === false ? ', not asked' : failure ? ', no verdict' : ''}`,
    ),
    ...audit.findings.map(
      ({ severity, category, file, line, fingerprint }) =>
        `Finding ${fingerprint} ${severity} ${category}${file === null ? '' : ` ${file}${line === null ? '' : `:${line}`}`}`,
    ),
    ...describeEvidence(evidenceMatrix({ spec, staged, checks, audit })),
  ].join('\n');
}
