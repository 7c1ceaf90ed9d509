import { type FromSpendView, type ToSpendView, toSpendViewSchema } from '../contract/messages.ts';
import { type BreakdownKey, breakdownKeys, type SpendView } from '../contract/spend-view.ts';
import { Announcer } from './announcer.ts';
import { element, morph } from './element.ts';
import { connect } from './host.ts';
import { followRegions, regionOf } from './regions.ts';
import './spend.css';
import { localize } from '../contract/words.ts';
import { breakdownNodes } from './spend/breakdown.ts';
import { dayNodes, patterns } from './spend/days.ts';
import { landingNodes } from './spend/landings.ts';
import { runNodes } from './spend/run.ts';
import { runNews } from './spend/run-news.ts';
import { totalNodes } from './spend/totals.ts';
import { speakAsHost } from './spoken.ts';

const loadingMs = 300;

/** What this view alone knows: which tab, and whether the chart shows as its table. */
interface Choice {
  tab: BreakdownKey;
  asTable: boolean;
}

function legend(): HTMLElement {
  const entry = (mark: string, word: string) => element('li', {}, `${mark} ${word}`);
  const marks = [
    entry('✓', localize('billed')),
    entry('=', localize('computed')),
    entry('~', localize('estimated')),
    entry('?', localize('unknown')),
  ];
  return element('ul', { class: 'legend', 'aria-label': localize('How sure an amount is') }, ...marks);
}

/** Sections in their order; one without nodes is not there. */
function show(sections: Readonly<Record<string, HTMLElement>>, view: SpendView, choice: Choice): void {
  const { run, totals, history } = view;
  const contents = {
    run: runNodes(run),
    totals: totalNodes(totals),
    days: history.days ? dayNodes(history.days, choice.asTable) : [],
    by: run && run.spend.usage.calls > 0 ? breakdownNodes(run, choice.tab) : [],
    landings: history.landings.length > 0 ? landingNodes(history.landings) : [],
  };
  for (const [name, nodes] of Object.entries(contents)) {
    const section = sections[name];
    if (!section) continue;
    section.hidden = nodes.length === 0;
    morph(section, nodes);
  }
}

function start(main: HTMLElement): void {
  const section = (name: string) => element('section', { 'aria-labelledby': name });
  const sections = {
    run: section('run'),
    totals: section('totals'),
    days: section('days'),
    by: section('by'),
    landings: section('landings'),
  };
  const announcer = new Announcer();
  const announce = runNews(announcer);
  const choice: Choice = { tab: 'model', asTable: false };
  let view: SpendView | null = null;
  const showAll = () => view && show(sections, view, choice);
  const take = (next: SpendView) => {
    view = next;
    announce(next.run);
    showAll();
  };
  const takePart = (part: Partial<SpendView>) => view && take({ ...view, ...part });
  main.append(
    element('h1', { class: 'spoken' }, localize('Spend')),
    patterns(),
    ...Object.values(sections),
    legend(),
    announcer.node,
  );
  // A long history may take a moment; before that moment nothing flickers.
  const reading = [element('p', { class: 'dim' }, localize('Reading what was spent…'))];
  window.setTimeout(() => view === null && morph(sections.run, reading), loadingMs);
  const { send, listen } = connect<ToSpendView, FromSpendView>(toSpendViewSchema);
  listen({
    snapshot: (message) => take(message.view),
    'run-changed': ({ run }) => takePart({ run }),
    'totals-changed': ({ totals }) => takePart({ totals }),
    'history-changed': ({ history }) => takePart({ history }),
  });
  const chooseTab = (tab: BreakdownKey) => {
    choice.tab = tab;
    showAll();
    document.getElementById(`tab-${tab}`)?.focus();
  };
  const toggleTable = () => {
    choice.asTable = !choice.asTable;
    showAll();
  };
  const actions: Readonly<Record<string, (of: DOMStringMap) => void>> = {
    'open-caps': () => send({ type: 'open-caps' }),
    'open-landing': ({ run: runId = '', phase: phaseId = '' }) => send({ type: 'open-landing', runId, phaseId }),
    'choose-tab': ({ tab }) => chooseTab(tab as BreakdownKey),
    'toggle-table': toggleTable,
  };
  main.addEventListener('click', ({ target }) => {
    const chosen = target instanceof Element ? target.closest<HTMLElement>('[data-action]') : null;
    actions[chosen?.dataset.action ?? '']?.(chosen?.dataset ?? {});
  });
  main.addEventListener('keydown', (event) => {
    const tab = nextTab(event, choice.tab);
    if (tab) {
      event.preventDefault();
      chooseTab(tab);
    } else if (event.key.toLowerCase() === 't' && !event.ctrlKey && !event.metaKey && !event.altKey) toggleTable();
  });
  followRegions(main, () => Object.values(sections).flatMap((each) => (each.hidden ? [] : (regionOf(each) ?? []))));
  send({ type: 'ready' });
}

/** Arrows walk the tabs while one of them has the focus. */
function nextTab({ key, target }: KeyboardEvent, chosen: BreakdownKey): BreakdownKey | null {
  if (!(target instanceof Element) || target.getAttribute('role') !== 'tab') return null;
  const at = breakdownKeys.indexOf(chosen);
  const to: Readonly<Record<string, number>> = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: -1 };
  const index = to[key];
  return index === undefined ? null : (breakdownKeys.at(index % breakdownKeys.length) ?? null);
}

const main = document.querySelector('main');
if (main) {
  speakAsHost();
  start(main);
}
