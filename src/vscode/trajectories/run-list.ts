import type { History } from '../../compose/open-history.ts';
import { amountOf } from '../../contract/amount.ts';
import type { RunFilters, RunRow, RunsPage } from '../../contract/trajectories-list.ts';
import type { RunRecord } from '../../domain/run.ts';

export type Reader = History['reader'];
type Filter = Parameters<Reader['countRuns']>[0];
type Summary = Awaited<ReturnType<Reader['runs']>>[number];

const dayMs = 86_400_000;

/** The filters of the panel as the ledger takes them. Days count back from now. */
export function ledgerFilter({ text, state, model, category, days, leastMicros }: RunFilters, now: Date): Filter {
  return {
    ...(text.trim() === '' ? {} : { text: text.trim() }),
    ...(state === null ? {} : { state }),
    ...(model === null ? {} : { model }),
    ...(category === null ? {} : { category }),
    ...(days === null ? {} : { since: new Date(now.getTime() - days * dayMs).toISOString() }),
    ...(leastMicros === null ? {} : { leastMicros }),
  };
}

export interface PageWanted {
  readonly filters: RunFilters;
  readonly start: number;
  readonly after: string | null;
  readonly skip: number;
  readonly limit: number;
}

/** One page of the list, by its key: what lies before it is not read. */
export async function pageOf(reader: Reader, wanted: PageWanted, now: Date): Promise<RunsPage> {
  const { filters, start, after, skip, limit } = wanted;
  const filter = ledgerFilter(filters, now);
  const isFiltered = Object.keys(filter).length > 0;
  const [runs, total, matching] = await Promise.all([
    reader.runs({ ...filter, limit, skip, ...(after === null ? {} : { before: after }) }),
    reader.countRuns({}),
    isFiltered ? reader.countRuns(filter) : null,
  ]);
  const rows = await Promise.all(runs.map((run) => rowOf(reader, run)));
  return { start, rows, matching: matching ?? total, total };
}

const unended: ReadonlySet<Summary['state']> = new Set(['planning', 'running']);

/** A run whose program died has no end, and is not live either. */
export async function shownState(reader: Reader, run: Pick<Summary, 'id' | 'state'>): Promise<RunRow['state']> {
  return unended.has(run.state) && !(await reader.isRunLive(run.id)) ? 'cut-off' : run.state;
}

/** A run that was read whole, as the list shows it. */
export function rowOfRecord(reader: Reader, run: RunRecord): Promise<RunRow> {
  const { id, plan, state, reason, recorded, startedAt, endedAt, phases, spend } = run;
  return rowOf(reader, {
    id,
    goal: plan.goal,
    state,
    reason,
    recorded,
    startedAt,
    endedAt,
    phases: phases.length,
    landed: phases.filter((phase) => phase.state === 'landed' && phase.rolledBack === null).length,
    waiting: phases.filter((phase) => phase.state === 'awaiting-review').length,
    attempts: phases.reduce((sum, phase) => sum + phase.attempts, 0),
    spend,
  });
}

export async function rowOf(reader: Reader, run: Summary): Promise<RunRow> {
  const { id, reason, recorded, startedAt, phases, landed, waiting, attempts, spend } = run;
  return {
    id,
    title: firstLine(run.goal),
    state: await shownState(reader, run),
    reason,
    recorded,
    startedAt,
    phases,
    landed,
    waiting,
    attempts,
    calls: spend.calls,
    amount: amountOf(spend.cost),
  };
}

export const firstLine = (text: string) => text.trim().split('\n', 1)[0] as string;
