import type { EngineEvent } from '../domain/event.ts';
import type { LessonOffer } from '../domain/lessons.ts';
import type { PhaseRecord } from '../domain/run.ts';
import type { RunStore } from '../engine/ports/run.ts';
import { type CallFilter, type KeptCall, readCalls } from './calls.ts';
import { readLessonOffers } from './lessons.ts';
import type { Liveness } from './owner.ts';
import {
  type CallHealth,
  readCallHealth,
  readServedPhases,
  type ServedPhaseRecord,
  type ServedQuery,
} from './read-arms.ts';
import {
  type AcceptedCost,
  type BurnRate,
  type DaySpend,
  type PeriodTotals,
  readBurnRate,
  readCostPerAcceptedPhase,
  readPeriodTotals,
  readSpendByDayAndModel,
} from './read-figures.ts';
import { type Forecast, type PhaseKind, type RunForecast, readForecast, readRunForecast } from './read-forecast.ts';
import { type LandingQuery, type LandingRecord, readLandings } from './read-landings.ts';
import { type ModelPrice, readPrices } from './read-prices.ts';
import {
  type AttemptRecord,
  countRuns,
  type RunFilter,
  type RunQuery,
  type RunSummary,
  readAttempts,
  readEvents,
  readPendingReviews,
  readPhase,
  readPhaseTitles,
  readRun,
  readRuns,
  type Source,
} from './read-runs.ts';
import {
  readSpend,
  readSpendSeries,
  type SpendPoint,
  type SpendQuery,
  type SpendReport,
  type SpendSeriesQuery,
} from './read-spend.ts';
import {
  type EventsPage,
  type HistoryPart,
  type HistoryQuery,
  type RunFacets,
  readHistoryPart,
  readPhaseEvents,
  readRunFacets,
} from './read-trajectories.ts';
import { readUsage } from './read-usage.ts';
import type { OwnUsage } from './reconcile/reconcile.ts';
import type { PeriodUses } from './user-accounts.ts';

/** Every question that a ledger answers. `openReader` answers the same ones from a thread of its own. */
export interface LedgerReads extends RunStore {
  runs(query: RunQuery): readonly RunSummary[];
  countRuns(filter: RunFilter): number;
  pendingReviews(): readonly PhaseRecord[];
  /** What went wrong in several runs and nobody decided on yet, most often met first. */
  lessonOffers(): readonly LessonOffer[];
  phaseTitles(runId: string): ReadonlyMap<string, string>;
  /** Of one run, phase by phase. */
  attempts(runId: string): readonly AttemptRecord[];
  events(runId: string, range?: { readonly after?: string; readonly limit?: number }): readonly EngineEvent[];
  calls(filter: CallFilter): readonly KeptCall[];
  landings(query?: LandingQuery): readonly LandingRecord[];
  spend(query: SpendQuery): SpendReport;
  spendSeries(query: SpendSeriesQuery): readonly SpendPoint[];
  /** Where the prices of a run's models come from. */
  prices(runId: string): readonly ModelPrice[];
  /** The last days up to today, by model. */
  spendByDayAndModel(days: number): readonly DaySpend[];
  /** Used in this repository today and this month. */
  periodTotals(): PeriodTotals;
  /** Of the last ten minutes, of one run or of all. */
  burnRate(runId: string | null): BurnRate;
  forecast(phases: readonly PhaseKind[]): Forecast;
  runForecast(runId: string): RunForecast;
  /** By Builder model. `since` is ISO 8601 or null for all time. Heavy: tens of milliseconds on a long history. */
  costPerAcceptedPhase(since: string | null): readonly AcceptedCost[];
  /** Events of one phase, a page at a time. */
  phaseEvents(runId: string, phaseId: string, range: { readonly after?: string; readonly limit: number }): EventsPage;
  /** What the list of runs can be filtered by. */
  runFacets(): RunFacets;
  /** Figures for charts, of so many runs at a time. */
  historyPart(query: HistoryQuery): HistoryPart;
  /** What was paid for, to be held against a provider's export. */
  usage(query: {
    readonly fromDay: string;
    readonly toDay: string;
    readonly provider: string | null;
  }): readonly OwnUsage[];
  /** What each model came to, phase by phase: what arms are compared by. */
  servedPhases(query: ServedQuery): readonly ServedPhaseRecord[];
  /** How the calls of one `PROVIDER/MODEL` went, from a moment (ISO 8601) on. */
  callHealth(model: string, since: string): CallHealth;
  /** True while the process that started or resumed the run still runs and has not ended it. */
  isRunLive(runId: string): boolean;
}

/** Every one of them, so that a reader can tell what it may be asked. */
export const readNames: Readonly<Record<keyof LedgerReads, true>> = {
  run: true,
  phase: true,
  runs: true,
  countRuns: true,
  pendingReviews: true,
  lessonOffers: true,
  phaseTitles: true,
  attempts: true,
  events: true,
  calls: true,
  landings: true,
  spend: true,
  spendSeries: true,
  prices: true,
  spendByDayAndModel: true,
  periodTotals: true,
  burnRate: true,
  forecast: true,
  runForecast: true,
  costPerAcceptedPhase: true,
  phaseEvents: true,
  runFacets: true,
  historyPart: true,
  usage: true,
  servedPhases: true,
  callHealth: true,
  isRunLive: true,
};

export interface ReadsOptions {
  readonly source: Source;
  readonly now: () => number;
  readonly liveness: (owner: string) => Liveness;
  /** What all of the user's folders spent, where that is known. */
  readonly sharedUses: (day: string) => PeriodUses | null;
  /** Wraps every read, to say what a failure of the file means. */
  readonly guard: <Value>(work: () => Value) => Value;
}

export function readsOf({ source, now, liveness, sharedUses, guard }: ReadsOptions): LedgerReads {
  const { connection, texts } = source;
  return {
    runs: (query) => guard(() => readRuns(source, query)),
    countRuns: (filter) => guard(() => countRuns(source, filter)),
    run: (selector) => guard(() => readRun(source, selector)),
    phase: (runId, phaseId) => guard(() => readPhase(source, runId, phaseId)),
    pendingReviews: () => guard(() => readPendingReviews(source)),
    lessonOffers: () => guard(() => readLessonOffers(source)),
    phaseTitles: (runId) => guard(() => readPhaseTitles(source, runId)),
    attempts: (runId) => guard(() => readAttempts(source, runId)),
    events: (runId, range = {}) => guard(() => readEvents(source, runId, range)),
    calls: (filter) => guard(() => readCalls(connection, texts, filter)),
    landings: (query = {}) => guard(() => readLandings(connection, query)),
    spend: (query) => guard(() => readSpend(connection, query, { nowMs: now(), sharedUses })),
    spendSeries: (query) => guard(() => readSpendSeries(connection, query)),
    prices: (runId) => guard(() => readPrices(connection, runId)),
    spendByDayAndModel: (days) => guard(() => readSpendByDayAndModel(connection, days, now())),
    periodTotals: () => guard(() => readPeriodTotals(connection, now())),
    burnRate: (runId) => guard(() => readBurnRate(connection, runId, now())),
    forecast: (phases) => guard(() => readForecast(connection, phases)),
    runForecast: (runId) => guard(() => readRunForecast(connection, runId)),
    costPerAcceptedPhase: (since) => guard(() => readCostPerAcceptedPhase(connection, since)),
    phaseEvents: (runId, phaseId, range) => guard(() => readPhaseEvents(source, runId, phaseId, range)),
    runFacets: () => guard(() => readRunFacets(connection)),
    historyPart: (query) => guard(() => readHistoryPart(source, query)),
    usage: (query) => guard(() => readUsage(connection, query)),
    servedPhases: (query) => guard(() => readServedPhases(connection, query)),
    callHealth: (model, since) => guard(() => readCallHealth(connection, model, since)),
    isRunLive: (runId) =>
      guard(() => {
        const row = connection.get('SELECT owner FROM runs WHERE id = :runId AND ended_ms IS NULL', { runId });
        return row?.owner != null && liveness(String(row.owner)) !== 'dead';
      }),
  };
}
