import { type FromSpendView, toSpendViewSchema } from '../contract/messages.ts';
import type { RunSpend, SpendTotals, SpendView } from '../contract/spend-view.ts';
import { element, keptSection } from './element.ts';
import { connect } from './host.ts';
import './spend.css';

type Amount = RunSpend['spend']['usage']['amount'];
type Capped = RunSpend['spend'];

const count = new Intl.NumberFormat(undefined);
const compact = new Intl.NumberFormat(undefined, { notation: 'compact', maximumFractionDigits: 1 });

function amountText(amount: Amount, name = 'span'): HTMLElement {
  return element(name, { class: 'amount', title: amount.spoken, 'aria-label': amount.spoken }, amount.text);
}

function heading(text: string): HTMLElement {
  return element('h2', {}, text);
}

function row(label: string, ...values: (Node | string)[]): HTMLElement {
  return element(
    'div',
    { class: 'row' },
    element('span', { class: 'dim' }, label),
    element('span', { class: 'value' }, ...values),
  );
}

/** Solid what is settled, hatched what is set aside, ticks where it warns. */
function bar({ cap, usage }: Capped, label: string): HTMLElement | null {
  if (!cap) return null;
  const percent = Math.floor(cap.settledPercent + cap.reservedPercent);
  const part = (kind: string, width: number) => {
    const made = element('span', { class: kind });
    made.style.width = `${width}%`;
    return made;
  };
  const tick = (at: number) => {
    const made = element('span', { class: 'tick' });
    made.style.insetInlineStart = `${at}%`;
    return made;
  };
  const value = { role: 'meter', 'aria-valuemin': '0', 'aria-valuemax': '100', 'aria-valuenow': String(percent) };
  const text = { 'aria-label': label, 'aria-valuetext': `${usage.amount.spoken}, ${cap.note}`, title: cap.note };
  return element(
    'div',
    { class: `bar ${cap.tone}`, ...value, ...text },
    part('settled', cap.settledPercent),
    part('reserved', cap.reservedPercent),
    tick(75),
    tick(90),
  );
}

function note({ cap }: Capped): HTMLElement | null {
  if (!cap || cap.tone === 'normal') return null;
  return element('p', { class: `note ${cap.tone}` }, `${cap.tone === 'error' ? '✕' : '⚠'} ${cap.note}`);
}

function tokensLine({ tokens, calls }: Capped['usage']): HTMLElement {
  const cached = tokens.cached > 0 ? `, ${count.format(tokens.cached)} cached` : '';
  const spoken = `${count.format(tokens.input)} tokens in${cached}, ${count.format(tokens.output)} out, ${calls} calls`;
  const text = `${compact.format(tokens.input)} in → ${compact.format(tokens.output)} out`;
  return element('span', { title: spoken, 'aria-label': spoken }, text);
}

const states: Record<RunSpend['state'], string> = {
  planning: 'Planning',
  running: 'Running',
  paused: 'Paused',
  'awaiting-review': 'Waits for you',
  done: 'Done',
  failed: 'Not all landed',
  cancelled: 'Stopped',
};

function runNodes(run: RunSpend | null): readonly Node[] {
  if (!run) {
    return [
      heading('This run'),
      element('p', { class: 'dim' }, 'Nothing spent yet. The first call appears here before it is sent.'),
    ];
  }
  const live = run.state === 'running' || run.state === 'planning';
  const { usage, cap } = run.spend;
  return [
    element(
      'div',
      { class: 'row' },
      heading(live ? 'This run' : 'Last run'),
      element('span', { class: live ? 'state live' : 'state' }, live ? run.progress : states[run.state]),
    ),
    element('p', { class: 'title', title: run.title }, run.title),
    element(
      'div',
      { class: 'row large' },
      amountText(usage.amount, 'strong'),
      element('span', { class: 'dim' }, cap?.text ?? 'no cap'),
    ),
    bar(run.spend, 'Cost of this run'),
    note(run.spend),
    run.recorded ? element('p', { class: 'dim' }, 'Recorded replies: nothing was spent.') : null,
    row('Tokens', tokensLine(usage)),
    row('Calls', count.format(usage.calls)),
    run.reserved
      ? row(
          run.reserved.calls === 1 ? 'Set aside for 1 call' : `Set aside for ${run.reserved.calls} calls`,
          amountText(run.reserved.amount),
        )
      : null,
  ].filter((node) => node !== null);
}

function modelNodes(run: RunSpend | null): readonly Node[] {
  if (!run || run.byModel.length === 0) return [];
  const cell = (name: 'th' | 'td', text: string | Node, attributes: Readonly<Record<string, string>> = {}) =>
    element(name, attributes, text);
  const head = element(
    'tr',
    {},
    cell('th', 'Model', { scope: 'col' }),
    cell('th', 'Tokens', { scope: 'col', class: 'number tokens' }),
    cell('th', 'Cost', { scope: 'col', class: 'number' }),
  );
  const rows = run.byModel.map(({ name, usage }) =>
    element(
      'tr',
      {},
      cell('td', name.slice(name.indexOf('/') + 1), { title: name, class: 'name' }),
      cell('td', compact.format(usage.tokens.input + usage.tokens.output), { class: 'number tokens' }),
      cell('td', amountText(usage.amount), { class: 'number' }),
    ),
  );
  return [heading('By model'), element('table', {}, element('thead', {}, head), element('tbody', {}, ...rows))];
}

function totalNodes(totals: SpendTotals, openCaps: () => void): readonly Node[] {
  const { today, all } = totals;
  const cap = today.cap ? ` ${today.cap.text}` : '';
  const nodes: (Node | null)[] = [
    element(
      'div',
      { class: 'row' },
      heading('Today'),
      element(
        'span',
        { class: 'value' },
        amountText(today.usage.amount, 'strong'),
        element('span', { class: 'dim' }, cap),
      ),
    ),
    bar(today, 'Cost of today'),
    note(today),
    row('Tokens', tokensLine(today.usage)),
    element('div', { class: 'row apart' }, heading('In all'), amountText(all.amount, 'strong')),
    row('Tokens', tokensLine(all)),
  ];
  const button = element('button', { type: 'button', class: 'link' }, 'Change caps');
  button.addEventListener('click', openCaps);
  return [...nodes.filter((node) => node !== null), button];
}

function legend(): HTMLElement {
  const entry = (mark: string, word: string) => element('span', {}, `${mark} ${word}`);
  const marks = [entry('✓', 'billed'), entry('=', 'computed'), entry('~', 'estimated'), entry('?', 'unknown')];
  return element('p', { class: 'legend' }, ...marks);
}

function start(main: HTMLElement): void {
  const run = keptSection(runNodes, 'Run');
  const models = keptSection(modelNodes, 'By model');
  const totals = keptSection((shown: SpendTotals) => totalNodes(shown, () => send({ type: 'open-caps' })), 'Totals');
  main.append(element('h1', { class: 'spoken' }, 'Spend'), run.section, totals.section, models.section, legend());
  const showRun = (shown: SpendView['run']) => {
    run.show(shown);
    models.show(shown && { ...shown, spend: shown.spend });
    models.section.hidden = !shown || shown.byModel.length === 0;
  };
  const send = connect<ReturnType<typeof toSpendViewSchema.parse>, FromSpendView>(toSpendViewSchema, {
    snapshot: ({ view }) => {
      showRun(view.run);
      totals.show(view.totals);
    },
    'run-changed': (message) => showRun(message.run),
    'totals-changed': (message) => totals.show(message.totals),
  });
}

const main = document.querySelector('main');
if (main) start(main);
