import { type Calibration, rateText } from '../../domain/calibration.ts';
import type { Panel, Seat } from './choose.ts';

export interface PanelBudget {
  /** Most that the panel is to cost, in micro-dollars; null where nothing bounds it. */
  readonly micros: number | null;
  /** How reviewers did on this repository; only those that live models answered say anything. */
  readonly calibrations: readonly Calibration[];
  /** Requests that each reviewer needs for this change. */
  readonly parts: number;
}

export interface LeftOut {
  readonly seat: Seat;
  readonly because: string;
}

export interface BudgetedPanel extends Panel {
  /** Why a seat that need not be asked is asked all the same. */
  readonly reasons: ReadonlyMap<Seat, string>;
  readonly leftOut: readonly LeftOut[];
}

interface Weighed {
  readonly seat: Seat;
  /** Expected for this change, in micro-dollars; null where it was never measured. */
  readonly micros: number | null;
  /** Share of seeded faults found for each micro-dollar. */
  readonly yield: number;
  readonly record: string;
}

/**
 * Which of a panel's reviewers a budget reaches for. Who must answer is always asked. The others go by what they found
 * of seeded faults for the money, best first; who was never measured comes after them. Without a budget, or where none
 * of the others was ever measured, all are asked.
 */
export function withinBudget(panel: Panel, { micros, calibrations, parts }: PanelBudget): BudgetedPanel {
  const weighed = panel.seats.map((seat) => weigh(seat, calibrations, parts));
  const optional = weighed.filter(({ seat }) => !seat.required);
  if (micros === null || optional.every((each) => each.micros === null)) {
    return { ...panel, reasons: new Map(), leftOut: [] };
  }
  const required = weighed.filter(({ seat }) => seat.required).reduce((sum, each) => sum + (each.micros ?? 0), 0);
  let left = Math.max(0, micros - required);
  const reasons = new Map<Seat, string>();
  const leftOut: LeftOut[] = [];
  for (const each of [...optional].sort((a, b) => b.yield - a.yield)) {
    const rest = `${usd(left)} of the panel’s budget is left`;
    if (each.micros === null ? left > 0 : each.micros <= left) {
      reasons.set(each.seat, `Asked, though it need not be: ${each.record}, and ${rest}.`);
      left -= each.micros ?? 0;
    } else leftOut.push({ seat: each.seat, because: `Not asked: ${each.record}, and ${rest}.` });
  }
  const gone = new Set(leftOut.map(({ seat }) => seat));
  return { ...panel, seats: panel.seats.filter((seat) => !gone.has(seat)), reasons, leftOut };
}

function weigh(seat: Seat, calibrations: readonly Calibration[], parts: number): Weighed {
  const unmeasured = { seat, micros: null, yield: -1, record: 'it was never measured here' };
  const known = calibrations.find(
    ({ component, model, live }) => live && component === seat.reviewer.name && model === seat.model,
  );
  const cases = known ? known.recall.of + known.falseAlarms.of : 0;
  // A cost that nobody knows weighs nothing up.
  if (!known || cases === 0 || known.recall.share === null || known.costLabel === 'unknown') return unmeasured;
  const micros = (known.costMicros / cases) * parts;
  const record = `it found ${rateText(known.recall)} of the faults seeded here, for about ${usd(micros)} a change`;
  return { seat, micros, yield: micros === 0 ? Number.POSITIVE_INFINITY : known.recall.share / micros, record };
}

function usd(micros: number): string {
  return `$${(micros / 1_000_000).toFixed(4)}`;
}
