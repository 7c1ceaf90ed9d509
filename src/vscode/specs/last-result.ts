import { phaseStateWord } from '../../contract/state-words.ts';
import { localize } from '../../contract/words.ts';
import { evidenceMatrix } from '../../domain/evidence-matrix.ts';
import type { PhaseRecord } from '../../domain/run.ts';
import { rowOfPhase } from '../runs/rows.ts';

/** How a phase's last run went, in a few words with a codicon. */
export function lastResultWords(phase: PhaseRecord): string {
  const { icon, description } = rowOfPhase(phase, false);
  const state = phase.rolledBack === null ? phaseStateWord(phase.state) : localize('rolled back');
  return localize('$({0}) Last result: {1}{2}', icon, state, description ? ` · ${plain(description)}` : '');
}

const stateWords = () =>
  ({
    met: localize('$(pass) Met'),
    'not-met': localize('$(error) Not met'),
    'not-shown': localize('$(question) Not shown'),
  }) as const;

/** Whether the last run showed that a criterion, as it is written now, is met, and why. */
export function criterionWords({ spec, staged, checks, audit }: PhaseRecord, criterion: string): string {
  if (!spec.acceptance.includes(criterion)) return localize('$(circle-outline) Not run as it is written now');
  const rows = staged && checks && audit ? evidenceMatrix({ spec, staged, checks, audit }) : [];
  const row = rows.find((each) => each.criterion === criterion);
  if (!row) return localize('{0}: no change was checked and audited', stateWords()['not-shown']);
  return `${stateWords()[row.state]}: ${plain(row.because)}`;
}

const mostCharacters = 120;

/** Words of a model on one line, without what a CodeLens would draw as an icon. */
function plain(text: string): string {
  const line = text.replace(/\s+/g, ' ').replaceAll('$(', '$ (').trim();
  return line.length <= mostCharacters ? line : `${line.slice(0, mostCharacters - 1).trimEnd()}…`;
}
