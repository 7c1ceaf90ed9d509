import type { FindingView, PhaseView, VerdictView } from '../../contract/trajectories-phase.ts';
import { element } from '../element.ts';
import { facts } from './controls.ts';
import { sentenceCase } from './format.ts';
import { icon, outcomeIcon } from './icons.ts';

/** What rules and reviewers found, attempt by attempt. */
export function findingsTab({ findings, attempts }: PhaseView): readonly HTMLElement[] {
  if (findings.length === 0) {
    return [element('p', { class: 'dim' }, attempts.length === 0 ? 'No attempt yet.' : 'No findings.')];
  }
  return [...Map.groupBy(findings, ({ attempt }) => attempt)].map(([attempt, group]) =>
    element(
      'section',
      { class: 'findings', 'aria-label': `Findings of attempt ${attempt}` },
      element('h3', {}, `Attempt ${attempt}`),
      element('ul', { class: 'plain' }, ...group.map(findingNode)),
    ),
  );
}

function findingNode(finding: FindingView): HTMLElement {
  const { severity, category, file, line, claim, evidence, suggestion, component, model } = finding;
  const at = file === null ? 'the whole change' : `${file}${line === null ? '' : `:${line}`}`;
  const by = model === null ? component : `${component} · ${model}`;
  const major = severity === 'major';
  return element(
    'li',
    { class: `finding ${severity}` },
    element(
      'p',
      { class: 'finding-head' },
      icon(major ? 'bad' : 'warning', null, major ? 'tone-bad' : 'tone-warning'),
      element('strong', {}, `${sentenceCase(severity)} · ${category}`),
      element('code', {}, at),
      element('span', { class: 'dim' }, by),
    ),
    element('p', {}, claim),
    evidence === '' ? null : element('pre', {}, evidence),
    suggestion === null ? null : element('p', { class: 'dim' }, `Suggested: ${suggestion}`),
  );
}

export function verdictTab({ verdicts }: PhaseView): readonly HTMLElement[] {
  if (verdicts.length === 0) return [element('p', { class: 'dim' }, 'No verdict yet.')];
  return [...verdicts].reverse().map(verdictNode);
}

function verdictNode({ attempt, outcome, sentence, reasons, risk, decision }: VerdictView): HTMLElement {
  const head = element(
    'p',
    { class: 'finding-head' },
    outcomeIcon(outcome),
    element('strong', {}, `Attempt ${attempt}: ${sentence}`),
  );
  const made = element('section', { class: 'verdict', 'aria-label': `Verdict on attempt ${attempt}` }, head);
  if (decision !== null) made.append(element('p', {}, sentenceCase(decision)));
  for (const reason of reasons) made.append(element(reason.includes('\n') ? 'pre' : 'p', {}, reason));
  if (!risk) return made;
  const parts = risk.parts.map(({ name, points, detail }) => [name, `${points} · ${detail}`] as const);
  made.append(element('h3', {}, `Risk: ${risk.level} · ${risk.score} of 100`), facts(parts, 'facts rows'));
  return made;
}
