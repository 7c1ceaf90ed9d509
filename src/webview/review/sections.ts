import type { FindingRow, ReviewSummaryView } from '../../contract/review-summary.ts';
import { counted, localize } from '../../contract/words.ts';
import { element } from '../element.ts';
import { duration } from '../format.ts';
import { markOf } from './marks.ts';

function heading(id: string, text: string, more: string): HTMLElement {
  return element('h2', { id }, text, more === '' ? null : element('span', { class: 'dim' }, ` ${more}`));
}

const button = (label: string, attributes: Readonly<Record<string, string>>) =>
  element('button', { type: 'button', ...attributes }, label);

const place = (path: string, line: number, label = `${path}:${line}`) =>
  button(label, { class: 'link', 'data-path': path, 'data-line': String(line) });

export function headNodes({ trail, title, stateWord }: ReviewSummaryView): readonly Node[] {
  return [
    element('p', { class: 'dim trail' }, trail.join(' › ')),
    element('div', { class: 'head' }, element('h1', {}, title), element('span', { class: 'badge' }, stateWord)),
  ];
}

export function verdictNodes(view: ReviewSummaryView): readonly Node[] {
  const { tone, headline, sentence } = view;
  return [
    element('h2', { id: 'verdict', class: 'headline' }, markOf(tone), headline),
    element('p', {}, sentence),
    element('div', { class: 'buttons' }, ...buttonsOf(view)),
  ];
}

/** One primary button: what is to be done next. */
function buttonsOf({ state, standing }: ReviewSummaryView): readonly HTMLElement[] {
  const act = (label: string, action: string, primary = false) =>
    button(label, { 'data-action': action, ...(primary ? { class: 'primary' } : {}) });
  if (state === 'landed') return [act(localize('Roll back'), 'rollBack')];
  if (state === 'closed') return [];
  const all = standing.hunks > 1 ? localize('Approve {0} hunks', standing.hunks) : localize('Approve');
  return [
    standing.stale ? act(localize('Check again'), 'checkAgain', true) : act(all, 'approve', true),
    act(localize('Request changes…'), 'requestChanges'),
    act(localize('Reject'), 'reject'),
    act(localize('Open changes'), 'openChanges'),
  ];
}

export function criteriaNodes({ criteria }: ReviewSummaryView): readonly Node[] {
  const head = [localize('State'), localize('Criterion'), localize('Hunks'), localize('Check'), localize('Findings')];
  const rows = criteria.map(({ word, tone, criterion, because, hunks, checks, findings }) =>
    element(
      'tr',
      {},
      cell(localize('State'), element('span', { class: 'state' }, markOf(tone), word)),
      cell(localize('Criterion'), criterion, tone === 'good' ? null : element('small', { class: 'dim' }, because)),
      cell(
        localize('Hunks'),
        ...(hunks.length === 0 ? ['–'] : hunks.map(({ path, line }, index) => hunkLink(path, line, index))),
      ),
      cell(
        localize('Check'),
        ...(checks.length === 0
          ? [element('span', { class: 'dim' }, localize('no check covers it'))]
          : checks.flatMap(({ command, detail }) => [
              element('code', {}, command),
              element('small', { class: 'dim' }, detail),
            ])),
      ),
      cell(localize('Findings'), findings === 0 ? '0' : element('a', { href: '#findings' }, String(findings))),
    ),
  );
  if (rows.length === 0) {
    const none = localize('The spec states no criterion, so nothing in particular is shown.');
    return [heading('evidence', localize('Evidence'), ''), element('p', { class: 'dim' }, none)];
  }
  const titles = head.map((text) => element('th', { scope: 'col' }, text));
  return [
    heading('evidence', localize('Evidence'), ''),
    element(
      'table',
      { 'aria-labelledby': 'evidence' },
      element('thead', {}, element('tr', {}, ...titles)),
      element('tbody', {}, ...rows),
    ),
  ];
}

/** In a narrow window the heads of the columns go, and each cell says its own. */
function cell(name: string, ...children: (Node | string | null)[]): HTMLElement {
  return element('td', { 'data-label': name }, ...children);
}

function hunkLink(path: string, line: number, index: number): HTMLElement {
  const link = place(path, line, String(index + 1));
  link.setAttribute('aria-label', `Show ${path}, line ${line}`);
  link.title = `${path}:${line}`;
  return link;
}

export function findingNodes({ findings, aside, state }: ReviewSummaryView): readonly Node[] {
  const majors = findings.filter(({ major }) => major).length;
  const bySeverity = localize('{0} minor, {1} major', findings.length - majors, majors);
  const list = element(
    'ul',
    { class: 'findings' },
    ...findings.map((finding) => findingItem(finding, state === 'waits')),
  );
  const set = counted(aside.length, '{0} remark is set apart', '{0} remarks are set apart');
  const apart = element(
    'details',
    {},
    element('summary', {}, set),
    element('ul', {}, ...aside.map((text) => element('li', { class: 'dim' }, text))),
  );
  return [
    heading('findings', localize('Findings'), bySeverity),
    findings.length === 0 ? element('p', { class: 'dim' }, localize('No finding is open.')) : list,
    ...(aside.length > 0 ? [apart] : []),
  ];
}

function findingItem(finding: FindingRow, waits: boolean): HTMLElement {
  const { fingerprint, major, claim, detail, place: at, dismissible } = finding;
  const act = (label: string, action: string) =>
    button(label, {
      class: 'link',
      'data-finding': fingerprint,
      'data-action': action,
      'aria-label': `${label}: ${claim}`,
    });
  return element(
    'li',
    {},
    markOf(major ? 'bad' : 'neutral'),
    element(
      'div',
      { class: 'claim' },
      element('p', {}, claim),
      element('p', { class: 'dim small' }, `${detail}${at ? ' · ' : ''}`, at ? place(at.path, at.line) : null),
    ),
    element(
      'div',
      { class: 'actions' },
      ...(waits ? [act(localize('Ask for a fix'), 'askForFix')] : []),
      ...(waits && dismissible ? [act(localize('Dismiss…'), 'dismissFinding')] : []),
      act(localize('Keep as issue'), 'keepAsIssue'),
      act(localize('Evidence'), 'goToEvidence'),
    ),
  );
}

export function checkNodes({ checks, checkNotes }: ReviewSummaryView): readonly Node[] {
  const passed = checks.filter(({ tone }) => tone === 'good').length;
  const items = checks.map(({ command, word, tone, seconds, output }) =>
    element(
      'details',
      { class: 'check' },
      element(
        'summary',
        {},
        markOf(tone),
        element('code', {}, command),
        element('span', { class: 'spoken' }, word),
        element('span', { class: 'end' }, duration(seconds * 1000)),
      ),
      element(
        'pre',
        { tabindex: '0', 'aria-label': localize('Output of {0}', command) },
        output === '' ? localize('No output.') : output,
      ),
    ),
  );
  return [
    heading(
      'checks',
      localize('Checks'),
      checks.length === 0 ? '' : localize('{0} of {1} passed', passed, checks.length),
    ),
    ...items,
    ...(checks.length === 0 && checkNotes.length === 0
      ? [element('p', { class: 'dim' }, localize('No check ran.'))]
      : []),
    ...checkNotes.map((note) => element('p', { class: 'dim small' }, note)),
  ];
}

export function fileNodes({ files }: ReviewSummaryView): readonly Node[] {
  const hunks = files.reduce((sum, file) => sum + file.hunks, 0);
  const items = files.map(({ path, line, added, removed, hunks: all, kept }) =>
    element(
      'li',
      {},
      place(path, line, path),
      element('span', { class: 'end' }, localize('+{0} −{1} · {2} of {3}', added, removed, kept, all)),
    ),
  );
  const note = localize(
    'Last column: hunks that are not left out. Leave one out or edit it, and the checks run again.',
  );
  return [
    heading(
      'files',
      localize('Files'),
      `${counted(files.length, '{0} file', '{0} files')}, ${counted(hunks, '{0} hunk', '{0} hunks')}`,
    ),
    element('ul', { class: 'rows' }, ...items),
    element('p', { class: 'dim small' }, note),
  ];
}

export function costNodes({ costs, total }: ReviewSummaryView): readonly Node[] {
  const row = (name: string, { text, spoken }: { readonly text: string; readonly spoken: string }, sum: boolean) =>
    element(
      'li',
      sum ? { class: 'total' } : {},
      element('span', {}, name),
      element(
        'span',
        { class: 'end', title: spoken },
        element('span', { 'aria-hidden': 'true' }, text),
        element('span', { class: 'spoken' }, spoken),
      ),
    );
  return [
    heading('cost', localize('Cost'), ''),
    element(
      'ul',
      { class: 'rows' },
      ...costs.map(({ name, amount }) => row(name, amount, false)),
      row(total.name, total.amount, true),
    ),
    element('p', { class: 'dim small' }, localize('✓ billed  = computed  ~ estimated  ? unknown')),
  ];
}
