import type { SpendHistory } from '../../contract/spend-view.ts';
import { localize } from '../../contract/words.ts';
import { element } from '../element.ts';
import { amountText, button, heading } from './parts.ts';

export function landingNodes(landings: SpendHistory['landings']): readonly Node[] {
  const rows = landings.map(({ runId, phaseId, commit, title, amount, rolledBack }) =>
    element(
      'li',
      { class: rolledBack ? 'landing gone' : 'landing' },
      button(commit.slice(0, 7), 'open-landing', {
        class: 'link commit',
        'data-run': runId,
        'data-phase': phaseId,
        'aria-label': localize('Show what {0} rests on: {1}', commit.slice(0, 7), title),
        title: commit,
      }),
      element('span', { class: 'text', title }, title),
      rolledBack ? element('span', { class: 'dim' }, localize('rolled back')) : null,
      amountText(amount),
    ),
  );
  return [heading(localize('Last landings'), 'landings'), element('ul', { class: 'landings' }, ...rows)];
}
