import { riskWord, sentenceCase, severityWord } from '../../contract/state-words.ts';
import type { FindingView, PhaseView, VerdictView } from '../../contract/trajectories-phase.ts';
import { localize } from '../../contract/words.ts';
import { element } from '../element.ts';
import { facts } from './controls.ts';
import { icon, outcomeIcon } from './icons.ts';

/** What rules and reviewers found, attempt by attempt. */
export function findingsTab({ findings, attempts }: PhaseView): readonly HTMLElement[] {
  if (findings.length === 0) {
    return [
      element('p', { class: 'dim' }, attempts.length === 0 ? localize('No attempt yet.') : localize('No findings.')),
    ];
  }
  return [...Map.groupBy(findings, ({ attempt }) => attempt)].map(([attempt, group]) =>
    element(
      'section',
      { class: 'findings', 'aria-label': localize('Findings of attempt {0}', attempt) },
      element('h3', {}, localize('Attempt {0}', attempt)),
      element('ul', { class: 'plain' }, ...group.map(findingNode)),
    ),
  );
}

function findingNode(finding: FindingView): HTMLElement {
  const { severity, category, file, line, claim, evidence, suggestion, component, model } = finding;
  const at = file === null ? localize('the whole change') : `${file}${line === null ? '' : `:${line}`}`;
  const by = model === null ? component : `${component} · ${model}`;
  const major = severity === 'major';
  return element(
    'li',
    { class: `finding ${severity}` },
    element(
      'p',
      { class: 'finding-head' },
      icon(major ? 'bad' : 'warning', null, major ? 'tone-bad' : 'tone-warning'),
      element('strong', {}, `${sentenceCase(severityWord(severity))} · ${category}`),
      element('code', {}, at),
      element('span', { class: 'dim' }, by),
    ),
    element('p', {}, claim),
    evidence === '' ? null : element('pre', {}, evidence),
    suggestion === null ? null : element('p', { class: 'dim' }, localize('Suggested: {0}', suggestion)),
  );
}

export function verdictTab({ verdicts }: PhaseView): readonly HTMLElement[] {
  if (verdicts.length === 0) return [element('p', { class: 'dim' }, localize('No verdict yet.'))];
  return [...verdicts].reverse().map(verdictNode);
}

function verdictNode({ attempt, outcome, sentence, reasons, risk, decision }: VerdictView): HTMLElement {
  const head = element(
    'p',
    { class: 'finding-head' },
    outcomeIcon(outcome),
    element('strong', {}, localize('Attempt {0}: {1}', attempt, sentence)),
  );
  const made = element(
    'section',
    { class: 'verdict', 'aria-label': localize('Verdict on attempt {0}', attempt) },
    head,
  );
  if (decision !== null) made.append(element('p', {}, sentenceCase(decision)));
  for (const reason of reasons) made.append(element(reason.includes('\n') ? 'pre' : 'p', {}, reason));
  if (!risk) return made;
  const parts = risk.parts.map(({ name, points, detail }) => [name, `${points} · ${detail}`] as const);
  made.append(
    element('h3', {}, localize('Risk: {0} · {1} of 100', riskWord(risk.level), risk.score)),
    facts(parts, 'facts rows'),
  );
  return made;
}
