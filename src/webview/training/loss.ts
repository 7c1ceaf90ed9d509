import type { JobState, JobView } from '../../contract/training-view.ts';
import { localize, wholeNumber } from '../../contract/words.ts';
import { drawing, element } from '../element.ts';
import { facts } from '../trajectories/controls.ts';
import { type IconName, icon } from '../trajectories/icons.ts';
import { act, table } from './parts.ts';

const height = 184;
const top = 14;
const bottom = 156;
const left = 36;
/** Names of the curves stand at their ends; where there is no room for that, below. */
const nameRoom = 168;
const leastWithNames = 460;
/** The table has a row for each, evenly. */
const tableRows = 20;

const icons: Readonly<Record<JobState, IconName>> = {
  preparing: 'live',
  waiting: 'clock',
  training: 'live',
  paused: 'paused',
  done: 'good',
  stopped: 'stopped',
  failed: 'bad',
  stuck: 'warning',
};

/** The job with its curves, its alerts, and what can be asked of it. */
export function jobNodes(job: JobView, width: number, asTable: boolean): readonly Node[] {
  const { id, title, state, stateWord, progress, message, alerts } = job;
  const controls = [
    job.mayPause ? act(localize('Pause'), 'pause', { of: id, icon: 'paused' }) : null,
    job.mayResume ? act(localize('Resume'), 'resume', { of: id, icon: 'replay' }) : null,
    job.mayStop ? act(localize('Stop'), 'stop', { of: id, icon: 'stopped' }) : null,
    job.mayTakeUp ? act(localize('Take up again'), 'take-up', { of: id, icon: 'replay' }) : null,
  ];
  const tag = element('span', { class: 'tag' }, icon(icons[state], null, job.live ? 'tone-live' : ''), stateWord);
  return [
    element(
      'div',
      { class: 'row' },
      element('h2', { id: 'job' }, title),
      tag,
      element('span', { class: 'small dim' }, progress),
      element('span', { class: 'end row' }, ...controls),
    ),
    message === '' ? null : element('p', { class: 'small dim' }, message),
    job.smoothed.length === 0 ? null : asTable ? tableOf(job) : draw(job, width),
    asTable || width >= leastWithNames ? null : namesBelow(job),
    ...alerts.map(({ message: text, advice, stops }) =>
      element(
        'div',
        { class: `alert${stops ? ' stops' : ''}` },
        icon(stops ? 'bad' : 'warning', localize('Warning'), stops ? 'tone-bad' : 'tone-warning'),
        element('p', {}, `${text} ${advice}`.trim()),
      ),
    ),
    facts(job.facts, 'facts small'),
  ].filter((node) => node !== null);
}

type Curve = JobView['smoothed'];
const lastValue = (curve: Curve) => curve.at(-1)?.[1] ?? null;
const valueAt = (curve: Curve, step: number) => curve.findLast(([at]) => at <= step)?.[1].toFixed(3) ?? '';

function tableOf({ training, smoothed, validation }: JobView): HTMLElement {
  const stride = Math.ceil(smoothed.length / tableRows);
  const shown = smoothed.filter((_, index) => index % stride === 0 || index === smoothed.length - 1);
  return table({
    caption: localize('Loss by step'),
    columns: [localize('Step'), localize('Training'), localize('Smoothed'), localize('Validation')],
    rows: shown.map(([step, value]) => [
      wholeNumber(step),
      valueAt(training, step),
      value.toFixed(3),
      valueAt(validation, step),
    ]),
  });
}

/** From losses and steps to the drawing's pixels. */
interface Scales {
  readonly x: (step: number) => number;
  readonly y: (loss: number) => number;
  readonly right: number;
}

function draw(job: JobView, width: number): SVGElement {
  const { training, smoothed, validation, lastStep, sentence } = job;
  const losses = [...training, ...smoothed, ...validation].map(([, loss]) => loss);
  const ticks = lossTicks(Math.min(...losses), Math.max(...losses));
  const [least = 0, most = 1] = [ticks[0], ticks.at(-1)];
  const named = width >= leastWithNames;
  const right = width - (named ? nameRoom : 24);
  const scales: Scales = {
    right,
    x: (step) => left + (step / Math.max(1, lastStep)) * (right - left),
    y: (loss) => bottom - ((loss - least) / (most - least)) * (bottom - top),
  };
  return drawing(
    'svg',
    { class: 'loss', viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': sentence },
    ...ticks.flatMap((loss, index) => gridNodes(loss, index === 0, scales)),
    ...stepLabels(lastStep, scales),
    curveOf(training, 'raw', scales),
    curveOf(smoothed, 'smoothed', scales),
    curveOf(validation, 'validation', scales),
    ...validation.map(([step, loss]) => dotAt(scales.x(step), scales.y(loss))),
    ...(named ? nameNodes(job, scales) : []),
  );
}

function gridNodes(loss: number, isAxis: boolean, { y, right }: Scales): readonly SVGElement[] {
  const at = y(loss);
  return [
    drawing('path', { class: isAxis ? 'axis' : 'grid', d: `M${left} ${(at + 0.5).toFixed(1)}H${right}` }),
    drawing('text', { x: String(left - 6), y: (at + 4).toFixed(1), 'text-anchor': 'end' }, lossText(loss)),
  ];
}

const lossText = (loss: number) => String(Number(loss.toFixed(3)));

function stepLabels(lastStep: number, { x }: Scales): readonly SVGElement[] {
  const steps = [0, 0.5, 1].map((share) => Math.round(share * lastStep));
  return [...new Set(steps)].map((step, index, all) =>
    drawing(
      'text',
      { x: x(step).toFixed(1), y: String(height - 8), 'text-anchor': index === 0 ? 'start' : 'middle' },
      index === all.length - 1 ? localize('step {0}', wholeNumber(step)) : wholeNumber(step),
    ),
  );
}

function curveOf(curve: Curve, kind: string, { x, y }: Scales): SVGElement {
  const points = curve.map(([step, loss]) => `${x(step).toFixed(1)},${y(loss).toFixed(1)}`).join(' ');
  return drawing('polyline', { class: `curve ${kind}`, points });
}

function dotAt(x: number, y: number): SVGElement {
  return drawing('rect', {
    class: 'dot',
    x: (x - 2.5).toFixed(1),
    y: (y - 2.5).toFixed(1),
    width: '5',
    height: '5',
  });
}

interface Name {
  readonly value: number;
  readonly text: string;
}

/** What each curve is, and where it is now. */
function namesOf({ smoothed, validation }: JobView): readonly Name[] {
  const [train, test] = [lastValue(smoothed), lastValue(validation)];
  return [
    ...(train === null ? [] : [{ value: train, text: localize('{0} training, smoothed', train.toFixed(2)) }]),
    ...(test === null ? [] : [{ value: test, text: localize('{0} validation, dashed', test.toFixed(2)) }]),
  ];
}

/** At the ends of the curves; two that end near each other make room. */
function nameNodes(job: JobView, { x, y }: Scales): readonly SVGElement[] {
  const { smoothed, validation } = job;
  const at = Math.max(x(smoothed.at(-1)?.[0] ?? 0), x(validation.at(-1)?.[0] ?? 0)) + 8;
  let before = Number.NEGATIVE_INFINITY;
  return [...namesOf(job)]
    .sort((a, b) => b.value - a.value)
    .map(({ value, text }) => {
      before = Math.max(y(value) + 4, before + 16);
      return drawing('text', { class: 'strong', x: at.toFixed(1), y: before.toFixed(1) }, text);
    });
}

function namesBelow(job: JobView): HTMLElement | null {
  const names = namesOf(job).map(({ text }) => element('li', {}, text));
  return names.length === 0 ? null : element('ul', { class: 'row small dim' }, ...names);
}

/** Round steps around all losses. */
function lossTicks(least: number, most: number): readonly number[] {
  const rough = Math.max(1e-6, most - least || Math.abs(most) || 1) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
  const from = Math.floor(least / step + 1e-9);
  const to = Math.max(from + 1, Math.ceil(most / step - 1e-9));
  return Array.from({ length: to - from + 1 }, (_, index) => (from + index) * step);
}
