import type { Capped, RunSpend } from '../../contract/spend-view.ts';
import { localize } from '../../contract/words.ts';
import { element } from '../element.ts';
import { button, icon } from './parts.ts';

const marks = [75, 90];

/** What stands where there is no cap, and could be one. */
export function offerCap(): HTMLElement {
  return element('p', { class: 'dim' }, localize('No cap set. '), button(localize('Set cap'), 'open-caps'));
}

/**
 * A bar under its cap: solid what is settled, hatched what is set aside, ticks where it warns, a bracket where the run
 * is likely to end. Nothing without a cap.
 */
export function meter({ cap, usage }: Capped, label: string, forecast: RunSpend['forecast'] = null): readonly Node[] {
  if (!cap) return [];
  const percent = Math.floor(cap.settledPercent + cap.reservedPercent);
  const track = element(
    'div',
    { class: 'track' },
    part('settled', cap.settledPercent),
    part('reserved', cap.reservedPercent),
  );
  const ticks = marks.map((at) => placed('tick', at));
  const bracket = forecast?.from == null || forecast.to == null ? [] : [placed('bracket', forecast.from, forecast.to)];
  const bar = element(
    'div',
    {
      class: `meter ${cap.tone}${bracket.length > 0 ? ' with-bracket' : ''}`,
      role: 'meter',
      'aria-label': label,
      'aria-valuemin': '0',
      'aria-valuemax': '100',
      'aria-valuenow': String(percent),
      'aria-valuetext': `${usage.amount.spoken}, ${cap.text}, ${cap.note}`,
      title: cap.note,
    },
    track,
    ...ticks,
    ...bracket,
  );
  return cap.tone === 'normal' ? [bar] : [bar, note(cap.tone, cap.note)];
}

function note(tone: 'warning' | 'error', text: string): HTMLElement {
  return element('p', { class: `note ${tone}` }, icon(tone), element('span', {}, text));
}

function part(kind: string, width: number): HTMLElement {
  const made = element('span', { class: kind });
  made.style.width = `${width}%`;
  return made;
}

function placed(kind: string, from: number, to = from): HTMLElement {
  const made = element('span', { class: kind });
  made.style.insetInlineStart = `${from}%`;
  if (to > from) made.style.width = `${to - from}%`;
  return made;
}
