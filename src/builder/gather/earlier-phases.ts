import type { PhaseRecord } from '../../domain/run.ts';
import { titleOf } from '../../domain/spec.ts';
import type { Piece } from './gatherer.ts';
import type { GatherResult } from './run-gatherers.ts';

const mostFindings = 5;
const mostFiles = 12;

/**
 * What the phases that this one depends on came to. Only those: what else runs at the same time may end in any order,
 * and a brief is the same each time it is made.
 */
export function earlierPhases(phases: readonly PhaseRecord[]): GatherResult {
  const pieces = phases.map((phase, place): Piece => {
    const files = phase.staged?.files.map(({ path }) => path) ?? [];
    const lines = [
      phase.landing ? `It landed as ${phase.landing.commit.slice(0, 10)}.` : `It is ${phase.state}.`,
      `Its goal: ${phase.spec.goal.trim()}`,
    ];
    if (files.length > 0) lines.push(`It changed: ${files.slice(0, mostFiles).join(', ')}`);
    const findings = (phase.audit?.findings ?? []).slice(0, mostFindings);
    for (const { file, claim } of findings) lines.push(`Noted in review: ${file ? `${file}: ` : ''}${claim}`);
    const title = `${place + 1}. ${phase.id}: ${titleOf(phase.spec)}`;
    return { title, path: null, form: 'note', text: lines.join('\n').slice(0, 3_000), value: 0.5 };
  });
  return {
    name: 'earlier-phases',
    heading: 'Phases of this run that went before',
    share: 0.06,
    outcome: 'done',
    seconds: 0,
    detail: null,
    pieces,
    left: [],
  };
}
