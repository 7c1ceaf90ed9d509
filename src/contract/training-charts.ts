import type { ColumnChart } from './training-view.ts';
import { counted, localize, wholeNumber } from './words.ts';

/** Of one hour, `start` (ISO 8601) its beginning: how many attempts began in it. */
export interface KeptHour {
  readonly start: string;
  readonly attempts: number;
}

/** Attempts at one phase spec, as many as there are. */
export interface GroupSize {
  readonly size: number;
  readonly groups: number;
}

type Column = ColumnChart['columns'][number];

/** Hours that have a label of their own below. */
const hoursPerLabel = 6;

/** Attempts of the last 24 hours. */
export function keptChart(hours: readonly KeptHour[]): ColumnChart {
  const all = hours.reduce((sum, { attempts }) => sum + attempts, 0);
  const total = counted(all, '{0} attempt', '{0} attempts');
  const most = Math.max(0, ...hours.map(({ attempts }) => attempts));
  return {
    key: 'kept',
    title: localize('Kept in the last 24 hours'),
    total,
    sentence: localize(
      'Attempts kept per hour in the last 24 hours: {0} in all, at most {1} in an hour.',
      wholeNumber(all),
      wholeNumber(most),
    ),
    hourly: true,
    columns: hours.map(({ start, attempts }) => ({ label: start, value: attempts, tone: 'plain' })),
    labelEvery: hoursPerLabel,
    atEdges: false,
    ticks: ticksFor(most),
    mark: null,
    heads: [localize('Hour'), localize('Attempts')],
  };
}

/** Scores in tenths. From `high` on they count as good. */
export function scoresChart(scores: readonly number[], high: number): ColumnChart {
  const all = scores.reduce((sum, count) => sum + count, 0);
  const firstHigh = Math.round(high * scores.length);
  const good = scores.slice(firstHigh).reduce((sum, count) => sum + count, 0);
  const edge = (index: number) => (index / scores.length).toFixed(1);
  return {
    key: 'scores',
    title: localize('Scores'),
    total: counted(all, '{0} scored', '{0} scored'),
    sentence: localize(
      'Scores of {0} replies; {1} are {2} or higher.',
      wholeNumber(all),
      wholeNumber(good),
      high.toFixed(1),
    ),
    hourly: false,
    columns: scores.map((value, index): Column => {
      return { label: `${edge(index)}–${edge(index + 1)}`, value, tone: index >= firstHigh ? 'good' : 'weak' };
    }),
    labelEvery: 2,
    atEdges: true,
    ticks: ticksFor(Math.max(0, ...scores)),
    mark: { before: firstHigh, text: localize('high from {0}', high.toFixed(1)) },
    heads: [localize('Score'), localize('Replies')],
  };
}

/** Sizes from here on share one column. */
const largestShown = 8;

/** How many phase specs have how many attempts. */
export function groupsChart(groups: readonly GroupSize[], least: number): ColumnChart {
  const columns = Array.from({ length: largestShown }, (_, index): Column => {
    const size = index + 1;
    const isLast = size === largestShown;
    const value = groups
      .filter((group) => (isLast ? group.size >= size : group.size === size))
      .reduce((sum, group) => sum + group.groups, 0);
    return {
      label: isLast ? localize('{0} and more', size) : String(size),
      value,
      tone: size >= least ? 'good' : 'weak',
    };
  });
  const all = columns.reduce((sum, { value }) => sum + value, 0);
  const large = columns.filter(({ tone }) => tone === 'good').reduce((sum, { value }) => sum + value, 0);
  return {
    key: 'groups',
    title: localize('Attempts at one phase spec'),
    total: counted(all, '{0} spec', '{0} specs'),
    sentence: localize(
      '{0} of {1} phase specs have {2} attempts or more.',
      wholeNumber(large),
      wholeNumber(all),
      least,
    ),
    hourly: false,
    columns,
    labelEvery: 1,
    atEdges: false,
    ticks: ticksFor(Math.max(0, ...columns.map(({ value }) => value))),
    mark: { before: least - 1, text: localize('a group from {0}', least) },
    heads: [localize('Attempts'), localize('Phase specs')],
  };
}

/** At most four round steps from 0 to at least `most`. */
export function ticksFor(most: number): number[] {
  const rough = Math.max(1, most) / 3;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(1, [1, 2, 5, 10].map((factor) => factor * power).find((each) => each >= rough - 1e-9) ?? power);
  const count = Math.max(1, Math.ceil(most / step - 1e-9));
  return Array.from({ length: count + 1 }, (_, index) => Math.round(index * step));
}
