import type { AttemptView, Step } from '../../contract/trajectories-phase.ts';
import { localize } from '../../contract/words.ts';
import { element } from '../element.ts';
import { clock, compact, duration } from '../format.ts';
import type { TimeScale } from './time-scale.ts';

/** Fills are told apart by pattern as well as by colour; after these they repeat. */
const fills = 5;

/** Which fill a model has, the same in all bars of a phase. */
export function fillsOf(attempts: readonly AttemptView[], steps: readonly Step[]): ReadonlyMap<string, number> {
  const models = [...attempts.map(({ model }) => model), ...steps.flatMap(({ model }) => model ?? [])];
  return new Map([...new Set(models)].map((model, index) => [model, index % fills]));
}

/** Such as `31.4 k → 3.1 k · = $0.21`, or what a check said. */
export function captionOf({ kind, tokens, amount, note, startMs, endMs }: Step): string {
  const took = endMs === null ? '' : duration(endMs - startMs);
  if (kind === 'call') {
    if (!tokens || !amount) return note;
    return `${compact(tokens.input)} → ${compact(tokens.output)} · ${amount.text}`;
  }
  if (kind === 'wait' || kind === 'person') return took === '' ? localize('waits') : took;
  return note;
}

export const stepName = ({ name, subject }: Pick<Step, 'name' | 'subject'>) =>
  subject === '' ? name : `${name} · ${subject}`;

/** The whole of a bar in words. */
export function spokenStep(step: Step): string {
  const { tokens, amount, startMs, endMs, note } = step;
  const parts = [
    stepName(step),
    endMs === null ? localize('running') : duration(endMs - startMs),
    tokens ? localize('{0} tokens in, {1} out', compact(tokens.input), compact(tokens.output)) : '',
    amount?.spoken ?? '',
    note,
  ];
  return parts.filter((part) => part !== '').join(', ');
}

const percent = (share: number) => `${(100 * share).toFixed(3)}%`;

function fillClass(step: Step, models: ReadonlyMap<string, number>): string {
  if (step.kind === 'wait' || step.kind === 'person') return 'fill-wait';
  if (step.kind === 'call')
    return `fill-${models.get(step.model ?? '') ?? 0}${step.outcome === 'bad' ? ' failed' : ''}`;
  if (step.kind === 'check') return step.outcome === 'live' ? 'fill-live' : `fill-${step.outcome}`;
  return 'fill-plain';
}

/** A bar with its caption, which stands where there is room. */
export function barOf(step: Step, scale: TimeScale, models: ReadonlyMap<string, number>, nowMs: number): HTMLElement[] {
  const [start, end] = [scale.at(step.startMs), scale.at(step.endMs ?? nowMs)];
  const bar = element('span', { class: `bar ${fillClass(step, models)}` });
  bar.style.insetInlineStart = `min(${percent(start)}, 100% - 3px)`;
  bar.style.width = `max(3px, ${percent(end - start)})`;
  const caption = element('span', { class: 'caption' }, captionOf(step));
  if (end <= 0.6) caption.style.insetInlineStart = `max(calc(${percent(end)} + 6px), calc(${percent(start)} + 9px))`;
  else if (start >= 0.3) caption.style.insetInlineEnd = `calc(${percent(1 - start)} + 6px)`;
  else {
    caption.classList.add('inside');
    caption.style.insetInlineStart = `calc(${percent(start)} + 6px)`;
  }
  return [bar, caption];
}

/** The span of an attempt, as a bracket. */
export function bracketOf(attempt: AttemptView, scale: TimeScale, nowMs: number): HTMLElement {
  const bracket = element('span', { class: 'bracket' });
  const [start, end] = [scale.at(attempt.startMs), scale.at(attempt.endMs ?? nowMs)];
  bracket.style.insetInlineStart = percent(start);
  bracket.style.width = percent(Math.max(0, end - start));
  return bracket;
}

/** Grid lines, cut times and, while the phase is live, the line of now. Lies behind the bars. */
export function backdrop(scale: TimeScale, now: number | null): HTMLElement {
  const layer = element('div', { class: 'backdrop', 'aria-hidden': 'true' });
  for (const { at } of scale.ticks) {
    const line = element('span', { class: 'grid-line' });
    line.style.insetInlineStart = percent(at);
    layer.append(line);
  }
  for (const { from, to, ms } of scale.breaks) {
    const gap = element('span', { class: 'gap', title: localize('{0} in which nothing happened', duration(ms)) });
    gap.style.insetInlineStart = percent(from);
    gap.style.width = percent(to - from);
    layer.append(gap);
  }
  if (now !== null) {
    const line = element('span', { class: 'now-line' });
    line.style.insetInlineStart = percent(scale.at(now));
    layer.append(line);
  }
  return layer;
}

/** The times above the bars. */
export function axis(scale: TimeScale): HTMLElement {
  const line = element('div', { class: 'axis' });
  for (const { at, ms } of scale.ticks) {
    const label = element('span', { class: at < 0.03 ? 'tick first' : at > 0.95 ? 'tick last' : 'tick' }, clock(ms));
    label.style.insetInlineStart = percent(at);
    line.append(label);
  }
  for (const { from, to, ms } of scale.breaks) {
    const label = element(
      'span',
      { class: 'tick cut', title: localize('{0} in which nothing happened', duration(ms)) },
      '⋯',
    );
    label.style.insetInlineStart = percent((from + to) / 2);
    line.append(label);
  }
  return line;
}
