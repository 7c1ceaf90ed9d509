import type { Workspace } from '../../compose.ts';
import {
  cappedOf,
  type Reserved,
  type RunSpend,
  runSpendOf,
  type SpendTotals,
  type SpendView,
  usageOf,
} from '../../contract/spend-view.ts';
import { noSpend, type Spend } from '../../domain/money.ts';
import type { PhaseState } from '../../domain/run.ts';

type Ledger = Workspace['ledger'];
type Report = ReturnType<Ledger['spend']>;

function spendOf({ calls, input, cached, output, costMicros, costLabel }: Report['total']): Spend {
  return { calls, tokens: { input, cached, output }, cost: { micros: costMicros, label: costLabel } };
}

const usdOf = (micros: number | null | undefined) => (micros == null ? null : micros / 1_000_000);

/** Rows of the table; the rest is summed in a last one. */
const mostModels = 5;

const unfinished: ReadonlySet<PhaseState> = new Set(['queued', 'building', 'checking', 'auditing', 'landing']);

/** The run that runs now or ran last; null before the first. */
export function runFigures({ ledger }: Workspace, callsUnderWay: number): RunSpend | null {
  const run = ledger.run('last');
  if (!run) return null;
  const { rows, total, caps } = ledger.spend({ by: 'model', runId: run.id });
  const cap = caps.find(({ level, key }) => level === 'run' && key === run.id);
  return runSpendOf({
    runId: run.id,
    title: run.plan.goal.trim().split('\n', 1)[0] as string,
    state: run.state,
    recorded: ledger.runs({ limit: 1 })[0]?.recorded ?? false,
    ended: run.phases.filter(({ state }) => !unfinished.has(state)).length,
    phases: run.phases.length,
    spend: spendOf(total),
    capUsd: usdOf(cap?.capMicros),
    reserved: reservedOf(cap, callsUnderWay),
    byModel: rows.slice(0, mostModels).map((row) => ({ name: row.key, spend: spendOf(row) })),
  });
}

function reservedOf(cap: Report['caps'][number] | undefined, callsUnderWay: number): Reserved {
  if (!cap || cap.reservedTokens === 0) return { calls: 0, micros: 0 };
  // Tokens that are set aside without money are of a model that has no price.
  return { calls: Math.max(1, callsUnderWay), micros: cap.reservedMicros === 0 ? null : cap.reservedMicros };
}

/** Today and in all. Caps of a day count in UTC, so the day does too. */
export function totalFigures({ ledger }: Workspace, now: Date): SpendTotals {
  const day = now.toISOString().slice(0, 10);
  const today = ledger.spend({ by: 'day', since: `${day}T00:00:00.000Z` });
  const cap = today.caps.find(({ level, key }) => level === 'day' && key === day);
  const reserved: Reserved = { calls: 0, micros: cap?.reservedMicros ?? 0 };
  return {
    today: cappedOf(spendOf(today.total), usdOf(cap?.capMicros), reserved),
    all: usageOf(spendOf(ledger.spend({ by: 'role' }).total)),
  };
}

/** What the view shows where there is no repository. */
export const nothing: SpendView = {
  run: null,
  totals: { today: cappedOf(noSpend, null), all: usageOf(noSpend) },
};
