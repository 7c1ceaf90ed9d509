import type { ReviewSummaryView } from '../../contract/review-summary.ts';
import { riskWord } from '../../contract/state-words.ts';
import { localize } from '../../contract/words.ts';
import { element } from '../element.ts';

/** What the risk is made of, as a bar and, beside it, in words. */
export function riskNodes({ risk }: ReviewSummaryView): readonly Node[] {
  const title = (more: string) =>
    element('h2', { id: 'risk' }, localize('Risk'), element('span', { class: 'dim' }, ` ${more}`));
  if (!risk) return [title('unknown')];
  const parts = risk.parts.filter(({ points }) => points > 0);
  const pieces = parts.map(({ points }, index) => {
    const piece = element('span', { class: `piece fill${index % 5}` });
    piece.style.width = `${Math.min(100, points)}%`;
    return piece;
  });
  const bar = element(
    'div',
    {
      class: 'meter',
      role: 'meter',
      'aria-labelledby': 'risk',
      'aria-valuemin': '0',
      'aria-valuemax': '100',
      'aria-valuenow': String(risk.score),
      'aria-valuetext': localize('{0} of 100, {1}', risk.score, riskWord(risk.level)),
    },
    ...pieces,
  );
  const levels = (['low', 'medium', 'high', 'critical'] as const).map((level) =>
    element('span', level === risk.level ? { class: `level ${level} now` } : { class: `level ${level}` }, level),
  );
  const rows = parts.map(({ name, points, detail }, index) =>
    element(
      'li',
      {},
      element('span', { class: `key fill${index % 5}`, 'aria-hidden': 'true' }),
      element('span', {}, detail === '' ? name : `${name}: ${detail}`),
      element('span', { class: 'end' }, String(points)),
    ),
  );
  return [
    title(localize('{0} of 100, {1}', risk.score, riskWord(risk.level))),
    bar,
    element('div', { class: 'levels', 'aria-hidden': 'true' }, ...levels),
    element('ul', { class: 'rows' }, ...rows),
  ];
}
