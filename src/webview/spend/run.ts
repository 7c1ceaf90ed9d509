import type { RunSpend } from '../../contract/spend-view.ts';
import { localize, wholeNumber } from '../../contract/words.ts';
import { drawing, element } from '../element.ts';
import { compact } from '../format.ts';
import { meter, offerCap } from './meter.ts';
import { amountText, fact, heading } from './parts.ts';

const states: () => Record<RunSpend['state'], string> = () => ({
  planning: localize('Cut off'),
  running: localize('Cut off'),
  paused: localize('Paused'),
  'awaiting-review': localize('Waits for you'),
  done: localize('Done'),
  failed: localize('Not all landed'),
  cancelled: localize('Stopped'),
});

/** What the state of a run is called; one that says it runs but does not was cut off. */
export function stateText(run: RunSpend): string {
  return run.live ? run.progress : states()[run.state];
}

export function runNodes(run: RunSpend | null): readonly Node[] {
  if (!run) {
    const empty = localize('Nothing spent yet. The first call appears here before it is sent.');
    return [heading(localize('This run'), 'run'), element('p', { class: 'dim' }, empty)];
  }
  const { cap } = run.spend;
  return [
    element(
      'div',
      { class: 'row' },
      heading(run.live ? localize('This run') : localize('Last run'), 'run'),
      element('span', { class: run.live ? 'state live' : 'state' }, stateText(run)),
    ),
    element('p', { class: 'title', title: run.title }, run.title),
    element(
      'div',
      { class: 'row large' },
      amountText(run.committed, 'strong'),
      element('span', { class: 'dim' }, cap?.text ?? ''),
    ),
    ...meter(run.spend, localize('Cost of this run'), run.forecast),
    run.live && !cap ? offerCap() : null,
    run.recorded ? element('p', { class: 'dim' }, localize('Recorded replies: nothing was spent.')) : null,
    element('dl', { class: 'facts' }, ...facts(run)),
    run.burn ? burnRow(run.burn) : null,
  ].filter((node) => node !== null);
}

function facts({ spend: { usage }, reserved, forecast }: RunSpend): readonly Node[] {
  const { tokens, calls } = usage;
  const cached = tokens.cached > 0 ? localize(', {0} of them cached', wholeNumber(tokens.cached)) : '';
  const spoken = localize(
    '{0} tokens in{1}, {2} out, {3} calls',
    wholeNumber(tokens.input),
    cached,
    wholeNumber(tokens.output),
    calls,
  );
  const flow = localize('{0} in → {1} out', compact(tokens.input), compact(tokens.output));
  const rows = [
    reserved && fact(localize('Settled'), localize('What the calls that ended cost'), amountText(usage.amount)),
    reserved && fact(reservedLabel(reserved.calls), localize('The most they may cost'), amountText(reserved.amount)),
    forecast &&
      fact(
        localize('Forecast (P50–P90)'),
        forecast.spoken,
        element('span', { title: forecast.spoken }, forecast.text ?? localize('no history yet')),
      ),
    fact(localize('Tokens'), spoken, element('span', { title: spoken }, flow)),
    fact(localize('Calls'), '', wholeNumber(calls)),
  ];
  return rows.filter((row) => row !== null);
}

const reservedLabel = (calls: number) =>
  calls === 1 ? localize('Set aside for 1 call') : localize('Set aside for {0} calls', calls);

function burnRow({ text, spoken, points }: NonNullable<RunSpend['burn']>): HTMLElement {
  return element(
    'div',
    { class: 'row' },
    element('span', { class: 'dim' }, localize('Burn rate')),
    element('span', { class: 'value', title: spoken }, sparkline(points), text),
  );
}

const sparkWidth = 72;
const sparkHeight = 20;

/** The rate of the last minutes beside its figure; the figure says the same in words. */
function sparkline(points: readonly number[]): SVGElement {
  const at = (share: number, index: number) => [
    (index * sparkWidth) / Math.max(1, points.length - 1),
    sparkHeight - 3 - share * (sparkHeight - 6),
  ];
  const places = points.map(at);
  const [x = 0, y = 0] = places.at(-1) ?? [];
  return drawing(
    'svg',
    { class: 'spark', viewBox: `-2 0 ${sparkWidth + 6} ${sparkHeight}`, 'aria-hidden': 'true' },
    drawing('polyline', { points: places.map((place) => place.map((value) => value.toFixed(1)).join()).join(' ') }),
    drawing('circle', { cx: x.toFixed(1), cy: y.toFixed(1), r: '2.2' }),
  );
}
