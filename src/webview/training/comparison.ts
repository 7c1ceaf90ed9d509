import type { ComparedRow, ComparisonView } from '../../contract/training-view.ts';
import { localize } from '../../contract/words.ts';
import { element } from '../element.ts';
import { type IconName, icon } from '../trajectories/icons.ts';
import { table } from './parts.ts';

const verdictIcons: Readonly<Record<ComparedRow['verdict'], readonly [IconName, string]>> = {
  passes: ['good', 'tone-good'],
  fails: ['bad', 'tone-bad'],
  undecided: ['clock', 'tone-warning'],
};

/** A against B: each figure's interval on a scale of its own, better to the right. */
export function comparisonNodes(view: ComparisonView, asTable: boolean): readonly Node[] {
  const { title, subtitle, sentence, rows, conclusion } = view;
  return [
    element('h2', { id: 'comparison' }, title),
    element('p', { class: 'small dim' }, subtitle),
    asTable
      ? table({ caption: title, ...view.table })
      : element('div', { class: 'compared', role: 'img', 'aria-label': sentence }, head(), ...rows.map(rowNode)),
    element('p', { class: 'small conclusion' }, conclusion),
  ];
}

function head(): HTMLElement {
  return element(
    'div',
    { class: 'compared-row head small dim' },
    element('span', {}),
    element(
      'span',
      { class: 'sides' },
      element('span', {}, localize('worse')),
      element('span', {}, localize('better')),
    ),
    element('span', {}),
  );
}

function rowNode({ label, value, interval, limit, verdict, verdictWord }: ComparedRow): HTMLElement {
  const [name, tone] = verdictIcons[verdict];
  return element(
    'div',
    { class: 'compared-row' },
    element('span', {}, label, element('span', { class: 'small dim value' }, value)),
    interval ? scale(interval, limit, verdict) : element('span', {}),
    element('span', { class: 'row small verdict' }, icon(name, null, tone), verdictWord),
  );
}

const share = (at: number) => `${(50 + 50 * at).toFixed(2)}%`;

function scale(
  { low, middle, high }: NonNullable<ComparedRow['interval']>,
  limit: number | null,
  verdict: ComparedRow['verdict'],
): HTMLElement {
  const at = (kind: string, from: number, to = from) => {
    const made = element('span', { class: kind });
    made.style.left = share(from);
    if (to > from) made.style.width = `${(50 * (to - from)).toFixed(2)}%`;
    return made;
  };
  return element(
    'span',
    { class: `scale ${verdict}`, dir: 'ltr' },
    at('zero', 0),
    limit === null ? null : at('limit', limit),
    at('span', low, high),
    at('point', middle),
  );
}
