import type { HealthView, ModelAction, ModelRow, ModelsView } from '../../contract/training-view.ts';
import { localize } from '../../contract/words.ts';
import { element } from '../element.ts';
import { amount, facts } from '../trajectories/controls.ts';
import { type IconName, icon } from '../trajectories/icons.ts';
import { act, dateOf } from './parts.ts';

const icons: Readonly<Record<ModelRow['icon'], readonly [IconName, string] | null>> = {
  live: ['live', 'tone-live'],
  play: ['play', ''],
  good: ['good', 'tone-good'],
  stopped: ['stopped', ''],
  warning: ['warning', 'tone-warning'],
  none: null,
};

const actionIds: Readonly<Record<ModelAction, string>> = {
  deploy: 'deploy',
  'roll-back': 'roll-back',
  'show-job': 'show-job',
};

export function modelsNodes({ rows, notice }: ModelsView, unfolded: ReadonlySet<string>): readonly Node[] {
  const heads: readonly (readonly [string, boolean])[] = [
    [localize('Version'), false],
    [localize('Serves'), false],
    [localize('Base'), false],
    [localize('Data'), false],
    [localize('Landed'), true],
    [localize('Cost per landed phase'), true],
    [localize('Retries'), true],
    [localize('Since'), true],
  ];
  const cells = heads.map(([text, isNumber]) =>
    element('th', { scope: 'col', ...(isNumber ? { class: 'number' } : {}) }, text),
  );
  const actions = element('th', { scope: 'col' }, element('span', { class: 'spoken' }, localize('Actions')));
  return [
    element('h2', { id: 'models' }, localize('Models')),
    notice === null
      ? null
      : element(
          'div',
          { class: 'alert' },
          icon('warning', localize('Warning'), 'tone-warning'),
          element('p', {}, notice),
        ),
    rows.length === 0
      ? element('p', { class: 'dim' }, localize('No version yet. A training that ends well adds one.'))
      : element(
          'div',
          { class: 'table-scroller', tabindex: '0', role: 'region', 'aria-label': localize('Models') },
          element(
            'table',
            { class: 'models' },
            element('thead', {}, element('tr', {}, ...cells, actions)),
            element('tbody', {}, ...rows.flatMap((row) => rowNodes(row, unfolded.has(row.version)))),
          ),
        ),
  ].filter((node) => node !== null);
}

function rowNodes(row: ModelRow, isOpen: boolean): readonly HTMLElement[] {
  const { version, model, serves, base, data, landed, cost, retries, since, lineage, actions } = row;
  const shown = icons[row.icon];
  const number = (content: Node | string | null) => element('td', { class: 'number' }, content);
  const attributes = { 'aria-expanded': String(isOpen), title: localize('Where it is from') };
  const name =
    lineage.length === 0
      ? element('strong', {}, version)
      : act(version, 'fold', { of: version, kind: 'link', icon: isOpen ? 'down' : 'right', attributes });
  const line = element(
    'tr',
    { title: model },
    element('th', { scope: 'row' }, name),
    element('td', {}, element('span', { class: 'row nowrap' }, shown && icon(shown[0], null, shown[1]), serves)),
    element('td', {}, base),
    element('td', {}, data),
    number(landed),
    number(cost ? amount(cost) : localize('no data yet')),
    number(retries),
    number(since === null ? null : dateOf(since)),
    element(
      'td',
      { class: 'number' },
      ...actions.map(({ action, label }) => act(label, actionIds[action], { of: version, kind: 'link' })),
    ),
  );
  if (!isOpen) return [line];
  return [line, element('tr', { class: 'unfolded' }, element('td', { colspan: '9' }, facts(lineage, 'facts small')))];
}

/** One line: whether what all of it rests on is well. */
export function healthNodes(health: HealthView): readonly Node[] {
  const shown: Readonly<Record<HealthView[number]['tone'], readonly [IconName, string]>> = {
    good: ['good', 'tone-good'],
    warning: ['warning', 'tone-warning'],
    bad: ['bad', 'tone-bad'],
    neutral: ['clock', ''],
  };
  const items = health.map(({ tone, text }) => {
    const [name, className] = shown[tone];
    return element('li', { class: 'row nowrap' }, icon(name, null, className), text);
  });
  const legend = [localize('= computed'), localize('~ estimated')].map((text) => element('li', {}, text));
  return [
    element('h2', { class: 'spoken' }, localize('Health')),
    element('ul', { class: 'health small dim' }, ...items),
    element('ul', { class: 'health small dim end', 'aria-label': localize('How sure an amount is') }, ...legend),
  ];
}
