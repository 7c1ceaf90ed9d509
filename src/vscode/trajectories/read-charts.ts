import type { ChartsView } from '../../contract/trajectories-charts.ts';
import { createFigures } from '../../contract/trajectories-figures.ts';
import type { RunFilters } from '../../contract/trajectories-list.ts';
import { ledgerFilter, type Reader } from './run-list.ts';

/** Runs whose figures are read before other questions get their turn. */
const runsAtOnce = 100;
/** The first look comes soon, the next ones at most this often. */
const tellEveryMs = 400;

/** Reads the figures of all filtered runs, a part at a time, and tells how they stand until they are whole. */
export async function readCharts(
  reader: Reader,
  filters: RunFilters,
  signal: AbortSignal,
  tell: (view: ChartsView) => void,
): Promise<void> {
  const filter = ledgerFilter(filters, new Date());
  const matching = await reader.countRuns(filter);
  const figures = createFigures();
  let before: string | null = null;
  let toldMs = 0;
  do {
    const part = await reader.historyPart({ ...filter, limit: runsAtOnce, ...(before === null ? {} : { before }) });
    figures.add(part);
    before = part.next;
    if (before !== null && performance.now() - toldMs > tellEveryMs) {
      tell(figures.view(matching));
      toldMs = performance.now();
    }
  } while (before !== null && !signal.aborted);
  if (!signal.aborted) tell(figures.view(matching));
}
