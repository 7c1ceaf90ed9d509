import { type FindingAction, findingActions, type ReviewAction, reviewActions } from '../contract/review-messages.ts';
import type { ReviewSummaryView } from '../contract/review-summary.ts';
import { element, morph } from './element.ts';
import { connect } from './review/connection.ts';
import './review/review.css';
import { riskNodes } from './review/risk.ts';
import {
  checkNodes,
  costNodes,
  criteriaNodes,
  fileNodes,
  findingNodes,
  headNodes,
  verdictNodes,
} from './review/sections.ts';

const loadingMs = 300;

const parts = {
  verdict: verdictNodes,
  evidence: criteriaNodes,
  findings: findingNodes,
  risk: riskNodes,
  checks: checkNodes,
  files: fileNodes,
  cost: costNodes,
} as const;
type Part = keyof typeof parts;

function start(main: HTMLElement): void {
  const { send, keep, listen } = connect();
  const head = element('header', {});
  const names = Object.keys(parts) as Part[];
  const sections = new Map(
    names.map((name) => [name, element('section', { class: name, 'aria-labelledby': name, hidden: '' })]),
  );
  const spoken = element('p', { class: 'spoken', role: 'status' });
  const missing = element('p', { class: 'dim reading' });
  main.append(head, missing, ...sections.values(), spoken);
  let shown: ReviewSummaryView | null = null;
  const show = (view: ReviewSummaryView) => {
    shown = view;
    missing.textContent = '';
    keep({ runId: view.runId, phaseId: view.phaseId });
    morph(head, headNodes(view));
    for (const name of names) {
      const section = sections.get(name);
      if (!section) continue;
      section.hidden = false;
      if (name === 'verdict') section.dataset.tone = view.tone;
      keepingOpen(section, () => morph(section, parts[name](view)));
    }
    if (spoken.textContent !== view.headline) spoken.textContent = view.headline;
  };
  // A review is read quickly; before that nothing flickers.
  window.setTimeout(() => {
    if (shown === null && missing.textContent === '') missing.textContent = 'Reading the review…';
  }, loadingMs);
  listen({
    snapshot: ({ view }) => show(view),
    missing: ({ sentence }) => {
      morph(head, [element('h1', {}, 'Review summary')]);
      for (const section of sections.values()) section.hidden = true;
      missing.textContent = sentence;
    },
  });
  main.addEventListener('click', ({ target }) => {
    const chosen = target instanceof Element ? target.closest('button') : null;
    if (!chosen) return;
    const { action, finding, path, line } = chosen.dataset;
    if (path !== undefined) send({ type: 'open-place', path, line: Number(line) });
    else if (finding !== undefined && isOneOf(findingActions, action))
      send({ type: 'act-on-finding', action, fingerprint: finding });
    else if (isOneOf(reviewActions, action)) send({ type: 'act', action });
  });
  main.addEventListener('keydown', (event) => walk(event, main));
}

function isOneOf<Name extends FindingAction | ReviewAction>(
  names: readonly Name[],
  name: string | undefined,
): name is Name {
  return (names as readonly string[]).includes(name ?? '');
}

/** What the reader unfolded stays unfolded when news come. */
function keepingOpen(section: HTMLElement, change: () => void): void {
  const open = [...section.querySelectorAll('details')].map((details) => details.open);
  change();
  for (const [index, details] of [...section.querySelectorAll('details')].entries())
    details.open = open[index] ?? false;
}

/** F6 goes from region to region; arrows go through the links of the evidence. */
function walk(event: KeyboardEvent, main: HTMLElement): void {
  const focus = (elements: readonly HTMLElement[], step: number) => {
    const at = elements.findIndex((each) => each.contains(document.activeElement));
    const next = elements[(at + step + elements.length) % elements.length];
    event.preventDefault();
    (next?.matches('button, a') ? next : next?.querySelector<HTMLElement>('button, a, summary'))?.focus();
  };
  if (event.key === 'F6') {
    const regions = [...main.querySelectorAll<HTMLElement>('section')].filter(
      (section) => !section.hidden && section.querySelector('button, a, summary'),
    );
    focus(regions, event.shiftKey ? -1 : 1);
    return;
  }
  const table = event.target instanceof Element ? event.target.closest('table') : null;
  if (!table || !['ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight'].includes(event.key)) return;
  focus([...table.querySelectorAll<HTMLElement>('button, a')], /Up|Left/.test(event.key) ? -1 : 1);
}

const main = document.querySelector('main');
if (main) start(main);
