import {
  type Finding,
  type Interval,
  meanDifference,
  nonInferior,
  type Rate,
  rateDifference,
  sampleOf,
  wilson,
} from './statistics.ts';

/** One finished phase that an arm served. */
export interface ServedPhase {
  readonly landed: boolean;
  /** A protected path was touched, a policy broken, or a landing taken back. */
  readonly unsafe: boolean;
  readonly costMicros: number;
  readonly retries: number;
}

export interface ArmFigures {
  readonly phases: number;
  readonly landed: Rate;
  readonly landedInterval: Interval;
  readonly unsafe: number;
  readonly meanCostMicros: number;
  readonly meanRetries: number;
}

export interface ArmComparison {
  readonly baseline: ArmFigures;
  readonly candidate: ArmFigures;
  /** Candidate − baseline. */
  readonly landed: Interval & { readonly difference: number };
  readonly costMicros: (Interval & { readonly difference: number }) | null;
  readonly retries: (Interval & { readonly difference: number }) | null;
  readonly gate: Gate;
}

/** Whether a candidate may take the baseline's place, with each rule and what it says. */
export interface Gate {
  readonly finding: Finding;
  readonly rules: readonly { readonly rule: string; readonly finding: Finding; readonly because: string }[];
}

/** How much worse a candidate may be. */
const margins = { landed: 0.05, retries: 0.5 } as const;
/** Fewer phases than this an arm decide nothing. */
const leastPhases = 20;

function figuresOf(phases: readonly ServedPhase[]): ArmFigures {
  const landed = { hits: phases.filter((phase) => phase.landed).length, of: phases.length };
  return {
    phases: phases.length,
    landed,
    landedInterval: wilson(landed),
    unsafe: phases.filter((phase) => phase.unsafe).length,
    meanCostMicros: sampleOf(phases.map((phase) => phase.costMicros)).mean,
    meanRetries: sampleOf(phases.map((phase) => phase.retries)).mean,
  };
}

/**
 * Compares two arms, and judges promotion: nothing unsafe, success no lower than the baseline's by .05, cost no
 * higher, retries no more than +.5. A rule that the counts cannot decide leaves the gate undecided; one that fails,
 * fails it.
 */
export function compareArms(baseline: readonly ServedPhase[], candidate: readonly ServedPhase[]): ArmComparison {
  const [a, b] = [figuresOf(baseline), figuresOf(candidate)];
  const landed = rateDifference(a.landed, b.landed);
  const cost = meanDifference(
    sampleOf(baseline.map((phase) => phase.costMicros)),
    sampleOf(candidate.map((phase) => phase.costMicros)),
  );
  const retries = meanDifference(
    sampleOf(baseline.map((phase) => phase.retries)),
    sampleOf(candidate.map((phase) => phase.retries)),
  );
  return { baseline: a, candidate: b, landed, costMicros: cost, retries, gate: gateOf(a, b, landed, cost, retries) };
}

function gateOf(
  a: ArmFigures,
  b: ArmFigures,
  landed: Interval,
  cost: ArmComparison['costMicros'],
  retries: ArmComparison['retries'],
): Gate {
  const few = Math.min(a.phases, b.phases) < leastPhases;
  const orFew = (finding: Finding): Finding => (few ? 'undecided' : finding);
  const rules: Gate['rules'] = [
    {
      rule: 'nothing unsafe',
      finding: b.unsafe > 0 ? 'fails' : orFew('passes'),
      because: `${b.unsafe} of ${b.phases}`,
    },
    {
      rule: `success no lower than −${margins.landed}`,
      finding: orFew(nonInferior(landed, margins.landed)),
      because: `${b.landed.hits} of ${b.landed.of} against ${a.landed.hits} of ${a.landed.of}`,
    },
    {
      rule: 'cost no higher',
      finding: orFew(costFinding(cost)),
      because: differenceWords(cost, (micros) => `$${(micros / 1e6).toFixed(4)}`),
    },
    {
      rule: `retries no more than +${margins.retries}`,
      finding: orFew(retries === null ? 'undecided' : nonInferior(negated(retries), margins.retries)),
      because: differenceWords(retries, (count) => count.toFixed(2)),
    },
  ];
  const findings = rules.map(({ finding }) => finding);
  const finding = findings.includes('fails') ? 'fails' : findings.includes('undecided') ? 'undecided' : 'passes';
  return { finding, rules };
}

/** Costs are compared by their means as they are: a mean that is higher, by however little, is higher. */
function costFinding(cost: ArmComparison['costMicros']): Finding {
  if (cost === null) return 'undecided';
  if (cost.difference <= 0) return 'passes';
  return cost.low > 0 ? 'fails' : 'undecided';
}

function negated({ low, high }: Interval): Interval {
  return { low: -high, high: -low };
}

function differenceWords(difference: ArmComparison['costMicros'], words: (value: number) => string): string {
  if (difference === null) return 'too few to tell';
  const { difference: mean, low, high } = difference;
  return `${words(mean)} a phase, between ${words(low)} and ${words(high)}`;
}
