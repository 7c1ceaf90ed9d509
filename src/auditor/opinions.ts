import type { CriterionOpinion, Finding } from '../domain/audit.ts';
import { withFingerprint } from './findings.ts';
import { type Grounds, groundOf } from './ground.ts';
import type { Opinion } from './hear.ts';

/** An opinion with the place of what it quotes. */
export function located(opinion: Opinion, grounds: Grounds): CriterionOpinion {
  const ground = groundOf(opinion.evidence, null, grounds);
  if (ground.type === 'changed') return { ...opinion, grounded: true, file: ground.file, line: ground.line };
  return { ...opinion, grounded: ground.type === 'output', file: null, line: null };
}

/** A criterion that a reviewer says is not met is a finding like any other, and counts where its evidence is real. */
export function unmetCriteria(opinions: readonly CriterionOpinion[]): readonly Finding[] {
  return opinions.flatMap(({ criterion, answer, evidence, file, line, component, model }) => {
    if (answer !== 'not-met') return [];
    const claim = `Not met: ${criterion}`;
    const said = { severity: 'major', category: 'spec', file, line, claim, evidence, suggestion: null } as const;
    return [withFingerprint({ ...said, component, model })];
  });
}

/**
 * One opinion of each reviewer for each criterion, where it saw the change in parts: that it is not met counts most, then
 * that some part meets it, and what stands in the change before what does not.
 */
export function oneOpinionEach(opinions: readonly CriterionOpinion[]): readonly CriterionOpinion[] {
  const bySource = Map.groupBy(opinions, ({ criterion, component, model }) =>
    JSON.stringify([criterion, component, model]),
  );
  return [...bySource.values()].map(
    (same) => [...same].sort((a, b) => weightOf(b) - weightOf(a))[0] as CriterionOpinion,
  );
}

const weights = { 'not-met': 4, met: 2, unclear: 0 } as const;

function weightOf({ answer, grounded }: CriterionOpinion): number {
  return weights[answer] + (grounded ? 1 : 0);
}
