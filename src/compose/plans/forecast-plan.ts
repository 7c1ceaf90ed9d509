import type { Workspace } from '../../compose.ts';
import { microsOfUsd } from '../../domain/money.ts';
import type { Plan } from '../../domain/spec.ts';
import { runCap } from '../../engine/strategy.ts';
import type { SpendQuery, SpendReport } from '../../ledger/read-spend.ts';

/** What a plan will cost by what similar phases cost here, beside what may be spent. */
export interface PlanForecast {
  readonly phases: readonly {
    readonly id: string;
    readonly category: string;
    readonly complexity: string;
    /** Similar phases that it rests on. */
    readonly samples: number;
    readonly p50Micros: number | null;
    readonly p90Micros: number | null;
  }[];
  /** Null where a phase has no history. */
  readonly total: { readonly p50Micros: number | null; readonly p90Micros: number | null };
  /** Fewer similar phases than these are no history. */
  readonly leastSamples: number;
  /** What the run may cost, and what is left of the day's and the month's cap; null where there is none. */
  readonly runCapMicros: number | null;
  readonly dayLeftMicros: number | null;
  readonly monthLeftMicros: number | null;
}

export function forecastPlan({ ledger, config }: Pick<Workspace, 'ledger' | 'config'>, plan: Plan): PlanForecast {
  const specs = plan.tiers.flatMap((tier) => tier.phases);
  const { phases, total, leastSamples } = ledger.forecast(specs);
  const { caps } = ledger.spend({ by: 'day', since: new Date().toISOString(), periodCaps: periodCapsOf(config) });
  return {
    phases: phases.map((phase, index) => ({ id: specs[index]?.id ?? '', ...phase })),
    total,
    leastSamples,
    runCapMicros: runCap(plan, config.config).micros,
    dayLeftMicros: leftOf(caps, 'day'),
    monthLeftMicros: leftOf(caps, 'month'),
  };
}

/** The caps of a day and a month, as they are configured now. */
export function periodCapsOf({ config }: Workspace['config']): NonNullable<SpendQuery['periodCaps']> {
  const { perDayUsd, perMonthUsd } = config.budget;
  return { dayMicros: microsOfUsd(perDayUsd), monthMicros: perMonthUsd === null ? null : microsOfUsd(perMonthUsd) };
}

function leftOf(caps: SpendReport['caps'], level: 'day' | 'month'): number | null {
  const cap = caps.find((candidate) => candidate.level === level);
  if (!cap || cap.capMicros === null) return null;
  return Math.max(0, cap.capMicros - cap.usedMicros - cap.reservedMicros);
}
