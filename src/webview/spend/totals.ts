import type { Period, SpendTotals } from '../../contract/spend-view.ts';
import { localize } from '../../contract/words.ts';
import { element } from '../element.ts';
import { meter, offerCap } from './meter.ts';
import { amountText, button, fact } from './parts.ts';

export function totalNodes({ today, month, settable }: SpendTotals): readonly Node[] {
  return [
    element('h2', { class: 'spoken', id: 'totals' }, localize('Today and this month')),
    periodNode(today, localize('Today'), 'today', settable),
    periodNode(month, localize('This month'), 'month', settable),
    settable && today.spend.cap && month.spend.cap ? button(localize('Change caps'), 'open-caps') : null,
  ].filter((node) => node !== null);
}

function periodNode({ spend, elsewhere }: Period, name: string, id: string, settable: boolean): HTMLElement {
  const { usage, cap } = spend;
  return element(
    'div',
    { class: 'period', id },
    element(
      'div',
      { class: 'row' },
      element('h3', { title: localize('By UTC') }, name),
      element(
        'span',
        { class: 'value' },
        amountText(usage.amount, 'strong'),
        element('span', { class: 'dim' }, cap ? ` ${cap.text}` : ''),
      ),
    ),
    ...meter(spend, localize('Cost, {0}', name.toLowerCase())),
    settable && !cap ? offerCap() : null,
    elsewhere ? element('dl', { class: 'facts' }, fact(localize('In other folders'), '', amountText(elsewhere))) : null,
  );
}
