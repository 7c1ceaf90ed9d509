import {
  type FindingAction,
  type FromReview,
  findingActions,
  type ReviewAction,
  reviewActions,
  type ToReview,
  toReviewSchema,
} from '../contract/review-messages.ts';
import type { ReviewSummaryView } from '../contract/review-summary.ts';
import { Announcer } from './announcer.ts';
import { element, morph } from './element.ts';
import { connect } from './host.ts';
import { followRegions, regionOf } from './regions.ts';
import './review/review.css';
import { localize } from '../contract/words.ts';
import { newsOf } from './review/news.ts';
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
import { speakAsHost } from './spoken.ts';

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
  const { send, keep, listen } = connect<ToReview, FromReview>(toReviewSchema);
  const head = element('header', {});
  const names = Object.keys(parts) as Part[];
  const sections = new Map(
    names.map((name) => [name, element('section', { class: name, 'aria-labelledby': name, hidden: '' })]),
  );
  const announcer = new Announcer();
  const missing = element('p', { class: 'dim reading' });
  main.append(head, missing, ...sections.values(), announcer.node);
  let shown: ReviewSummaryView | null = null;
  const show = (view: ReviewSummaryView) => {
    for (const news of newsOf(shown, view)) announcer.say(news);
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
  };
  // A review is read quickly; before that nothing flickers.
  window.setTimeout(() => {
    if (shown === null && missing.textContent === '') missing.textContent = localize('Reading the review…');
  }, loadingMs);
  listen({
    snapshot: ({ view }) => show(view),
    missing: ({ sentence }) => {
      morph(head, [element('h1', {}, localize('Review summary'))]);
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
  main.addEventListener('keydown', walk);
  followRegions(main, () =>
    [...sections.values()].flatMap((section) => (section.hidden ? [] : (regionOf(section) ?? []))),
  );
  send({ type: 'ready' });
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

/** Arrows go through the links of the evidence. */
function walk(event: KeyboardEvent): void {
  const table = event.target instanceof Element ? event.target.closest('table') : null;
  if (!table || !['ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight'].includes(event.key)) return;
  const links = [...table.querySelectorAll<HTMLElement>('button, a')];
  const at = links.indexOf(document.activeElement as HTMLElement);
  const step = /Up|Left/.test(event.key) ? -1 : 1;
  event.preventDefault();
  links[(at + step + links.length) % links.length]?.focus();
}

const main = document.querySelector('main');
if (main) {
  speakAsHost();
  start(main);
}
