import { type GroupSize, groupsChart, type KeptHour, keptChart, scoresChart } from './training-charts.ts';
import type { ReadinessBar, StockView } from './training-view.ts';
import { counted, localize, wholeNumber } from './words.ts';

interface Counted {
  readonly reason: string;
  readonly count: number;
}

/** What there is to train on, counted in replies: an attempt with several candidates has several. */
export interface StockFigures {
  /** ISO 8601. */
  readonly at: string;
  readonly ready: boolean;
  readonly bars: readonly { readonly name: ReadinessBar['key']; readonly have: number; readonly need: number }[];
  /** How large a group must be to count, and how many of the newest the quality is of. */
  readonly groupSize: number;
  readonly newest: number;
  /** Of the newest, those that are incomplete. */
  readonly incompleteOfNewest: number;
  /** The last 24 hours, oldest first. */
  readonly hours: readonly KeptHour[];
  /** How many scored 0–0.1, 0.1–0.2 … 0.9–1. */
  readonly scores: readonly number[];
  readonly highScore: number;
  readonly groups: readonly GroupSize[];
  readonly kept: number;
  /** Why some would not go in, in the order in which they are sorted out; `unproven` comes last. */
  readonly leftOut: {
    readonly recorded: number;
    readonly optedOut: number;
    readonly incomplete: number;
    readonly licence: number;
    readonly copies: number;
    readonly unproven: number;
  };
  /** Why outcomes are not proven; one may have several reasons. */
  readonly doubts: readonly Counted[];
  /** Licences that stood in the way, in words. */
  readonly licenceDoubts: readonly Counted[];
  readonly rows: number;
  readonly pairs: number;
}

export function stockViewOf(figures: StockFigures): StockView {
  const bars = figures.bars.map((bar) => barOf(bar, figures));
  const missing = bars.filter((bar) => bar.missing !== null);
  return {
    at: figures.at,
    ready: figures.ready,
    tag: figures.ready ? localize('Ready to train') : tagOf(missing),
    advice: adviceOf(missing[0], figures),
    bars,
    charts: [
      keptChart(figures.hours),
      scoresChart(figures.scores, figures.highScore),
      groupsChart(figures.groups, figures.groupSize),
    ],
    export: exportOf(figures),
    empty: figures.kept === 0 ? emptyText(figures) : null,
  };
}

function emptyText({ bars }: StockFigures): string {
  const need = bars.find(({ name }) => name === 'trajectories')?.need ?? 0;
  return localize('0 of {0} trajectories. Landed phases add to it by themselves.', wholeNumber(need));
}

type PlainBar = StockFigures['bars'][number];

const labels = (figures: StockFigures): Readonly<Record<PlainBar['name'], string>> => ({
  trajectories: localize('Trajectories'),
  groups: localize('Groups of {0} or more', figures.groupSize),
  quality: localize('Complete, newest {0}', figures.newest),
  interval: localize('Since the last training'),
});

function barOf(bar: PlainBar, figures: StockFigures): ReadinessBar {
  const { name, have, need } = bar;
  const label = labels(figures)[name];
  const texts = { have: amountText(name, have), need: amountText(name, need) };
  const missing = have >= need ? null : missingText(bar, figures);
  return {
    key: name,
    label,
    ...texts,
    percent: need === 0 ? 100 : Math.min(100, (100 * have) / need),
    missing,
    spoken: localize('{0}: {1} of {2}. {3}', label, texts.have, texts.need, missing ?? localize('Enough')),
  };
}

function amountText(name: PlainBar['name'], value: number): string {
  if (name === 'quality') return localize('{0} %', Math.floor(100 * value + 1e-9));
  if (name === 'interval')
    return value >= 48 ? localize('{0} days', Math.floor(value / 24)) : localize('{0} h', Math.floor(value));
  return wholeNumber(value);
}

function missingText({ name, have, need }: PlainBar, { incompleteOfNewest }: StockFigures): string {
  if (name === 'quality') {
    if (have === 0 && incompleteOfNewest === 0) return localize('None kept yet');
    return counted(incompleteOfNewest, '{0} incomplete', '{0} incomplete');
  }
  if (name === 'interval') return localize('{0} h left', Math.ceil(need - have));
  return localize('{0} missing', wholeNumber(need - have));
}

function tagOf(missing: readonly ReadinessBar[]): string {
  const [first] = missing;
  if (!first) return localize('Ready to train');
  const words: Readonly<Record<ReadinessBar['key'], string>> = {
    trajectories: localize('Not ready, trajectories: {0}', first.missing ?? ''),
    groups: localize('Not ready, groups: {0}', first.missing ?? ''),
    quality: localize('Not ready, newest: {0}', first.missing ?? ''),
    interval: localize('Not ready, {0}', first.missing ?? ''),
  };
  return words[first.key];
}

/** What a person can do about the first thing that is missing. */
function adviceOf(missing: ReadinessBar | undefined, { groupSize, newest }: StockFigures): string | null {
  switch (missing?.key) {
    case undefined:
      return null;
    case 'trajectories':
      return localize(
        'A trajectory is one reply to a phase, with its checks, its audit and its outcome. Each phase that you run adds at least one.',
      );
    case 'groups':
      return localize(
        'A group is {0} or more attempts at the same phase spec. Run a phase with several candidates to add one.',
        groupSize,
      );
    case 'quality':
      return localize(
        'Of the newest {0}, some have no whole text any more, or a secret was taken out of them. New runs mend it.',
        newest,
      );
    case 'interval':
      return localize('The last training is too near for new data to matter. Train Now starts anyway.');
  }
}

function exportOf(figures: StockFigures): StockView['export'] {
  const { leftOut, doubts, licenceDoubts } = figures;
  const reasons = (counts: readonly Counted[]) =>
    counts.map(({ reason, count }) => `${wholeNumber(count)} × ${reason}`);
  const line = (label: string, count: number, why: readonly string[] = []) =>
    count === 0 ? [] : [{ label, count: `−${wholeNumber(count)}`, why: [...why] }];
  return {
    kept: wholeNumber(figures.kept),
    lines: [
      ...line(localize('Recorded replies'), leftOut.recorded),
      ...line(localize('Opted out'), leftOut.optedOut),
      ...line(localize('Text not whole'), leftOut.incomplete),
      ...line(localize('Licence'), leftOut.licence, reasons(licenceDoubts)),
      ...line(localize('Duplicates'), leftOut.copies),
      ...line(localize('Outcome not proven'), leftOut.unproven, reasons(doubts)),
    ],
    rows: wholeNumber(figures.rows),
    pairs: counted(figures.pairs, '{0} pair', '{0} pairs'),
  };
}
