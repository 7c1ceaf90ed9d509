import type { ComparedRow, ComparisonView } from './training-view.ts';
import { counted, localize, wholeNumber } from './words.ts';

interface Difference {
  readonly difference: number;
  readonly low: number;
  readonly high: number;
}

type Finding = ComparedRow['verdict'];

interface Arm {
  readonly phases: number;
  readonly landed: { readonly hits: number; readonly of: number };
  readonly meanCostMicros: number;
  readonly meanRetries: number;
  readonly unsafe: number;
}

/** Two models held against each other; what the comparison of arms gives fits. Differences are candidate − baseline. */
export interface ArmsFigures {
  readonly baseline: Arm;
  readonly candidate: Arm;
  readonly landed: Difference;
  readonly costMicros: Difference | null;
  readonly retries: Difference | null;
  readonly gate: { readonly finding: Finding; readonly rules: readonly { readonly finding: Finding }[] };
}

export interface ComparisonFigures {
  /** `v1.0.2`, or the name of a model that is no version. */
  readonly candidate: string;
  readonly baseline: string;
  /** `arms`: served side by side; `history`: whatever each served at any time; `evaluated`: measured on held-out specs. */
  readonly basis: 'arms' | 'history' | 'evaluated';
  readonly arms: ArmsFigures;
}

/** How much worse a candidate may be, as the promotion gate has it. */
const margins = { landed: 0.05, retries: 0.5 } as const;
/** Fewer phases than this an arm decide nothing. */
const leastPhases = 20;
/** The scale reaches this much beyond what is drawn. */
const room = 1.15;

export function comparisonViewOf({ candidate, baseline, basis, arms }: ComparisonFigures): ComparisonView {
  const [a, b] = [arms.baseline, arms.candidate];
  const rows = rowsOf(arms);
  const { finding } = arms.gate;
  return {
    title: localize('{0} against {1}', candidate, baseline),
    subtitle: subtitleOf(basis, a.phases, b.phases),
    sentence: localize(
      '{0} against {1}, 95 percent intervals, better to the right. {2}',
      candidate,
      baseline,
      rows.map(({ label, value, verdictWord }) => `${label}: ${value}, ${verdictWord}.`).join(' '),
    ),
    rows,
    verdict: finding,
    verdictWord: wordOf(finding),
    conclusion: conclusionOf(arms, rows),
    table: {
      columns: ['', baseline, candidate, localize('Difference'), localize('Verdict')],
      rows: [
        [localize('Phases'), wholeNumber(a.phases), wholeNumber(b.phases), '', ''],
        tableRow(rows[0], rateText(a.landed), rateText(b.landed)),
        tableRow(rows[1], usd(a.meanCostMicros), usd(b.meanCostMicros)),
        tableRow(rows[2], a.meanRetries.toFixed(2), b.meanRetries.toFixed(2)),
        tableRow(rows[3], wholeNumber(a.unsafe), wholeNumber(b.unsafe)),
      ],
    },
  };
}

function tableRow(row: ComparedRow | undefined, a: string, b: string): string[] {
  return [row?.label ?? '', a, b, row?.value ?? '', row?.verdictWord ?? ''];
}

function subtitleOf(basis: ComparisonFigures['basis'], a: number, b: number): string {
  const counts = localize('{0} and {1} phases', wholeNumber(b), wholeNumber(a));
  if (basis === 'arms') return localize('{0}, served side by side, 95 % intervals', counts);
  if (basis === 'evaluated') return localize('{0}, measured on specs held out of training, 95 % intervals', counts);
  return localize('{0}, not served side by side, 95 % intervals', counts);
}

/** Success, cost, retries, safety, in the order of the gate's rules as they are read here. */
function rowsOf({ landed, costMicros, retries, gate, candidate }: ArmsFigures): ComparedRow[] {
  const [unsafe, success, cost, tries] = gate.rules.map(({ finding }) => finding);
  const points = (share: number) => signed(100 * share, (value) => value.toFixed(1));
  const digits = largest(costMicros) < 100_000 ? 4 : 2;
  const dollars = (micros: number, mark = '') => signed(micros / 1e6, (value) => `${mark}${value.toFixed(digits)}`);
  const times = (value: number) => signed(value, (each) => each.toFixed(2));
  return [
    {
      label: localize('Success'),
      value: localize('{0} points ({1} to {2})', points(landed.difference), points(landed.low), points(landed.high)),
      ...scaled(landed, 1, margins.landed),
      ...verdictOf(success),
    },
    {
      label: localize('Cost per phase'),
      value:
        costMicros === null
          ? localize('too few to tell')
          : localize(
              '{0} ({1} to {2})',
              dollars(costMicros.difference, '$'),
              dollars(costMicros.low),
              dollars(costMicros.high),
            ),
      ...scaled(costMicros, -1, 0),
      ...verdictOf(cost),
    },
    {
      label: localize('Retries per phase'),
      value:
        retries === null
          ? localize('too few to tell')
          : localize('{0} ({1} to {2})', times(retries.difference), times(retries.low), times(retries.high)),
      ...scaled(retries, -1, margins.retries),
      ...verdictOf(tries),
    },
    {
      label: localize('Nothing unsafe'),
      value: counted(candidate.unsafe, '{0} phase', '{0} phases'),
      interval: null,
      limit: null,
      ...verdictOf(unsafe),
    },
  ];
}

/** On a scale of its own, from −1 to 1 with 0 in the middle and better to the right. */
function scaled(
  difference: Difference | null,
  better: 1 | -1,
  margin: number,
): Pick<ComparedRow, 'interval' | 'limit'> {
  if (difference === null) return { interval: null, limit: null };
  const ends = [better * difference.low, better * difference.high].sort((x, y) => x - y);
  const [low = 0, high = 0] = ends;
  const reach = Math.max(Math.abs(low), Math.abs(high), margin) * room || 1;
  return {
    interval: { low: low / reach, middle: (better * difference.difference) / reach, high: high / reach },
    limit: margin === 0 ? null : -margin / reach,
  };
}

function verdictOf(finding: Finding = 'undecided'): Pick<ComparedRow, 'verdict' | 'verdictWord'> {
  return { verdict: finding, verdictWord: wordOf(finding) };
}

function wordOf(finding: Finding): string {
  const words: Readonly<Record<Finding, string>> = {
    passes: localize('passes'),
    fails: localize('fails'),
    undecided: localize('undecided'),
  };
  return words[finding];
}

/** Such as `47 of 61 · 77 %`. */
export function rateText({ hits, of }: Arm['landed']): string {
  if (of === 0) return localize('no data yet');
  return localize('{0} of {1} · {2} %', wholeNumber(hits), wholeNumber(of), Math.floor((100 * hits) / of));
}

const usd = (micros: number) => `$${(micros / 1e6).toFixed(micros < 100_000 ? 4 : 2)}`;

/** The largest of a difference's figures: by it their digits go. */
function largest(difference: Difference | null): number {
  return difference === null ? 0 : Math.max(Math.abs(difference.low), Math.abs(difference.high));
}

function signed(value: number, text: (value: number) => string): string {
  const plain = text(Math.abs(value));
  if (Number(plain.replace('$', '')) === 0) return plain;
  return value < 0 ? `−${plain}` : `+${plain}`;
}

/** What it comes to, and what would decide it. */
function conclusionOf(arms: ArmsFigures, rows: readonly ComparedRow[]): string {
  const { baseline, candidate, gate, landed } = arms;
  const named = (finding: Finding) =>
    rows.filter(({ verdict }) => verdict === finding).map(({ label }) => label.toLowerCase());
  if (gate.finding === 'passes') return localize('Passes: it may take over every phase.');
  if (gate.finding === 'fails') return localize('Fails: {0}. It should not take over.', named('fails').join(', '));
  const few = leastPhases - Math.min(baseline.phases, candidate.phases);
  if (few > 0) {
    return localize(
      'Undecided: each needs at least {0} phases before anything is said. {1} are missing.',
      leastPhases,
      wholeNumber(few),
    );
  }
  if (rows[0]?.verdict === 'undecided') {
    const more = phasesToDecide(landed, baseline.phases + candidate.phases);
    const doubt = localize('Undecided: success could still be more than 5 points worse (dashed line).');
    return more === null
      ? localize('{0} The two are too near to say how many phases would decide it.', doubt)
      : localize('{0} About {1} more phases would decide it.', doubt, wholeNumber(more));
  }
  return localize('Undecided: {0}. More phases narrow the intervals.', named('undecided').join(', '));
}

/** More than this is no help to know. */
const mostForeseen = 10_000;

/**
 * So many more phases would narrow the interval until it lies on one side of the limit, if the difference stays as it
 * is: its width falls with the root of the count. Null where that is out of reach.
 */
export function phasesToDecide({ difference, low, high }: Difference, phases: number): number | null {
  const distance = Math.abs(difference + margins.landed);
  const half = difference > -margins.landed ? difference - low : high - difference;
  if (distance === 0 || half <= distance) return null;
  const more = Math.ceil(phases * ((half / distance) ** 2 - 1));
  if (more > mostForeseen) return null;
  // No more exact than the guess is.
  const step = more < 100 ? 10 : 50;
  return Math.ceil(more / step) * step;
}
